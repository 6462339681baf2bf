import { z } from 'zod';
import { readDiscloseTo } from '../../disclosure/disclose-to.ts';
import { factsOf } from '../../disclosure/facts.ts';
import { previewDisclosure } from '../../disclosure/preview-disclosure.ts';
import { CodedError } from '../../kernel/errors.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { scopeOf } from '../../leads/scope.ts';
import { getLead } from '../../leads/store.ts';
import { findToOfferUnder, unagreed } from '../agreements/in-force.ts';
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
    /** Why nothing is offered to this partner now. */
    unoffered: z.enum(unagreed).optional(),
  }),
  async handler(ctx, { params, query, actor }) {
    const { document, ...row } = await getLead(ctx, params.id, await scopeOf(ctx, actor));
    const { peerId, userId, mode } = query;
    if (peerId !== undefined && userId !== undefined)
      throw new CodedError('two-recipients', 422, 'Ask for a partner or for a user.', { path: 'userId' });
    const recipient =
      userId === undefined ? ({ kind: 'peer', id: peerId } as const) : ({ kind: 'user', id: userId } as const);
    const discloser = (await readDiscloseTo(ctx))(recipient, mode);
    const peer = peerId === undefined ? undefined : await findPeer(ctx, peerId);
    const under = peer && (await findToOfferUnder(ctx, peer));
    const [agreement, unoffered] = typeof under === 'string' ? [undefined, under] : [under, undefined];
    const terms = agreement && (agreement.terms.fieldTerms ?? []);
    const shown = previewDisclosure({ lead: document, facts: factsOf(row) }, discloser, terms);
    return { ...shown, ...(agreement && { agreementId: agreement.agreementId }), ...(unoffered && { unoffered }) };
  },
});

export const previewRoutes: readonly Route[] = [preview];
