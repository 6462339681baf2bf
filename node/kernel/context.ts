import type { Kysely } from 'kysely';
import type { Bus } from './bus.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Database, TransactionQueue } from './database.ts';
import type { Ids } from './ids.ts';
import type { Logger } from './log.ts';
import type { MailTransport } from './mail.ts';
import type { Memory } from './memory.ts';
import type { NodeKeys } from './keys.ts';

/** Everything a verb may touch besides its own arguments. Made in one place: `node/node.ts`. */
export interface Context {
  readonly config: Config;
  /** Committed state, read only; inside `transact` the transaction itself. */
  readonly db: Kysely<Database>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: NodeKeys;
  readonly fetch: typeof fetch;
  readonly mail: MailTransport;
  readonly log: Logger;
  readonly bus: Bus;
  readonly memory: Memory;
  /** The single writer; used only through `transact`. */
  readonly writer: TransactionQueue;
}

/** A context inside a transaction: `tx.db` writes, and hints (wake-ups, live events) wait for the commit. */
export interface Tx extends Context {
  readonly afterCommit: (hint: () => void) => void;
}

/**
 * Runs `work` in a transaction of its own and answers after the commit. Concurrent calls share one commit, each in its
 * own savepoint, so that one failure harms no other. `work` may run again (a deadlock on PostgreSQL): it must not change
 * memory, and await nothing but `tx`.
 */
export function transact<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
  return ctx.writer.run(ctx, work);
}
