/** What of two ids looks the same in a hurry is made the same. Ids are ASCII by their grammar. */
function skeleton(id: string): string {
  return id
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('cl', 'd')
    .replaceAll(/[1il|]/g, 'l')
    .replaceAll('0', 'o')
    .replaceAll('5', 's')
    .replaceAll('-', '');
}

/** The known id that another one is easily taken for; undefined when there is none. */
export function findLookAlike(id: string, known: readonly string[]): string | undefined {
  const mine = skeleton(id);
  return known.find((other) => other !== id && skeleton(other) === mine);
}
