import type { JsonObject } from './check.ts';
import type { AttributeDescriptor, ElementDescriptor } from './descriptor.ts';
import { complexTypes, simpleTypes } from './generated.ts';
import { jsonForm, textFault } from './text.ts';
import type { XmlElement } from './tree.ts';
import { harmlessName, schemaError, type Where } from './where.ts';

/** Reads an element as a value, or throws: `up`, `property` and `index` say where it stands. */
type ValueReader = (element: XmlElement, up: Where | undefined, property: string, index?: number) => unknown;
/** The same for an element that becomes an object, which stands at `where`. */
type ObjectReader = (element: XmlElement, where: Where | undefined) => JsonObject;
/** Puts what it reads from an element into an object. */
type PartReader = (element: XmlElement, where: Where | undefined, output: JsonObject) => void;

type TextReader = (text: string, up: Where | undefined, property: string, index?: number) => unknown;

function compileText(name: string): TextReader | undefined {
  const type = simpleTypes[name];
  if (!type) return undefined;
  const fault = textFault(type);
  const { fromText } = jsonForm(type);
  return (text, up, property, index) => {
    const wrong = fault(text);
    if (wrong !== undefined) throw schemaError({ up, property, index }, wrong);
    return fromText(text);
  };
}

function needText(name: string): TextReader {
  const read = compileText(name);
  if (!read) throw new Error(`The schemas hold no simple type ${name}.`);
  return read;
}

function compileValue(name: string): ValueReader {
  const readText = compileText(name);
  if (!readText) {
    const read = compileReader(name);
    return (element, up, property, index) => read(element, { up, property, index });
  }
  return (element, up, property, index) => {
    const { attributes, children, text } = element;
    if (attributes.length > 0 || children.length > 0) {
      throw schemaError({ up, property, index }, 'holds more than text');
    }
    return readText(text, up, property, index);
  };
}

function compileAttributes(attributes: readonly AttributeDescriptor[]): PartReader {
  const byName = new Map(attributes.map(({ name, property, type }) => [name, { property, read: needText(type) }]));
  const required = attributes.filter((attribute) => attribute.required);
  return (element, where, output) => {
    for (const [name, text] of element.attributes) {
      const attribute = byName.get(name);
      if (!attribute) throw schemaError(where, `has an unknown attribute${harmlessName(name)}`);
      output[attribute.property] = attribute.read(text, where, attribute.property);
    }
    for (const { property } of required) {
      if (!Object.hasOwn(output, property)) throw schemaError({ up: where, property }, 'is missing');
    }
  };
}

function compileContent({ property, type }: { property: string; type: string }): PartReader {
  const read = needText(type);
  return ({ children, text }, where, output) => {
    if (children.length > 0) throw schemaError(where, 'holds more than text');
    output[property] = read(text, where, property);
  };
}

/** Walks the children and the declared elements together: both have one order. */
function compileElements(elements: readonly ElementDescriptor[]): PartReader {
  const places = elements.map((element, place) => ({ ...element, place, read: compileValue(element.type) }));
  const byName = new Map(places.map((place) => [`l:${place.name}`, place]));
  const required = elements.filter((element) => element.min > 0);
  return ({ children, text }, where, output) => {
    if (children.length === 0 && /[^ \t\n]/.test(text)) throw schemaError(where, 'holds text where fields belong');
    let last = -1;
    for (const child of children) {
      const element = byName.get(child.name);
      if (!element) throw schemaError(where, `has an unknown element${harmlessName(child.name)}`);
      const { property, place, max, read } = element;
      if (place < last) throw schemaError({ up: where, property }, 'stands in the wrong order');
      if (max > 1) addTo(output, element, child, where);
      else if (place === last) throw schemaError({ up: where, property }, 'stands there twice');
      else output[property] = read(child, where, property);
      last = place;
    }
    for (const { property } of required) {
      if (!Object.hasOwn(output, property)) throw schemaError({ up: where, property }, 'is missing');
    }
  };
}

interface Repeated {
  readonly property: string;
  readonly max: number;
  readonly read: ValueReader;
}

function addTo(
  output: JsonObject,
  { property, max, read }: Repeated,
  child: XmlElement,
  where: Where | undefined,
): void {
  const list = (output[property] ??= []) as unknown[];
  if (list.length === max) throw schemaError({ up: where, property }, `holds more than ${max}`);
  list.push(read(child, where, property, list.length));
}

/**
 * Compiles the strict reader of a type of the schemas: everything unknown, missing, out of order or out of bounds throws
 * a ProtocolError `schema` with its path.
 */
export function compileReader(name: string): ObjectReader {
  const type = complexTypes[name];
  if (!type) throw new Error(`The schemas hold no type ${name}.`);
  const readAttributes = compileAttributes(type.attributes);
  const readInside = type.content ? compileContent(type.content) : compileElements(type.elements);
  return (element, where) => {
    const output: JsonObject = {};
    readAttributes(element, where, output);
    readInside(element, where, output);
    return output;
  };
}
