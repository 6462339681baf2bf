import type { Context, Tx } from '../../kernel/context.ts';
import { notFound } from '../../kernel/errors.ts';
import { toPage } from '../../kernel/paging.ts';
import type { FormDefinition } from '../form.ts';

interface FormTable {
  id: string;
  slug: string;
  /** JSON of `FormDefinition`. */
  definition: string;
  active: number;
  version: number;
  createdAt: number;
  updatedAt: number;
}

declare module '../../kernel/database.ts' {
  interface Database {
    form: FormTable;
  }
}

export interface StoredForm {
  readonly id: string;
  readonly slug: string;
  readonly definition: FormDefinition;
  readonly active: boolean;
  readonly version: number;
  readonly updatedAt: number;
}

const columns = ['id', 'slug', 'definition', 'active', 'version', 'updatedAt'] as const;

const parse = (row: Pick<FormTable, (typeof columns)[number]>): StoredForm => ({
  ...row,
  definition: JSON.parse(row.definition) as FormDefinition,
  active: row.active === 1,
});

/** The form, or `not-found`. */
export async function getForm(ctx: Context, slug: string): Promise<StoredForm> {
  const row = await ctx.db.selectFrom('form').select(columns).where('slug', '=', slug).executeTakeFirst();
  if (!row) throw notFound('form');
  return parse(row);
}

/** Forms in the order they were made. */
export async function listForms(
  ctx: Context,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: StoredForm[]; nextCursor?: string }> {
  let select = ctx.db.selectFrom('form').select(columns).orderBy('id');
  if (cursor !== undefined) select = select.where('id', '>', cursor);
  const { items, ...next } = toPage(await select.limit(limit + 1).execute(), limit);
  return { items: items.map(parse), ...next };
}

/** Writes a form, new or in place of the one with its slug. */
export async function saveForm(tx: Tx, slug: string, definition: FormDefinition, active: boolean): Promise<void> {
  const now = tx.clock.now();
  const change = { definition: JSON.stringify(definition), active: active ? 1 : 0, updatedAt: now };
  await tx.db
    .insertInto('form')
    .values({ ...change, id: tx.ids.make('form'), slug, version: 1, createdAt: now })
    .onConflict((on) => on.column('slug').doUpdateSet((eb) => ({ ...change, version: eb('form.version', '+', 1) })))
    .execute();
}
