import { writeFileSync } from 'node:fs';
import {
  exportSigningKey,
  fingerprint,
  makeSigningKey,
  shortestOverlapMs,
  type SigningKey,
} from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict, invalid } from '../../kernel/errors.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { announceNewestKey } from './announce-key.ts';
import { maySign } from './decide-signing-key.ts';
import { fileOfKey, newestSigningKey } from './signing-key.ts';
import { insertOwnKey, listOwnKeys, updateOwnKey } from '../store/own-keys.ts';
import { listNodes } from '../store/peers.ts';
import { planAsking } from '../store/speech.ts';

const longestNoticeDays = 90;

export interface RolledKey {
  readonly kid: string;
  /** What partners' administrators compare. */
  readonly fingerprint: string;
  /** Epoch milliseconds. */
  readonly validFrom: number;
  readonly oldKeyUntil: number;
}

/**
 * Makes a new signing key and tells every partner, signed by the old one. It signs from `days` on, for each partner once it
 * confirmed the key; the old one for thirty days more. Errors: `rollover-under-way`, `invalid`.
 */
export async function rollKey(ctx: Context, { days = 14 }: { days?: number | undefined } = {}): Promise<RolledKey> {
  if (!Number.isInteger(days) || days < 0 || days > longestNoticeDays)
    throw invalid(`A new key signs 0 to ${longestNoticeDays} days from now.`, { path: 'days' });
  const old = await newestSigningKey(ctx);
  const key = makeNewKey(ctx);
  return transact(ctx, async (tx) => {
    const now = tx.clock.now();
    const keys = await listOwnKeys(tx);
    if (keys.some(({ kid, validFrom }) => kid !== old.kid && validFrom > now) || keys.filter((one) => maySign(one, now)).length > 1)
      throw conflict('rollover-under-way', 'The last new key has not replaced the old one everywhere yet.');
    const validFrom = now + days * dayMilliseconds;
    const oldKeyUntil = validFrom + shortestOverlapMs;
    await insertOwnKey(tx, { ...rowOf(old), validFrom: 0, validUntil: oldKeyUntil });
    await updateOwnKey(tx, old.kid, { validUntil: oldKeyUntil });
    await insertOwnKey(tx, { ...rowOf(key), validFrom });
    await appendLeaf(tx, 'key-introduced', { use: 'messages', kid: key.kid, key: key.spki.toString('base64') });
    await tellPartners(tx, validFrom);
    return { kid: key.kid, fingerprint: fingerprint(tx.config.nodeId, key.spki), validFrom, oldKeyUntil };
  });
} // prettier-ignore

/**
 * For a key that is stolen: it counts for nothing any more from now on, and a new one signs at once. No message can say so
 * for us: every partner has to be introduced to it by hand, with the new invitation and ten words.
 */
export async function replaceKey(ctx: Context): Promise<RolledKey> {
  const key = makeNewKey(ctx);
  return transact(ctx, async (tx) => {
    const now = tx.clock.now();
    const first = ctx.keys.signing;
    await insertOwnKey(tx, { ...rowOf(first), validFrom: 0 });
    for (const { kid, revokedAt } of await listOwnKeys(tx))
      if (revokedAt === null) await updateOwnKey(tx, kid, { revokedAt: now });
    await insertOwnKey(tx, { ...rowOf(key), validFrom: now });
    await appendLeaf(tx, 'key-introduced', { use: 'messages', kid: key.kid, key: key.spki.toString('base64') });
    return { kid: key.kid, fingerprint: fingerprint(tx.config.nodeId, key.spki), validFrom: now, oldKeyUntil: now };
  });
}

/** The private half is durable before any row names it; one that no row names does no harm. */
function makeNewKey(ctx: Context): SigningKey {
  const key = makeSigningKey();
  writeFileSync(fileOfKey(ctx, key.kid), exportSigningKey(key), { mode: 0o600, flag: 'wx', flush: true });
  return key;
}

const rowOf = ({ kid, spki, algorithm }: SigningKey) => ({
  ...{ kid, algorithm, spki: spki.toString('base64') },
  ...{ validUntil: null, revokedAt: null },
});

/** When the key is due, each partner is tried with it. */
async function tellPartners(tx: Tx, validFrom: number): Promise<void> {
  for (const { nodeId, state } of await listNodes(tx)) {
    if (state === 'pending') continue;
    await announceNewestKey(tx, nodeId);
    await planAsking(tx, nodeId, validFrom);
  }
}
