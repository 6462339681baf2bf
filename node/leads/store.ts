import { compileOnce, compileRowsOnce } from '../kernel/compile-once.ts';
import { conflict, notFound, type CodedError } from '../kernel/errors.ts';
import type { Context, Tx } from '../kernel/context.ts';
import type { Lead } from '../../protocol/index.ts';
import { searchTokens } from './promote-fields.ts';
import { inScope, type LeadScope } from './store/list.ts';
import { holderOf, type LeadTable, type PromotedColumns, type StoredLead } from './store/tables.ts';

export { listLeads, type LeadQuery, type LeadScope, type LeadSummary } from './store/list.ts';
export { appendHistory, findNote, insertNote, listHistory, listHistoryOf } from './store/history.ts';
export { countHeld } from './store/held.ts';
export { findOriginal, hasOriginal, insertOriginal, type LeadOriginal } from './store/originals.ts';
export type { StoredLead } from './store/tables.ts';

const findRow = compileOnce((db, { id }: { id: string }) => db.selectFrom('lead').selectAll().where('id', '=', id));

const findRowInScope = (ctx: Context, leadId: string, scope: LeadScope) =>
  ctx.db
    .selectFrom('lead')
    .selectAll()
    .where('id', '=', leadId)
    .where((eb) => inScope(eb, scope))
    .executeTakeFirst();

/** The lead, or `not-found`. With a scope, one outside it is as good as absent. */
export async function getLead(ctx: Context, leadId: string, scope?: LeadScope): Promise<StoredLead> {
  const row = scope ? await findRowInScope(ctx, leadId, scope) : (await findRow(ctx, { id: leadId })).rows[0];
  if (!row) throw notFound('lead');
  const { document, hiddenFields, maskedFields, doNotContact, test, holderKind, holderId, holderName, ...columns } =
    row;
  return {
    ...columns,
    document: JSON.parse(document) as Lead,
    hiddenFields: JSON.parse(hiddenFields) as string[],
    maskedFields: JSON.parse(maskedFields) as string[],
    doNotContact: JSON.parse(doNotContact) as string[],
    test: test === 1,
    holder: holderOf({ holderKind, holderId, holderName }),
  };
}

// The update locks the row on PostgreSQL; SQLite has one writer, and writes nothing where nothing changes.
const lockRow = compileOnce((db, { id }: { id: string }) =>
  db
    .updateTable('lead')
    .set((row) => ({ version: row.ref('version') }))
    .where('id', '=', id),
);

/**
 * From here to the end of the transaction nobody else changes this lead, what is offered of it, or what is said about it: who
 * decides or says something about a lead holds it first, before any other row, and reads only then. No such lead: no lock.
 */
export async function holdStill(tx: Tx, leadId: string): Promise<void> {
  await lockRow(tx, { id: leadId });
}

/** The same, with the lead as it is now: for what is written from what was read. Throws `not-found`. */
export async function lockLead(tx: Tx, leadId: string): Promise<StoredLead> {
  await holdStill(tx, leadId);
  return getLead(tx, leadId);
}

/** What the life cycle looks at, without the document. */
export type LeadHead = Pick<
  LeadTable,
  'id' | 'state' | 'origin' | 'originPeer' | 'releasedAt' | 'asleepUntil' | 'version' | 'boxId' | 'boxName'
> & { holder: ReturnType<typeof holderOf> };

const findHead = compileOnce((db, { id }: { id: string }) =>
  db
    .selectFrom('lead')
    .select(['id', 'state', 'origin', 'originPeer', 'releasedAt', 'asleepUntil', 'version', 'boxId', 'boxName'])
    .select(['holderKind', 'holderId', 'holderName'])
    .where('id', '=', id),
);

export async function findLeadHead(ctx: Context, leadId: string): Promise<LeadHead | undefined> {
  const [row] = (await findHead(ctx, { id: leadId })).rows;
  if (!row) return undefined;
  const { holderKind, holderId, holderName, ...head } = row;
  return { ...head, holder: holderOf({ holderKind, holderId, holderName }) };
}

/** The head of a lead, or `not-found`. */
export async function getLeadHead(ctx: Context, leadId: string): Promise<LeadHead> {
  const head = await findLeadHead(ctx, leadId);
  if (!head) throw notFound('lead');
  return head;
}

const insertRow = compileOnce((db, row: LeadTable) => db.insertInto('lead').values(row));

/** A lead in its first state. */
export async function insertLead(tx: Tx, row: LeadTable): Promise<void> {
  await insertRow(tx, row);
  await insertTokens(tx, row.id, row);
}

export type LeadChange = Partial<Omit<LeadTable, 'id' | 'version' | 'document' | keyof PromotedColumns>>;

type LeadColumns = LeadChange & { readonly version: number };
const updateRow = compileOnce((db, { leadId, seen, ...columns }: LeadColumns & { leadId: string; seen: number }) =>
  db.updateTable('lead').set(columns).where('id', '=', leadId).where('version', '=', seen),
);

/** Writes columns if the row still has `version`, which rises. Answers whether it had. */
export async function updateLead(
  tx: Tx,
  lead: { readonly id: string; readonly version: number },
  change: LeadChange,
): Promise<boolean> {
  const { id: leadId, version: seen } = lead;
  const { numAffectedRows } = await updateRow(tx, { ...change, version: seen + 1, leadId, seen });
  return numAffectedRows === 1n;
}

/** The document with everything derived from it. */
interface DocumentChange {
  readonly document: Lead;
  readonly promoted: PromotedColumns;
  readonly hiddenFields: readonly string[];
  readonly maskedFields: readonly string[];
  /** The version the change was made from; another one is refused with `lead-changed`. */
  readonly seen?: number;
}

/** Replaces the document of a lead, its columns and its search words. */
export async function replaceDocument(tx: Tx, leadId: string, change: DocumentChange): Promise<void> {
  const { seen } = change;
  const result = await tx.db
    .updateTable('lead')
    .set((eb) => ({
      ...change.promoted,
      document: JSON.stringify(change.document),
      hiddenFields: JSON.stringify(change.hiddenFields),
      maskedFields: JSON.stringify(change.maskedFields),
      updatedAt: tx.clock.now(),
      version: eb('version', '+', 1),
    }))
    .where('id', '=', leadId)
    .$if(seen !== undefined, (query) => query.where('version', '=', seen ?? 0))
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) throw seen === undefined ? notFound('lead') : leadChanged();
  await tx.db.deleteFrom('leadToken').where('leadId', '=', leadId).execute();
  await insertTokens(tx, leadId, change.promoted);
}

const insertTokenRows = compileRowsOnce((db, rows: readonly { token: string; leadId: string }[]) =>
  db.insertInto('leadToken').values(rows),
);

async function insertTokens(tx: Tx, leadId: string, promoted: PromotedColumns): Promise<void> {
  const rows = searchTokens(promoted).map((token) => ({ token, leadId }));
  if (rows.length > 0) await insertTokenRows(tx, rows);
}

/** Deletes what else is kept of the customer beside the document: originals and notes. */
export async function deletePersonalRows(tx: Tx, leadId: string): Promise<void> {
  await tx.db.deleteFrom('leadOriginal').where('leadId', '=', leadId).execute();
  await tx.db.deleteFrom('leadNote').where('leadId', '=', leadId).execute();
}

export const leadChanged = (): CodedError =>
  conflict('lead-changed', 'Someone changed this lead meanwhile; look again.');
