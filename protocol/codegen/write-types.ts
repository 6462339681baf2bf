import type { NamedComplexType, NamedSimpleType, Schema } from './read-schema.ts';

const plural = (name: string) => `${name.slice(0, 1).toLowerCase()}${name.slice(1)}s`;

const comment = (text: string, indent = '') => (text === '' ? '' : `${indent}/** ${text} */\n`);

/** Enumerations become a const array and the union of its values; times get an alias that says what the text is. */
function writeSimpleType(name: string, { kind, values, doc }: NamedSimpleType): string {
  if (kind === 'date-time') return `${comment(doc)}export type ${name} = string;\n`;
  if (kind !== 'enum' || !values) return '';
  const list = values.map((value) => `  '${value}',\n`).join('');
  return `${comment(doc)}export const ${plural(name)} = [\n${list}] as const;\nexport type ${name} = (typeof ${plural(name)})[number];\n`;
}

function typeScriptType(schema: Schema, type: string): string {
  const simple = schema.simpleTypes.get(type);
  if (!simple) return type;
  if (simple.kind === 'integer') return 'number';
  if (simple.kind === 'boolean') return 'boolean';
  return simple.kind === 'enum' || simple.kind === 'date-time' ? type : 'string';
}

function writeInterface(schema: Schema, name: string, type: NamedComplexType): string {
  const lines = type.attributes.map(
    ({ property, type: of, required, doc }) =>
      `${comment(doc, '  ')}  ${property}${required ? '' : '?'}: ${typeScriptType(schema, of)};\n`,
  );
  const { content } = type;
  if (content) {
    const doc = schema.simpleTypes.get(content.type)?.doc ?? '';
    lines.push(`${comment(doc, '  ')}  ${content.property}: ${typeScriptType(schema, content.type)};\n`);
  }
  for (const { property, type: of, min, max, doc } of type.elements) {
    const single = typeScriptType(schema, of);
    lines.push(`${comment(doc, '  ')}  ${property}${min === 0 ? '?' : ''}: ${max > 1 ? `${single}[]` : single};\n`);
  }
  return `${comment(type.doc)}export interface ${name} {\n${lines.join('')}}\n`;
}

/** The interfaces, enumerations and aliases of generated.ts. */
export function writeTypes(schema: Schema): string {
  const simple = [...schema.simpleTypes].map(([name, type]) => writeSimpleType(name, type));
  const complex = [...schema.complexTypes].map(([name, type]) => writeInterface(schema, name, type));
  const bodies = schema.bodies.map((name) => `  ${name}: ${name};\n`).join('');
  return [
    ...simple.filter((text) => text !== ''),
    ...complex,
    `/** What each message holds. */\nexport interface Bodies {\n${bodies}}\n`,
  ].join('\n');
}
