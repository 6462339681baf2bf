import { createHash, createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Context } from '../kernel/context.ts';

/** 256 bits for whoever may hold it; only its digest is stored. */
export const makeSecretToken = (ctx: Context) => ctx.ids.random(32).toString('base64url');

export const digestOf = (token: string) => createHash('sha256').update(token, 'utf8').digest('base64url');

/** A key of its own for each purpose, derived from the node's secret. */
export function deriveKey(ctx: Context, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', ctx.keys.secret, ctx.config.nodeId, purpose, 32)));
}

/** Keyed digest: equal texts are recognised, and nobody without the node's secret can guess them. */
export const keyedDigest = (ctx: Context, purpose: string, text: string) =>
  createHmac('sha256', deriveKey(ctx, purpose)).update(text, 'utf8').digest('base64url');

/** Compares in constant time. */
export const isSame = (a: string, b: string) =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
