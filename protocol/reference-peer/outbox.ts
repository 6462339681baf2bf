import { deliveryRequest, readDeliveryResponse, type FindKey, type Problem, type Sealed } from '../index.ts';
import type { Cancel, PeerClock } from './peer-lead.ts';

interface OutboxParts {
  readonly clock: PeerClock;
  readonly fetch: typeof fetch;
  readonly findKey: FindKey;
  readonly endpointOf: (nodeId: string) => string | undefined;
  /** A message found its end: a receipt, or a problem that no repetition mends. */
  readonly onSettled: (conversation: string, sealed: Sealed, problem: Problem | undefined) => void;
}

interface Outbox {
  /** Queues a message; messages of one conversation leave one after the other, each after the receipt of the one before. */
  post(conversation: string, sealed: Sealed): void;
  /** How many messages have no receipt yet. */
  size(): number;
  stop(): Promise<void>;
}

const retrySeconds = [1, 2, 5, 10, 30, 60, 120, 300];

interface Queue {
  readonly waiting: Sealed[];
  attempts: number;
  cancel?: Cancel;
}

/** Delivers at least once: the same bytes again and again until the partner signs a receipt or a final problem. */
export function makeOutbox(parts: OutboxParts): Outbox {
  const queues = new Map<string, Queue>();
  const running = new Set<Promise<void>>();
  const stopped = new AbortController();

  function run(conversation: string, queue: Queue): void {
    const job = work(conversation, queue).finally(() => running.delete(job));
    running.add(job);
  }

  async function work(conversation: string, queue: Queue): Promise<void> {
    const [sealed] = queue.waiting;
    if (!sealed) return;
    const outcome = await attempt(sealed, parts, stopped.signal);
    if (outcome === 'stopped') return;
    if (typeof outcome === 'number') {
      queue.cancel = parts.clock.after(waitSeconds(queue.attempts, outcome) * 1_000, () => run(conversation, queue));
      queue.attempts += 1;
      return;
    }
    queue.attempts = 0;
    queue.waiting.shift();
    parts.onSettled(conversation, sealed, outcome === 'receipt' ? undefined : outcome);
    if (queue.waiting.length > 0) run(conversation, queue);
    else queues.delete(conversation);
  }

  return {
    post(conversation, sealed) {
      const queue = queues.get(conversation) ?? { waiting: [], attempts: 0 };
      queues.set(conversation, queue);
      queue.waiting.push(sealed);
      if (queue.waiting.length === 1) run(conversation, queue);
    },
    size: () => [...queues.values()].reduce((sum, { waiting }) => sum + waiting.length, 0),
    async stop() {
      stopped.abort();
      for (const { cancel } of queues.values()) cancel?.();
      await Promise.all(running);
    },
  };
}

/** As long as the partner asks for, and longer each time. */
function waitSeconds(attempts: number, asked: number): number {
  return Math.max(asked, retrySeconds[Math.min(attempts, retrySeconds.length - 1)] ?? 0);
}

/** How it ended, or a number: not yet, come back after that many seconds. */
async function attempt(
  sealed: Sealed,
  { fetch, findKey, endpointOf }: OutboxParts,
  stop: AbortSignal,
): Promise<Problem | 'receipt' | 'stopped' | number> {
  try {
    const { url, init } = deliveryRequest(endpointOf(sealed.to) ?? '', sealed.xml);
    const signal = AbortSignal.any([stop, AbortSignal.timeout(20_000)]);
    const answer = await readDeliveryResponse(await fetch(url, { ...init, signal }), findKey, sealed);
    if (stop.aborted) return 'stopped';
    if (answer.kind === 'receipt') return 'receipt';
    if (answer.kind === 'unsigned') return answer.retryAfter ?? 0;
    const { body } = answer.opened.message;
    return body.retryable ? (body.retryAfter ?? 0) : body;
  } catch {
    return stop.aborted ? 'stopped' : 0;
  }
}
