import type { Tx } from '../../kernel/context.ts';
import { updateAgreement, type Agreement, type Side } from '../store/agreements.ts';

/** An end that a side signed; times in epoch milliseconds. */
interface SignedEnd {
  /** From when on, as it says; undefined: from when it was signed. */
  readonly endsAt: number | undefined;
  /** When it was signed: `Created` of its message. */
  readonly createdAt: number;
  readonly endedBy: Side;
}

/**
 * From when on an end counts (LX-162): never from before it was signed, or a version that was in force would turn into one
 * that never began, and an earlier one would come back.
 */
const decideEnd = ({ endsAt, createdAt }: Omit<SignedEnd, 'endedBy'>): number =>
  Math.max(endsAt ?? createdAt, createdAt);

/** Writes down an end, ours or the partner's, read alike; of several ends the earliest counts. Answers the version after it. */
export async function countEnd(tx: Tx, version: Agreement, end: SignedEnd): Promise<Agreement> {
  const endsAt = decideEnd(end);
  if (version.endsAt !== null && version.endsAt <= endsAt) return version;
  const change = { endsAt, endedBy: end.endedBy };
  await updateAgreement(tx, version, change);
  return { ...version, ...change };
}
