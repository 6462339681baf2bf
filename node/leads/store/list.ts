import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Context } from '../../kernel/context.ts';
import type { Database } from '../../kernel/database.ts';
import { invalid } from '../../kernel/errors.ts';
import type { Holder } from '../history.ts';
import type { LeadState } from '../life-cycle.ts';
import { searchTerms } from '../promote-fields.ts';
import { holderOf, type LeadTable } from './tables.ts';

/**
 * Which leads someone sees: all; those that people of a branch hold or that lie in their boxes, and what nobody took; or
 * those she holds herself. Made by `scopeOf` only.
 */
export type LeadScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'branch'; readonly userIds: readonly string[] }
  | { readonly kind: 'held'; readonly userId: string };

export function inScope(eb: ExpressionBuilder<Database, 'lead'>, scope: LeadScope): Expression<SqlBool> {
  switch (scope.kind) {
    case 'all':
      return eb.lit(true);
    case 'held':
      return eb('lead.holderId', '=', scope.userId);
    case 'branch':
      return eb.or([
        eb('lead.holderId', 'in', scope.userIds),
        eb('lead.boxUserId', 'in', scope.userIds),
        eb('lead.state', '=', 'unrouted'),
      ]);
  }
}

export interface LeadQuery {
  readonly state?: LeadState | undefined;
  readonly boxId?: string | undefined;
  readonly holderId?: string | undefined;
  /** Only those that are closed, or only those that are not. */
  readonly closed?: boolean | undefined;
  /** Beginnings of words of contact, company, e-mail address or its domain. */
  readonly q?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const columns = [
  'id',
  'state',
  'contactName',
  'company',
  'email',
  'city',
  'country',
  'boxId',
  'boxName',
  'holderKind',
  'holderId',
  'holderName',
  'origin',
  'originPeer',
  'originName',
  'originClosesAt',
  'test',
  'doNotContact',
  'receivedAt',
  'updatedAt',
] as const;

/** A lead as lists show it, without its document. */
export type LeadSummary = Omit<
  Pick<LeadTable, (typeof columns)[number]>,
  'holderKind' | 'holderId' | 'holderName' | 'test' | 'doNotContact'
> & {
  readonly holder: Holder | undefined;
  /** Ways in which the person may not be contacted, as codes of the protocol. */
  readonly doNotContact: readonly string[];
  readonly test: boolean;
};

/** The leads of a scope, last changed first. `nextCursor` when there are more. */
export async function listLeads(
  ctx: Context,
  scope: LeadScope,
  query: LeadQuery,
): Promise<{ items: LeadSummary[]; nextCursor?: string }> {
  const rows = await leadsQuery(ctx, scope, query).execute();
  const items = rows.slice(0, query.limit).map(({ holderKind, holderId, holderName, test, doNotContact, ...row }) => ({
    ...row,
    doNotContact: JSON.parse(doNotContact) as string[],
    holder: holderOf({ holderKind, holderId, holderName }),
    test: test === 1,
  }));
  const last = items.at(-1);
  return rows.length > query.limit && last ? { items, nextCursor: `${last.updatedAt}-${last.id}` } : { items };
}

/** Which of these ids are of leads in the scope. */
export async function listIdsInScope(ctx: Context, ids: readonly string[], scope: LeadScope): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('lead')
    .select('id')
    .where('id', 'in', ids)
    .where((eb) => inScope(eb, scope))
    .execute();
  return rows.map(({ id }) => id);
}

/** The statement of `listLeads`: one row more than the page, to know whether there is a next. */
export function leadsQuery(ctx: Pick<Context, 'db'>, scope: LeadScope, query: LeadQuery) {
  const { state, boxId, holderId, closed, cursor } = query;
  let select = ctx.db
    .selectFrom('lead')
    .select(columns)
    .orderBy('updatedAt', 'desc')
    .orderBy('id', 'desc')
    .limit(query.limit + 1);
  if (scope.kind !== 'all') select = select.where((eb) => inScope(eb, scope));
  if (state !== undefined) select = select.where('state', '=', state);
  if (boxId !== undefined) select = select.where('boxId', '=', boxId);
  if (holderId !== undefined) select = select.where('holderId', '=', holderId);
  if (closed !== undefined) select = select.where('closedAt', closed ? 'is not' : 'is', null);
  if (cursor !== undefined) {
    const { updatedAt, id } = readCursor(cursor);
    select = select.where((eb) => eb(eb.refTuple('updatedAt', 'id'), '<', eb.tuple(updatedAt, id)));
  }
  for (const term of searchTerms(query.q ?? ''))
    select = select.where('id', 'in', (eb) =>
      eb.selectFrom('leadToken').select('leadId').where('token', '>=', term).where('token', '<', `${term}\u{10FFFF}`),
    );
  return select;
}

function readCursor(cursor: string): { updatedAt: number; id: string } {
  const match = /^(\d{1,15})-(\w{1,60})$/.exec(cursor);
  if (!match?.[1] || !match[2]) throw invalid('This cursor was not made here.', { path: 'cursor' });
  return { updatedAt: Number(match[1]), id: match[2] };
}
