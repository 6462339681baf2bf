import { z } from 'zod';
import { readDiscloseTo } from '../../disclosure/disclose-to.ts';
import { factsOf } from '../../disclosure/facts.ts';
import { previewDisclosure } from '../../disclosure/preview-disclosure.ts';
import type { Context } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { scopeOf } from '../../leads/scope.ts';
import { getLead } from '../../leads/store.ts';
import { isOver } from '../agreements/decide-standing.ts';
import { findLatest } from '../agreements/in-force.ts';
import type { Agreement } from '../store/agreements.ts';
import { findPeer } from '../store/peers.ts';

const visibility = z.enum(['show', 'mask', 'hide']);

const preview = route({
  method: 'GET',
  path: '/api/leads/:id/preview',
  access: ['administrator', 'manager', 'auditor'],
  summary:
    'What a partner or user would see of a lead when it is offered, released and updated: the bytes that would be sent',
  query: z.strictObject({
    /** Without a partner and a user: any partner that no policy names. */
    peerId: z.string().min(1).max(255).optional(),
    userId: z.string().min(1).max(255).optional(),
    mode: z.enum(['direct', 'grab']).default('grab'),
  }),
  reply: z.object({
    fields: z.array(
      z.object({
        path: z.string(),
        label: z.string(),
        group: z.string(),
        personal: z.boolean(),
        decided: z.boolean(),
        offered: visibility,
        released: visibility,
        updated: visibility,
        offeredValue: z.unknown().optional(),
        releasedValue: z.unknown().optional(),
        updatedValue: z.unknown().optional(),
      }),
    ),
    /** The `Lead` element of the Offer, of the Release, and of an Update if every field had changed. */
    xml: z.object({ offered: z.string(), released: z.string(), updated: z.string() }),
    withheldFields: z.array(z.string()),
    maskedFields: z.array(z.string()),
    /** Names the policies that decide, in the ledger. */
    policy: z.string(),
    /** The agreement in force, within which the policies show; absent: there is none. */
    agreementId: z.string().optional(),
    /** Why nothing is offered to this partner now: the last agreement ended, or one is asked for and none is in force. */
    unoffered: z.enum(['agreement-over', 'agreement-missing']).optional(),
  }),
  async handler(ctx, { params, query, actor }) {
    const { document, ...row } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const { peerId, userId, mode } = query;
    if (peerId !== undefined && userId !== undefined)
      throw new CodedError('two-recipients', 422, 'Ask for a partner or for a user.', { path: 'userId' });
    const recipient =
      userId === undefined ? ({ kind: 'peer', id: peerId } as const) : ({ kind: 'user', id: userId } as const);
    const discloser = (await readDiscloseTo(ctx))(recipient, mode);
    const { agreement, unoffered } = peerId === undefined ? {} : await standingWith(ctx, peerId);
    const terms = agreement && (agreement.terms.fieldTerms ?? []);
    const shown = previewDisclosure({ lead: document, facts: factsOf(row) }, discloser, terms);
    return { ...shown, ...(agreement && { agreementId: agreement.agreementId }), ...(unoffered && { unoffered }) };
  },
});

interface StandingWith {
  readonly agreement?: Agreement | undefined;
  readonly unoffered?: 'agreement-over' | 'agreement-missing' | undefined;
}

/** Under which agreement a partner is offered leads now, or why under none (LX-161). */
async function standingWith(ctx: Context, peerId: string): Promise<StandingWith> {
  const agreement = await findLatest(ctx, peerId, 'us');
  if (agreement) return isOver(agreement, ctx.clock.now()) ? { unoffered: 'agreement-over' } : { agreement };
  return (await findPeer(ctx, peerId))?.requireAgreement === 1 ? { unoffered: 'agreement-missing' } : {};
}

export const previewRoutes: readonly Route[] = [preview];
