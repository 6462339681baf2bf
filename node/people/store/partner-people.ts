import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import { raiseSetup } from '../../kernel/setup.ts';

interface PartnerPersonTable {
  id: string;
  peerId: string;
  /** Lower case. */
  email: string;
  name: string;
  active: number;
  takesOffers: number;
  createdAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    partnerPerson: PartnerPersonTable;
  }
}

/**
 * Somebody of another organisation that has no node: is offered leads by mail, answers by the links in these mails or by
 * answering them, and has no other way in. Not a user: there is no signing in as one.
 */
export interface PartnerPerson {
  readonly id: string;
  readonly peerId: string;
  readonly email: string;
  readonly name: string;
  /** Whether the links of this person work, and mails are sent. */
  readonly active: boolean;
  /** False once the partner has a node: then only what the person holds goes on. */
  readonly takesOffers: boolean;
  readonly createdAt: number;
}

const toPerson = ({ active, takesOffers, ...row }: PartnerPersonTable): PartnerPerson => ({
  ...row,
  active: active === 1,
  takesOffers: takesOffers === 1,
});

export async function findPartnerPerson(ctx: Context, id: string): Promise<PartnerPerson | undefined> {
  const row = await ctx.db.selectFrom('partnerPerson').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toPerson(row);
}

/** Throws `not-found`, also for a person of another partner. */
export async function getPartnerPerson(ctx: Context, peerId: string, id: string): Promise<PartnerPerson> {
  const person = await findPartnerPerson(ctx, id);
  if (person?.peerId !== peerId) throw notFound('person');
  return person;
}

/** The people of a partner, by age. */
export async function listPartnerPeople(
  ctx: Context,
  { peerId, cursor = '', limit }: { peerId: string; cursor?: string | undefined; limit: number },
): Promise<PartnerPerson[]> {
  const query = ctx.db.selectFrom('partnerPerson').selectAll().where('peerId', '=', peerId).where('id', '>', cursor);
  return (await query.orderBy('id').limit(limit).execute()).map(toPerson);
}

export async function findPartnerPersonByEmail(
  ctx: Context,
  { peerId, email }: { peerId: string; email: string },
): Promise<PartnerPerson | undefined> {
  const query = ctx.db.selectFrom('partnerPerson').selectAll().where('peerId', '=', peerId).where('email', '=', email);
  const row = await query.executeTakeFirst();
  return row && toPerson(row);
}

/** Everybody of all partners who is offered leads now. */
export async function listOffered(ctx: Context): Promise<PartnerPerson[]> {
  const query = ctx.db.selectFrom('partnerPerson').selectAll().where('active', '=', 1).where('takesOffers', '=', 1);
  return (await query.orderBy('id').execute()).map(toPerson);
}

export async function insertPartnerPerson(tx: Tx, { active, takesOffers, ...row }: PartnerPerson): Promise<void> {
  await raiseSetup(tx);
  await tx.db
    .insertInto('partnerPerson')
    .values({ ...row, active: Number(active), takesOffers: Number(takesOffers) })
    .execute();
}

export async function updatePartnerPerson(
  tx: Tx,
  id: string,
  { active, ...rest }: Partial<Pick<PartnerPerson, 'email' | 'name' | 'active'>>,
): Promise<void> {
  await raiseSetup(tx);
  const change = { ...rest, ...(active !== undefined && { active: Number(active) }) };
  await tx.db.updateTable('partnerPerson').set(change).where('id', '=', id).execute();
}

/** The partner is known under another id from now on, and is offered leads another way. */
export async function movePartnerPeople(tx: Tx, from: string, to: string): Promise<void> {
  await raiseSetup(tx);
  await tx.db.updateTable('partnerPerson').set({ peerId: to, takesOffers: 0 }).where('peerId', '=', from).execute();
}
