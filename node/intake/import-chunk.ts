import { z } from 'zod';
import type { Tx } from '../kernel/context.ts';
import type { JobHandler } from '../kernel/jobs.ts';
import { intend } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import { receiveLead } from '../leads/receive-lead.ts';
import { readChunk, type RowReading } from './prepare-list.ts';
import * as store from './store.ts';
import type { StoredList } from './store.ts';

const payloadOf = z.strictObject({ listId: z.string(), number: z.int() });

type Taken = RowReading & { readonly outcome: Extract<RowReading['outcome'], { kind: 'lead' }> };
type Refused = RowReading & { readonly outcome: Extract<RowReading['outcome'], { kind: 'refused' }> };

const isTaken = (row: RowReading): row is Taken => row.outcome.kind === 'lead';
const isRefused = (row: RowReading): row is Refused => row.outcome.kind === 'refused';

/** The rows no lead was made of yet; the same row twice in the chunk is one. */
async function findNew(tx: Tx, list: StoredList, rows: readonly Taken[]): Promise<Taken[]> {
  const seen = await store.findImported(
    tx,
    list.provider,
    rows.map(({ digest }) => digest),
  );
  return rows.filter(({ digest }) => !seen.has(digest) && seen.add(digest));
}

async function receiveRow(tx: Tx, list: StoredList, { outcome, raw }: Taken): Promise<string> {
  const { headerText } = list.layout;
  const text = headerText === '' ? raw : `${headerText}\n${raw}`;
  return receiveLead(tx, {
    document: outcome.document,
    origin: 'local',
    original: { mediaType: 'text/csv; charset=utf-8', bytes: Buffer.from(text) },
    actor: { kind: 'user', id: list.createdById, name: list.createdByName },
  });
}

/** What is told of a list while it is imported. */
const progressOf = ({ id, rows }: StoredList, done: number): { listId: string; rows: number } => ({
  listId: id,
  rows: rows + done,
});

async function importChunk(tx: Tx, payload: unknown): Promise<void> {
  const { listId, number } = payloadOf.parse(payload);
  const list = await store.getList(tx, listId);
  const chunk = await store.findChunk(tx, listId, number);
  if (!chunk) return;
  const names = { provider: list.provider, campaign: list.campaign ?? undefined };
  const rows = readChunk(list.layout, chunk, names);
  const taken = rows.filter(isTaken);
  const refused = rows.filter(isRefused);
  const fresh = await findNew(tx, list, taken);
  const imported: store.ImportedRow[] = [];
  for (const row of fresh) {
    const leadId = await receiveRow(tx, list, row);
    imported.push({ provider: list.provider, digest: row.digest, listId, line: row.line, leadId });
  }
  await store.insertImported(tx, imported);
  await store.insertRefusals(
    tx,
    listId,
    refused.map(({ line, raw, outcome }) => ({
      line,
      code: outcome.code,
      path: outcome.path ?? null,
      bytes: Buffer.from(raw),
    })),
  );
  const repeated = taken.length - fresh.length;
  const counts = { rows: rows.length, accepted: fresh.length, repeated, refused: refused.length };
  await store.finishChunk(tx, list, number, counts);
  await announce(tx, { userId: list.createdById, kind: 'list', payload: progressOf(list, rows.length) });
  const next = number + 1;
  if (next === list.chunks) return;
  await intend(tx, { kind: 'import-list', payload: { listId, number: next }, key: `import-list:${listId}:${next}` });
}

/**
 * Imports one chunk of a list: its leads, its refused rows, the progress and the intent for the next chunk are one
 * transaction, so a crash anywhere leaves whole chunks. A chunk of 100 new rows takes about 10 statements of its own and those of 100 leads.
 */
export const importListHandler: JobHandler = { kind: 'import-list', apply: importChunk };
