import type { Context } from '../../kernel/context.ts';
import { findAgreement, listAccepted, type Agreement, type Side } from '../store/agreements.ts';
import type { Conversation } from '../store/conversations.ts';
import { decideInForce, hasBegun, mayOfferUnder } from './decide-standing.ts';

/** The agreement under which leads are offered to the partner (`us`) or by it (`them`) now, once both surely know of it. */
export async function findInForce(ctx: Context, peerId: string, side: Side): Promise<Agreement | undefined> {
  const settled = (await listAccepted(ctx, peerId)).filter(({ settledAt }) => settledAt !== null);
  return decideInForce(settled, side, ctx.clock.now());
}

/**
 * Whether an agreement on what we offer a partner was ever in force: then nothing goes to it beside one that is, also after the
 * end of the last one (LX-161).
 */
export const hasAgreed = async (ctx: Context, peerId: string): Promise<boolean> =>
  (await listAccepted(ctx, peerId)).some(
    (version) => version.settledAt !== null && mayOfferUnder(version, 'us') && hasBegun(version, ctx.clock.now()),
  );

/** The agreement a conversation began under, whether it is still in force or not. */
export const findAgreementOf = async (
  ctx: Context,
  { peerId, agreementDigest }: Pick<Conversation, 'peerId' | 'agreementDigest'>,
): Promise<Agreement | undefined> =>
  agreementDigest === null ? undefined : findAgreement(ctx, peerId, agreementDigest);
