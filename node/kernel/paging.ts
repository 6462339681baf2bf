import { z } from 'zod';

/** Query of a list: how many at most, and after which one. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  /** The `nextCursor` of the page before. */
  cursor: z.string().min(1).max(200).optional(),
};

/** Schema of one page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ items: z.array(item), nextCursor: z.string().optional() });

/** Makes a page of up to `limit` from the `limit + 1` rows that were asked for. */
export function toPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  limit: number,
): { items: Row[]; nextCursor?: string } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, ...(rows.length > limit && last && { nextCursor: last.id }) };
}
