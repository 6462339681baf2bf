import type { AmountBand, Money } from '../../../protocol/index.ts';

/**
 * The range an amount lies in, in its own currency: `lowerEnds` are where ranges begin, in whole units, rising; without them
 * ranges begin at 1, 2 and 5 of every power of ten. Undefined for what is no amount, or a negative one.
 */
export function decideBand({ amount, currency }: Money, lowerEnds?: readonly number[]): AmountBand | undefined {
  const whole = /^(\d{1,30})(?:\.\d*)?$/.exec(amount)?.[1];
  if (whole === undefined) return undefined;
  const units = BigInt(whole);
  const ends = (lowerEnds?.map(BigInt) ?? laddersUpTo(whole.length)).filter((end) => end > 0n);
  const below = ends.find((end) => end > units);
  const atLeast = ends.findLast((end) => end <= units) ?? 0n;
  const money = (value: bigint) => ({ amount: String(value), currency });
  return { atLeast: money(atLeast), ...(below !== undefined && { below: money(below) }) };
}

/** 1, 2, 5, 10 … up to the range above any number of so many digits. */
function laddersUpTo(digits: number): bigint[] {
  return Array.from({ length: digits + 1 }, (_, power) => 10n ** BigInt(power)).flatMap((unit) => [
    unit,
    2n * unit,
    5n * unit,
  ]);
}
