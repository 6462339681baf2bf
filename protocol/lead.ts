import { compileCheck, type JsonObject } from './check.ts';
import { ProtocolError } from './errors.ts';
import { gateBytes, limits } from './gate.ts';
import { fieldGroups, leadFields, type FieldGroup, type Lead } from './generated.ts';
import { compileMaker } from './make-element.ts';
import { compileReader } from './read-element.ts';
import { scan } from './scan.ts';
import { leadNamespace, writeElement } from './tree.ts';
import { harmlessName, schemaError } from './where.ts';

const check = compileCheck('Lead');
const make = compileMaker('Lead');
const read = compileReader('Lead');

/** The longest lead as XML, so that every message about it stays below the limit of a message. */
const mostBytes = limits.messageBytes - 16 * 1024;

/**
 * Checks JSON against the schema of the lead document. Returns a copy without undefined values and empty lists; throws
 * ProtocolError `schema`, whose path says where (for example "contact.emails[0].value"), or `too-large`.
 */
export function checkLead(input: unknown): Lead {
  const lead = check(input, undefined);
  // XML is never more than six times as long: only a long lead is worth writing out to be measured.
  if (JSON.stringify(lead).length * 6 > mostBytes && Buffer.byteLength(write(lead)) > mostBytes) {
    throw new ProtocolError('too-large', `The lead is longer than ${mostBytes} bytes as XML.`);
  }
  return lead;
}

/** The lead as canonical XML, a document of its own. Throws ProtocolError `schema` when the lead breaks the schema. */
export function writeLead(lead: Lead): string {
  return write(check(lead, undefined));
}

function write(lead: Lead): string {
  const element = make('l:Lead', lead);
  return writeElement({ ...element, attributes: [['xmlns:l', leadNamespace]] });
}

/** Reads a lead document. Throws ProtocolError: `schema`, or the code of the gate that refused it. */
export function readLead(xml: string): Lead {
  const root = scanDocument(xml);
  if (root.name !== 'l:Lead') throw schemaError(undefined, `is no lead${harmlessName(root.name)}`);
  const attributes = root.attributes.filter(([name, value]) => name !== 'xmlns:l' || value !== leadNamespace);
  return read({ ...root, attributes }, undefined);
}

function scanDocument(xml: string) {
  if (!xml.isWellFormed()) throw schemaError(undefined, 'holds half of a surrogate pair');
  try {
    return scan(gateBytes(Buffer.from(xml, 'utf8')));
  } catch (error) {
    // Nobody sent this as a message: whether a sender is proven is no question here.
    throw error instanceof ProtocolError ? new ProtocolError(error.code, error.detail) : error;
  }
}

const segmentsOf: ReadonlyMap<string, readonly string[]> = new Map(
  leadFields.map(({ path }) => [path, path.split('.')]),
);

function needSegments(path: string): readonly string[] {
  const segments = segmentsOf.get(path);
  if (!segments) throw new ProtocolError('unknown-field', `The lead document has no field${harmlessName(path)}.`);
  return segments;
}

/** The value of a field by its path in `leadFields`; undefined when the lead has none, or the path is unknown. */
export function getField(lead: Lead, path: string): unknown {
  let value: unknown = lead;
  for (const segment of segmentsOf.get(path) ?? []) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as JsonObject)[segment];
  }
  return value === lead ? undefined : value;
}

/**
 * A copy of the lead with another value at `path`; undefined takes the field away, and what is empty then. The value is
 * not checked: `checkLead` does that. Throws ProtocolError `unknown-field` for a path that is not in `leadFields`.
 */
export function setField(lead: Lead, path: string, value: unknown): Lead {
  return replaceAt(lead as JsonObject, needSegments(path), value) ?? {};
}

function replaceAt(
  object: JsonObject,
  [first = '', ...rest]: readonly string[],
  value: unknown,
): JsonObject | undefined {
  const inner = Object.hasOwn(object, first) ? (object[first] as JsonObject) : {};
  const replaced = rest.length === 0 ? value : replaceAt(inner, rest, value);
  const { [first]: _old, ...others } = object;
  if (replaced !== undefined) return { ...object, [first]: replaced };
  return Object.keys(others).length === 0 ? undefined : others;
}

/** A lead with these fields only. Paths that are not in `leadFields` pick nothing. */
export function pickFields(lead: Lead, paths: Iterable<string>): Lead {
  const picked: JsonObject = {};
  for (const path of paths) {
    const value = getField(lead, path);
    if (value !== undefined) putAt(picked, needSegments(path), value);
  }
  return picked;
}

function putAt(object: JsonObject, segments: readonly string[], value: unknown): void {
  let target = object;
  for (const segment of segments.slice(0, -1)) target = (target[segment] ??= {}) as JsonObject;
  target[segments.at(-1) ?? ''] = value;
}

/** The lead without these fields. Throws ProtocolError `unknown-field`: a mistyped path must not show what was to be hidden. */
export function omitFields(lead: Lead, paths: Iterable<string>): Lead {
  const omitted = new Set(paths);
  for (const path of omitted) needSegments(path);
  return pickFields(
    lead,
    leadFields.flatMap(({ path }) => (omitted.has(path) ? [] : [path])),
  );
}

const pathsOf: ReadonlyMap<FieldGroup, readonly string[]> = new Map(
  fieldGroups.map((group) => [group, leadFields.flatMap((field) => (field.group === group ? [field.path] : []))]),
);

/** The canonical XML of the lead with the fields of one group only; '' when it has none of them. */
export function groupValue(lead: Lead, group: FieldGroup): string {
  const part = pickFields(lead, pathsOf.get(group) ?? []);
  return Object.keys(part).length === 0 ? '' : writeLead(part);
}
