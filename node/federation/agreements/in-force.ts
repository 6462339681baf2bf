import type { Context } from '../../kernel/context.ts';
import { findAgreement, listAccepted, type Agreement, type Side } from '../store/agreements.ts';
import type { Conversation } from '../store/conversations.ts';
import { decideLatest, isOver } from './decide-standing.ts';

/** The agreement that began last on leads a partner is offered (`us`) or offers (`them`), over or not, once both surely know it. */
export async function findLatest(ctx: Context, peerId: string, side: Side): Promise<Agreement | undefined> {
  const settled = (await listAccepted(ctx, peerId)).filter(({ settledAt }) => settledAt !== null);
  return decideLatest(settled, side, ctx.clock.now());
}

/** The agreement under which leads are offered to the partner (`us`) or by it (`them`) now. */
export async function findInForce(ctx: Context, peerId: string, side: Side): Promise<Agreement | undefined> {
  const latest = await findLatest(ctx, peerId, side);
  return latest && !isOver(latest, ctx.clock.now()) ? latest : undefined;
}

/** The agreement a conversation began under, whether it is still in force or not. */
export const findAgreementOf = async (
  ctx: Context,
  { peerId, agreementDigest }: Pick<Conversation, 'peerId' | 'agreementDigest'>,
): Promise<Agreement | undefined> =>
  agreementDigest === null ? undefined : findAgreement(ctx, peerId, agreementDigest);
