/** `--quick`: one short round, to see that a bench runs; its figures mean little. */
export const quick = process.argv.includes('--quick');

/** Measures once; returns a rate, per second. */
export type Bench = () => Promise<number>;

export const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? NaN;

/** Medians of several rounds in which the benches take turns, so that a busy machine harms all alike. */
export async function takeTurns<Name extends string>(
  benches: Readonly<Record<Name, Bench>>,
  rounds = quick ? 1 : 5,
): Promise<Record<Name, number>> {
  const entries = Object.entries<Bench>(benches);
  const taken = new Map(entries.map(([name]): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, bench] of entries) taken.get(name)?.push(await bench());
  return Object.fromEntries([...taken].map(([name, values]) => [name, median(values)])) as Record<Name, number>;
}

export function tell(name: string, value: number | string, unit = ''): void {
  const text = typeof value === 'string' ? value : value.toFixed(value < 100 ? 2 : 0);
  console.log(`${name.padEnd(58)} ${text.padStart(9)} ${unit}`);
}
