import type { Lead } from '../../../protocol/index.ts';
import { leadPathOf, type MappedField, type Mapping, type factNames } from './mapping.ts';

/** What a webhook is about. */
export const webhookEvents = [
  'lead.offered', 'lead.released', 'lead.closed', 'lead.updated', 'lead.recall-requested', 'lead.erased',
  'lead.consent-changed',
] as const; // prettier-ignore
export type WebhookEvent = (typeof webhookEvents)[number];

type Facts = { readonly [name in (typeof factNames)[number]]?: unknown };

interface Told {
  readonly facts: Facts & { readonly event: WebhookEvent; readonly lead: string };
  /** The part of the lead that may be told. */
  readonly document: Lead;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Paths of which an absent value means that there is none any more: told as null. */
  readonly changed?: readonly string[] | undefined;
}

/** The body of a webhook: what may be told of a lead, under the names the other software knows. */
export function mapLead({ wrap, fields }: Mapping, { facts, document, at, changed = [] }: Told): string {
  const data = fields ? mapFields(fields, facts, document, changed) : { ...facts, document };
  return JSON.stringify(wrap ? { type: facts.event, timestamp: new Date(at).toISOString(), data } : data);
}

/** The paths and facts (`$…`) of these that the mapping tells, whole or in part. */
export function tellsOf({ fields }: Mapping, paths: readonly string[]): string[] {
  if (!fields) return [...paths];
  const told = new Set(
    fields.flatMap(({ from }) => (from === undefined ? [] : [from.startsWith('$') ? from : leadPathOf(from)])),
  );
  return paths.filter((path) => told.has(path));
}

function mapFields(fields: readonly MappedField[], facts: Facts, document: Lead, changed: readonly string[]): object {
  const data: Record<string, unknown> = {};
  for (const field of fields) {
    const isGone = field.from !== undefined && changed.includes(leadPathOf(field.from));
    const value = valueOf(field, facts, document) ?? (isGone ? null : undefined);
    if (value !== undefined) put(data, field.to.split('.'), value);
  }
  return data;
}

function valueOf({ from, constant, values, otherwise }: MappedField, facts: Facts, document: Lead): unknown {
  if (from === undefined) return constant;
  const value = from.startsWith('$') ? findAt(facts, from.slice(1)) : findAt(document, from);
  if (values === undefined || value === undefined) return value;
  const key = typeof value === 'string' ? value : JSON.stringify(value);
  if (Object.hasOwn(values, key)) return values[key];
  return otherwise === undefined ? value : otherwise;
}

/** The value at keys set apart by points; undefined where there is none. */
export function findAt(document: unknown, path: string): unknown {
  let value = document;
  for (const step of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[step];
  }
  return value;
}

function put(data: Record<string, unknown>, steps: readonly string[], value: unknown): void {
  const [step = '', ...rest] = steps;
  // As an own property whatever the name: `__proto__` is a key like any other.
  const set = (entry: unknown) =>
    Object.defineProperty(data, step, { value: entry, enumerable: true, configurable: true, writable: true });
  if (rest.length === 0) {
    set(value);
    return;
  }
  const inner = Object.hasOwn(data, step) ? (data[step] as Record<string, unknown>) : {};
  set(inner);
  put(inner, rest, value);
}
