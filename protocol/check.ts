import type { ComplexType } from './descriptor.ts';
import { complexTypes, simpleTypes } from './generated.ts';
import { jsonForm, textFault } from './text.ts';
import { harmlessName, schemaError, type Where } from './where.ts';

export type JsonObject = Record<string, unknown>;

/** Returns a clean copy of a value, or throws: `up`, `property` and `index` say where it stands. */
type ValueCheck = (value: unknown, up: Where | undefined, property: string, index?: number) => unknown;
/** The same for a whole object, which stands at `where`. */
type ObjectCheck = (value: unknown, where: Where | undefined) => JsonObject;

interface Member {
  readonly property: string;
  readonly required: boolean;
  readonly max: number;
  readonly check: ValueCheck;
}

function compileSimple(name: string): ValueCheck | undefined {
  const type = simpleTypes[name];
  if (!type) return undefined;
  const fault = textFault(type);
  const { name: kind, toText, fromText } = jsonForm(type);
  return (value, up, property, index) => {
    const text = toText(value);
    const wrong = text === undefined ? `is not ${kind}` : fault(text);
    if (text === undefined || wrong !== undefined) throw schemaError({ up, property, index }, wrong ?? '');
    return fromText(text);
  };
}

function compileValue(name: string): ValueCheck {
  const simple = compileSimple(name);
  if (simple) return simple;
  const check = compileCheck(name);
  return (value, up, property, index) => check(value, { up, property, index });
}

function compileMembers({ attributes, content, elements }: ComplexType): Member[] {
  return [
    ...attributes.map(({ property, type, required }) => ({ property, required, max: 1, check: compileValue(type) })),
    ...(content ? [{ property: content.property, required: true, max: 1, check: compileValue(content.type) }] : []),
    ...elements.map(({ property, type, min, max }) => ({
      property,
      required: min > 0,
      max,
      check: compileValue(type),
    })),
  ];
}

function checkList({ property, max, check }: Member, value: unknown, up: Where | undefined): unknown[] {
  if (!Array.isArray(value)) throw schemaError({ up, property }, 'is no list');
  if (value.length > max) throw schemaError({ up, property }, `holds more than ${max}`);
  return Array.from(value, (entry: unknown, index) => check(entry, up, property, index));
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Compiles the check of JSON against a type of the schemas. It returns a copy that holds known fields only, without
 * undefined values and empty lists, and throws a ProtocolError `schema` with the path of what is wrong.
 */
export function compileCheck(name: string): ObjectCheck {
  const type = complexTypes[name];
  if (!type) throw new Error(`The schemas hold no type ${name}.`);
  const members = compileMembers(type);
  const byProperty = new Map(members.map((member) => [member.property, member]));
  const required = members.filter((member) => member.required);
  return (input, where) => {
    if (!isObject(input)) throw schemaError(where, 'is no object');
    const output: JsonObject = {};
    for (const key of Object.keys(input)) {
      const member = byProperty.get(key);
      if (!member) throw schemaError(where, `has an unknown field${harmlessName(key)}`);
      const value = input[key];
      if (value === undefined) continue;
      if (member.max === 1) output[key] = member.check(value, where, key);
      else if (!Array.isArray(value) || value.length > 0) output[key] = checkList(member, value, where);
    }
    for (const { property } of required) {
      if (!Object.hasOwn(output, property)) throw schemaError({ up: where, property }, 'is missing');
    }
    return output;
  };
}
