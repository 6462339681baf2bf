import { valuesOf } from './condition.ts';
import type { Comparison, Condition, Operator } from './condition.ts';
import { findField } from './field.ts';

/** A condition in plain English, for example `country is DE or AT, and opportunity size is at least 10000 EUR`. */
export function describeCondition(condition: Condition): string {
  if ('all' in condition) return condition.all.length === 0 ? 'always' : joinParts(condition.all, ', and ');
  if ('any' in condition) return joinParts(condition.any, ', or ');
  if ('not' in condition) {
    const inner = condition.not;
    return 'field' in inner ? describeComparison(inner, false) : `not (${describeCondition(inner)})`;
  }
  return describeComparison(condition, true);
}

function joinParts(parts: readonly Condition[], word: string): string {
  if (parts.length === 1 && parts[0]) return describeCondition(parts[0]);
  return parts.map((part) => ('all' in part || 'any' in part ? `(${describeCondition(part)})` : describeCondition(part))).join(word); // prettier-ignore
}

const verbs: Readonly<Record<Operator, readonly [holds: string, fails: string]>> = {
  equals: ['is', 'is not'],
  'not-equals': ['is not', 'is'],
  in: ['is', 'is not'],
  'not-in': ['is not', 'is'],
  contains: ['contains', 'does not contain'],
  'starts-with': ['starts with', 'does not start with'],
  exists: ['is given', 'is not given'],
  missing: ['is not given', 'is given'],
  less: ['is less than', 'is not less than'],
  'at-most': ['is at most', 'is not at most'],
  greater: ['is more than', 'is not more than'],
  'at-least': ['is at least', 'is not at least'],
  between: ['is between', 'is not between'],
};

/** One comparison as a clause; with `holds` false, its denial. */
export function describeComparison(part: Comparison, holds: boolean): string {
  const [yes, no] = verbs[part.op];
  const clause = `${labelOf(part.field)} ${holds ? yes : no}`;
  const values = valuesOf(part).map(String);
  if (values.length === 0) return clause;
  return `${clause} ${part.op === 'between' ? values.join(' and ') : listValues(values)}`;
}

const shown = 6;
function listValues(values: readonly string[]): string {
  const quoted = values.slice(0, shown).map((value) => (/^[\w.+-]+( [A-Z]{3})?$/.test(value) ? value : `“${value}”`));
  if (values.length > shown) return `${quoted.join(', ')} or ${values.length - shown} others`;
  const last = quoted.pop() ?? '';
  return quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`;
}

/** What people call a field. */
export function labelOf(path: string): string {
  return findField(path)?.label ?? path;
}
