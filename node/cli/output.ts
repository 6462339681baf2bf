/** What a command answers: for programs, for people, and a word for people only (standard error). */
export interface Output {
  readonly json: unknown;
  readonly text: string;
  readonly note?: string | undefined;
  /** It was done, and came out badly: the exit status is that of a refusal. */
  readonly failed?: boolean;
}

/** Rows of a list, and where the next page begins. */
export interface Page {
  readonly items: readonly object[];
  readonly nextCursor?: string | undefined;
}

export const words = (text: string, json: unknown, note?: string): Output => ({ json, text, note });

/** A table; `columns`: title to path (`health.reach`). */
export function table(page: Page, columns: Readonly<Record<string, string>>): Output {
  const head = Object.keys(columns).map((title) => title.toUpperCase());
  const rows = page.items.map((item) => Object.values(columns).map((path) => showCell(valueAt(item, path), path)));
  const widths = head.map((title, at) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (cells: readonly string[]) => cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ').trimEnd(); // prettier-ignore
  const text = rows.length === 0 ? 'None.' : [head, ...rows].map(line).join('\n');
  const note = page.nextCursor === undefined ? undefined : `There are more: --cursor ${page.nextCursor}`;
  return { json: page, text, note };
}

/** One thing with all it has, a path and a value a line. */
export function entry(thing: object, note?: string): Output {
  const lines = [...leaves(thing, '')].map(([path, value]) => `${path}: ${showCell(value, path)}`);
  return { json: thing, text: lines.join('\n'), note };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

function valueAt(item: object, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), item);
}

function* leaves(value: unknown, path: string): Generator<[string, unknown]> {
  if (value === undefined || value === null) return;
  if (!isObject(value)) yield [path, value];
  else if (Array.isArray(value) && !value.some(isObject)) {
    if (value.length > 0) yield [path, value.join(', ')];
  } else
    for (const [key, inner] of Object.entries(value)) {
      const step = Array.isArray(value) ? `[${key}]` : path === '' ? key : `.${key}`;
      yield* leaves(inner, path + step);
    }
}

const isTime = /(At|\.at|^at|validFrom|validUntil)$/;

/** Times in milliseconds as people read them; nothing that could move a terminal's text around. */
function showCell(value: unknown, path: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && isTime.test(path)) return new Date(value).toISOString();
  if (typeof value === 'string') return printable(value);
  return Array.isArray(value) ? printable(value.join(', ')) : printable(JSON.stringify(value));
}

const hex = (character: string) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** Control and direction characters as escapes, so that what a stranger wrote cannot command a terminal. */
export const printable = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g, hex);

/** JSON of the same meaning; line breaks of its own stay. */
export const printableJson = (value: unknown): string =>
  JSON.stringify(value, undefined, 2).split('\n').map(printable).join('\n');
