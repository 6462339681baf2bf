import type { Offer } from './store/offers.ts';
import type { Recipient } from './store/recipients.ts';

/** What became of a claim. `expired` and `recalled`: it came too late, or for a round that is over. */
export type ClaimOutcome = 'won' | 'taken' | 'expired' | 'recalled' | 'already-yours';
type LateAnswer = Exclude<ClaimOutcome, 'won'> | 'not-open-yet' | 'rejected';

/** Why a claim did not win, from the rows as they are now. */
export function decideLateAnswer(
  offer: Pick<Offer, 'state' | 'round' | 'winnerId' | 'opensAt'>,
  recipient: Pick<Recipient, 'id' | 'state'>,
  claim: { readonly round: number; readonly now: number },
): LateAnswer {
  if (recipient.state === 'won' || recipient.state === 'accepted') return 'already-yours';
  if (recipient.state === 'rejected') return 'rejected';
  if (claim.round !== offer.round) return 'recalled';
  if (offer.state === 'recalled' || offer.state === 'taken') return offer.state;
  if (recipient.state === 'expired' || offer.state === 'expired') return 'expired';
  if (offer.winnerId !== null) return 'taken';
  if (offer.state === 'open' && offer.opensAt > claim.now) return 'not-open-yet';
  return 'expired';
}
