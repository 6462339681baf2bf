import type { Context } from '../../kernel/context.ts';
import { findAgreement, listAccepted, type Agreement, type Side } from '../store/agreements.ts';
import type { Conversation } from '../store/conversations.ts';
import type { Peer } from '../store/peers.ts';
import { decideInForce, decideLatest, isOver } from './decide-standing.ts';

/** What was agreed with a partner and both surely know. */
const listSettled = async (ctx: Context, peerId: string): Promise<Agreement[]> =>
  (await listAccepted(ctx, peerId)).filter(({ settledAt }) => settledAt !== null);

/** The agreement under which leads are offered to the partner (`us`) or by it (`them`) now. */
export const findInForce = async (ctx: Context, peerId: string, side: Side): Promise<Agreement | undefined> =>
  decideInForce(await listSettled(ctx, peerId), side, ctx.clock.now());

/** Why nothing is offered to a partner: the last agreement ended, or one is asked for and none is in force. */
export const unagreed = ['agreement-over', 'agreement-missing'] as const;
export type Unagreed = (typeof unagreed)[number];

/**
 * The agreement under which a partner is offered leads now, undefined where none is asked for, or why it is offered nothing: once
 * leads went under an agreement, none go beside one, also after the end of the last (LX-161).
 */
export async function findToOfferUnder(
  ctx: Context,
  { nodeId, requireAgreement }: Pick<Peer, 'nodeId' | 'requireAgreement'>,
): Promise<Agreement | undefined | Unagreed> {
  const now = ctx.clock.now();
  const latest = decideLatest(await listSettled(ctx, nodeId), 'us', now);
  if (latest) return isOver(latest, now) ? 'agreement-over' : latest;
  return requireAgreement === 1 ? 'agreement-missing' : undefined;
}

/** The agreement a conversation began under, whether it is still in force or not. */
export const findAgreementOf = async (
  ctx: Context,
  { peerId, agreementDigest }: Pick<Conversation, 'peerId' | 'agreementDigest'>,
): Promise<Agreement | undefined> =>
  agreementDigest === null ? undefined : findAgreement(ctx, peerId, agreementDigest);
