/** What is asked of a key of this node. Times in epoch milliseconds. */
export interface SigningChoice {
  readonly kid: string;
  readonly validFrom: number;
  readonly validUntil: number | null;
  readonly revokedAt: number | null;
  /** When the reader was first known to take it. */
  readonly knownAt?: number | null;
}

/** Whether a key may sign now. */
export const maySign = ({ validFrom, validUntil, revokedAt }: SigningChoice, now: number): boolean =>
  validFrom <= now && revokedAt === null && now < (validUntil ?? Infinity);

/**
 * Which key signs for a reader, of those in order, newest first: the newest one in force that the reader is known to take;
 * while it is known to take none of several, the oldest, which it had before. Undefined without any.
 */
export function decideSigningKey<T extends SigningChoice>(keys: readonly T[], now: number): T | undefined {
  const inForce = keys.filter((key) => maySign(key, now));
  return inForce.find(({ knownAt }) => typeof knownAt === 'number') ?? inForce.at(-1);
}
