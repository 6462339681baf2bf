import {
  capabilitiesRequest,
  ProtocolError,
  readCapabilities,
  type Capabilities,
  type SigningKey,
} from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import type { Worker } from '../../kernel/workers.ts';
import { sealGreeting } from './capabilities.ts';
import { deliver } from '../sending/deliver.ts';
import { guardedFetch, type PeerFetch } from '../sending/guarded-fetch.ts';
import { endWhenComplete } from '../restoration/end-restoration.ts';
import { answeredBy, tellPeerChange } from './peer-health.ts';
import { findKeyOf, findPinnedPeer, isKeyInForce, type PinnedPeer } from '../keys/pinned-keys.ts';
import { announceNewestKey } from '../keys/announce-key.ts';
import { findNextKeyAt, findOtherThanPublic, findUnknownKeys } from '../keys/signing-key.ts';
import { listOwnKeys, markKnown } from '../store/own-keys.ts';
import { allowanceOf } from '../store/peers.ts';
import { learnLogKey } from '../witness/learn-log-key.ts';
import { findSpeech, listAskings, planAsking, updateSpeech } from '../store/speech.ts';

const hour = 3_600_000;
/** Asked anew after a day; believed for two; after a failure asked again in an hour (LX-077). */
const askAgainAfter = 24 * hour;
export const believedFor = 48 * hour;
const tryAgainAfter = hour;

/** Asks the partners what they speak, each about once a day. What it learns changes nobody's trust. */
export function makeSpeechWorker(): Worker {
  const ending = new AbortController();
  const fetchPeer = guardedFetch(ending.signal);
  return {
    name: 'speech',
    async runDue(ctx) {
      const now = ctx.clock.now();
      const due = (await listAskings(ctx)).filter(({ askAt }) => askAt <= now);
      if (ending.signal.aborted) return 0;
      await Promise.all(due.map(({ peerId }) => ask(ctx, fetchPeer, peerId)));
      await Promise.all(due.map(({ peerId }) => bringKeys(ctx, fetchPeer, peerId)));
      return due.length;
    },
    nextDueAt: async (ctx) => (await listAskings(ctx))[0]?.askAt,
    stop() {
      ending.abort();
    },
  };
}

async function ask(ctx: Context, fetchPeer: PeerFetch, peerId: string): Promise<void> {
  const pinned = await findPinnedPeer(ctx, peerId);
  if (!pinned) return;
  try {
    const read = await fetchPeer(ctx, {
      request: capabilitiesRequest(pinned.peer.endpoint),
      allowance: allowanceOf(pinned.peer),
      read: (response) => readCapabilities(response, findKeyInForce(ctx, pinned)).catch(asUnproven),
    });
    if (read instanceof ProtocolError) throw read;
    const { header, body } = read.message;
    if (header.to !== '*' && header.to !== ctx.config.nodeId) throw new ProtocolError('audience', 'For somebody else.');
    if (Date.parse(header.expires) < ctx.clock.now()) throw new ProtocolError('expired', 'Too old.');
    await transact(ctx, (tx) => learnSpeech(tx, peerId, { saidAt: Date.parse(header.created), body }));
  } catch (error) {
    if (!(error instanceof ProtocolError || error instanceof CodedError)) throw error;
    ctx.log.warn('capabilities-not-learned', { peerId, code: error.code });
    await transact(ctx, (tx) => updateSpeech(tx, peerId, { error: error.code, askAt: tx.clock.now() + tryAgainAfter }));
  }
}

/**
 * Tells a partner of the newest key of ours, where it does not know of it. Keys that are due are tried on the partner until it
 * answers: then its administrator has confirmed one, and what waited because it took no other is tried at once.
 */
async function bringKeys(ctx: Context, fetchPeer: PeerFetch, peerId: string): Promise<void> {
  if ((await listOwnKeys(ctx)).length < 2) return;
  const begins = await findNextKeyAt(ctx);
  await transact(ctx, async (tx) => {
    await announceNewestKey(tx, peerId);
    if (begins !== undefined) await planAsking(tx, peerId, begins);
  });
  const unknown = await findUnknownKeys(ctx, peerId);
  for (const key of unknown) if (await greetWith(ctx, fetchPeer, { peerId, key })) break;
  if ((await findUnknownKeys(ctx, peerId)).length > 0)
    return transact(ctx, (tx) => planAsking(tx, peerId, tx.clock.now() + tryAgainAfter));
  const key = unknown.length > 0 ? undefined : await findOtherThanPublic(ctx, peerId);
  if (key) await greetWith(ctx, fetchPeer, { peerId, key });
}

/** Tells a partner what we speak, signed by this key; answers whether it takes that. */
async function greetWith(
  ctx: Context,
  fetchPeer: PeerFetch,
  { peerId, key }: { peerId: string; key: SigningKey },
): Promise<boolean> {
  const { xml, messageId, digest } = await sealGreeting(ctx, peerId, key);
  const attempt = await deliver(ctx, fetchPeer, { peerId, messageId, digest, document: xml });
  if (attempt.kind !== 'receipt') return false;
  await transact(ctx, async (tx) => {
    await markKnown(tx, peerId, key.kid);
    await answeredBy(tx, peerId);
  });
  return true;
}

/** What the network did is one thing, what the peer said another. */
function asUnproven(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  throw error;
}

function findKeyInForce(ctx: Context, pinned: PinnedPeer): ReturnType<typeof findKeyOf> {
  const now = ctx.clock.now();
  return (from, kid) => (isKeyInForce(pinned, kid, now) ? findKeyOf(pinned)(from, kid) : undefined);
}

/** Keeps what a peer signed of itself, unless something newer is known: old Capabilities that come again take nothing away. */
export async function learnSpeech(
  tx: Tx,
  peerId: string,
  { saidAt, body }: { saidAt: number; body: Capabilities },
): Promise<void> {
  const known = await findSpeech(tx, peerId);
  const now = tx.clock.now();
  const rest = { askAt: now + askAgainAfter, error: null };
  if (known?.saidAt && saidAt < known.saidAt) return updateSpeech(tx, peerId, rest);
  const { logKey } = body;
  if (logKey !== undefined) await learnLogKey(tx, peerId, logKey);
  const capabilities = JSON.stringify(body);
  await updateSpeech(tx, peerId, { ...rest, capabilities, saidAt, learnedAt: now });
  if (!body.levels.includes('Audit')) await endWhenComplete(tx);
  if (known?.capabilities === capabilities) return;
  await tellPeerChange(tx, peerId);
  tx.afterCommit(() => tx.bus.wake('outbox'));
}
