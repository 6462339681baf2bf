import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';

/** One row. */
interface HeadTable {
  id: string;
  /** Leaves in the log. */
  size: number;
  /** The right edge of their tree, see `tree.ts`. */
  edge: Buffer;
  /** The process that numbers leaves, and until when it need not fear others. */
  leaseToken: string | null;
  leaseUntil: number;
  /** This node's keys that the ledger told of last. */
  keys: string;
}

declare module '../../kernel/database.ts' {
  interface Database {
    ledgerHead: HeadTable;
  }
}

export type Head = Pick<HeadTable, 'size' | 'edge'>;
const id = 'head';

const findRow = compileOnce((db) =>
  db.selectFrom('ledgerHead').select(['size', 'edge', 'leaseToken', 'leaseUntil', 'keys']).where('id', '=', id),
);

export async function getHead(ctx: Context): Promise<Omit<HeadTable, 'id'>> {
  const [head] = (await findRow(ctx, {})).rows;
  if (!head) throw new Error('The head of the ledger is gone.');
  return head;
}

export interface Lease {
  readonly token: string;
  readonly now: number;
  /** Epoch milliseconds. */
  readonly until: number;
}

const updateLease = compileOnce((db, { token, now, until }: Lease) =>
  db
    .updateTable('ledgerHead')
    .set({ leaseToken: token, leaseUntil: until })
    .where('id', '=', id)
    .where((mine) => mine.or([mine('leaseToken', '=', token), mine('leaseUntil', '<=', now)]))
    .returning(['size', 'edge']),
);

/** Takes or keeps the lease; undefined while another process has it. Whoever has it holds the row until its commit. */
export async function takeLease(tx: Tx, lease: Lease): Promise<Head | undefined> {
  return (await updateLease(tx, lease)).rows[0];
}

export async function dropLease(tx: Tx, token: string): Promise<void> {
  await tx.db
    .updateTable('ledgerHead')
    .set({ leaseToken: null, leaseUntil: 0 })
    .where('id', '=', id)
    .where('leaseToken', '=', token)
    .execute();
}

const setHead = compileOnce((db, { size, edge }: Head) =>
  db.updateTable('ledgerHead').set({ size, edge }).where('id', '=', id),
);

export async function updateHead(tx: Tx, head: Head): Promise<void> {
  await setHead(tx, head);
}

/** Notes this node's keys; false when they were noted before. */
export async function updateKeys(tx: Tx, keys: string): Promise<boolean> {
  const { numUpdatedRows } = await tx.db
    .updateTable('ledgerHead')
    .set({ keys })
    .where('id', '=', id)
    .where('keys', '!=', keys)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
