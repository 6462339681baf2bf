import type { AccessDisclosure } from '../../../protocol/index.ts';

const mostFields = 100;
/** A line of text of the protocol. */
const longestLine = 300;
const apart = '; ';

/**
 * Disclosures as a report has room for them: where there are more, one for each recipient, of all that it got; where there are
 * more recipients than that, the later ones by name in lines that they share. Nobody is left out without being counted.
 */
export function fitDisclosures(all: readonly AccessDisclosure[], most: number): AccessDisclosure[] {
  if (all.length <= most) return [...all];
  const byRecipient = Map.groupBy(all, ({ nodeId, recipient }) => nodeId ?? recipient);
  const each = Array.from(byRecipient.values(), merge);
  if (each.length <= most) return each;
  const alone = Math.floor(most / 2);
  return [...each.slice(0, alone), ...share(each.slice(alone), most - alone)];
}

/** What several tell, told as one: of the last, with the time of the newest and the fields of all. */
function merge(several: readonly AccessDisclosure[]): AccessDisclosure {
  const [newest] = several.toSorted((one, other) => (one.at < other.at ? 1 : -1));
  const fields = [...new Set(several.flatMap((each) => each.fields))].slice(0, mostFields);
  return { ...(newest as AccessDisclosure), fields };
}

function share(each: readonly AccessDisclosure[], most: number): AccessDisclosure[] {
  const lines: AccessDisclosure[][] = [[]];
  const nameOf = (line: readonly AccessDisclosure[]) => line.map(({ recipient }) => recipient).join(apart);
  for (const one of each) {
    const last = lines.at(-1) ?? [];
    if (nameOf([...last, one]).length <= longestLine) last.push(one);
    else lines.push([one]);
  }
  const together = (line: readonly AccessDisclosure[], recipient: string): AccessDisclosure => {
    const { at, fields } = merge(line);
    return { recipient, at, fields };
  };
  if (lines.length <= most) return lines.map((line) => together(line, nameOf(line)));
  const rest = lines.slice(most - 1).flat();
  const named = lines.slice(0, most - 1).map((line) => together(line, nameOf(line)));
  return [...named, together(rest, `and ${rest.length} more, named on request`)];
}
