import { z } from 'zod';
import { pageOf, pageQuery } from '../kernel/paging.ts';
import { invalid } from '../kernel/errors.ts';
import { reply, route, stream, type Route } from '../kernel/routes.ts';
import { when, whenKnown } from '../kernel/times.ts';
import { fieldAliases } from './field-aliases.ts';
import { previewList, type ListPreview } from './preview-list.ts';
import { startImport } from './start-import.ts';
import { getList, listLists, type ListLayout, type StoredList } from './store.ts';
import { writeRefused } from './write-refused.ts';

const keepers = ['administrator', 'manager'] as const;
const line = (longest: number) => z.string().trim().min(1).max(longest);

const options = {
  /** Who provided the list. */
  provider: line(200),
  licence: line(500).optional(),
  campaign: line(300).optional(),
  fileName: line(200).optional(),
  /** `false`: only tell what would become of the list. */
  commit: z.enum(['true', 'false']).default('true'),
  encoding: line(40).optional(),
  delimiter: z.string().length(1).optional(),
  /** Country of phone numbers without prefix. */
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'is not a country code such as DE')
    .optional(),
  dateOrder: z.enum(['dmy', 'mdy']).optional(),
  /** Corrections of the mapping, JSON: `{"Interessen":"interest.products","Rep":null}`. */
  map: z.string().max(20_000).optional(),
};
type Query = z.output<z.ZodObject<typeof options>>;

const corrections = z.record(z.string().max(300), z.string().max(100).nullable());

function readMap(text: string | undefined): Record<string, string | null> | undefined {
  if (text === undefined) return undefined;
  try {
    return corrections.parse(JSON.parse(text));
  } catch {
    throw invalid('query.map is not a JSON object of column names and fields.', { path: 'query.map' });
  }
}

const listOptions = (query: Query) => ({
  encoding: query.encoding,
  delimiter: query.delimiter,
  defaultCountry: query.country,
  dateOrder: query.dateOrder,
  map: readMap(query.map),
});

const columnView = z.object({ header: z.string(), field: z.string().optional(), ignored: z.boolean().optional() });
const layoutView = z.object({
  encoding: z.string(),
  delimiter: z.string(),
  headerLine: z.number(),
  dateOrder: z.enum(['dmy', 'mdy']).optional(),
  country: z.string().optional(),
  guessedCountry: z.string().optional(),
  columns: z.array(columnView),
});

const viewLayout = (layout: ListLayout): z.input<typeof layoutView> => ({
  encoding: layout.encoding,
  delimiter: layout.delimiter,
  headerLine: layout.headerLine,
  dateOrder: layout.dateOrder,
  country: layout.defaultCountry,
  guessedCountry: layout.guessedCountry,
  columns: layout.mapping.map(({ header, field, empty }) => ({ header, field, ignored: empty })),
});

const counts = { rows: z.number(), accepted: z.number(), repeated: z.number(), refused: z.number() };
const preview = z.object({
  layout: layoutView,
  counts: z.object({ ...counts, distinctPeople: z.number(), refusedByCode: z.record(z.string(), z.number()) }),
  rows: z.array(
    z.object({
      line: z.number(),
      lead: z.record(z.string(), z.unknown()).optional(),
      refused: z.string().optional(),
      path: z.string().optional(),
    }),
  ),
});

const viewPreview = ({ layout, rows, ...rest }: ListPreview): z.input<typeof preview> => ({
  ...rest,
  layout: viewLayout(layout),
  rows: rows.map(({ lead, ...row }) => ({ ...row, ...(lead && { lead: { ...lead } }) })),
});

const bring = route({
  method: 'POST',
  path: '/api/lists',
  access: keepers,
  scope: 'intake',
  summary:
    'Brings a CSV list: stores it and starts its import (202), or with commit=false tells what it would become (200)',
  query: z.object(options),
  body: 'raw',
  maxBytes: 20 * 1024 * 1024,
  reply: z.union([z.object({ id: z.string(), again: z.boolean() }), preview]),
  async handler(ctx, { query, body, actor }) {
    const { provider, licence, campaign, fileName } = query;
    if (query.commit === 'false')
      return reply({
        status: 200,
        body: viewPreview(await previewList(body, { ...listOptions(query), provider, campaign })),
      });
    const request = { bytes: body, provider, licence, campaign, fileName, options: listOptions(query) };
    const started = await startImport(ctx, actor, request);
    return reply({ status: started.again ? 200 : 202, body: started });
  },
});

const listView = z.object({
  id: z.string(),
  state: z.enum(['running', 'done']),
  provider: z.string(),
  licence: z.string().optional(),
  campaign: z.string().optional(),
  fileName: z.string().optional(),
  ...counts,
  /** From 0 to 1. */
  progress: z.number(),
  layout: layoutView,
  createdBy: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
});

const viewList = (list: StoredList): z.input<typeof listView> => ({
  id: list.id,
  state: list.state,
  provider: list.provider,
  licence: list.licence ?? undefined,
  campaign: list.campaign ?? undefined,
  fileName: list.fileName ?? undefined,
  rows: list.rows,
  accepted: list.accepted,
  repeated: list.repeated,
  refused: list.refused,
  progress: list.chunksDone / list.chunks,
  layout: viewLayout(list.layout),
  createdBy: list.createdByName,
  createdAt: when(list.createdAt),
  finishedAt: whenKnown(list.finishedAt),
});

const all = route({
  method: 'GET',
  path: '/api/lists',
  access: keepers,
  summary: 'Lists that were brought, newest first',
  query: z.object(pageQuery),
  reply: pageOf(listView),
  async handler(ctx, { query }) {
    const { items, ...next } = await listLists(ctx, query);
    return { items: items.map(viewList), ...next };
  },
});

const one = route({
  method: 'GET',
  path: '/api/lists/:id',
  access: keepers,
  summary: 'Progress and counts of a list',
  reply: listView,
  handler: async (ctx, { params }) => viewList(await getList(ctx, params.id)),
});

const refused = route({
  method: 'GET',
  path: '/api/lists/:id/refused.csv',
  access: keepers,
  summary: 'The refused rows of a list with the reasons; can be mended and brought again',
  async handler(ctx, { params }) {
    const list = await getList(ctx, params.id);
    const disposition = `attachment; filename="refused-${list.id}.csv"`;
    return stream(
      'text/csv; charset=utf-8',
      async (out) => {
        for await (const piece of writeRefused(ctx, list)) {
          if (out.closed.aborted) return;
          await out.write(piece);
        }
      },
      { 'content-disposition': disposition, 'x-content-type-options': 'nosniff' },
    );
  },
});

const places = route({
  method: 'GET',
  path: '/api/list-fields',
  access: keepers,
  summary: 'The fields that columns of a list and fields of a form can fill',
  reply: z.object({ items: z.array(z.string()) }),
  handler: () => ({ items: Object.keys(fieldAliases) }),
});

export const listRoutes: Route[] = [bring, all, one, refused, places];
