import type { About, NamedComplexType, NamedElement, NamedSimpleType, Schema } from './read-schema.ts';

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function writeSimple({ kind, minLength, maxLength, pattern, values }: NamedSimpleType): string {
  const parts = [`kind: ${quote(kind)}`, `minLength: ${minLength}`, `maxLength: ${maxLength}`];
  if (pattern) parts.push(`pattern: ${String(pattern)}`);
  if (values) parts.push(`values: [${values.map(quote).join(', ')}]`);
  return `{ ${parts.join(', ')} }`;
}

function writeComplex({ attributes, content, elements }: NamedComplexType): string {
  const attributeRows = attributes.map(
    ({ name, property, type, required }) =>
      `      { name: ${quote(name)}, property: ${quote(property)}, type: ${quote(type)}, required: ${String(required)} },\n`,
  );
  const elementRows = elements.map(
    ({ name, property, type, min, max }) =>
      `      { name: ${quote(name)}, property: ${quote(property)}, type: ${quote(type)}, min: ${min}, max: ${max} },\n`,
  );
  const list = (rows: string[]) => (rows.length === 0 ? '[]' : `[\n${rows.join('')}    ]`);
  const text = content ? `    content: { property: ${quote(content.property)}, type: ${quote(content.type)} },\n` : '';
  return `{\n    attributes: ${list(attributeRows)},\n${text}    elements: ${list(elementRows)},\n  }`;
}

function writeMap(types: ReadonlyMap<string, string>): string {
  return `{\n${[...types].map(([name, text]) => `  ${name}: ${text},\n`).join('')}}`;
}

const mapValues = <A, B>(map: ReadonlyMap<string, A>, change: (value: A) => B) =>
  new Map([...map].map(([key, value]) => [key, change(value)]));

/** What is stated further out wins, except the label, which is the leaf's with the prefixes around it. */
function inherit(outer: About, { about }: NamedElement): About {
  const prefix = [outer['prefix'], about['prefix']].filter((part) => part !== undefined).join(' ');
  return {
    ...about,
    group: outer['group'] ?? about['group'],
    personal: outer['personal'] ?? about['personal'],
    label: [outer['prefix'], about['label']].filter((part) => part !== undefined).join(' '),
    prefix: prefix === '' ? undefined : prefix,
  };
}

function kindOf(schema: Schema, element: NamedElement): string {
  if (element.max > 1) return 'list';
  const simple = schema.simpleTypes.get(element.type);
  return simple ? simple.kind : (schema.complexTypes.get(element.type)?.about['kind'] ?? 'text');
}

function fieldRow(schema: Schema, path: string, element: NamedElement, about: About): string {
  const { group, personal, label, example } = about;
  const known = schema.simpleTypes.get('FieldGroup')?.values ?? [];
  if (!group || !known.includes(group)) throw new Error(`${path} has no field group.`);
  if (!label || !example || (personal !== 'yes' && personal !== 'no'))
    throw new Error(`${path} is not fully annotated.`);
  const kind = kindOf(schema, element);
  const simple = schema.simpleTypes.get(element.type);
  const parts = element.max > 1 ? writeParts(schema, label, schema.complexTypes.get(element.type)) : '';
  return [
    `  { path: ${quote(path)}, label: ${quote(label)}, group: ${quote(group)}, personal: ${String(personal === 'yes')},`,
    `    example: ${quote(example)}, kind: ${quote(kind)}${simple ? writeInput(simple) : ''}, repeated: ${String(element.max > 1)}${parts} },\n`,
  ].join('\n');
}

/** What a form needs to know of a text besides its kind. A type with a pattern is one line. */
function writeInput({ kind, values, maxLength, pattern }: NamedSimpleType): string {
  if (values && kind === 'enum') return `, values: [${values.map(quote).join(', ')}]`;
  return `, maxLength: ${maxLength}${kind === 'text' && !pattern ? ', lines: true' : ''}`;
}

/** The parts of an entry: first what its element holds, then its attributes. */
function writeParts(schema: Schema, label: string, type: NamedComplexType | undefined): string {
  if (!type) return '';
  const { content, elements, attributes } = type;
  const all = [
    ...(content ? [{ property: content.property, type: content.type, label, required: true }] : []),
    ...elements.map(({ property, type, about, min }) => ({ property, type, label: about['label'], required: min > 0 })),
    ...attributes.map(({ about, ...rest }) => ({ ...rest, label: about['label'] })),
  ];
  const rows = all.map((part) => {
    const simple = schema.simpleTypes.get(part.type);
    if (!simple || !part.label) throw new Error(`${label}: ${part.property} is no plain, labelled text.`);
    const head = `name: ${quote(part.property)}, label: ${quote(part.label)}, required: ${String(part.required)}`;
    return `      { ${head}, kind: ${quote(simple.kind)}${writeInput(simple)} },\n`;
  });
  return `,\n    parts: [\n${rows.join('')}    ]`;
}

function fieldRows(schema: Schema, type: NamedComplexType, path: string, outer: About): string[] {
  return type.elements.flatMap((element) => {
    const about = inherit(outer, element);
    const complex = schema.complexTypes.get(element.type);
    const here = path + element.property;
    return complex && complex.elements.length > 0 && element.max === 1
      ? fieldRows(schema, complex, `${here}.`, about)
      : [fieldRow(schema, here, element, about)];
  });
}

/** The tables of generated.ts: lead fields, simple types, complex types. */
export function writeTables(schema: Schema): string {
  const lead = schema.complexTypes.get('Lead');
  if (!lead) throw new Error('The schemas hold no type Lead.');
  return `/** Every field of a lead: one leaf of the document, or one repeated element as a whole. */
export const leadFields: readonly LeadField[] = [
${fieldRows(schema, lead, '', {}).join('')}];

export const simpleTypes: Readonly<Record<string, SimpleType>> = ${writeMap(mapValues(schema.simpleTypes, writeSimple))};

export const complexTypes: Readonly<Record<string, ComplexType>> = ${writeMap(mapValues(schema.complexTypes, writeComplex))};
`;
}
