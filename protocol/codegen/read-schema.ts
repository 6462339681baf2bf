import { XMLParser } from 'fast-xml-parser';
import type { AttributeDescriptor, ComplexType, ElementDescriptor, SimpleType } from '../descriptor.ts';
import { toRegExp } from './pattern.ts';

/** What l:about says of a field; see the head of schemas/lead.xsd. */
export type About = Readonly<Record<string, string | undefined>>;
interface Described {
  readonly doc: string;
  readonly about: About;
}
export type NamedSimpleType = SimpleType & Described;
export type NamedElement = ElementDescriptor & Described;
export type NamedAttribute = AttributeDescriptor & Described;
export interface NamedComplexType extends Described {
  readonly attributes: readonly NamedAttribute[];
  readonly content?: ComplexType['content'];
  readonly elements: readonly NamedElement[];
}

/** The parts of the schemas that become types and tables, in the order of the files. */
export interface Schema {
  readonly simpleTypes: ReadonlyMap<string, NamedSimpleType>;
  readonly complexTypes: ReadonlyMap<string, NamedComplexType>;
  /** The elements one of which is the body. */
  readonly bodies: readonly string[];
}

interface Node {
  readonly [tag: string]: Node[] | undefined;
}

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  attributesGroupName: '@',
  parseAttributeValue: false,
  parseTagValue: false,
  ignoreDeclaration: true,
  alwaysCreateTextNode: true,
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
});

const first = (node: Node | undefined, tag: string): Node | undefined => node?.[tag]?.[0];
const attributesOf = (node: Node | undefined) => (node?.['@'] ?? {}) as unknown as Record<string, string | undefined>;
const attribute = (node: Node | undefined, name: string): string | undefined => attributesOf(node)[`@${name}`];

function need(node: Node | undefined, name: string): string {
  const value = attribute(node, name);
  if (value === undefined) throw new Error(`A schema element lacks ${name}.`);
  return value;
}

/** Refuses what this generator would overlook. */
function only(node: Node | undefined, attributes: readonly string[], children: readonly string[] = []): void {
  const known = new Set(['#text', '@', 'xs:annotation', ...children]);
  const foreign = [
    ...Object.keys(attributesOf(node)).filter((name) => !attributes.includes(name.slice(1))),
    ...Object.keys(node ?? {}).filter((tag) => !known.has(tag)),
  ];
  if (foreign.length > 0) throw new Error(`The generator does not know ${foreign.join(', ')} here.`);
}

function whole(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new Error(`${text} is no bound.`);
  return Number(text);
}

const withoutPrefix = (name: string) => name.replace(/^l:/, '');
const lowerFirst = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1);

function describe(node: Node): Described {
  const annotation = first(node, 'xs:annotation');
  const doc = first(annotation, 'xs:documentation')?.['#text'] as unknown as string | undefined;
  const about = attributesOf(first(first(annotation, 'xs:appinfo'), 'l:about'));
  return {
    doc: (doc ?? '').replace(/\s+/g, ' ').trim(),
    about: Object.fromEntries(Object.entries(about).map(([name, value]) => [name.slice(1), value])),
  };
}

function readSimpleType(node: Node): NamedSimpleType {
  const restriction = first(node, 'xs:restriction');
  only(restriction, ['base'], ['xs:minLength', 'xs:maxLength', 'xs:pattern', 'xs:enumeration']);
  if (need(restriction, 'base') !== 'xs:string') throw new Error(`${need(node, 'name')} is no xs:string.`);
  if ((restriction?.['xs:pattern']?.length ?? 0) > 1) throw new Error(`${need(node, 'name')} has several patterns.`);
  const facet = (name: string) => attribute(first(restriction, name), 'value');
  const pattern = facet('xs:pattern');
  const values = restriction?.['xs:enumeration']?.map((value) => need(value, 'value'));
  const { doc, about } = describe(node);
  const kind = (about['kind'] ?? (values ? 'enum' : 'text')) as SimpleType['kind'];
  return {
    kind,
    minLength: whole(facet('xs:minLength') ?? '0'),
    maxLength: whole(need(first(restriction, 'xs:maxLength'), 'value')),
    ...(pattern !== undefined && { pattern: toRegExp(pattern) }),
    ...(values && { values }),
    doc,
    about,
  };
}

function readElement(node: Node): NamedElement {
  only(node, ['name', 'type', 'minOccurs', 'maxOccurs']);
  const { doc, about } = describe(node);
  const name = need(node, 'name');
  const min = whole(attribute(node, 'minOccurs') ?? '1');
  const max = whole(attribute(node, 'maxOccurs') ?? '1');
  if (min > 1) throw new Error(`${name}: at least ${min} is more than the reader knows.`);
  if (max > 1 !== (about['property'] !== undefined))
    throw new Error(`${name}: a plural property, if and only if it repeats.`);
  const property = about['property'] ?? lowerFirst(name);
  return {
    name,
    property,
    type: withoutPrefix(need(node, 'type')),
    min,
    max,
    doc,
    about,
  };
}

function readAttribute(node: Node): NamedAttribute {
  only(node, ['name', 'type', 'use']);
  const name = need(node, 'name');
  const required = attribute(node, 'use') === 'required';
  return { name, property: lowerFirst(name), type: withoutPrefix(need(node, 'type')), required, ...describe(node) };
}

function readComplexType(node: Node): NamedComplexType {
  const { doc, about } = describe(node);
  const extension = first(first(node, 'xs:simpleContent'), 'xs:extension');
  only(node, ['name'], ['xs:sequence', 'xs:simpleContent', 'xs:attribute']);
  only(extension, ['base'], ['xs:attribute']);
  only(first(node, 'xs:sequence'), [], ['xs:element']);
  const attributes = ((extension ?? node)['xs:attribute'] ?? []).map(readAttribute);
  return {
    attributes: attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    ...(extension && {
      content: { property: about['content'] ?? 'value', type: withoutPrefix(need(extension, 'base')) },
    }),
    elements: (first(node, 'xs:sequence')?.['xs:element'] ?? []).map(readElement),
    doc,
    about,
  };
}

/** The envelope is no table: protocol/xml.ts knows it. */
const envelope = new Set(['Message', 'Body']);

/** Reads the schemas as one. Throws when one uses what the generator does not know. */
export function readSchema(texts: readonly string[]): Schema {
  const roots = texts.map((text) => first(parser.parse(text) as Node, 'xs:schema'));
  const all = (tag: string) => roots.flatMap((root) => root?.[tag] ?? []);
  const named = <T>(nodes: Node[], read: (node: Node) => T) =>
    new Map(nodes.map((node) => [need(node, 'name'), read(node)]));
  const complex = all('xs:complexType');
  const body = complex.find((node) => attribute(node, 'name') === 'Body');
  return {
    simpleTypes: named(all('xs:simpleType'), readSimpleType),
    complexTypes: named(
      complex.filter((node) => !envelope.has(need(node, 'name'))),
      readComplexType,
    ),
    bodies: (first(body, 'xs:choice')?.['xs:element'] ?? []).map((node) => need(node, 'name')),
  };
}
