import type { SimpleType } from './descriptor.ts';

/** What XML 1.0 cannot hold, what a parser would change (CR), and, to be looked at closer, surrogates. */
const suspicious = /[\0-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]/;
const forbidden = /[\0-\x08\x0b-\x1f\ufffe\uffff]/;

function characterFault(text: string): string | undefined {
  if (!suspicious.test(text)) return undefined;
  if (text.includes('\r')) return 'holds a carriage return, which XML does not keep';
  if (forbidden.test(text)) return 'holds a character that XML cannot hold';
  return text.isWellFormed() ? undefined : 'holds half of a surrogate pair';
}

/** Length in characters as XSD counts them: code points. */
function isLongerThan(text: string, most: number): boolean {
  if (text.length <= most) return false;
  if (text.length > 2 * most) return true;
  let pairs = 0;
  for (const character of text) if (character.length === 2) pairs += 1;
  return text.length - pairs > most;
}

/** Compiles a simple type to a check that says what is wrong with a text, or undefined. */
export function textFault({
  kind,
  minLength,
  maxLength,
  pattern,
  values,
}: SimpleType): (text: string) => string | undefined {
  if (values) {
    const known = new Set(values);
    return (text) => (known.has(text) ? undefined : 'is none of the values allowed here');
  }
  return (text) => {
    if (text.length < minLength) return 'is empty';
    if (isLongerThan(text, maxLength)) return `is longer than ${maxLength} characters`;
    const fault = characterFault(text);
    if (fault !== undefined) return fault;
    if (pattern && !pattern.test(text)) return patternFault[kind] ?? 'does not have the form this field needs';
    return undefined;
  };
}

const patternFault: Readonly<Partial<Record<SimpleType['kind'], string>>> = {
  'date-time': 'is no time with zone, such as 2026-03-14T09:26:53Z',
  number: 'is no decimal number such as 1250.00',
  integer: 'is no whole number from 0 to 999999999',
  url: 'is no http or https address',
};

/** How a simple type stands in JSON: as text, as a whole number, or as true and false. */
interface JsonForm {
  readonly name: string;
  /** The text of a value; undefined when it is of another kind. */
  readonly toText: (value: unknown) => string | undefined;
  readonly fromText: (text: string) => unknown;
}

const string: JsonForm = {
  name: 'text',
  toText: (value) => (typeof value === 'string' ? value : undefined),
  fromText: (text) => text,
};
const integer: JsonForm = {
  name: 'a whole number',
  toText: (value) => (typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : undefined),
  fromText: Number,
};
const boolean: JsonForm = {
  name: 'true or false',
  toText: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  fromText: (text) => text === 'true',
};

export function jsonForm({ kind }: SimpleType): JsonForm {
  if (kind === 'integer') return integer;
  return kind === 'boolean' ? boolean : string;
}
