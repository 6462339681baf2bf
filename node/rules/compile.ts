import { canonicalDecimal, compareDecimals } from './decimal.ts';
import { readOrdered, valuesOf } from './condition.ts';
import type { Comparison, Condition, Ordered, Value } from './condition.ts';
import { compileField, findField } from './field.ts';
import type { FieldReader, Subject } from './field.ts';
import { describeComparison, labelOf } from './describe-condition.ts';

/** A condition made ready to run: closures only, nothing is looked up again. */
export interface CompiledCondition {
  readonly test: (subject: Subject) => boolean;
  /** A sentence part that says why it holds or not. Names the values of the rule, and of the lead only what is not personal. */
  readonly explain: (subject: Subject) => string;
}

/** Compiles a condition that `readCondition` accepted. */
export function compileCondition(condition: Condition): CompiledCondition {
  if ('all' in condition) return compileAll(condition.all.map(compileCondition));
  if ('any' in condition) return compileAny(condition.any.map(compileCondition));
  if ('not' in condition) {
    const inner = compileCondition(condition.not);
    return { test: (subject) => !inner.test(subject), explain: inner.explain };
  }
  return compileComparison(condition);
}

const maxReasons = 5;
const join = (reasons: string[], word: string) =>
  reasons.length > maxReasons
    ? `${reasons.slice(0, maxReasons).join(` ${word} `)} ${word} ${reasons.length - maxReasons} more`
    : reasons.join(` ${word} `);

function compileAll(parts: CompiledCondition[]): CompiledCondition {
  return {
    test: (subject) => parts.every((part) => part.test(subject)),
    explain(subject) {
      const failing = parts.find((part) => !part.test(subject));
      if (failing) return failing.explain(subject);
      if (parts.length === 0) return 'every lead matches';
      return join(parts.map((part) => part.explain(subject)), 'and'); // prettier-ignore
    },
  };
}

function compileAny(parts: CompiledCondition[]): CompiledCondition {
  return {
    test: (subject) => parts.some((part) => part.test(subject)),
    explain(subject) {
      const holding = parts.find((part) => part.test(subject));
      if (holding) return holding.explain(subject);
      return join(parts.map((part) => part.explain(subject)), 'and'); // prettier-ignore
    },
  };
}

function compileComparison(part: Comparison): CompiledCondition {
  const read = compileField(part.field);
  const test = compileTest(part, read);
  const field = findField(part.field);
  return {
    test,
    explain(subject) {
      const seen = read(subject);
      if (seen.length === 0 && part.op !== 'exists' && part.op !== 'missing')
        return `${labelOf(part.field)} is not given`;
      const said = describeComparison(part, test(subject));
      const told = field && !field.personal && !test(subject) && part.op !== 'missing' && part.op !== 'exists';
      return told ? `${said} (it is “${seen.join(', ').slice(0, 80)}”)` : said;
    },
  };
}

const fold = (text: string) => text.trim().normalize('NFC').toLowerCase();

function compileTest(part: Comparison, read: FieldReader): (subject: Subject) => boolean {
  const [first = '', second = ''] = valuesOf(part);
  switch (part.op) {
    case 'exists':
      return (subject) => read(subject).length > 0;
    case 'missing':
      return (subject) => read(subject).length === 0;
    case 'contains':
      return someText(read, includesText(fold(String(first))));
    case 'starts-with':
      return someText(read, startsWithText(fold(String(first))));
    case 'equals':
    case 'in':
      return isOneOf(read, part);
    case 'not-equals':
    case 'not-in': {
      const test = isOneOf(read, part);
      return (subject) => !test(subject);
    }
    case 'between':
      return both(inOrder(read, first, (sign) => sign >= 0), inOrder(read, second, (sign) => sign <= 0)); // prettier-ignore
    default:
      return inOrder(read, first, holds[part.op]);
  }
}

const holds = {
  less: (sign: number) => sign < 0,
  'at-most': (sign: number) => sign <= 0,
  greater: (sign: number) => sign > 0,
  'at-least': (sign: number) => sign >= 0,
};

type Test = (subject: Subject) => boolean;
const both = (a: Test, b: Test): Test => (subject) => a(subject) && b(subject); // prettier-ignore
const includesText = (wanted: string) => (text: string) => text.includes(wanted);
const startsWithText = (wanted: string) => (text: string) => text.startsWith(wanted);
const someText = (read: FieldReader, test: (text: string) => boolean): Test => (subject) => read(subject).some((text) => test(fold(text))); // prettier-ignore

/** Text of the rule meets text of the lead; a number in the rule, or a numeric field, meets the lead's decimal. */
function isOneOf(read: FieldReader, part: Comparison): Test {
  const kind = findField(part.field)?.kind;
  const numeric = kind === 'number' || kind === 'money';
  const wanted = valuesOf(part);
  const texts = new Set(wanted.map((value) => fold(String(value))));
  const numbers = new Set(wanted.filter((value) => numeric || typeof value === 'number').flatMap(amountKeys));
  if (numbers.size === 0) return (subject) => read(subject).some((text) => texts.has(fold(text)));
  return (subject) =>
    read(subject).some((text) => texts.has(fold(text)) || leadKeys(text).some((key) => numbers.has(key)));
}

/** "5" in a rule meets any currency, "5 EUR" only euros. */
function amountKeys(value: Value): string[] {
  const read = readOrdered(String(value));
  return read?.kind === 'decimal' ? [read.digits + (read.currency ?? '')] : [];
}
function leadKeys(text: string): string[] {
  const plain = canonicalDecimal(text);
  if (plain !== undefined) return [plain];
  const read = readOrdered(text);
  return read?.kind === 'decimal' ? [read.digits, read.digits + (read.currency ?? '')] : [];
}

function inOrder(read: FieldReader, wanted: Value, accept: (sign: number) => boolean): Test {
  const limit = readOrdered(String(wanted));
  if (!limit) return () => false;
  return (subject) =>
    read(subject).some((text) => {
      const sign = compareOrdered(readOrdered(text), limit);
      return sign !== undefined && accept(sign);
    });
}

/** Undefined when the two cannot be compared: text, a date against a number, another currency. */
function compareOrdered(seen: Ordered | undefined, limit: Ordered): number | undefined {
  if (seen?.kind === 'instant' && limit.kind === 'instant') return seen.at - limit.at;
  if (seen?.kind !== 'decimal' || limit.kind !== 'decimal') return undefined;
  if (limit.currency !== undefined && seen.currency !== limit.currency) return undefined;
  return compareDecimals(seen.digits, limit.digits);
}
