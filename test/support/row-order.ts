import type { CompiledQuery } from 'kysely';
import type { WriterConnection } from '../../node/kernel/writer-connection.ts';

const takesLead = /^(update|insert into) "lead" /;
const ofLead = /^(update|insert into|delete from) "(offer|offerRecipient|conversation|leadQuestion|privacyRequest)" /;
const beside = /^(update|delete from) "(outbox|job|inbox)" /;
/** A conversation that begins is nobody else's yet; nor is any while a node is put back to a backup, and closed. */
const alone = /^insert into "conversation" |^update "conversation" set "sentSeq" = "sentSeq" \+/;

/**
 * Holds every transaction on this connection to the one order in which rows are taken: the lead first (`holdStill`), then what
 * is offered of it and said about it. What breaks it would be a deadlock, or a decision on what another process changes at
 * that moment, on PostgreSQL; it fails here on either database, whatever else goes on.
 */
export function watchRowOrder(writer: WriterConnection): {
  /** The transaction that runs is somebody's own statement, past every verb. */
  readonly trust: () => void;
} {
  let holds = false;
  let begins = false;
  let taken: string | undefined;
  const look = (sql: string) => {
    if (holds) return;
    if (takesLead.test(sql)) {
      if (taken !== undefined) throw new Error(`A lead was taken after other rows: ${taken}`);
      holds = true;
    } else if (alone.test(sql)) begins = true;
    else if (ofLead.test(sql) && !(begins && sql.includes('"conversation"')))
      throw new Error(`Its lead was not taken first: ${sql}`);
    else if (beside.test(sql)) taken ??= sql;
  };
  const savepoint = writer.savepoint.bind(writer);
  const execute = writer.connection.executeQuery.bind(writer.connection);
  Object.assign(writer, {
    savepoint() {
      [holds, begins, taken] = [false, false, undefined];
      return savepoint();
    },
  });
  Object.assign(writer.connection, {
    async executeQuery(query: CompiledQuery) {
      look(query.sql);
      return execute(query);
    },
  });
  return { trust: () => (holds = true) };
}
