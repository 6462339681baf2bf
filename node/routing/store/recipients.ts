import type { DisclosurePlan } from '../../disclosure/decide-disclosure.ts';
import { compileOnce, compileRowsOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import type { Money, RejectReason } from '../../../protocol/index.ts';

interface OfferRecipientTable {
  id: string;
  offerId: string;
  leadId: string;
  boxId: string | null;
  kind: 'user' | 'peer';
  userId: string | null;
  peerId: string | null;
  /** Of a partner without a node: the person there who was asked. */
  personId: string | null;
  /** Name of the user or peer at the time. */
  name: string;
  state: RecipientState;
  rejectReason: RejectReason | null;
  rejectText: string | null;
  /** JSON: DisclosurePlan; deleted once nobody needs its values. */
  plan: string | null;
  /** JSON: OfferSummary. */
  summary: string;
  /** JSON: DisclosedFields. */
  fields: string;
  createdAt: number;
  answeredAt: number | null;
}

declare module '../../kernel/database.ts' {
  interface Database {
    offerRecipient: OfferRecipientTable;
  }
}

/** `accepted`: first, but not final yet; `won`: holds the lead; `lost`: the offer ended without this recipient's doing. */
export type RecipientState = 'offered' | 'accepted' | 'rejected' | 'expired' | 'lost' | 'won';

/** What lists show of an offer: taken from the visible part only. */
export interface OfferSummary {
  readonly title?: string | undefined;
  readonly company?: string | undefined;
  readonly city?: string | undefined;
  readonly country?: string | undefined;
  /** The first product asked for, and how many there are. */
  readonly product?: { readonly name: string; readonly quantity?: string | undefined; readonly of: number } | undefined;
  readonly size?: Money | undefined;
  /** The peer the lead comes from. */
  readonly from?: { readonly peerId: string; readonly name?: string | undefined } | undefined;
  readonly test?: true | undefined;
}
/** Field paths, kept for good: what the recipient was shown, and what not. */
export interface DisclosedFields {
  readonly shown: readonly string[];
  readonly masked: readonly string[];
  readonly withheld: readonly string[];
  readonly never: readonly string[];
  /** The digest of the policies that decided; offers from before policies had one have none. */
  readonly policy?: string | undefined;
  /** Which rule chose the recipient, and the digest of the steps of that decision. */
  readonly rule?: string | undefined;
  readonly trace?: string | undefined;
}

export interface Recipient {
  readonly id: string;
  readonly offerId: string;
  readonly leadId: string;
  readonly boxId: string | null;
  readonly kind: 'user' | 'peer';
  readonly userId: string | null;
  readonly peerId: string | null;
  readonly personId: string | null;
  readonly name: string;
  readonly state: RecipientState;
  readonly rejectReason: RejectReason | null;
  readonly rejectText: string | null;
  readonly summary: OfferSummary;
  readonly fields: DisclosedFields;
  readonly createdAt: number;
  readonly answeredAt: number | null;
}

const columns = [
  'id', 'offerId', 'leadId', 'boxId', 'kind', 'userId', 'peerId', 'personId', 'name', 'state', 'rejectReason', 'rejectText',
  'summary', 'fields', 'createdAt', 'answeredAt',
] as const; // prettier-ignore

function toRecipient({ summary, fields, ...row }: Pick<OfferRecipientTable, (typeof columns)[number]>): Recipient {
  return { ...row, summary: JSON.parse(summary) as OfferSummary, fields: JSON.parse(fields) as DisclosedFields };
}

const findRow = compileOnce((db, { id }: { id: string }) =>
  db.selectFrom('offerRecipient').select(columns).where('id', '=', id),
);

export async function findRecipient(ctx: Context, id: string): Promise<Recipient | undefined> {
  const [row] = (await findRow(ctx, { id })).rows;
  return row && toRecipient(row);
}

export async function getRecipient(ctx: Context, id: string): Promise<Recipient> {
  const recipient = await findRecipient(ctx, id);
  if (!recipient) throw notFound('offer');
  return recipient;
}

/** The plan an offer was made by; undefined once its values were deleted. */
export async function findPlan(ctx: Context, recipientId: string): Promise<DisclosurePlan | undefined> {
  const row = await ctx.db.selectFrom('offerRecipient').select('plan').where('id', '=', recipientId).executeTakeFirst();
  if (!row) throw notFound('offer');
  return row.plan === null ? undefined : (JSON.parse(row.plan) as DisclosurePlan);
}

export async function listRecipients(ctx: Context, offerId: string): Promise<Recipient[]> {
  const query = ctx.db.selectFrom('offerRecipient').select(columns).where('offerId', '=', offerId).orderBy('id');
  return (await query.execute()).map(toRecipient);
}

/** Everybody who was ever offered the lead. */
export async function listRecipientsOfLead(ctx: Context, leadId: string): Promise<Recipient[]> {
  const query = ctx.db.selectFrom('offerRecipient').select(columns).where('leadId', '=', leadId).orderBy('id');
  return (await query.execute()).map(toRecipient);
}

export interface NewRecipient extends Omit<Recipient, 'rejectReason' | 'rejectText' | 'createdAt' | 'answeredAt'> {
  readonly plan: DisclosurePlan | undefined;
}

const insertRows = compileRowsOnce((db, rows: readonly OfferRecipientTable[]) =>
  db.insertInto('offerRecipient').values(rows),
);
/** Rows in one statement at most: 17 parameters each, and each number of rows is a statement of its own. */
const rowsAtOnce = 16;

export async function insertRecipients(tx: Tx, recipients: readonly NewRecipient[]): Promise<void> {
  const createdAt = tx.clock.now();
  const rows = recipients.map(({ plan, summary, fields, ...row }) => ({
    ...row,
    rejectReason: null,
    rejectText: null,
    plan: plan ? JSON.stringify(plan) : null,
    summary: JSON.stringify(summary),
    fields: JSON.stringify(fields),
    createdAt,
    answeredAt: row.state === 'offered' ? null : createdAt,
  }));
  for (let from = 0; from < rows.length; from += rowsAtOnce) await insertRows(tx, rows.slice(from, from + rowsAtOnce));
}

interface RecipientAnswer {
  readonly from: RecipientState;
  readonly to: RecipientState;
  readonly reason?: RejectReason | undefined;
  readonly text?: string | undefined;
}

/** Moves a recipient from one state to another; false when it is in a third. Whoever does not win needs no plan any more. */
export async function answerRecipient(tx: Tx, id: string, answer: RecipientAnswer): Promise<boolean> {
  const { from, to, reason, text } = answer;
  const { numUpdatedRows } = await tx.db
    .updateTable('offerRecipient')
    .set({
      state: to,
      answeredAt: tx.clock.now(),
      ...(reason !== undefined && { rejectReason: reason, rejectText: text ?? null }),
      ...(to !== 'accepted' && to !== 'won' && { plan: null }),
    })
    .where('id', '=', id)
    .where('state', '=', from)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Ends the chances of all who have not answered an offer, and names them. */
export async function closeOpenRecipients(tx: Tx, offerId: string, to: 'lost' | 'expired'): Promise<Recipient[]> {
  const rows = await tx.db
    .updateTable('offerRecipient')
    .set({ state: to, answeredAt: tx.clock.now(), plan: null })
    .where('offerId', '=', offerId)
    .where('state', '=', 'offered')
    .returning(columns)
    .execute();
  return rows.map(toRecipient);
}

export async function countOpenRecipients(ctx: Context, offerId: string): Promise<number> {
  const { count } = await ctx.db
    .selectFrom('offerRecipient')
    .select((put) => put.fn.countAll<number>().as('count'))
    .where('offerId', '=', offerId)
    .where('state', '=', 'offered')
    .executeTakeFirstOrThrow();
  return count;
}

/** The plan an offer is made by, and what lists say it shows, in place of what was planned before. */
export async function replacePlan(
  tx: Tx,
  recipientId: string,
  { plan, fields }: { plan: DisclosurePlan; fields: DisclosedFields },
): Promise<void> {
  await tx.db
    .updateTable('offerRecipient')
    .set({ plan: JSON.stringify(plan), fields: JSON.stringify(fields) })
    .where('id', '=', recipientId)
    .execute();
}

/** Deletes the values of a plan: the winner has them, or nobody may. */
export async function dropPlan(tx: Tx, recipientId: string): Promise<void> {
  await tx.db.updateTable('offerRecipient').set({ plan: null }).where('id', '=', recipientId).execute();
}

/** Deletes every value of the lead from its offers; who was shown which fields stays. */
export async function forgetOfferValues(tx: Tx, leadId: string): Promise<void> {
  await tx.db
    .updateTable('offerRecipient')
    .set({ plan: null, summary: '{}', rejectText: null })
    .where('leadId', '=', leadId)
    .execute();
}

/** What one partner was ever offered, another was: they are the same, under another id. */
export async function moveRecipients(tx: Tx, from: string, to: string): Promise<void> {
  await tx.db.updateTable('offerRecipient').set({ peerId: to }).where('peerId', '=', from).execute();
}
