import type { Store } from '../support/store.ts';

/** What a node's rows say when all is quiet, whichever database they are in. */
export async function readLedger({ ctx }: Store) {
  const { db } = ctx;
  const outbox = await db
    .selectFrom('outbox')
    .select(['peerId', 'conversationId', 'seq', 'messageId', 'state', 'type'])
    .execute();
  const inbox = await db.selectFrom('inbox').select(['messageId', 'type', 'code']).execute();
  const leads = await db
    .selectFrom('lead')
    .select(['id', 'state', 'contactName', 'holderKind', 'holderId', 'originConversation'])
    .execute();
  const recipients = await db.selectFrom('offerRecipient').select(['leadId', 'offerId', 'state', 'userId']).execute();
  const history = await db.selectFrom('leadHistory').select(['leadId', 'kind']).execute();
  const turns = await db.selectFrom('turn').select('number').execute();
  const failed = await db.selectFrom('job').select(['kind', 'lastError']).where('failedAt', 'is not', null).execute();
  return { outbox, inbox, leads, recipients, history, turns, failed };
}
export type Ledger = Awaited<ReturnType<typeof readLedger>>;

/** Whether nothing is under way any more: no message waits, no intent but those of later. */
export async function isQuiet({ ctx }: Store): Promise<boolean> {
  const { db } = ctx;
  const soon = Date.now() + 60_000;
  const waiting = await db.selectFrom('outbox').select('messageId').where('state', '=', 'waiting').limit(1).execute();
  const jobs = await db
    .selectFrom('job')
    .select('id')
    .where('failedAt', 'is', null)
    // Losers confirm within minutes what they deleted, each at a time of its own.
    .where('kind', '<>', 'delete-shown')
    .where('dueAt', '<', soon)
    .limit(1)
    .execute();
  return waiting.length === 0 && jobs.length === 0;
}

/** Conversations whose messages are not numbered 1, 2, 3 … */
export function listGaps({ outbox }: Ledger): string[] {
  const bySide = Map.groupBy(outbox, ({ peerId, conversationId }) => `${peerId} ${conversationId}`);
  return [...bySide].flatMap(([conversation, messages]) => {
    const numbers = messages.map(({ seq }) => seq).sort((one, other) => one - other);
    return numbers.every((seq, index) => seq === index + 1) ? [] : [`${conversation}: ${numbers.join(' ')}`];
  });
}

/** What may happen to a lead once at most, and happened more often. */
export function listRepeated({ history }: Ledger): string[] {
  const once = history.filter(({ kind }) => ['receive', 'assign', 'release', 'award', 'disclose'].includes(kind));
  const counted = Map.groupBy(once, ({ leadId, kind }) => `${kind} ${leadId}`);
  return [...counted].flatMap(([what, all]) => (all.length === 1 ? [] : [what]));
}

/** How often each value occurs. */
export const tally = <T extends string>(values: Iterable<T>): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(values, (value) => value)].map(([value, all]) => [value, all.length]));
