import { z } from 'zod';
import { returnReasons } from '../../../protocol/index.ts';
import { route, type Route } from '../../kernel/routes.ts';
import { getPeerView, listPeerViews } from './describe-peer.ts';
import { acceptInvitation, confirmPeer, createInvitation } from './introduce.ts';
import { changePeer, resumePeer, suspendPeer } from './pause.ts';

const role = z.enum(['primary', 'secondary', 'both']);
const range = z.string().min(3).max(64);
const time = z.iso.datetime();
const timeOrNull = time.nullable();
const count = z.number();

const peerView = z.object({
  id: z.string(),
  kind: z.enum(['node', 'people', 'webhook']),
  name: z.string(),
  endpoint: z.string(),
  role,
  state: z.enum(['pending', 'active', 'suspended']),
  allowedAddress: z.string().nullable(),
  fetches: z.boolean(),
  /** Reasons for which its Returns are agreed to without asking anybody. */
  agreeReturns: z.array(z.string()),
  requireAgreement: z.boolean(),
  offersPausedAt: timeOrNull,
  offersPausedFor: z.string().nullable(),
  capsWaivedUntil: timeOrNull,
  createdAt: time,
  activatedAt: timeOrNull,
  suspendedAt: timeOrNull,
  health: z.object({
    reach: z.enum(['good', 'failing', 'resting']),
    lastSuccessAt: timeOrNull,
    lastFailureAt: timeOrNull,
    lastError: z.string().nullable(),
    lastHeardAt: timeOrNull,
    nextProbeAt: timeOrNull,
  }),
  outbox: z.object({ waiting: count, delivered: count, refused: count, dead: count }),
});

const key = z.object({
  kid: z.string(),
  algorithm: z.string(),
  validFrom: time,
  validUntil: timeOrNull,
  revokedAt: timeOrNull,
  confirmedAt: timeOrNull,
});
const securityEvent = z.object({ id: z.string(), at: time, code: z.string(), messageId: z.string().nullable() });
const countOrNull = count.nullable();
const speaks = z.object({
  versions: z.array(z.string()),
  levels: z.array(z.string()),
  extensions: z.array(z.string()),
  maxMessageBytes: countOrNull,
  maxBatchMessages: countOrNull,
  messagesPerMinute: countOrNull,
  learnedAt: timeOrNull,
  error: z.string().nullable(),
});
const fullPeerView = peerView.extend({
  fingerprint: z.string(),
  speaks,
  /** The highest checkpoint of its log that it signed to us. */
  witnessed: z.object({ size: count, root: z.string(), epoch: count, saidAt: time }).nullable(),
  /** The newest checkpoint of our log, as our receipts show it to every partner. */
  ownCheckpoint: z.object({ size: count, root: z.string() }).nullable(),
  /** The last time its log contradicted what it had signed before: `log-forked`, `log-shrunk`, `checkpoint-unsigned`. */
  logContradicts: z.object({ code: z.string(), at: time }).nullable(),
  /** Messages a minute that are taken of it, and how many could come at once now. */
  quota: z.object({ perMinute: count, left: count }),
  keys: z.array(key),
  securityEvents: z.array(securityEvent),
});

const list = route({
  method: 'GET',
  path: '/api/peers',
  access: 'signed-in',
  summary: 'The partners, with how the way to each of them fares',
  reply: z.object({ items: z.array(peerView) }),
  handler: async (ctx) => ({ items: await listPeerViews(ctx) }),
});

const one = route({
  method: 'GET',
  path: '/api/peers/:id',
  access: 'signed-in',
  summary: 'One partner with its keys and security events',
  reply: fullPeerView,
  handler: (ctx, { params }) => getPeerView(ctx, params.id),
});

const invite = route({
  method: 'POST',
  path: '/api/peers/invitations',
  access: ['administrator'],
  summary: 'This node’s invitation: to be handed to a partner’s administrator',
  reply: z.object({ text: z.string(), fingerprint: z.string() }),
  handler: (ctx) => createInvitation(ctx),
});

const accept = route({
  method: 'POST',
  path: '/api/peers/invitations/accept',
  access: ['administrator'],
  summary: 'Take a partner’s invitation; it waits until its fingerprint is confirmed',
  status: 201,
  body: z.strictObject({
    invitation: z.string().min(1).max(16_384),
    role,
    allowedAddress: range.optional(),
    despiteLookAlike: z.boolean().optional(),
    /** The partner without a node that this node is of. */
    succeeds: z.string().max(100).optional(),
  }),
  reply: z.object({ id: z.string(), name: z.string(), state: z.string(), fingerprint: z.string() }),
  handler: async (ctx, { body: { invitation, ...rest }, actor }) => {
    const acceptance = { text: invitation, ...rest, by: actor.userId };
    const { nodeId, name, state, fingerprint } = await acceptInvitation(ctx, acceptance);
    return { id: nodeId, name, state, fingerprint };
  },
});

const confirm = route({
  method: 'POST',
  path: '/api/peers/:id/confirm',
  access: ['administrator'],
  summary: 'Confirm a partner by the ten words its administrator reads out',
  body: z.strictObject({ fingerprint: z.string().min(1).max(200) }),
  reply: fullPeerView,
  handler: async (ctx, { params, body, actor }) => {
    await confirmPeer(ctx, params.id, body.fingerprint, actor.userId);
    return getPeerView(ctx, params.id);
  },
});

const change = route({
  method: 'PATCH',
  path: '/api/peers/:id',
  access: ['administrator'],
  summary: 'Change how a partner is reached; what is left out stays',
  body: z.strictObject({
    role: role.optional(),
    endpoint: z.string().max(500).optional(),
    allowedAddress: range.nullable().optional(),
    fetches: z.boolean().optional(),
    agreeReturns: z.array(z.enum(returnReasons)).max(returnReasons.length).optional(),
    requireAgreement: z.boolean().optional(),
  }),
  reply: fullPeerView,
  handler: async (ctx, { params, body, actor }) => {
    await changePeer(ctx, params.id, body, actor.userId);
    return getPeerView(ctx, params.id);
  },
});

const suspend = route({
  method: 'POST',
  path: '/api/peers/:id/suspend',
  access: ['administrator'],
  summary: 'Stop all exchange with a partner',
  reply: fullPeerView,
  handler: async (ctx, { params, actor }) => {
    await suspendPeer(ctx, params.id, actor.userId);
    return getPeerView(ctx, params.id);
  },
});

const resume = route({
  method: 'POST',
  path: '/api/peers/:id/resume',
  access: ['administrator'],
  summary: 'Go on with a suspended partner',
  reply: fullPeerView,
  handler: async (ctx, { params, actor }) => {
    await resumePeer(ctx, params.id, actor.userId);
    return getPeerView(ctx, params.id);
  },
});

export const peerRoutes: readonly Route[] = [list, one, invite, accept, confirm, change, suspend, resume];
