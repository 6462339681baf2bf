import { sql, type Kysely } from 'kysely';
import type { Database, OpenDatabase } from '../../node/kernel/database.ts';
import { kyselyOver } from '../../node/kernel/writer-connection.ts';

/** What is watched, column by column: the caps of an agreement, waivers of them, and what counts against them. */
const watched = {
  conversation: ['peerId', 'conversationId', 'agreementDigest', 'side', 'state', 'releasedAt', 'endedAt', 'updatedAt'],
  agreement: ['peerId', 'digest', 'proposedBy', 'terms', 'acceptedAt', 'settledAt', 'endsAt', 'refusedFor'],
  peer: ['nodeId', 'capsWaivedUntil'],
} as const;
type Watched = keyof typeof watched;

/** What a row was like after one statement of the node, in the order of its statements; what was rolled back never was. */
export interface Entry {
  readonly what: Watched;
  readonly row: Readonly<Record<string, string | number | null>>;
}

/** Has the database itself write down every change, unknown to the node that is to live on it. */
export async function installChronicle({ writerConnection: writer }: OpenDatabase): Promise<void> {
  const db = kyselyOver(writer, (consumer) => consumer(writer.connection));
  await writer.begin();
  await sql`create table chronicle (id integer primary key, what text not null, entry text not null)`.execute(db);
  for (const [table, columns] of Object.entries(watched)) {
    const pairs = columns.map((column) => `'${column}', new."${column}"`).join(', ');
    const changed = columns.map((column) => `old."${column}" is not new."${column}"`).join(' or ');
    const write = `begin insert into chronicle (what, entry) values ('${table}', json_object(${pairs})); end`;
    for (const event of [`insert on "${table}"`, `update on "${table}" when ${changed}`])
      await sql.raw(`create trigger "${table}_${event.slice(0, 6)}" after ${event} ${write}`).execute(db);
  }
  await writer.commit();
}

export async function readChronicle(db: Kysely<Database>): Promise<Entry[]> {
  const { rows } = await sql<{ what: Watched; entry: string }>`select what, entry from chronicle order by id`.execute(
    db,
  );
  return rows.map(({ what, entry }) => ({ what, row: JSON.parse(entry) as Entry['row'] }));
}
