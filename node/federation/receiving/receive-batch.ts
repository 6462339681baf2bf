import { isRetryable, ProtocolError, readBatch, writeBatch } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { answerPull } from './receive-pull.ts';
import { answerFailure, openArrival, takeIn, type Arrival, type ExchangeAnswer } from './receive-message.ts';
import { findPinnedPeer, type PinnedPeer } from '../keys/pinned-keys.ts';
import { Refusal } from './refusal.ts';
import { countRefusal } from './count-refusals.ts';
import { claimBytes } from './bytes-under-way.ts';
import { isQuotaEmpty } from './take-quota.ts';

/** A frame of answers; without `frame` the constant answer to strangers, or with 429 nothing but the time to wait. */
export interface FrameAnswer {
  readonly status: number;
  readonly frame?: Buffer;
  /** How many documents did not prove who sent them. */
  readonly unproven: number;
  /** Seconds. */
  readonly retryAfter?: number;
}

const waitSeconds = 60;

/**
 * Takes many messages at once: each is answered as if it had come alone, and one that is bad harms no other. Those of one
 * conversation are taken in their order; all others together, so that they share commits. The whole frame counts as under way
 * to the first partner in it.
 */
export async function receiveBatch(ctx: Context, bytes: Uint8Array): Promise<FrameAnswer> {
  const documents = openFrame(ctx, bytes);
  if (documents.length === 0) return { status: 401, unproven: 1 };
  const findSender = findEachOnce(ctx);
  const opened: (Arrival | ExchangeAnswer)[] = [];
  let release: (() => void) | undefined;
  try {
    for (const [place, document] of documents.entries()) {
      if (place > 0) await othersFirst();
      const arrival = await openArrival(ctx, document, findSender);
      opened.push(arrival);
      if ('status' in arrival) continue;
      const admitted = (release ??= admitFrame(ctx, arrival, bytes));
      if (!admitted) {
        countRefusal(ctx, 'rate', arrival.sender.peer.nodeId);
        return { status: 429, retryAfter: waitSeconds, unproven: 0 };
      }
      const isPull = place === 0 && arrival.opened.message.header.type === 'Pull';
      if (isPull) return await answerPull(ctx, arrival, documents.slice(1));
    }
    const answers = await answerAll(ctx, opened);
    const unproven = answers.filter(({ xml }) => xml === undefined).length;
    return { status: 200, frame: writeBatch(answers.map(({ xml }) => xml ?? '')), unproven };
  } finally {
    release?.();
  }
}

/** Of a partner that has used up its number, or has too much under way, not every message is verified only to be told so. */
const admitFrame = (ctx: Context, { sender: { peer } }: Arrival, { byteLength }: Uint8Array) =>
  isQuotaEmpty(ctx, peer.nodeId) ? undefined : claimBytes(ctx, peer.nodeId, byteLength);

/** No documents: the frame is broken, and refused as a whole. */
function openFrame(ctx: Context, bytes: Uint8Array): Uint8Array[] {
  try {
    return readBatch(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    ctx.log.warn('frame-refused', { code: error.code });
    return [];
  }
}

/** The messages of a frame come from one partner, as a rule: its rows are read once for all of them. */
function findEachOnce(ctx: Context): (nodeId: string) => Promise<PinnedPeer | undefined> {
  const found = new Map<string, PinnedPeer | undefined>();
  return async (nodeId) => {
    if (!found.has(nodeId)) found.set(nodeId, await findPinnedPeer(ctx, nodeId));
    return found.get(nodeId);
  };
}

/** Lets whatever else waits have its turn: a full frame holds up nobody else's message. */
const othersFirst = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Answers arrivals in their order. */
export async function answerAll(
  ctx: Context,
  opened: readonly (Arrival | ExchangeAnswer)[],
): Promise<ExchangeAnswer[]> {
  const answers = new Map<number, ExchangeAnswer>();
  const chains = new Map<string, number[]>();
  for (const [place, each] of opened.entries()) {
    if ('status' in each) answers.set(place, each);
    else chains.set(chainOf(each, place), [...(chains.get(chainOf(each, place)) ?? []), place]);
  }
  const takeChain = async (places: readonly number[]) => {
    let stopped = false;
    for (const place of places) {
      const arrival = opened[place] as Arrival;
      const answer: ExchangeAnswer = stopped ? await refuseBehind(ctx, arrival) : await takeIn(ctx, arrival);
      stopped ||= answer.code !== undefined && isRetryable(answer.code);
      answers.set(place, answer);
    }
  };
  await Promise.all([...chains.values()].map(takeChain));
  return opened.map((_, place) => answers.get(place) as ExchangeAnswer);
}

function chainOf({ sender, opened }: Arrival, place: number): string {
  const { conversation } = opened.message.header;
  return conversation === undefined ? `${place}` : `${sender.peer.nodeId} ${conversation}`;
}

/** What stands behind a message that is to come again comes again behind it, or its turn would be over. */
const refuseBehind = (ctx: Context, { sender, opened }: Arrival): Promise<ExchangeAnswer> =>
  answerFailure(ctx, {
    sender,
    opened,
    error: new Refusal('overloaded', 'An earlier message of this conversation comes first.'),
  });
