import {
  answerOf,
  batchLimits,
  batchPrefixBytes,
  longestPullMs,
  open,
  ProtocolError,
  writeBatch,
  type DeliveryAnswer,
  type Pull,
} from '../../../protocol/index.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { openText } from '../../leads/content-key.ts';
import { describeAnswer } from '../sending/deliver.ts';
import { findKeyOf, isKeyInForce } from '../keys/pinned-keys.ts';
import type { FrameAnswer } from './receive-batch.ts';
import { answerFailure, takeIn, type Arrival } from './receive-message.ts';
import { Refusal } from './refusal.ts';
import { isExpired, settleAttempt, settleExpired } from '../sending/settle-attempt.ts';
import { findOutbox, type OutboxMessage } from '../store/outbox.ts';
import { leaseFrame } from '../store/outbox-frames.ts';

/**
 * Hands over what waits for a partner that asks for it. Its answers to what it was handed before stand behind the Pull and
 * count first, so that what follows from them goes along. What it does not answer comes again (LX-173, LX-174).
 */
export async function answerPull(ctx: Context, pull: Arrival, answers: readonly Uint8Array[]): Promise<FrameAnswer> {
  const { header } = pull.opened.message;
  const tooLong = Date.parse(header.expires) - Date.parse(header.created) > longestPullMs;
  const error = new Refusal('expired', 'A Pull lives five minutes at most.');
  const receipt = tooLong ? await answerFailure(ctx, { ...pull, error }) : await takeIn(ctx, pull);
  const alone = { status: 200, frame: writeBatch([receipt.xml ?? '']), unproven: 0 };
  if (receipt.status !== 200 || receipt.repeated) return alone;
  for (const answer of answers) await settleAnswer(ctx, pull, answer);
  const body = pull.opened.message.body as Pull;
  const taken = Buffer.byteLength(receipt.xml ?? '') + batchPrefixBytes;
  const room = {
    messages: Math.min(body.maxMessages, batchLimits.documents - 1),
    bytes: Math.min(body.maxBytes, batchLimits.bytes) - taken,
  };
  const waiting = await takeWaiting(ctx, pull.sender.peer.nodeId, room);
  const documents = await Promise.all(waiting.map(({ document }) => openText(ctx, document)));
  const frame = writeBatch([receipt.xml ?? '', ...documents.map((document) => document ?? '')]);
  return { status: 200, frame, unproven: 0 };
}

/** Nothing is leased: what is not answered by the next Pull is due then. */
async function takeWaiting(ctx: Context, peerId: string, room: { messages: number; bytes: number }) {
  const messages = await transact(ctx, (tx) => leaseFrame(tx, peerId, { ...room, leaseEndsAt: tx.clock.now() }));
  const expired = messages.filter((message) => isExpired(ctx, message));
  for (const message of expired) await transact(ctx, (tx) => settleExpired(tx, message));
  return messages.filter((message) => !expired.includes(message));
}

/** A Receipt or Problem for a message of ours to this partner; whatever else stands there counts for nothing. */
async function settleAnswer(ctx: Context, { sender }: Arrival, bytes: Uint8Array): Promise<void> {
  const peerId = sender.peer.nodeId;
  const now = ctx.clock.now();
  const read = await readAnswer(ctx, bytes, (from, kid) =>
    isKeyInForce(sender, kid, now) ? findKeyOf(sender)(from, kid) : undefined,
  );
  if (read?.message.peerId !== peerId) return;
  const attempt = describeAnswer(read.answer, Buffer.from(bytes).toString('utf8'));
  await transact(ctx, (tx) => settleAttempt(tx, { message: read.message, beganAt: now }, attempt));
}

async function readAnswer(
  ctx: Context,
  bytes: Uint8Array,
  findKey: ReturnType<typeof findKeyOf>,
): Promise<{ message: OutboxMessage; answer: DeliveryAnswer } | undefined> {
  try {
    const opened = open(bytes, findKey);
    const message = await findOutbox(ctx, opened.message.header.inReplyTo?.messageId ?? '');
    if (!message) return undefined;
    const { messageId, digest, peerId } = message;
    const answer = answerOf(opened, { messageId, digest, from: ctx.config.nodeId, to: peerId }, 200);
    return { message, answer };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    ctx.log.warn('answer-not-taken', { code: error.code });
    return undefined;
  }
}
