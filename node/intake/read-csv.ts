import { isEmail } from '../cleansing/email.ts';
import { CodedError } from '../kernel/errors.ts';
import { brokenLine, readCsvRow, type CsvRow, type RowFault } from './csv-grammar.ts';
import { decodeText } from './decode-text.ts';
import { countKnown } from './map-headers.ts';
import { looksLikePhone } from './sniff.ts';

/** Where rows are read from: a text, its delimiter and how many columns its header has. */
export interface RowSource {
  readonly text: string;
  readonly delimiter: string;
  readonly header: readonly string[];
}

export interface CsvTable extends RowSource {
  readonly encoding: string;
  readonly bom: boolean;
  /** The header as it stands in the file, without its line end. */
  readonly headerText: string;
  /** Line of the header, from 1; 0 when the table has none. */
  readonly headerLine: number;
  /** Where the first row after the header starts. */
  readonly body: RowPlace;
}

export interface RowPlace {
  /** In characters of the text. */
  readonly start: number;
  /** From 1. */
  readonly line: number;
}

export interface TableRow extends RowPlace {
  readonly cells: readonly string[];
  /** Where the next row starts. */
  readonly next: RowPlace;
  /** The row as it stands in the file, without its line end. */
  readonly raw: string;
  readonly fault?: RowFault;
}

export interface CsvOptions {
  /** WHATWG name of the text encoding; found out when absent. */
  encoding?: string | undefined;
  /** One character; found out when absent. */
  delimiter?: string | undefined;
}

const delimiters = [',', ';', '\t', '|'];
const sampleRows = 40;
const latestHeader = 20;
const mostColumns = 1_000;

const isBlank = (row: CsvRow): boolean => row.cells.length === 1 && row.cells[0]?.trim() === '';

/** All rows from a place on; blank lines are no rows. */
function* plainRows(text: string, delimiter: string, from: RowPlace): Generator<CsvRow & { line: number }> {
  let { start, line } = from;
  while (start < text.length) {
    const row = readCsvRow(text, start, delimiter);
    if (!isBlank(row)) yield { ...row, line };
    start = row.end;
    line += row.lines;
  }
}

function firstRows(text: string, delimiter: string, from: RowPlace): (CsvRow & { line: number })[] {
  const rows = [];
  for (const row of plainRows(text, delimiter, from)) {
    rows.push(row);
    if (rows.length === sampleRows) break;
  }
  return rows;
}

interface Layout {
  delimiter: string;
  header: (CsvRow & { line: number }) | undefined;
  width: number;
  score: number;
}

const looksLikeData = (cells: readonly string[]): boolean =>
  cells.some((cell) => isEmail(cell.trim()) || looksLikePhone(cell) || /^\d{4}-\d\d-\d\d/.test(cell.trim()));

/** Banner rows may stand before the header: it is the row with most known names of columns. */
function findHeader(rows: (CsvRow & { line: number })[]): { header: Layout['header']; known: number } {
  let best: { header: Layout['header']; known: number } = { header: undefined, known: 0 };
  for (const row of rows.slice(0, latestHeader)) {
    const known = row.fault || looksLikeData(row.cells) ? 0 : countKnown(row.cells);
    if (known > best.known) best = { header: row, known };
  }
  if (best.known > 0) return best;
  const widest = Math.max(1, ...rows.map((row) => row.cells.length));
  const first = rows.find((row) => !row.fault && row.cells.length >= Math.min(2, widest));
  return { header: first && looksLikeData(first.cells) ? undefined : first, known: 0 };
}

function layOut(text: string, delimiter: string, from: RowPlace): Layout {
  const rows = firstRows(text, delimiter, from);
  const { header, known } = findHeader(rows);
  const widths = rows.map((row) => row.cells.length);
  const width = header?.cells.length ?? Math.max(1, ...widths);
  const body = rows.filter((row) => !header || row.line > header.line);
  const even = width > 1 && body.length > 0 ? body.filter((row) => row.cells.length === width).length / body.length : 0;
  return { delimiter, header, width, score: known * 10 + even * 5 + (width > 1 ? 1 : 0) };
}

/** Excel's own hint, `sep=;`, as the first line. */
function readSepLine(text: string): { delimiter: string; from: RowPlace } | undefined {
  const hint = /^"?sep=([^\r\n])"?(?:\r\n|\r|\n|$)/i.exec(text);
  return hint?.[1] ? { delimiter: hint[1], from: { start: hint[0].length, line: 2 } } : undefined;
}

function refuseForeign(bytes: Uint8Array): void {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  const kind = head.startsWith('PK\x03\x04')
    ? 'an Excel workbook or a ZIP archive'
    : head.startsWith('%PDF')
      ? 'a PDF document'
      : head.startsWith('\xd0\xcf\x11\xe0')
        ? 'an old Excel workbook'
        : undefined;
  if (kind) throw new CodedError('not-a-table', 422, `This is ${kind}; save the table as CSV first.`);
}

/** More than a stray control character in a cell. */
function isBinary(text: string): boolean {
  const sample = text.slice(0, 4096);
  return (sample.match(/[\0-\x08\x0e-\x1f\ufffd]/g)?.length ?? 0) * 20 > sample.length;
}

/** Without the end marks and filling that old programs write after the last row. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\x1a' || text[end - 1] === '\0') end--;
  return text.slice(0, end);
}

const knownInFirstLine = (text: string): number =>
  Math.max(...delimiters.map((delimiter) => countKnown(readCsvRow(text.slice(0, 4000), 0, delimiter).cells)));

/**
 * Finds out how a table is written (encoding, delimiter, `sep=` line, where its header is) and where its rows start.
 * Throws `empty-file`, `not-a-table`, `unknown-encoding`, `too-many-columns`.
 */
export function openCsv(bytes: Uint8Array, options: CsvOptions = {}): CsvTable {
  refuseForeign(bytes);
  const { text: decoded, encoding, bom } = decodeText(bytes, options.encoding, knownInFirstLine);
  const text = withoutEnd(decoded);
  if (text.trim() === '') throw new CodedError('empty-file', 422, 'The file holds no rows.');
  if (isBinary(text)) throw new CodedError('not-a-table', 422, 'The file is not text.');
  const hint = readSepLine(text);
  const from = hint?.from ?? { start: 0, line: 1 };
  const chosen = options.delimiter ?? hint?.delimiter;
  const layouts = (chosen ? [chosen] : delimiters).map((delimiter) => layOut(text, delimiter, from));
  const best = layouts.reduce((a, b) => (b.score > a.score ? b : a));
  const { header } = best;
  const body = header ? { start: header.end, line: header.line + header.lines } : from;
  if (best.width > mostColumns)
    throw new CodedError('too-many-columns', 422, `A table may have at most ${mostColumns} columns.`, { mostColumns });
  const names = header?.cells.map((cell) => cell.trim()) ?? Array.from({ length: best.width }, () => '');
  const headerText = header ? text.slice(header.start, header.end).replace(/\r\n$|\n$|\r$/, '') : '';
  const found = { text, encoding, bom, delimiter: best.delimiter, header: names, headerText };
  return { ...found, headerLine: header?.line ?? 0, body };
}

const filled = (cells: readonly string[]): number => cells.findLastIndex((cell) => cell.trim() !== '') + 1;

/** A stray quote swallowed rows: the row has the wrong number of cells, and one of its lines alone has the right one. */
function hasSwallowed(row: CsvRow, raw: string, source: RowSource): boolean {
  const width = source.header.length;
  if (width < 2 || row.cells.length === width || !/[\r\n]/.test(raw)) return false;
  return raw.split(/\r\n|\n|\r/).some((line) => readCsvRow(line, 0, source.delimiter).cells.length === width);
}

function widthFault(cells: readonly string[], width: number): RowFault | undefined {
  if (filled(cells) > width) return 'too-many-cells';
  return width > 2 && cells.length === 1 ? 'too-few-cells' : undefined;
}

const sameCells = (cells: readonly string[], header: readonly string[]): boolean =>
  cells.length === header.length && cells.every((cell, at) => cell.trim() === header[at]) && header.some(Boolean);

/**
 * The rows of a table from a place on. A row that can't be read comes with a `fault` and its first line; the ones after
 * it come as usual. The header again (files glued together) and blank lines are left out.
 */
export function* readRows(source: RowSource, from: RowPlace): Generator<TableRow> {
  const { text, delimiter, header } = source;
  let { start, line } = from;
  while (start < text.length) {
    let row = readCsvRow(text, start, delimiter);
    const rawOf = ({ end }: CsvRow): string => text.slice(start, end).replace(/\r\n$|\n$|\r$/, '');
    if (!row.fault && hasSwallowed(row, rawOf(row), source)) row = brokenLine(text, start, 'open-quote');
    const next = { start: row.end, line: line + row.lines };
    const fault = row.fault ?? widthFault(row.cells, header.length);
    if (!isBlank(row) && !sameCells(row.cells, header)) {
      yield { start, line, cells: row.cells, next, raw: rawOf(row), ...(fault && { fault }) };
    }
    ({ start, line } = next);
  }
}
