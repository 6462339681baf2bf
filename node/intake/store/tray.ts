import type { Lead } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import { earliestId } from '../../kernel/ids.ts';
import { toPage } from '../../kernel/paging.ts';
import type { TrayReason } from '../read-mail.ts';

interface IntakeTrayTable {
  id: string;
  state: 'open' | 'lead' | 'dismissed';
  reason: TrayReason;
  /** Which field did not fit. */
  path: string | null;
  subject: string;
  sender: string | null;
  /** JSON: what was understood, perhaps not a valid lead. */
  draft: string;
  /** The message as it came. */
  bytes: Buffer;
  leadId: string | null;
  decidedById: string | null;
  decidedAt: number | null;
  receivedAt: number;
}

/** What became of a message. */
export interface MailOutcome {
  readonly leadIds: readonly string[];
  readonly trayIds: readonly string[];
}

declare module '../../kernel/database.ts' {
  interface Database {
    intakeTray: IntakeTrayTable;
    receivedMail: { digest: string; outcome: string; receivedAt: number };
  }
}

/** Takes note of a message; false when it came before. Its outcome follows by `recordOutcome` in the same transaction. */
export async function claimMail(tx: Tx, digest: string): Promise<boolean> {
  const claimed = await tx.db
    .insertInto('receivedMail')
    .values({ digest, outcome: 'null', receivedAt: tx.clock.now() })
    .onConflict((on) => on.column('digest').doNothing())
    .returning('digest')
    .executeTakeFirst();
  return claimed !== undefined;
}

export async function recordOutcome(tx: Tx, digest: string, outcome: MailOutcome): Promise<void> {
  await tx.db
    .updateTable('receivedMail')
    .set({ outcome: JSON.stringify(outcome) })
    .where('digest', '=', digest)
    .execute();
}

/** What became of a message that came before. */
export async function getOutcome(ctx: Context, digest: string): Promise<MailOutcome> {
  const row = await ctx.db
    .selectFrom('receivedMail')
    .select('outcome')
    .where('digest', '=', digest)
    .executeTakeFirstOrThrow();
  return JSON.parse(row.outcome) as MailOutcome;
}

export interface TrayEntry {
  readonly id: string;
  readonly state: IntakeTrayTable['state'];
  readonly reason: TrayReason;
  readonly path: string | null;
  readonly subject: string;
  readonly sender: string | null;
  readonly leadId: string | null;
  readonly receivedAt: number;
}

const columns = ['id', 'state', 'reason', 'path', 'subject', 'sender', 'leadId', 'receivedAt'] as const;

export type NewTrayEntry = Pick<TrayEntry, 'reason' | 'path' | 'subject' | 'sender'> & {
  readonly draft: Lead;
  readonly bytes: Buffer;
};

/** Puts a message into the tray; answers the entry's id. */
export async function insertTrayEntry(tx: Tx, { draft, ...entry }: NewTrayEntry): Promise<string> {
  const id = tx.ids.make('tray');
  const undecided = { leadId: null, decidedById: null, decidedAt: null };
  await tx.db
    .insertInto('intakeTray')
    .values({ ...entry, ...undecided, id, state: 'open', draft: JSON.stringify(draft), receivedAt: tx.clock.now() })
    .execute();
  return id;
}

/** Entries in one state, oldest first. */
export async function listTray(
  ctx: Context,
  query: { readonly state: TrayEntry['state']; readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: TrayEntry[]; nextCursor?: string }> {
  let select = ctx.db.selectFrom('intakeTray').select(columns).where('state', '=', query.state).orderBy('id');
  if (query.cursor !== undefined) select = select.where('id', '>', query.cursor);
  return toPage(await select.limit(query.limit + 1).execute(), query.limit);
}

/** An entry with its message and what was understood of it, or `not-found`. */
export async function getTrayEntry(ctx: Context, id: string): Promise<TrayEntry & { draft: Lead; bytes: Buffer }> {
  const row = await ctx.db
    .selectFrom('intakeTray')
    .select([...columns, 'draft', 'bytes'])
    .where('id', '=', id)
    .executeTakeFirst();
  if (!row) throw notFound('tray entry');
  return { ...row, draft: JSON.parse(row.draft) as Lead };
}

/** Closes an open entry; false when someone decided before. */
export async function decideTrayEntry(
  tx: Tx,
  id: string,
  decision: { readonly state: 'lead' | 'dismissed'; readonly leadId: string | null; readonly decidedById: string },
): Promise<boolean> {
  const updated = await tx.db
    .updateTable('intakeTray')
    .set({ ...decision, decidedAt: tx.clock.now() })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst();
  return updated.numUpdatedRows === 1n;
}

const atOnce = 1_000;

/** Forgets messages received before a time; answers how many, a thousand at most. */
export async function deleteMailsBefore(tx: Tx, at: number): Promise<number> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('receivedMail')
    .where('digest', 'in', (old) =>
      old.selectFrom('receivedMail').select('digest').where('receivedAt', '<', at).orderBy('receivedAt').limit(atOnce),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Deletes decided entries received before a time; answers how many, a thousand at most. Open ones stay. */
export async function deleteSettledBefore(tx: Tx, at: number): Promise<number> {
  const { numDeletedRows } = await tx.db
    .deleteFrom('intakeTray')
    .where('id', 'in', (old) =>
      old
        .selectFrom('intakeTray')
        .select('id')
        .where('state', 'in', ['lead', 'dismissed'])
        .where('id', '<', earliestId('tray', Math.max(0, at)))
        .limit(atOnce),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** Deletes what is kept of messages that a lead was made of; that there was one stays. */
export async function forgetTray(tx: Tx, leadId: string): Promise<void> {
  await tx.db
    .updateTable('intakeTray')
    .set({ subject: '', sender: null, draft: '{}', bytes: Buffer.alloc(0) })
    .where('leadId', '=', leadId)
    .execute();
}
