import type { JsonObject } from './check.ts';
import type { ElementDescriptor } from './descriptor.ts';
import { complexTypes, simpleTypes } from './generated.ts';
import { jsonForm } from './text.ts';
import type { XmlElement } from './tree.ts';

const none: readonly never[] = [];

/** Makes the element called `name` of a value that was checked. */
type ElementMaker = (name: string, value: unknown) => XmlElement;

function compileSimple(type: string): ((value: unknown) => string) | undefined {
  const simple = simpleTypes[type];
  if (!simple) return undefined;
  const { toText } = jsonForm(simple);
  return (value) => toText(value) ?? '';
}

function needSimple(type: string): (value: unknown) => string {
  const write = compileSimple(type);
  if (!write) throw new Error(`The schemas hold no simple type ${type}.`);
  return write;
}

function compileChildren(elements: readonly ElementDescriptor[]): (value: JsonObject) => XmlElement[] {
  const makers = elements.map(({ name, property, type, max }) => ({
    name: `l:${name}`,
    property,
    repeated: max > 1,
    make: compileMaker(type),
  }));
  return (value) => {
    const children: XmlElement[] = [];
    for (const { name, property, repeated, make } of makers) {
      const inner = value[property];
      if (inner === undefined) continue;
      if (repeated) for (const entry of inner as readonly unknown[]) children.push(make(name, entry));
      else children.push(make(name, inner));
    }
    return children;
  };
}

/** Compiles what turns a checked value of a type of the schemas into an element. */
export function compileMaker(name: string): ElementMaker {
  const writeText = compileSimple(name);
  if (writeText) return (of, value) => ({ name: of, attributes: none, children: none, text: writeText(value) });
  const type = complexTypes[name];
  if (!type) throw new Error(`The schemas hold no type ${name}.`);
  const attributes = type.attributes.map((attribute) => ({ ...attribute, write: needSimple(attribute.type) }));
  const makeAttributes = (value: JsonObject): XmlElement['attributes'] =>
    attributes.flatMap(({ name: of, property, write }) =>
      value[property] === undefined ? [] : [[of, write(value[property])] as const],
    );
  if (type.content) {
    const { property } = type.content;
    const write = needSimple(type.content.type);
    return (of, value) => {
      const object = value as JsonObject;
      return { name: of, attributes: makeAttributes(object), children: none, text: write(object[property]) };
    };
  }
  const makeChildren = compileChildren(type.elements);
  return (of, value) => {
    const object = value as JsonObject;
    return { name: of, attributes: none, children: makeChildren(object), text: '' };
  };
}
