import { z } from 'zod';
import { CodedError } from '../kernel/errors.ts';
import { canonicalDecimal } from './decimal.ts';
import { findField } from './field.ts';
import type { ConditionField } from './field.ts';

export const operators = [
  'equals', 'not-equals', 'in', 'not-in', 'contains', 'starts-with', 'exists', 'missing',
  'less', 'at-most', 'greater', 'at-least', 'between',
] as const; // prettier-ignore
export type Operator = (typeof operators)[number];

/** A text is compared without regard to case, a number as a decimal; money may carry its currency: "1000 EUR". */
export type Value = string | number | boolean;
export interface Comparison {
  field: string;
  op: Operator;
  /** None for exists and missing, a list for in and not-in, two values for between, one value otherwise. */
  value?: Value | Value[] | undefined;
}
export type Condition = { all: Condition[] } | { any: Condition[] } | { not: Condition } | Comparison;

export const maxDepth = 8;
export const maxParts = 200;
const maxListValues = 5_000;

const value = z.union([z.string().min(1).max(500), z.number(), z.boolean()]);
const comparison = z.strictObject({
  field: z.string().min(1).max(200),
  op: z.enum(operators),
  value: z.union([value, z.array(value).min(1).max(maxListValues)]).optional(),
});
/** Shape only, and only after the budget was checked: it recurses. */
const conditionSchema: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(conditionSchema).max(maxParts) }),
    z.strictObject({ any: z.array(conditionSchema).min(1).max(maxParts) }),
    z.strictObject({ not: conditionSchema }),
    comparison,
  ]),
);

const refuse = (path: string, message: string) => new CodedError('invalid-condition', 422, message, { path });

/** Checks a condition from outside. Throws `invalid-condition` with the path of what is wrong. */
export function readCondition(input: unknown, path = 'condition'): Condition {
  checkBudget(input, path);
  const result = conditionSchema.safeParse(input);
  if (!result.success) throw refuse(path, 'This is not a condition: all, any, not, or field, op and value.');
  checkFields(result.data, path);
  return result.data;
}

/** Walks without recursion, so that a deep input is refused before anything recurses into it. */
function checkBudget(input: unknown, path: string): void {
  const waiting: { node: unknown; depth: number }[] = [{ node: input, depth: 1 }];
  let seen = 0;
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    if (next.depth > maxDepth) throw refuse(path, `A condition may be ${maxDepth} levels deep.`);
    if (++seen > maxParts) throw refuse(path, `A condition may have ${maxParts} parts.`);
    const depth = next.depth + 1;
    for (const node of childrenOf(next.node)) waiting.push({ node, depth });
  }
}

function childrenOf(node: unknown): unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  const { all, any, not } = node as { all?: unknown; any?: unknown; not?: unknown };
  return [all, any].flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : [])).concat(not ?? []);
}

function checkFields(condition: Condition, path: string): void {
  for (const [part, where] of partsOf(condition, path)) checkFields(part, where);
  if (!('field' in condition)) return;
  const field = findField(condition.field);
  if (!field) throw refuse(`${path}.field`, `No lead has a field “${condition.field}”.`);
  checkValues(condition, field, `${path}.value`);
}

function partsOf(condition: Condition, path: string): [Condition, string][] {
  if ('all' in condition) return condition.all.map((part, n) => [part, `${path}.all[${n}]`]);
  if ('any' in condition) return condition.any.map((part, n) => [part, `${path}.any[${n}]`]);
  return 'not' in condition ? [[condition.not, `${path}.not`]] : [];
}

/** How many values an operator takes. */
export function valuesOf({ op, value: given }: Comparison): Value[] {
  if (op === 'exists' || op === 'missing' || given === undefined) return [];
  return Array.isArray(given) ? given : [given];
}

function checkValues(part: Comparison, field: ConditionField, path: string): void {
  const { op, value: given } = part;
  if (op === 'exists' || op === 'missing') {
    if (given !== undefined) throw refuse(path, `“${op}” takes no value.`);
    return;
  }
  const list = op === 'in' || op === 'not-in' || op === 'between';
  if (given === undefined || Array.isArray(given) !== list)
    throw refuse(path, `“${op}” takes ${list ? 'a list of values' : 'one value'}.`);
  if (op === 'between' && valuesOf(part).length !== 2) throw refuse(path, '“between” takes two values.');
  for (const one of valuesOf(part)) checkValue(one, part, { field, path });
}

const ordered: ReadonlySet<Operator> = new Set(['less', 'at-most', 'greater', 'at-least', 'between']);

function checkValue(one: Value, { op }: Comparison, { field, path }: { field: ConditionField; path: string }): void {
  if (ordered.has(op) && readOrdered(String(one)) === undefined)
    throw refuse(path, `“${op}” compares numbers or dates; “${one}” is neither.`);
  const exact = op === 'equals' || op === 'not-equals' || op === 'in' || op === 'not-in';
  if (exact && field.values && !field.values.includes(String(one).toLowerCase()))
    throw refuse(path, `“${one}” is not a value of ${field.label}: ${field.values.join(', ')}.`);
}

/** What can be put in order: a decimal, money (a decimal and a currency) or an instant. */
export type Ordered = { kind: 'decimal'; digits: string; currency?: string } | { kind: 'instant'; at: number };

/** Reads "12.50", "12.50 EUR", "2026-03-01" or a date-time with zone; undefined for anything else. */
export function readOrdered(text: string): Ordered | undefined {
  const plain = canonicalDecimal(text);
  if (plain !== undefined) return { kind: 'decimal', digits: plain };
  const money = /^\s*(\S+)\s+([A-Za-z]{3})\s*$/.exec(text);
  const digits = money ? canonicalDecimal(money[1] ?? '') : undefined;
  if (digits !== undefined) return { kind: 'decimal', digits, currency: (money?.[2] ?? '').toUpperCase() };
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text.trim())) return undefined;
  const at = Date.parse(text.trim());
  return Number.isNaN(at) ? undefined : { kind: 'instant', at };
}

/** Every field a condition looks at; it is one that `readCondition` accepted. */
export function conditionFieldsOf(condition: Condition): ConditionField[] {
  if ('field' in condition) return [findField(condition.field) ?? []].flat();
  return partsOf(condition, '').flatMap(([part]) => conditionFieldsOf(part));
}
