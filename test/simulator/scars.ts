import type { RunPlan } from './plan.ts';
import type { Conversation, Stock } from './stock.ts';

/** What is missing on a side that was never told: the other side's word, by what it is about. */
export interface Scars {
  /** Where the conversation stands. */
  readonly state: boolean;
  readonly status: boolean;
  readonly values: boolean;
  readonly consent: boolean;
  /** That somebody wants the data erased. */
  readonly erasure: boolean;
}

const stories: Readonly<Record<keyof Scars, readonly string[]>> = {
  state: [
    ...['Offer', 'Accept', 'Reject', 'Award', 'NoLongerAvailable', 'Release'],
    ...['Recall', 'RecallAnswer', 'Return', 'ReturnAnswer', 'ErasureStatus'],
  ],
  status: ['Status'],
  values: ['Update'],
  consent: ['ConsentChange'],
  erasure: ['Erasure'],
};

/**
 * What may differ between both sides of a conversation after a silence: what died unheard and was not sent again, or was
 * sent again too late for an effect. Where all was sent again that can be (LX-136), only questions are left: these are asked anew.
 */
export function scarsOf(stocks: readonly Stock[], ours: Pick<Conversation, 'conversationId'>, plan: RunPlan): Scars {
  const ofIt = stocks.flatMap(({ outbox }) => outbox).filter((row) => row.conversationId === ours.conversationId);
  const lost = ofIt.filter((row) => isLost(row, plan)).map(({ type }) => type as string);
  const about = (story: keyof Scars) => lost.some((type) => stories[story].includes(type));
  return {
    ...{ state: about('state'), status: about('status'), values: about('values') },
    ...{ consent: about('consent'), erasure: about('erasure') },
  };
}

/** And a report. Of an erasure it is told that an administrator asks anew. */
const questions: readonly string[] = ['Recall', 'Return', 'AccessRequest', 'AccessReport'];

/** A release that comes after its holder waited for it in vain is refused: people must decide. */
function isLost({ type, state, code, effectKey, messageId }: Stock['outbox'][number], { silence }: RunPlan): boolean {
  if (!silence) return false;
  if (state === 'refused') return type === 'Release' && code === 'illegal-transition' && effectKey !== messageId;
  return state === 'dead' && (silence.replays !== 'all' || questions.includes(type));
}

/** Whether an answer about personal data died; a report whose content was deleted meanwhile cannot be sent again. */
export const isUnanswered = (stocks: readonly Stock[], request: Stock['requests'][number], plan: RunPlan): boolean =>
  stocks
    .filter(({ nodeId }) => nodeId === request.peerId)
    .flatMap(({ outbox }) => outbox)
    .some((row) => row.conversationId === request.conversationId && answers.includes(row.type) && isLost(row, plan));

const answers: readonly string[] = ['ErasureStatus', 'AccessReport'];

/** Whether the partner that a lead is given to was never told, or never said, so much that people must decide. */
export const waitsForPeople = ({ conversations, outbox }: Stock, leadId: string, plan: RunPlan): boolean =>
  conversations
    .filter((conversation) => conversation.leadId === leadId)
    .some(({ conversationId }) =>
      outbox.some((row) => row.conversationId === conversationId && row.type === 'Release' && isLost(row, plan)),
    );
