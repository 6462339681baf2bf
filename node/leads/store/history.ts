import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import type { HistoryEntry, HistoryFacts, HistoryKind, LeadActor } from '../history.ts';
import type { LeadHistoryTable } from './tables.ts';

const columns = ['id', 'leadId', 'at', 'actor', 'kind', 'facts'] as const;

const insertRow = compileOnce((db, row: LeadHistoryTable) => db.insertInto('leadHistory').values(row));

/** Appends to a lead's story; answers the entry's id. Never deleted, and changed by erasure alone. */
export async function appendHistory(tx: Tx, entry: Omit<HistoryEntry, 'id' | 'at'>): Promise<string> {
  const { leadId, kind, actor, facts } = entry;
  const id = tx.ids.make('history');
  const at = tx.clock.now();
  await insertRow(tx, { id, leadId, at, kind, actor: JSON.stringify(actor), facts: JSON.stringify(facts) });
  return id;
}

/** Rewrites the facts of a lead's story, so that no value is left in them. For erasure alone. */
export async function forgetHistoryValues(
  tx: Tx,
  leadId: string,
  without: (facts: HistoryFacts) => HistoryFacts,
): Promise<void> {
  const rows = await tx.db.selectFrom('leadHistory').select(['id', 'facts']).where('leadId', '=', leadId).execute();
  for (const { id, facts } of rows) {
    const kept = JSON.stringify(without(JSON.parse(facts) as HistoryFacts));
    if (kept === facts) continue;
    await tx.db.updateTable('leadHistory').set({ facts: kept }).where('id', '=', id).execute();
  }
}

/** Entries of these kinds in a lead's story, oldest first, without the first `skip`. */
export async function listHistoryOf(
  ctx: Context,
  leadId: string,
  { kinds, skip }: { readonly kinds: readonly HistoryKind[]; readonly skip: number },
): Promise<HistoryEntry[]> {
  const rows = await ctx.db
    .selectFrom('leadHistory')
    .select(columns)
    .where('leadId', '=', leadId)
    .where('kind', 'in', kinds)
    .orderBy('id')
    .execute();
  return rows.slice(skip).map(parse);
}

/** A lead's story, oldest first; notes come with their text while it exists. */
export async function listHistory(
  ctx: Context,
  leadId: string,
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: HistoryEntry[]; notes: Map<string, string>; nextCursor?: string }> {
  let select = ctx.db
    .selectFrom('leadHistory')
    .select(columns)
    .where('leadId', '=', leadId)
    .orderBy('id')
    .limit(page.limit + 1);
  if (page.cursor !== undefined) select = select.where('id', '>', page.cursor);
  const rows = await select.execute();
  const items = rows.slice(0, page.limit).map(parse);
  const notes = await findNotes(
    ctx,
    items.flatMap((entry) => entry.facts.noteId ?? []),
  );
  const last = items.at(-1);
  return rows.length > page.limit && last ? { items, notes, nextCursor: last.id } : { items, notes };
}

/** A person's words about a lead; they may name the customer, so history keeps only their id. */
export async function insertNote(tx: Tx, leadId: string, text: string): Promise<string> {
  const id = tx.ids.make('note');
  await tx.db.insertInto('leadNote').values({ id, leadId, text }).execute();
  return id;
}

/** The text of a note, unless it was deleted. */
export async function findNote(ctx: Context, noteId: string): Promise<string | undefined> {
  return (await findNotes(ctx, [noteId])).get(noteId);
}

async function findNotes(ctx: Context, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await ctx.db.selectFrom('leadNote').select(['id', 'text']).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, row.text]));
}

function parse(row: LeadHistoryTable): HistoryEntry {
  return {
    id: row.id,
    leadId: row.leadId,
    at: row.at,
    actor: JSON.parse(row.actor) as LeadActor,
    kind: row.kind as HistoryKind,
    facts: JSON.parse(row.facts) as HistoryFacts,
  };
}
