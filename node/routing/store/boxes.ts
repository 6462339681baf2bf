import { compileOnce } from '../../kernel/compile-once.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import { raiseSetup } from '../../kernel/setup.ts';

interface LeadBoxTable {
  id: string;
  kind: BoxKind;
  name: string;
  parentId: string | null;
  ownerId: string | null;
  userId: string | null;
  peerId: string | null;
  closedAt: number | null;
  /** Rises with every change of the box or its rules. */
  version: number;
  createdAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    leadBox: LeadBoxTable;
  }
}

export type BoxKind = 'system' | 'user' | 'team' | 'partner';

/** A lead box: a place in the tree where leads arrive and rules decide. */
export interface Box {
  readonly id: string;
  readonly kind: BoxKind;
  readonly name: string;
  /** Only the root has none. */
  readonly parentId?: string | undefined;
  /** Who keeps its rules besides administrators: the user of a user box, the manager of a team. */
  readonly ownerId?: string | undefined;
  readonly userId?: string | undefined;
  readonly peerId?: string | undefined;
  /** A closed box gets no leads: a suspended partner, a dissolved team. */
  readonly closedAt?: number | undefined;
  readonly version: number;
}

/** The root of the tree; every node has it from the start. */
export const systemBoxId = 'box_system';

const columns = ['id', 'kind', 'name', 'parentId', 'ownerId', 'userId', 'peerId', 'closedAt', 'version'] as const;
type BoxRow = Pick<LeadBoxTable, (typeof columns)[number]>;

function toBox(row: BoxRow): Box {
  const { parentId, ownerId, userId, peerId, closedAt, ...rest } = row;
  return {
    ...rest,
    parentId: parentId ?? undefined,
    ownerId: ownerId ?? undefined,
    userId: userId ?? undefined,
    peerId: peerId ?? undefined,
    closedAt: closedAt ?? undefined,
  };
}

/** The whole tree, by id. */
export async function listBoxes(ctx: Context): Promise<Box[]> {
  return (await ctx.db.selectFrom('leadBox').select(columns).orderBy('id').execute()).map(toBox);
}

const findRow = compileOnce((db, { id }: { id: string }) =>
  db.selectFrom('leadBox').select(columns).where('id', '=', id),
);

export async function findBox(ctx: Context, id: string): Promise<Box | undefined> {
  const [row] = (await findRow(ctx, { id })).rows;
  return row && toBox(row);
}

export async function getBox(ctx: Context, id: string): Promise<Box> {
  const box = await findBox(ctx, id);
  if (!box) throw notFound('lead box');
  return box;
}

/** The box of a user or of a peer; each has one at most. */
export async function findBoxOf(ctx: Context, of: { userId: string } | { peerId: string }): Promise<Box | undefined> {
  const query = ctx.db.selectFrom('leadBox').select(columns);
  const row = await (
    'userId' in of ? query.where('userId', '=', of.userId) : query.where('peerId', '=', of.peerId)
  ).executeTakeFirst();
  return row && toBox(row);
}

/** The team boxes a user keeps, oldest first. */
export async function findBoxesOwnedBy(ctx: Context, ownerId: string): Promise<Box[]> {
  const query = ctx.db.selectFrom('leadBox').select(columns).where('ownerId', '=', ownerId).where('kind', '=', 'team');
  return (await query.orderBy('id').execute()).map(toBox);
}

export async function insertBox(tx: Tx, box: Omit<Box, 'version'>): Promise<void> {
  await raiseSetup(tx);
  await tx.db
    .insertInto('leadBox')
    .values({
      id: box.id,
      kind: box.kind,
      name: box.name,
      parentId: box.parentId ?? null,
      ownerId: box.ownerId ?? null,
      userId: box.userId ?? null,
      peerId: box.peerId ?? null,
      closedAt: box.closedAt ?? null,
      version: 1,
      createdAt: tx.clock.now(),
    })
    .execute();
}

type BoxChange = Partial<Pick<LeadBoxTable, 'name' | 'parentId' | 'ownerId' | 'closedAt'>>;

/** Changes a box; with `version`, only if nobody else changed it since. False when it did not apply. */
export async function updateBox(tx: Tx, id: string, change: BoxChange & { version?: number }): Promise<boolean> {
  const { version, ...set } = change;
  await raiseSetup(tx);
  const { numUpdatedRows } = await tx.db
    .updateTable('leadBox')
    .set((put) => ({ ...set, version: put('version', '+', 1) }))
    .where('id', '=', id)
    .$if(version !== undefined, (query) => query.where('version', '=', version as number))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** Keeps the whole tree as it is until the commit, so that two moves at once cannot make a ring. */
export async function lockTree(tx: Tx): Promise<void> {
  await updateBox(tx, systemBoxId, {});
}

/** Whether a box hangs directly below this one. */
export async function hasChildren(ctx: Context, id: string): Promise<boolean> {
  const child = ctx.db.selectFrom('leadBox').select('id').where('parentId', '=', id).limit(1);
  return (await child.executeTakeFirst()) !== undefined;
}

export async function deleteBox(tx: Tx, id: string): Promise<void> {
  await raiseSetup(tx);
  await tx.db.deleteFrom('leadBox').where('id', '=', id).execute();
}

/** The box of one partner is another's: they are the same, under another id. Its rules and those that name it stay. */
export async function movePartnerBox(tx: Tx, from: string, { peerId, name }: { peerId: string; name: string }) {
  await raiseSetup(tx);
  await tx.db.updateTable('leadBox').set({ peerId, name }).where('peerId', '=', from).execute();
}
