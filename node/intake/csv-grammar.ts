/** Why one row could not be read; the rows after it are. */
export type RowFault = 'bad-quotes' | 'open-quote' | 'row-too-long' | 'too-many-cells' | 'too-few-cells';

export interface CsvRow {
  cells: string[];
  /** Where the row starts and where the next one does, in characters. */
  start: number;
  end: number;
  /** Line breaks passed, the one after the row included. */
  lines: number;
  fault?: RowFault;
}

const maxRowLength = 262_144;
const maxRowLines = 500;

const isBreak = (text: string, at: number): boolean => text[at] === '\n' || text[at] === '\r';
const afterBreak = (text: string, at: number): number => at + (text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1);

function lineEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isBreak(text, at)) at++;
  return at;
}

const countBreaks = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0;

/** The one line at `start` as a row that can't be read. */
export function brokenLine(text: string, start: number, fault: RowFault): CsvRow {
  const stop = lineEnd(text, start);
  const end = stop < text.length ? afterBreak(text, stop) : stop;
  return { cells: [text.slice(start, stop)], start, end, lines: stop < text.length ? 1 : 0, fault };
}

const skipBlanks = (text: string, from: number, delimiter: string): number => {
  let at = from;
  while (text[at] !== delimiter && (text[at] === ' ' || text[at] === '\t' || text[at] === '\u00a0')) at++;
  return at;
};

interface Cell {
  value: string;
  next: number;
  fault?: RowFault;
}

function readQuoted(text: string, open: number, delimiter: string): Cell {
  let value = '';
  let from = open + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0 || quote - open > maxRowLength) return { value, next: from, fault: 'open-quote' };
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') {
      const next = skipBlanks(text, quote + 1, delimiter);
      const closed = next >= text.length || text[next] === delimiter || isBreak(text, next);
      return closed ? { value, next } : { value, next, fault: 'bad-quotes' };
    }
    value += '"';
    from = quote + 2;
  }
}

function readBare(text: string, from: number, delimiter: string): Cell {
  let at = from;
  while (at < text.length && text[at] !== delimiter && !isBreak(text, at)) at++;
  return { value: text.slice(from, at), next: at };
}

/**
 * The row at `start`: RFC 4180, with any one-character delimiter, any mixture of line ends, blanks around quoted cells,
 * and quotes inside bare cells as they stand. A fault covers its first line only, so that one stray quote does not swallow the rest of the file.
 */
export function readCsvRow(text: string, start: number, delimiter: string): CsvRow {
  const cells: string[] = [];
  let at = start;
  let inner = 0;
  for (;;) {
    const open = skipBlanks(text, at, delimiter);
    const quoted = text[open] === '"';
    const cell = quoted ? readQuoted(text, open, delimiter) : readBare(text, at, delimiter);
    if (quoted) inner += countBreaks(cell.value);
    if (cell.fault) return brokenLine(text, start, cell.fault);
    cells.push(cell.value);
    at = cell.next;
    if (text[at] !== delimiter || at >= text.length) break;
    at++;
  }
  if (at - start > maxRowLength) return brokenLine(text, start, 'row-too-long');
  if (inner > maxRowLines) return brokenLine(text, start, 'open-quote');
  return at < text.length
    ? { cells, start, end: afterBreak(text, at), lines: inner + 1 }
    : { cells, start, end: at, lines: inner };
}
