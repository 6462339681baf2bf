import { clockSkewMs, type Header } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { Refusal } from '../receiving/refusal.ts';
import { findAgreement, listAccepted } from '../store/agreements.ts';
import type { Conversation } from '../store/conversations.ts';
import type { Peer } from '../store/peers.ts';
import { decideOfferUnder } from './decide-standing.ts';

/** What a conversation keeps of its agreement. */
export type Agreed = Pick<Conversation, 'agreementId' | 'agreementDigest'>;

interface Arriving {
  readonly peer: Peer;
  readonly header: Header;
  /** Undefined: this message would begin it. */
  readonly conversation: Agreed | undefined;
}

/**
 * Whether a message may come under the agreement its header names (LX-161): a conversation keeps the one it began with, and
 * an Offer needs one that is in force, if it names one or this node asks for one. Throws a Refusal `agreement-unknown` or
 * `agreement-ended`. Answers what a new conversation keeps.
 */
export async function checkAgreement(ctx: Context, { peer, header, conversation }: Arriving): Promise<Agreed> {
  const { type, agreement: agreementId = null, agreementDigest = null } = header;
  const silent = agreementDigest === null;
  if (conversation && conversation.agreementDigest !== agreementDigest && !(silent && type !== 'Offer'))
    throw new Refusal('agreement-unknown', 'This conversation began under another agreement, or under none.');
  if (type !== 'Offer') return { agreementId, agreementDigest };
  if (silent) {
    if (peer.requireAgreement === 1)
      throw new Refusal('agreement-unknown', 'This node takes offers under an agreement only.');
    return { agreementId: null, agreementDigest: null };
  }
  const version = await findAgreement(ctx, peer.nodeId, agreementDigest);
  if (version?.agreementId !== agreementId)
    throw new Refusal('agreement-unknown', 'No agreement with this id and digest.');
  const accepted = await listAccepted(ctx, peer.nodeId);
  const times = { now: ctx.clock.now(), createdAt: Date.parse(header.created), skew: clockSkewMs };
  const problem = decideOfferUnder(version, accepted, times);
  if (problem) throw new Refusal(problem, 'No offers are taken under this agreement.');
  return { agreementId, agreementDigest };
}
