/**
 * What the process of a node keeps in memory: caches of rows that were committed, never the truth. Gives the node's own
 * instance of what `make` makes; it is made when first asked for.
 */
export type Memory = <T>(make: () => T) => T;

export function makeMemory(): Memory {
  const made = new Map<() => unknown, unknown>();
  return <T>(make: () => T) => {
    if (!made.has(make)) made.set(make, make());
    return made.get(make) as T;
  };
}
