import { z } from 'zod';
import { route, type Route } from '../../kernel/routes.ts';
import { when, whenever } from '../../kernel/times.ts';
import { confirmKey, refuseKey, repinPeer } from './peer-keys.ts';
import { replaceKey, rollKey, type RolledKey } from './roll-key.ts';
import { listNotTaking, listOwnKeys } from '../store/own-keys.ts';

const time = z.iso.datetime();
const rolled = z.object({ kid: z.string(), fingerprint: z.string(), validFrom: time, oldKeyUntil: time });
const viewRolled = ({ kid, fingerprint, validFrom, oldKeyUntil }: RolledKey) => ({
  ...{ kid, fingerprint },
  ...{ validFrom: when(validFrom), oldKeyUntil: when(oldKeyUntil) },
});

/** So many partners are named that do not take the newest key yet. */
const mostNamed = 50;

const listKeys = route({
  method: 'GET',
  path: '/api/keys',
  access: ['administrator', 'auditor'],
  summary:
    'The keys this node signs with, and those it signed with before; of the newest, which partners (fifty at most) are not known to take it',
  reply: z.object({
    items: z.array(
      z.object({
        kid: z.string(),
        algorithm: z.string(),
        validFrom: time.nullable(),
        validUntil: time.nullable(),
        revokedAt: time.nullable(),
        notTakenBy: z.array(z.string()),
      }),
    ),
  }),
  handler: async (ctx) => {
    const { kid, algorithm } = ctx.keys.signing;
    const only = { kid, algorithm, validFrom: 0, validUntil: null, revokedAt: null };
    const [newest = only, ...older] = await listOwnKeys(ctx);
    // Without a rollover there is nothing to confirm.
    const notTakenBy = older.length > 0 ? await listNotTaking(ctx, newest.kid, mostNamed) : [];
    const items = [newest, ...older].map((key) => ({
      ...{ kid: key.kid, algorithm: key.algorithm, validFrom: key.validFrom === 0 ? null : when(key.validFrom) },
      ...{ validUntil: whenever(key.validUntil), revokedAt: whenever(key.revokedAt) },
      notTakenBy: key === newest ? notTakenBy : [],
    }));
    return { items };
  },
});

const roll = route({
  method: 'POST',
  path: '/api/keys/roll',
  access: ['administrator'],
  summary:
    'Make a new signing key and tell the partners; it signs from some days on, for each partner that confirmed it',
  status: 201,
  body: z.strictObject({ days: z.number().int().min(0).max(90).optional() }),
  reply: rolled,
  handler: async (ctx, { body }) => viewRolled(await rollKey(ctx, body)),
});

const replace = route({
  method: 'POST',
  path: '/api/keys/replace',
  access: ['administrator'],
  summary:
    'The signing key is stolen: revoke it, sign with a new one at once; every partner must take the new invitation',
  status: 201,
  reply: rolled,
  handler: async (ctx) => viewRolled(await replaceKey(ctx)),
});

const confirm = route({
  method: 'POST',
  path: '/api/peers/:id/keys/:kid/confirm',
  access: ['administrator'],
  summary: 'Let a partner’s new key count, by the ten words its administrator reads out',
  body: z.strictObject({ fingerprint: z.string().min(1).max(200) }),
  handler: async (ctx, { params: { id, kid }, body, actor }) => {
    await confirmKey(ctx, { nodeId: id, kid, typed: body.fingerprint, by: actor.userId });
    return undefined;
  },
});

const refuse = route({
  method: 'POST',
  path: '/api/peers/:id/keys/:kid/refuse',
  access: ['administrator'],
  summary: 'Refuse a partner’s new key for good',
  handler: async (ctx, { params: { id, kid }, actor }) => {
    await refuseKey(ctx, { nodeId: id, kid, by: actor.userId });
    return undefined;
  },
});

const repin = route({
  method: 'POST',
  path: '/api/peers/:id/repin',
  access: ['administrator'],
  summary: 'A partner’s key is stolen or lost: revoke its keys; the one of its new invitation waits for its ten words',
  body: z.strictObject({ invitation: z.string().min(1).max(16_384) }),
  reply: z.object({ kid: z.string() }),
  handler: async (ctx, { params, body, actor }) => ({
    kid: await repinPeer(ctx, { nodeId: params.id, text: body.invitation, by: actor.userId }),
  }),
});

export const keyRoutes: readonly Route[] = [listKeys, roll, replace, confirm, refuse, repin];
