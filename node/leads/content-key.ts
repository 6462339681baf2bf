import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Context, Tx } from '../kernel/context.ts';
import { deleteContentKey, findContentKey, insertContentKey } from './store/content-keys.ts';

/*
 * Raw content of a lead (messages as they were sent and received, originals) is sealed under a key of its own, with
 * AES-256-GCM. Keys lie wrapped under the node's secret, which is in no database: without it, or without the lead's key,
 * what is left of the content anywhere is noise.
 */
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const prefix = 'sealed:';

/** Makes the key of a lead's content; it commits with the lead. There is one for each id. */
export async function makeContentKey(tx: Tx, id: string): Promise<string> {
  const wrapped = encrypt(tx, wrappingKey(tx), { id, plain: tx.ids.random(keyBytes) });
  await insertContentKey(tx, { id, wrapped: wrapped.toString('base64') });
  return id;
}

/** Destroys the key: nothing that was sealed under it can be read ever again. */
export const destroyContentKey = (tx: Tx, id: string): Promise<void> => deleteContentKey(tx, id);

/** Seals a text. Without a key, or when that was destroyed meanwhile, there is nothing to keep: null. */
export async function sealText(ctx: Context, id: string, text: string): Promise<string | null> {
  const key = await unwrap(ctx, id);
  return key ? `${prefix}${id}:${encrypt(ctx, key, { id, plain: Buffer.from(text) }).toString('base64')}` : null;
}

/** Reads a text that was sealed, or kept plain by earlier versions; null when its key was destroyed. */
export async function openText(ctx: Context, kept: string | null): Promise<string | null> {
  if (!kept?.startsWith(prefix)) return kept;
  const [id = '', sealed = ''] = kept.slice(prefix.length).split(':');
  const key = await unwrap(ctx, id);
  return key ? decrypt(key, id, Buffer.from(sealed, 'base64')).toString('utf8') : null;
}

/** Whether a text is kept sealed; otherwise it is plain. */
export const isSealed = (kept: string): boolean => kept.startsWith(prefix);

/** As `sealText`, for bytes. */
export async function sealBytes(ctx: Context, id: string, plain: Buffer): Promise<Buffer | null> {
  const key = await unwrap(ctx, id);
  return key ? Buffer.concat([Buffer.from(`${prefix}${id}:`), encrypt(ctx, key, { id, plain })]) : null;
}

/** As `openText`, for bytes. */
export async function openBytes(ctx: Context, kept: Buffer): Promise<Buffer | null> {
  if (!kept.subarray(0, prefix.length).equals(Buffer.from(prefix))) return kept;
  const colon = kept.indexOf(':', prefix.length);
  const id = kept.subarray(prefix.length, colon).toString('utf8');
  const key = await unwrap(ctx, id);
  return key ? decrypt(key, id, kept.subarray(colon + 1)) : null;
}

const makeDerived = () => new WeakMap<KeyObject, KeyObject>();

/** Derived once for a secret: every message and every lead needs it. */
function wrappingKey({ keys: { secret }, memory }: Context): KeyObject {
  const derived = memory(makeDerived);
  const known = derived.get(secret);
  if (known) return known;
  const bytes = hkdfSync('sha256', secret, Buffer.alloc(0), 'leadmesh content keys', keyBytes);
  const key = createSecretKey(Buffer.from(bytes));
  derived.set(secret, key);
  return key;
}

async function unwrap(ctx: Context, id: string): Promise<KeyObject | undefined> {
  const wrapped = await findContentKey(ctx, id);
  if (wrapped === undefined) return undefined;
  return createSecretKey(decrypt(wrappingKey(ctx), id, Buffer.from(wrapped, 'base64')));
}

/** Nonce, tag, text; bound to the id of the key, so that nothing can be put in another's place. */
function encrypt(ctx: Context, key: KeyObject, { id, plain }: { id: string; plain: Buffer }): Buffer {
  const nonce = ctx.ids.random(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(id));
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function decrypt(key: KeyObject, id: string, sealed: Buffer): Buffer {
  const nonce = sealed.subarray(0, nonceBytes);
  const text = sealed.subarray(nonceBytes + tagBytes);
  const cipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(Buffer.from(id));
  cipher.setAuthTag(sealed.subarray(nonceBytes, nonceBytes + tagBytes));
  return Buffer.concat([cipher.update(text), cipher.final()]);
}
