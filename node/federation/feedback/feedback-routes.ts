import { z } from 'zod';
import { route, type Route } from '../../kernel/routes.ts';
import { feedbackOf, feedbackPolicySchema } from './feedback-policy.ts';
import { setFeedbackPolicy } from './set-feedback-policy.ts';
import { getPeer } from '../store/peers.ts';

const one = route({
  method: 'GET',
  path: '/api/peers/:id/feedback-policy',
  access: ['administrator', 'manager', 'auditor'],
  summary: 'What a partner is told of leads that came from it, and what is kept of what it tells about ours',
  reply: feedbackPolicySchema,
  handler: async (ctx, { params }) => feedbackOf(await getPeer(ctx, params.id)),
});

const change = feedbackPolicySchema.shape;

const set = route({
  method: 'PATCH',
  path: '/api/peers/:id/feedback-policy',
  access: ['administrator'],
  summary: 'Change the feedback policy for a partner; what is left out stays',
  body: z.strictObject({
    tell: change.tell.partial().optional(),
    keep: change.keep.partial().optional(),
    bands: change.bands.optional(),
  }),
  reply: feedbackPolicySchema,
  handler: (ctx, { params, body, actor }) => setFeedbackPolicy(ctx, params.id, body, actor.userId),
});

export const feedbackRoutes: readonly Route[] = [one, set];
