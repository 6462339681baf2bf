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
  return chosen ? load(ctx, chosen) : ctx.keys.signing;
}

/** The newest key that may sign now: what new partners are told. */
export async function newestSigningKey(ctx: Context): Promise<SigningKey> {
  const newest = (await listOwnKeys(ctx)).find((key) => maySign(key, ctx.clock.now()));
  return newest ? load(ctx, newest) : ctx.keys.signing;
}

/** The key that signs for everybody: the one that was known longest. */
export async function publicSigningKey(ctx: Context): Promise<SigningKey> {
  const chosen = decideSigningKey(await listOwnKeys(ctx), ctx.clock.now());
  return chosen ? load(ctx, chosen) : ctx.keys.signing;
}

/** Of several keys the newest, if it is due and this partner is not known to take it yet. */
export async function findUnknownKey(ctx: Context, peerId: string): Promise<SigningKey | undefined> {
  const newest = (await listOwnKeysFor(ctx, peerId)).find((key) => maySign(key, ctx.clock.now()));
  return newest && newest.knownAt === null ? load(ctx, newest) : undefined;
}

/** Finds every key this node ever signed with: its old messages stay readable. */
export async function findOwnKey(ctx: Context): Promise<FindKey> {
  const keys = [ctx.keys.signing, ...(await listOwnKeys(ctx)).map(({ spki }) => verificationKey(Buffer.from(spki, 'base64')))];
  return (from, kid) => (from === ctx.config.nodeId ? keys.find((key) => key.kid === kid) : undefined);
} // prettier-ignore

/** Throws `keys-missing` when the file of a key that is to sign is gone. */
function load(ctx: Context, { kid }: Pick<OwnKey, 'kid'>): SigningKey {
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
