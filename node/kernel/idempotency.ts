import { compileOnce } from './compile-once.ts';
import type { Tx } from './context.ts';
import { conflict } from './errors.ts';

interface IdempotencyKeyTable {
  scope: string;
  key: string;
  requestDigest: string;
  replyJson: string;
  createdAt: number;
  expiresAt: number;
}

declare module './database.ts' {
  interface Database {
    idempotencyKey: IdempotencyKeyTable;
  }
}

const KEEP_MILLISECONDS = 48 * 3_600_000;
const TRIM_AT_ONCE = 5_000;

interface RepeatableRequest {
  /** Whose keys these are, for example `leads:user_…`: two clients may use the same key. */
  readonly scope: string;
  readonly key: string;
  /** Tells whether a repeated key comes with the same request. */
  readonly digest: string;
}

/**
 * Does `work` once per scope and key and gives its (JSON) reply again to every repetition within 48 hours. Throws
 * `idempotency-conflict` when the key comes with another request. A failed `work` leaves no trace.
 */
export async function withIdempotency<T>(tx: Tx, request: RepeatableRequest, work: () => Promise<T>): Promise<T> {
  const { scope, key, digest } = request;
  if (await claimKey(tx, request)) {
    const reply = await work();
    await keepReply(tx, { scope, key, replyJson: JSON.stringify(reply) });
    return reply;
  }
  const known = await tx.db
    .selectFrom('idempotencyKey')
    .select(['requestDigest', 'replyJson'])
    .where('scope', '=', scope)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (known.requestDigest !== digest) {
    throw conflict('idempotency-conflict', 'This idempotency key was used for another request.');
  }
  return JSON.parse(known.replyJson) as T;
}

/** Inserts the key before the work, so that a second process with the same key waits for the first. */
async function claimKey(tx: Tx, { scope, key, digest }: RepeatableRequest): Promise<boolean> {
  const createdAt = tx.clock.now();
  const expiresAt = createdAt + KEEP_MILLISECONDS;
  const { rows } = await insertKey(tx, { scope, key, requestDigest: digest, createdAt, expiresAt });
  return rows.length > 0;
}

const insertKey = compileOnce((db, row: Omit<IdempotencyKeyTable, 'replyJson'>) => {
  const { scope, key, requestDigest, createdAt, expiresAt } = row;
  const fresh = { requestDigest, replyJson: 'null', createdAt, expiresAt };
  return db
    .insertInto('idempotencyKey')
    .values({ scope, key, ...fresh })
    .onConflict((on) =>
      on.columns(['scope', 'key']).doUpdateSet(fresh).where('idempotencyKey.expiresAt', '<=', createdAt),
    )
    .returning('key');
});

const keepReply = compileOnce(
  (db, { scope, key, replyJson }: Pick<IdempotencyKeyTable, 'scope' | 'key' | 'replyJson'>) =>
    db.updateTable('idempotencyKey').set({ replyJson }).where('scope', '=', scope).where('key', '=', key),
);

/** Deletes keys that have expired, a bounded number at a time; returns how many. */
export async function trimIdempotencyKeys(tx: Tx): Promise<number> {
  const now = tx.clock.now();
  const expired = tx.db
    .selectFrom('idempotencyKey')
    .select(['scope', 'key'])
    .where('expiresAt', '<=', now)
    .orderBy('expiresAt')
    .limit(TRIM_AT_ONCE);
  const { numDeletedRows } = await tx.db
    .deleteFrom('idempotencyKey')
    .where((where) => where(where.refTuple('scope', 'key'), 'in', expired.$asTuple('scope', 'key')))
    .where('expiresAt', '<=', now)
    .executeTakeFirst();
  return Number(numDeletedRows);
}
