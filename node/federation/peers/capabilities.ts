import {
  batchLimits,
  keyAlgorithms,
  limits,
  makeHeader,
  schemaDigests,
  seal,
  type Capabilities,
  type CapabilityKey,
  type Sealed,
  type SigningKey,
} from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { checkpointKey } from '../../ledger/checkpoint.ts';
import { mostBytesUnderWay } from '../receiving/bytes-under-way.ts';
import { ownEndpoint } from './introduce.ts';
import { headerEpoch } from '../restoration/header-epoch.ts';
import { publicSigningKey, signingKeyFor } from '../keys/signing-key.ts';
import { listOwnKeys } from '../store/own-keys.ts';

const lifeMilliseconds = 48 * 3_600_000;

/** What this node speaks, signed, for everyone who asks. Nobody's trust hangs on it. */
export const sealCapabilities = async (ctx: Context): Promise<string> =>
  (await sealFor(ctx, '*', await publicSigningKey(ctx))).xml;

/** The same for one partner: told, not asked for, it says that this node is there. `key`: another than it is known to take. */
export const sealGreeting = async (ctx: Context, peerId: string, key?: SigningKey): Promise<Sealed> =>
  sealFor(ctx, peerId, key ?? (await signingKeyFor(ctx, peerId)));

async function sealFor(ctx: Context, to: string, key: SigningKey): Promise<Sealed> {
  const body = await describeCapabilities(ctx);
  const facts = { type: 'Capabilities', from: ctx.config.nodeId, to } as const;
  const header = makeHeader({ ...facts, now: ctx.clock.now(), lifeMs: lifeMilliseconds });
  return seal({ header: { ...header, ...(await headerEpoch(ctx)) }, body }, key);
}

/** What this node speaks, and its limits. */
export async function describeCapabilities(ctx: Context): Promise<Capabilities> {
  return {
    name: ctx.config.name,
    endpoint: ownEndpoint(ctx),
    versions: ['1'],
    levels: ['Core', 'Withhold', 'Update', 'Privacy', 'Agreement', 'Pull', 'Batch', 'Audit'],
    keys: await listKeys(ctx),
    maxMessageBytes: limits.messageBytes,
    maxBatchMessages: batchLimits.documents,
    maxBatchBytes: batchLimits.bytes,
    messagesPerMinute: ctx.config.messagesPerMinute,
    bytesInFlight: mostBytesUnderWay,
    algorithms: [...keyAlgorithms],
    schemas: [...schemaDigests],
    logKey: checkpointKey(ctx).text,
  };
}

/** Those that sign now, and the one that will. */
async function listKeys(ctx: Context): Promise<Capabilities['keys']> {
  const now = ctx.clock.now();
  const rows = (await listOwnKeys(ctx)).filter((key) => key.revokedAt === null && now < (key.validUntil ?? Infinity));
  if (rows.length > 0) return rows.map(({ kid, algorithm, spki }) => ({ kid, algorithm, spki }) as CapabilityKey);
  const { kid, algorithm, spki } = ctx.keys.signing;
  return [{ kid, algorithm, spki: spki.toString('base64') }];
}
