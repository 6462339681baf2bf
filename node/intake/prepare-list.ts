import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { mapRow, namedCells, type RowOptions, type RowOutcome } from './map-row.ts';
import { readRows } from './read-csv.ts';
import type { ReadList } from './read-list.ts';
import type { Chunk, ListLayout } from './store.ts';

/** Rows that become leads in one transaction. */
const rowsPerChunk = 100;

/** What a row becomes, with the digest that tells whether it came before. */
export type RowReading = {
  readonly line: number;
  readonly raw: string;
  readonly digest: string;
  readonly outcome: RowOutcome;
};

/** A list in slices of a hundred rows each, cut between rows. Lets other work turn meanwhile. */
export async function cutIntoChunks({ table }: ReadList): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  let count = 0;
  let first = table.body;
  let end = table.body;
  const cut = (): void => {
    chunks.push({ firstLine: first.line, bytes: Buffer.from(table.text.slice(first.start, end.start)) });
    first = end;
    count = 0;
  };
  for (const row of readRows(table, table.body)) {
    end = row.next;
    count++;
    if (count < rowsPerChunk) continue;
    cut();
    await turn();
  }
  if (count > 0) cut();
  return chunks;
}

const digestOf = (layout: Pick<ListLayout, 'mapping'>, cells: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify(namedCells(layout.mapping, cells)))
    .digest('base64url');

/** Reads the rows of a chunk. */
export function readChunk(layout: ListLayout, chunk: Chunk, options: RowOptions): RowReading[] {
  const source = { text: chunk.bytes.toString('utf8'), delimiter: layout.delimiter, header: layout.header };
  const { dateOrder, defaultCountry, guessedCountry } = layout;
  const all = { ...options, dateOrder, defaultCountry, guessedCountry };
  return [...readRows(source, { start: 0, line: chunk.firstLine })].map(({ line, raw, cells, fault }) => ({
    line,
    raw,
    digest: digestOf(layout, cells),
    outcome: fault ? { kind: 'refused', code: fault } : mapRow(layout.mapping, cells, all),
  }));
}

export function layoutOf({ table, mapping, ...known }: ReadList): ListLayout {
  const { encoding, delimiter, header, headerText, headerLine } = table;
  return { encoding, delimiter, header, headerText, headerLine, mapping, ...known };
}
