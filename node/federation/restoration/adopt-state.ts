import type { StateOfConversation } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { findLeadHead, lockLead } from '../../leads/store.ts';
import { completeRelease } from '../../routing/award.ts';
import { believeAward } from '../../routing/believe-award.ts';
import { claimOffer } from '../../routing/claim-offer.ts';
import { rejectOffer } from '../../routing/reject-offer.ts';
import { releaseToPeer, sayClosed } from '../offers/award-to-peer.ts';
import { refuseBeyondCaps } from '../offers/refuse-beyond-caps.ts';
import { describeNewConversation } from '../offers/new-conversation.ts';
import { heldStates, insertConversation, updateConversation, type Conversation } from '../store/conversations.ts';
import type { Peer } from '../store/peers.ts';
import type { FindingOutcome } from '../store/restorations.ts';
import { partnerOf } from '../peers/partner-of.ts';
import { readLeadId } from './conversation-id.ts';
import { eraseOne } from './erase-again.ts';

interface Returned {
  readonly peer: Peer;
  /** As it stands on the other side. */
  readonly theirs: StateOfConversation;
  /** As the backup knows it. */
  readonly ours: Conversation | undefined;
}

const undecided: readonly string[] = ['offered', 'claimed'];

/** The lead that a conversation is about, as far as this node can tell. */
export const leadOf = (tx: Tx, { theirs, ours }: Returned): string | undefined =>
  ours?.leadId ?? (theirs.side === 'holding' ? readLeadId(tx, theirs.conversation) : undefined);

/**
 * Brings a conversation together with how it stands on the other side (LX-185): what a holder was awarded stays its own.
 * Undefined: both sides agree.
 */
export async function adoptState(tx: Tx, returned: Returned): Promise<FindingOutcome | undefined> {
  const { theirs, ours } = returned;
  if (ours && ours.side === theirs.side) return 'for-people';
  if (ours && (ours.state === theirs.is || ours.state === 'erased')) return undefined;
  if (theirs.side === 'offering') return adoptFromOffering(tx, returned);
  const leadId = leadOf(tx, returned);
  const lead = leadId === undefined ? undefined : await findLeadHead(tx, leadId);
  if (leadId === undefined || !lead) return 'lead-unknown';
  if (!ours) return adoptForgotten(tx, returned, leadId);
  if (heldStates.includes(theirs.is)) return takeOver(tx, returned, ours);
  if (theirs.is === 'awarded') return awardAgain(tx, returned, ours);
  return adoptUndecided(tx, theirs, ours);
}

/** The partner has the lead, by a conversation that the backup knows. */
async function takeOver(tx: Tx, { peer, theirs }: Returned, ours: Conversation): Promise<FindingOutcome> {
  if (heldStates.includes(ours.state)) {
    await updateConversation(tx, ours, { state: theirs.is });
    return 'for-people';
  }
  const winner = await believe(tx, ours.leadId, { peer, recipientId: ours.recipientId ?? undefined });
  const change = {
    releasedAt: ours.releasedAt ?? tx.clock.now(),
    ...(winner !== undefined && { recipientId: winner }),
  };
  await updateConversation(tx, ours, { state: theirs.is, ...change });
  if (winner === undefined) return 'for-people';
  await completeRelease(tx, winner);
  return 'taken-over';
}

/** It was awarded the lead, and waits for its release. */
async function awardAgain(tx: Tx, { peer }: Returned, ours: Conversation): Promise<FindingOutcome> {
  if (!undecided.includes(ours.state)) return 'for-people';
  const winner = await believe(tx, ours.leadId, { peer, recipientId: ours.recipientId ?? undefined });
  const awarded = await updateConversation(tx, ours, { state: 'awarded' });
  // Only the offer that was made can be opened: what it promised is bound to its own salts.
  if (winner === undefined || winner !== ours.recipientId) {
    await sayClosed(tx, awarded, 'recalled');
    return 'ended';
  }
  await releaseToPeer(tx, awarded);
  return 'taken-over';
}

/** Neither side believes that the partner has the lead. */
async function adoptUndecided(tx: Tx, theirs: StateOfConversation, ours: Conversation): Promise<FindingOutcome> {
  const { recipientId } = ours;
  if (!undecided.includes(ours.state) || recipientId === null) return 'for-people';
  if (theirs.is === 'claimed') {
    const claimed = await updateConversation(tx, ours, { state: 'claimed' });
    if (await refuseBeyondCaps(tx, claimed)) return 'ended';
    const { outcome } = await claimOffer(tx, { recipientId, round: ours.round, believed: true });
    if (outcome === 'won' || outcome === 'already-yours') return 'claimed';
    await sayClosed(tx, claimed, outcome);
    return 'ended';
  }
  if (theirs.is !== 'closed' && theirs.is !== 'rejected') return 'for-people';
  await updateConversation(tx, ours, { state: theirs.is });
  await rejectOffer(tx, { recipientId, reason: 'other' });
  return 'ended';
}

/** A conversation that began after the backup was made. */
async function adoptForgotten(tx: Tx, { peer, theirs }: Returned, leadId: string): Promise<FindingOutcome | undefined> {
  const open = undecided.includes(theirs.is) || theirs.is === 'awarded';
  if (!open && !heldStates.includes(theirs.is)) return undefined;
  const winner = heldStates.includes(theirs.is)
    ? await believe(tx, leadId, { peer, recipientId: undefined })
    : undefined;
  const conversation: Conversation = {
    ...describeNewConversation(tx, { peerId: peer.nodeId, conversationId: theirs.conversation, side: 'offering' }),
    ...{ state: theirs.is, round: theirs.round, leadId, sentSeq: theirs.received },
    ...(winner !== undefined && { recipientId: winner, releasedAt: tx.clock.now() }),
  };
  await insertConversation(tx, conversation);
  if (open) {
    await sayClosed(tx, conversation, 'recalled');
    return 'ended';
  }
  if (winner === undefined) return 'for-people';
  await completeRelease(tx, winner);
  return 'taken-over';
}

/** The arbiter speaks: an end counts; what it released and the backup does not hold, only people can ask for again. */
async function adoptFromOffering(tx: Tx, { theirs, ours }: Returned): Promise<FindingOutcome | undefined> {
  if (!ours) return theirs.is === 'closed' || theirs.is === 'rejected' ? undefined : 'lead-unknown';
  // It disclosed the lead, and says that both sides knew it erased: that binds, and ends no legal hold of ours.
  if (theirs.is === 'erased') {
    if (await isUnderHold(tx, ours.leadId)) return 'for-people';
    await updateConversation(tx, ours, { state: 'erased' });
    await eraseOne(tx, { leadId: ours.leadId, reason: 'other' });
    return 'erased';
  }
  const follows = undecided.includes(ours.state) && theirs.is === 'awarded';
  if (!follows) return 'for-people';
  await updateConversation(tx, ours, { state: 'awarded' });
  return 'claimed';
}

async function isUnderHold(tx: Tx, leadId: string): Promise<boolean> {
  if (!(await findLeadHead(tx, leadId))) return false;
  return ((await lockLead(tx, leadId)).heldUntil ?? 0) > tx.clock.now();
}

async function believe(
  tx: Tx,
  leadId: string,
  { peer, recipientId }: { peer: Peer; recipientId: string | undefined },
): Promise<string | undefined> {
  try {
    return await believeAward(tx, { leadId, holder: await partnerOf(tx, peer.nodeId), recipientId });
  } catch (error) {
    // The lead went another way here; people must look.
    if (error instanceof CodedError && error.status === 409) return undefined;
    throw error;
  }
}
