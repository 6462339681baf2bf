import type { Run } from './simulate.ts';
import { mallory, nameOf, type Stock } from './stock.ts';

/** Nothing is offered, and nothing taken, under what had ended as far as the node could know. */
export function checkAgreements({ name, conversations, agreements, steps }: Stock, { onFault }: Run): void {
  for (const { peerId, agreementDigest, createdAt } of conversations) {
    if (agreementDigest === null || peerId === mallory) continue;
    const version = agreements.find((each) => each.peerId === peerId && each.digest === agreementDigest);
    if (!version || version.acceptedAt === null) {
      onFault(`${name} has a conversation with ${nameOf(peerId)} under an agreement that was never made`);
      continue;
    }
    const { endsAt, endedBy, digest } = version;
    const ends = steps.filter(({ proposal, step, signedBy }) => proposal === digest && step === 'end' && signedBy === endedBy); // prettier-ignore
    if (endsAt !== null && createdAt > Math.max(endsAt, ...ends.map(({ at }) => at)))
      onFault(`${name} and ${nameOf(peerId)} have a conversation under what had ended before`);
  }
}
