import {
  batchLimits,
  batchRequest,
  countFitting,
  longestPullMs,
  makeHeader,
  readPullResponse,
  seal,
  type Sealed,
} from '../../../protocol/index.ts';
import { transact, type Context } from '../../kernel/context.ts';
import type { Worker } from '../../kernel/workers.ts';
import { findWay, silenceOf } from './deliver.ts';
import { speaks } from '../peers/find-spoken.ts';
import { guardedFetch, type PeerFetch } from './guarded-fetch.ts';
import { answerAll } from '../receiving/receive-batch.ts';
import { openArrival, type Arrival } from '../receiving/receive-message.ts';
import { headerEpoch } from '../restoration/header-epoch.ts';
import { signingKeyFor } from '../keys/signing-key.ts';
import { deleteAnswers, keepAnswer, listAnswers, listFetches, setFetch } from '../store/fetches.ts';

const longestPause = 3_600_000;
const mostRounds = 100;

/** For a node that nobody can reach: asks its partners for what they keep for it, when its settings say so. */
export function makeFetchWorker(): Worker {
  const ending = new AbortController();
  const fetchPeer = guardedFetch(ending.signal);
  return {
    name: 'fetch',
    async runDue(ctx) {
      if (ctx.config.fetchEverySeconds === undefined || ending.signal.aborted) return 0;
      const now = ctx.clock.now();
      const due = (await listFetches(ctx)).filter(({ dueAt }) => (dueAt ?? 0) <= now);
      await Promise.all(
        due.map(({ peerId, failures }) => fetchFrom(ctx, fetchPeer, { peerId, failures: failures ?? 0 })),
      );
      return due.length;
    },
    async nextDueAt(ctx) {
      if (ctx.config.fetchEverySeconds === undefined) return undefined;
      const times = (await listFetches(ctx)).map(({ dueAt }) => dueAt ?? 0);
      return times.length > 0 ? Math.min(...times) : undefined;
    },
    stop() {
      ending.abort();
    },
  };
}

/** Asks until nothing more waits; what was taken is answered by the next question. */
async function fetchFrom(
  ctx: Context,
  fetchPeer: PeerFetch,
  { peerId, failures }: { peerId: string; failures: number },
) {
  let error: string | null = null;
  if (await speaks(ctx, peerId, 'Pull'))
    for (let round = 0; round < mostRounds; round++) {
      const outcome = await pullOnce(ctx, fetchPeer, peerId);
      error = outcome.error;
      if (error !== null || !outcome.more) break;
    }
  const failed = error === null ? 0 : failures + 1;
  const every = (ctx.config.fetchEverySeconds ?? 60) * 1000 * 2 ** Math.min(failed, 10);
  const jitter = 0.8 + (0.4 * ctx.ids.random(4).readUInt32BE()) / 2 ** 32;
  const now = ctx.clock.now();
  const dueAt = now + Math.round(Math.min(every, longestPause) * jitter);
  await transact(ctx, (tx) => setFetch(tx, { peerId, dueAt, failures: failed, fetchedAt: now, error }));
}

async function pullOnce(
  ctx: Context,
  fetchPeer: PeerFetch,
  peerId: string,
): Promise<{ error: string | null; more: boolean }> {
  const way = await findWay(ctx, peerId);
  if (!way) return { error: 'peer-unknown', more: false };
  const pull = await sealPull(ctx, peerId);
  const known = await listAnswers(ctx, peerId, batchLimits.documents - 1);
  const fitting = countFitting([pull.xml, ...known.map(({ answer }) => answer)]) - 1;
  const answers = known.slice(0, fitting);
  try {
    const { answer, documents } = await fetchPeer(ctx, {
      request: batchRequest(way.endpoint, [pull.xml, ...answers.map((one) => one.answer)]),
      allowance: way.allowance,
      read: (response) => readPullResponse(response, way.findKey, pull),
    });
    if (answer.kind !== 'receipt') return { error: answer.kind === 'problem' ? 'refused' : answer.reason, more: false };
    await transact(ctx, (tx) => deleteAnswers(tx, peerId, answers.map(({ messageId }) => messageId))); // prettier-ignore
    await takeFetched(ctx, peerId, documents);
    return { error: null, more: documents.length > 0 || answers.length > 0 };
  } catch (error) {
    return { error: silenceOf(error).code, more: false };
  }
}

async function sealPull(ctx: Context, peerId: string): Promise<Sealed> {
  const facts = { type: 'Pull', from: ctx.config.nodeId, to: peerId } as const;
  const header = makeHeader({ ...facts, now: ctx.clock.now(), lifeMs: longestPullMs });
  const body = { maxMessages: batchLimits.documents - 1, maxBytes: batchLimits.bytes };
  return seal({ header: { ...header, ...(await headerEpoch(ctx)) }, body }, await signingKeyFor(ctx, peerId));
}

/** Takes in what came, as if it had been posted here. What is not of this partner gets no answer. */
async function takeFetched(ctx: Context, peerId: string, documents: readonly Uint8Array[]): Promise<void> {
  const arrivals: Arrival[] = [];
  for (const document of documents) {
    const arrival = await openArrival(ctx, document);
    if ('sender' in arrival && arrival.sender.peer.nodeId === peerId) arrivals.push(arrival);
  }
  const answers = await answerAll(ctx, arrivals);
  await transact(ctx, async (tx) => {
    for (const [place, { xml }] of answers.entries()) {
      const messageId = arrivals[place]?.opened.message.header.messageId;
      if (messageId !== undefined && xml !== undefined) await keepAnswer(tx, { peerId, messageId, answer: xml });
    }
  });
}
