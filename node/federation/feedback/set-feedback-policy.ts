import { transact, type Context } from '../../kernel/context.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { feedbackOf, type FeedbackPolicy } from './feedback-policy.ts';
import { getPeer, updatePeer } from '../store/peers.ts';

/** What of a feedback policy changes. */
interface FeedbackChange {
  readonly tell?: Partial<FeedbackPolicy['tell']> | undefined;
  readonly keep?: Partial<FeedbackPolicy['keep']> | undefined;
  readonly bands?: FeedbackPolicy['bands'] | undefined;
}

/** Changes what a partner is told and what is kept of what it tells, from now on; `by` is who says so. Error `not-found`. */
export function setFeedbackPolicy(
  ctx: Context,
  nodeId: string,
  change: FeedbackChange,
  by?: string,
): Promise<FeedbackPolicy> {
  return transact(ctx, async (tx) => {
    const { tell, keep, bands } = feedbackOf(await getPeer(tx, nodeId));
    const policy = {
      tell: { ...tell, ...change.tell },
      keep: { ...keep, ...change.keep },
      bands: change.bands ?? bands,
    };
    const feedback = JSON.stringify(policy);
    await updatePeer(tx, nodeId, { feedback });
    await appendLeaf(tx, 'feedback-policy-set', {
      peer: nodeId,
      tell: factsOf(policy.tell),
      keep: factsOf(policy.keep),
      bands: factsOf(policy.bands),
      by,
    });
    return policy;
  });
}

const factsOf = (settings: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(settings).map(([name, value]) => `${name}=${String(value)}`);
