import type { Tx } from '../kernel/context.ts';
import { CodedError, conflict } from '../kernel/errors.ts';
import { cancelJob, intend } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import { isRestoring } from '../kernel/restoration.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { changeLead, tellHistory } from '../leads/change-lead.ts';
import type { LeadActor } from '../leads/history.ts';
import { getLeadHead, holdStill } from '../leads/store.ts';
import { findUser } from '../people/store.ts';
import { decideLateAnswer } from './decide-late-answer.ts';
import type { ClaimOutcome } from './decide-late-answer.ts';
import { expiryKey, holderOf } from './open-offer.ts';
import { findBox } from './store/boxes.ts';
import { claimIfOpen, getOffer, updateOfferIf } from './store/offers.ts';
import type { Offer } from './store/offers.ts';
import { answerRecipient, closeOpenRecipients, dropPlan, getRecipient } from './store/recipients.ts';
import type { Recipient } from './store/recipients.ts';
import { tellEnd } from './tell-end.ts';

interface Claim {
  readonly recipientId: string;
  /** The round the recipient was offered; the offer's own when absent. */
  readonly round?: number | undefined;
  /** Who says so; the recipient itself when absent. */
  readonly actor?: LeadActor | undefined;
  /** A peer proved it to a node that was restored: nothing else is claimed meanwhile. */
  readonly believed?: true;
}

/** How long a peer may take to receipt its award before the lead is offered anew. */
export const leaseMilliseconds = 60 * 60_000;
export const lapseKey = (recipientId: string) => `lapse-award:${recipientId}`;

/**
 * Accepts an offer: one statement decides who was first. The winner gets the lead (a peer provisionally, until its award is
 * receipted; a user of ours provisionally when a peer has yet to release the lead), the others are told. Throws `offer-not-open`
 * before its time, `restoring`, `already-rejected`, `user-inactive`, `not-found`.
 */
export async function claimOffer(tx: Tx, claim: Claim): Promise<{ outcome: ClaimOutcome }> {
  if (!claim.believed && (await isRestoring(tx)))
    throw new CodedError(
      'restoring',
      503,
      'This node was restored; offers are answered once its partners told how things stand.',
    );
  const recipient = await getRecipient(tx, claim.recipientId);
  const { id: recipientId, offerId, leadId } = recipient;
  await holdStill(tx, leadId);
  await requireActive(tx, recipient);
  const round = claim.round ?? (await getOffer(tx, offerId)).round;
  if (!(await claimIfOpen(tx, { offerId, round, recipientId, now: tx.clock.now() })))
    return { outcome: await answerLate(tx, recipientId, round) };
  if (!(await answerRecipient(tx, recipientId, { from: 'offered', to: 'accepted' })))
    throw conflict('answered-meanwhile', 'This offer was answered in the same moment; look again.');
  await cancelJob(tx, expiryKey(offerId));
  await tellEnd(tx, await closeOpenRecipients(tx, offerId, 'lost'), 'taken');
  const offer = await getOffer(tx, offerId);
  await (recipient.kind === 'peer' ? awardToPeer : takeByUser)(tx, offer, recipient, claim.actor);
  return { outcome: 'won' };
}

/** A link in an old mail works no longer than its user does. */
async function requireActive(tx: Tx, { userId }: Recipient): Promise<void> {
  if (userId === null || (await findUser(tx, userId))?.active) return;
  throw conflict('user-inactive', 'This user takes no leads any more.');
}

/** Reads the rows anew: the claim has waited for whoever was faster, perhaps the same recipient elsewhere. */
async function answerLate(tx: Tx, recipientId: string, round: number): Promise<ClaimOutcome> {
  const recipient = await getRecipient(tx, recipientId);
  const offer = await getOffer(tx, recipient.offerId);
  const outcome = decideLateAnswer(offer, recipient, { round, now: tx.clock.now() });
  if (outcome === 'not-open-yet') throw new CodedError('offer-not-open', 409, 'This offer is not open yet.');
  if (outcome === 'rejected') throw conflict('already-rejected', 'This offer was declined before.');
  if (outcome !== 'already-yours') {
    const told = { recipient: holderOf(recipient), recipientId: recipient.id, reason: outcome };
    await tellHistory(tx, recipient.leadId, 'late', told);
  }
  return outcome;
}

async function awardToPeer(tx: Tx, offer: Offer, recipient: Recipient): Promise<void> {
  const { id: recipientId, leadId } = recipient;
  const leaseUntil = tx.clock.now() + leaseMilliseconds;
  await updateOfferIf(tx, offer.id, { state: 'claimed', winnerId: recipientId }, { state: 'awarded', leaseUntil });
  await changeLead(tx, leadId, 'claim', {
    actor: holderOf(recipient),
    holder: holderOf(recipient),
    told: { offerId: offer.id, recipientId },
  });
  await intend(tx, { kind: 'award-to-peer', payload: { recipientId }, key: `award-to-peer:${recipientId}` });
  await intend(tx, { kind: 'lapse-award', payload: { recipientId }, dueAt: leaseUntil, key: lapseKey(recipientId) });
}

async function takeByUser(tx: Tx, offer: Offer, recipient: Recipient, actor?: LeadActor): Promise<void> {
  const { leadId } = recipient;
  const holder = holderOf(recipient);
  const facts = { actor: actor ?? holder, holder, told: { offerId: offer.id, recipientId: recipient.id } };
  const lead = await getLeadHead(tx, leadId);
  const awaitsRelease = lead.origin === 'peer' && lead.releasedAt === null;
  if (awaitsRelease || offer.mode === 'grab') await changeLead(tx, leadId, 'claim', facts);
  if (awaitsRelease) {
    await intend(tx, { kind: 'accept-to-peer', payload: { leadId }, key: `accept-to-peer:${leadId}` });
    return;
  }
  await changeLead(tx, leadId, 'assign', { ...facts, box: await homeOf(tx, recipient) });
  await finishOffer(tx, offer, recipient);
  await tellReleased(tx, recipient);
}

/** The lead is the user's, with every field but those a policy keeps: who works by mail gets them by mail. */
export async function tellReleased(tx: Tx, recipient: Recipient): Promise<void> {
  const { id: recipientId, userId, leadId, offerId, fields } = recipient;
  if (userId === null) return;
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: `user:${userId}`, lead: leadId, offer: offerId, stage: 'released' },
    shown: foldCustom([...fields.shown, ...fields.masked, ...fields.withheld]).filter(
      (path) => !fields.never.includes(path),
    ),
    never: foldCustom(fields.never),
    ...{ policy: fields.policy, rule: fields.rule, trace: fields.trace },
  });
  await intend(tx, { kind: 'notify', payload: { kind: 'released', userId, recipientId, leadId } });
  await announce(tx, { userId, kind: 'released', leadId, payload: { recipientId } });
}

/** Custom fields count as one: their names are not ours, and there is no end of them. */
const foldCustom = (paths: readonly string[]): string[] => [
  ...new Set(paths.map((path) => (path.startsWith('fields.') ? 'fields' : path))),
];

/** The box of the recipient, where the lead lies once it is its own. */
export async function homeOf(tx: Tx, recipient: Recipient) {
  const box = recipient.boxId === null ? undefined : await findBox(tx, recipient.boxId);
  return box && { id: box.id, name: box.name, userId: box.userId ?? box.ownerId };
}

/** The winner holds the lead for good. */
export async function finishOffer(tx: Tx, offer: Pick<Offer, 'id' | 'state'>, recipient: Recipient): Promise<void> {
  const done = { state: 'done', endedAt: tx.clock.now(), leaseUntil: null } as const;
  const changed = await updateOfferIf(tx, offer.id, { state: offer.state, winnerId: recipient.id }, done);
  if (!changed || !(await answerRecipient(tx, recipient.id, { from: 'accepted', to: 'won' })))
    throw conflict('answered-meanwhile', 'This offer changed in the same moment; look again.');
  await dropPlan(tx, recipient.id);
}
