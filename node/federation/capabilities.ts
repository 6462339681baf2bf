import {
  batchLimits,
  keyAlgorithms,
  limits,
  makeHeader,
  seal,
  type Capabilities,
  type Sealed,
} from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import { checkpointKey } from '../ledger/checkpoint.ts';
import { ownEndpoint } from './introduce.ts';

const lifeMilliseconds = 48 * 3_600_000;

/** What this node speaks, signed, for everyone who asks. Nobody's trust hangs on it. */
export const sealCapabilities = (ctx: Context): string => sealFor(ctx, '*').xml;

/** The same for one partner: told, not asked for, it says that this node is there. */
export const sealGreeting = (ctx: Context, peerId: string): Sealed => sealFor(ctx, peerId);

function sealFor(ctx: Context, to: string): Sealed {
  const { kid, algorithm, spki } = ctx.keys.signing;
  const body: Capabilities = {
    name: ctx.config.name,
    endpoint: ownEndpoint(ctx),
    versions: ['1'],
    levels: ['Core', 'Withhold', 'Update', 'Batch'],
    keys: [{ kid, algorithm, spki: spki.toString('base64') }],
    maxMessageBytes: limits.messageBytes,
    maxBatchMessages: batchLimits.documents,
    maxBatchBytes: batchLimits.bytes,
    messagesPerMinute: ctx.config.messagesPerMinute,
    algorithms: [...keyAlgorithms],
    logKey: checkpointKey(ctx).text,
  };
  const facts = { type: 'Capabilities', from: ctx.config.nodeId, to } as const;
  const header = makeHeader({ ...facts, now: ctx.clock.now(), lifeMs: lifeMilliseconds });
  return seal({ header, body }, ctx.keys.signing);
}
