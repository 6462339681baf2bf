import type { Context } from '../kernel/context.ts';
import { writeCsvRow } from './write-csv.ts';
import { remarkColumns } from './map-headers.ts';
import { readRows } from './read-csv.ts';
import { refusals, type RefusalCode } from './refusals.ts';
import { listRefusals, type ListLayout, type Refusal, type StoredList } from './store.ts';

const atOnce = 500;

/** The row in its columns; one that can't be cut into cells stands whole in the first one. */
function cellsOf({ layout }: StoredList, { bytes }: Refusal): string[] {
  const text = bytes.toString('utf8');
  const source = { text, delimiter: layout.delimiter, header: layout.header };
  const [row] = readRows(source, { start: 0, line: 1 });
  const cells = row && !row.fault ? row.cells : [text];
  return layout.header.map((_, column) => cells[column] ?? '');
}

const namesOf = ({ mapping }: ListLayout): string[] => mapping.map(({ header }) => header);

/** The refused rows of a list with the reasons, as a CSV file that can be mended and brought again. Written piece by piece. */
export async function* writeRefused(ctx: Context, list: StoredList): AsyncGenerator<string> {
  yield `\ufeff${writeCsvRow([...namesOf(list.layout), ...remarkColumns])}`;
  for (let afterLine = -1; ;) {
    const page = await listRefusals(ctx, list.id, { afterLine, limit: atOnce });
    for (const refusal of page) {
      const reason = refusals[refusal.code as RefusalCode];
      yield writeCsvRow([...cellsOf(list, refusal), String(refusal.line), refusal.code, reason, refusal.path ?? '']);
      afterLine = refusal.line;
    }
    if (page.length < atOnce) return;
  }
}
