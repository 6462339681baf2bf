import type { Context } from '../../kernel/context.ts';
import type { Offer } from './offers.ts';
import type { DisclosedFields, OfferSummary, Recipient, RecipientState } from './recipients.ts';

/** An offer as it lies in somebody's inbox: the offer, and what this recipient may see of it. */
export type InboxRow = Pick<
  Recipient,
  'id' | 'offerId' | 'leadId' | 'userId' | 'summary' | 'fields' | 'answeredAt' | 'createdAt'
> &
  Pick<Offer, 'mode' | 'round' | 'opensAt' | 'closesAt' | 'state'> & { readonly recipientState: RecipientState };

interface InboxQuery {
  readonly userId: string;
  readonly states: readonly RecipientState[];
  /** Only offers that close later than this. */
  readonly closesAfter?: number | undefined;
  readonly limit: number;
  /** Id of the last recipient seen. */
  readonly cursor?: string | undefined;
}

/** A user's offers in these states, newest first; one more than `limit`, to know whether there is a next page. */
export async function listInbox(ctx: Context, query: InboxQuery): Promise<InboxRow[]> {
  const rows = await inboxQuery(ctx, query).execute();
  return rows.map(({ summary, fields, ...row }) => ({
    ...row,
    summary: JSON.parse(summary) as OfferSummary,
    fields: JSON.parse(fields) as DisclosedFields,
  }));
}

function inboxQuery(ctx: Pick<Context, 'db'>, { userId, states, closesAfter, limit, cursor }: InboxQuery) {
  let query = ctx.db
    .selectFrom('offerRecipient')
    .innerJoin('offer', 'offer.id', 'offerRecipient.offerId')
    .select(['offerRecipient.id', 'offerRecipient.offerId', 'offerRecipient.leadId', 'offerRecipient.userId'])
    .select(['offerRecipient.summary', 'offerRecipient.fields', 'offerRecipient.answeredAt'])
    .select(['offerRecipient.createdAt', 'offerRecipient.state as recipientState'])
    .select(['offer.mode', 'offer.round', 'offer.opensAt', 'offer.closesAt', 'offer.state'])
    .where('offerRecipient.userId', '=', userId)
    .where('offerRecipient.state', 'in', states)
    .orderBy('offerRecipient.id', 'desc')
    .limit(limit + 1);
  if (closesAfter !== undefined) query = query.where('offer.closesAt', '>', closesAfter);
  if (cursor !== undefined) query = query.where('offerRecipient.id', '<', cursor);
  return query;
}

/** How many were asked by each of these offers. */
export async function countAsked(ctx: Context, offerIds: readonly string[]): Promise<Map<string, number>> {
  if (offerIds.length === 0) return new Map();
  const rows = await ctx.db
    .selectFrom('offerRecipient')
    .select((put) => ['offerId', put.fn.countAll<number>().as('count')])
    .where('offerId', 'in', offerIds)
    .groupBy('offerId')
    .execute();
  return new Map(rows.map((row) => [row.offerId, row.count]));
}

/** How many offers wait for each of these users; users without any are absent. */
export async function countWaiting(ctx: Context, userIds: readonly string[]): Promise<Map<string, number>> {
  if (userIds.length === 0) return new Map();
  const rows = await ctx.db
    .selectFrom('offerRecipient')
    .innerJoin('offer', 'offer.id', 'offerRecipient.offerId')
    .select((put) => ['offerRecipient.userId', put.fn.countAll<number>().as('count')])
    .where('offerRecipient.userId', 'in', userIds)
    .where('offerRecipient.state', '=', 'offered')
    .where('offer.closesAt', '>', ctx.clock.now())
    .groupBy('offerRecipient.userId')
    .execute();
  return new Map(rows.map((row) => [row.userId ?? '', row.count]));
}
