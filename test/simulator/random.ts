/** A stream of chance that is the same for the same name: whoever draws from it changes no other stream. */
export interface Random {
  /** From 0 (included) to 1 (excluded). */
  next(): number;
  /** A whole number from 0 to `below` (excluded). */
  int(below: number): number;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  bytes(count: number): Buffer;
  /** Another stream, named after this one. */
  fork(name: string): Random;
}

/** sfc32, seeded by the text `name`. */
export function makeRandom(name: string): Random {
  let [a, b, c, count] = seedOf(name);
  const word = () => {
    const sum = (a + b + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) word();
  const next = () => word() / 2 ** 32;
  const int = (below: number) => Math.floor(next() * below);
  return {
    next,
    int,
    between: (least, most) => least + int(most - least + 1),
    chance: (probability) => next() < probability,
    pick: <T>(from: readonly T[]) => from[int(from.length)] as T,
    bytes: (length) => Buffer.from(Array.from({ length }, () => word() & 0xff)),
    fork: (more) => makeRandom(`${name}/${more}`),
  };
}

/** FNV-1a over the text, four times with other beginnings. */
function seedOf(name: string): [number, number, number, number] {
  const hash = (from: number) => {
    let value = from;
    for (let at = 0; at < name.length; at++) value = Math.imul(value ^ name.charCodeAt(at), 16_777_619);
    return value | 0;
  };
  return [hash(0x811c9dc5), hash(0x01000193), hash(0x9e3779b9), 1];
}
