import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSigningKey, verificationKey, type FindKey, type SigningKey } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { decideSigningKey, maySign } from './decide-signing-key.ts';
import { listOwnKeys, listOwnKeysFor, type OwnKey } from '../store/own-keys.ts';

type LoadedKeys = Map<string, SigningKey>;
const makeLoadedKeys = (): LoadedKeys => new Map();

/** Where the private half of a later key lies: beside the first one. */
export function fileOfKey({ config }: Pick<Context, 'config'>, kid: string): string {
  const folder = join(config.dataFolder, 'keys');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return join(folder, `signing-${kid}.pem`);
}

/** The key that signs what this partner is to read: a new one only when it is due, and the partner takes it. */
export async function signingKeyFor(ctx: Context, peerId: string): Promise<SigningKey> {
  const chosen = decideSigningKey(await listOwnKeysFor(ctx, peerId), ctx.clock.now());
  return chosen ? loadOwnKey(ctx, chosen) : ctx.keys.signing;
}

/** The newest key that may sign now: what new partners are told. */
export async function newestSigningKey(ctx: Context): Promise<SigningKey> {
  const newest = (await listOwnKeys(ctx)).find((key) => maySign(key, ctx.clock.now()));
  return newest ? loadOwnKey(ctx, newest) : ctx.keys.signing;
}

/** The key that signs for everybody: the one that was known longest. */
export async function publicSigningKey(ctx: Context): Promise<SigningKey> {
  const chosen = decideSigningKey(await listOwnKeys(ctx), ctx.clock.now());
  return chosen ? loadOwnKey(ctx, chosen) : ctx.keys.signing;
}

/** The keys that are due and newer than the one this partner is known to take, newest first; all while it is known to take none. */
export async function findUnknownKeys(ctx: Context, peerId: string): Promise<SigningKey[]> {
  const inForce = (await listOwnKeysFor(ctx, peerId)).filter((key) => maySign(key, ctx.clock.now()));
  const known = inForce.findIndex(({ knownAt }) => knownAt !== null);
  return inForce.slice(0, known === -1 ? undefined : known).map((key) => loadOwnKey(ctx, key));
}

/**
 * Of several keys in force the one that signs for this partner, if that is not the one that signs for everybody: what it fetches
 * it may not be able to verify.
 */
export async function findOtherThanPublic(ctx: Context, peerId: string): Promise<SigningKey | undefined> {
  const key = await signingKeyFor(ctx, peerId);
  return key.kid === (await publicSigningKey(ctx)).kid ? undefined : key;
}

/** When a key that was made already begins to sign; undefined when none waits for that. */
export async function findNextKeyAt(ctx: Context): Promise<number | undefined> {
  const waiting = (await listOwnKeys(ctx)).filter((key) => key.revokedAt === null && key.validFrom > ctx.clock.now());
  return waiting.at(-1)?.validFrom;
}

/** Finds every key this node ever signed with: its old messages stay readable. */
export async function findOwnKey(ctx: Context): Promise<FindKey> {
  const keys = [ctx.keys.signing, ...(await listOwnKeys(ctx)).map(({ spki }) => verificationKey(Buffer.from(spki, 'base64')))];
  return (from, kid) => (from === ctx.config.nodeId ? keys.find((key) => key.kid === kid) : undefined);
} // prettier-ignore

/** A key of ours, by its kid. Throws `keys-missing` when its file is gone. */
export function loadOwnKey(ctx: Context, { kid }: Pick<OwnKey, 'kid'>): SigningKey {
  if (kid === ctx.keys.signing.kid) return ctx.keys.signing;
  const loaded = ctx.memory(makeLoadedKeys);
  const known = loaded.get(kid);
  if (known) return known;
  const file = fileOfKey(ctx, kid);
  if (!existsSync(file)) throw new CodedError('keys-missing', 500, `There is no ${file}. Restore it from a backup.`);
  const key = loadSigningKey(readFileSync(file, 'utf8'));
  loaded.set(kid, key);
  return key;
}
