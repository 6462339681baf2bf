/**
 * schemas/*.xsd -> protocol/generated.ts: types, enumerations and the tables that readers, writers, JSON checks, forms,
 * field policies and log redaction share. `node protocol/codegen.ts` writes, `--check` fails when the file is stale.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readSchema, type Schema } from './codegen/read-schema.ts';
import { writeTables } from './codegen/write-tables.ts';
import { writeTypes } from './codegen/write-types.ts';

const near = (path: string) => new URL(path, import.meta.url).pathname;
const target = near('generated.ts');

const head = `// Written by protocol/codegen.ts from the files in schemas/. Change those, then run it.

import type { ComplexType, SimpleType } from './descriptor.ts';
`;

const messages = `/** A message: what is sent, before it is signed. */
export interface Message<T extends MessageType = MessageType> {
  header: Header & { type: T };
  body: Bodies[T];
  extensions?: Extension[];
}
export type AnyMessage = { [T in MessageType]: Message<T> }[MessageType];

/** What is known of a lead field besides its value. */
export interface LeadField {
  /** For example "contact.address.city" or "contact.phones". */
  path: string;
  label: string;
  group: FieldGroup;
  /** Can identify or reach a person by itself. */
  personal: boolean;
  example: string;
  /** Value kind, for forms and conditions. */
  kind: 'text' | 'enum' | 'number' | 'money' | 'date-time' | 'url' | 'list';
  values?: readonly string[];
  /** Characters a text may have. */
  maxLength?: number;
  /** May be more than one line. */
  lines?: true;
  repeated: boolean;
  /** What one entry of a list is made of; absent where it is a line of text. */
  parts?: readonly LeadFieldPart[];
}

/** A part of an entry of a list: the address and the kind of an e-mail address. */
export interface LeadFieldPart {
  /** The property of the entry. */
  name: string;
  label: string;
  required: boolean;
  kind: LeadField['kind'];
  values?: readonly string[];
  maxLength?: number;
  lines?: true;
}
`;

function checkTypes(schema: Schema): void {
  const types = schema.simpleTypes.get('MessageType')?.values ?? [];
  if (types.join() !== schema.bodies.join()) throw new Error('MessageType and the choice in Body differ.');
  for (const [name, type] of schema.complexTypes) {
    for (const used of [...type.attributes, ...type.elements, ...(type.content ? [type.content] : [])]) {
      const known = schema.simpleTypes.has(used.type) || schema.complexTypes.has(used.type);
      if (!known) throw new Error(`${name} uses the unknown type ${used.type}.`);
    }
  }
}

const bytesOf = (file: string) => readFileSync(near(`../schemas/${file}`));

/** SHA-256 of each schema file that a message must obey, as Capabilities tell them. */
function writeDigests(files: readonly string[]): string {
  const digestOf = (file: string) => createHash('sha256').update(bytesOf(file)).digest('base64');
  const rows = files.map((file) => `  { name: '${file}', digest: '${digestOf(file)}' },\n`);
  return `/** SHA-256 of the schema files this was made from. */\nexport const schemaDigests: readonly SchemaDigest[] = [\n${rows.join('')}];\n`;
}

function generate(): string {
  const files = ['lead.xsd', 'types.xsd', 'exchange.xsd', 'levels.xsd'];
  const schema = readSchema(files.map((file) => bytesOf(file).toString('utf8')));
  checkTypes(schema);
  const digests = writeDigests([...files, 'signature.xsd']);
  return [head, writeTypes(schema), messages, writeTables(schema), digests].join('\n');
}

const text = generate();
if (process.argv.includes('--check')) {
  if (text !== readFileSync(target, 'utf8')) {
    console.error('protocol/generated.ts is stale: run "node protocol/codegen.ts".');
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
}
