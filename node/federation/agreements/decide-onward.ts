import type { AgreementTerms } from '../../../protocol/index.ts';

interface Passing {
  /** Of the agreement the lead came under; undefined: it came under none. */
  readonly from: AgreementTerms | undefined;
  /** Of the agreement it would be offered under. */
  readonly under: AgreementTerms | undefined;
  /** The node it would be offered to. */
  readonly to: string;
}

/**
 * Whether a lead that came from one partner may be offered to another (LX-119, LX-163): the agreement it came under says to
 * whom, and the next one is for no other purposes.
 */
export function mayPassOn({ from, under, to }: Passing): boolean {
  if (!from || !under || from.onward.to === 'none') return false;
  if (from.onward.to === 'listed' && !(from.onward.partners ?? []).includes(to)) return false;
  const { purposes: ours = [] } = from.onward;
  const allowed = new Set((ours.length > 0 ? ours : from.purposes).map(sameWords));
  return under.purposes.every((purpose) => allowed.has(sameWords(purpose)));
}

/** Purposes are words of people: case and spaces make no difference. */
const sameWords = (purpose: string) => purpose.trim().toLowerCase().replace(/\s+/g, ' ');
