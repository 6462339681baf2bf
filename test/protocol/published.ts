import { readFileSync } from 'node:fs';

/** What a schema says to a reader, without its words: the lines of each type it declares, in order. */
export type Declarations = ReadonlyMap<string, readonly string[]>;

const near = (path: string) => new URL(`../../${path}`, import.meta.url);
export const publishedFile = near('test/protocol/published/version-1.txt');
const schemaFiles = ['lead.xsd', 'types.xsd', 'exchange.xsd', 'levels.xsd', 'signature.xsd'];

/** The schemas as they are now. */
export const readSchemas = (): string[] => schemaFiles.map((file) => readFileSync(near(`schemas/${file}`), 'utf8'));

/** The declarations that were published: they stay for as long as the namespace does. */
export function readPublished(): Declarations {
  const blocks = readFileSync(publishedFile, 'utf8')
    .trimEnd()
    .split(/\n(?=\S)/);
  return new Map(blocks.map((block) => block.split('\n')).map(([name = '', ...lines]) => [name, lines]));
}

export const writePublished = (declared: Declarations): string =>
  `${[...declared].flatMap(([name, lines]) => [name, ...lines]).join('\n')}\n`;

/** Says nothing to a reader; of l:about only group and personal do. */
const silent = new Set(['xs:annotation', 'xs:appinfo', 'xs:schema', 'xs:include', 'xs:import']);
const aboutLead = /^(group|personal)=/;

/** The declarations of schemas; everything below a type stands indented in its lines. */
export function declare(schemas: readonly string[]): Declarations {
  const declared = new Map<string, string[]>();
  let lines: string[] = [];
  for (const text of schemas) {
    let depth = 0;
    const prefix = text.includes('targetNamespace="http://www.w3.org/2000/09/xmldsig#"') ? 'ds: ' : '';
    const bare = text.replace(/<!--[^]*?-->|<\?[^]*?\?>|<xs:documentation>[^]*?<\/xs:documentation>/g, '');
    for (const [, close, tag = '', rest = '', empty] of bare.matchAll(/<(\/?)([\w:]+)([^>]*?)(\/?)>/g)) {
      if (silent.has(tag)) continue;
      if (close) depth -= 1;
      else {
        const line = lineOf(tag, rest);
        if (depth === 0) declared.set(prefix + line, (lines = []));
        else if (line !== '') lines.push('  '.repeat(depth) + line);
        if (!empty) depth += 1;
      }
    }
  }
  return declared;
}

function lineOf(tag: string, rest: string): string {
  const attributes = rest.match(/[\w:]+="[^"]*"/g) ?? [];
  if (tag !== 'l:about') return [tag.replace('xs:', ''), ...attributes].join(' ');
  const told = attributes.filter((one) => aboutLead.test(one));
  return told.length === 0 ? '' : ['about', ...told].join(' ');
}

/** Only a new message makes these longer. */
const growing = ['complexType name="Body"', 'simpleType name="MessageType"'];
const settled = (name: string, lines: readonly string[]) =>
  growing.includes(name) ? lines.filter((line) => !line.includes('maxLength')) : lines;

/** What was published and is not so any more: new types may come, and those that were there stay as they are (LX-200, LX-201). */
export function findBreaks(published: Declarations, now: Declarations): string[] {
  return [...published].flatMap(([name, lines]) => {
    const found = now.get(name);
    if (!found) return [`${name} is gone`];
    const before = settled(name, lines);
    const after = settled(name, found);
    const at = before.findIndex((line, place) => line !== after[place]);
    if (at !== -1) return [`${name}: not ${(before[at] ?? '').trim()} but ${after[at]?.trim() ?? 'nothing'}`];
    const more = growing.includes(name) ? undefined : after[before.length];
    return more === undefined ? [] : [`${name}: grew by ${more.trim()}`];
  });
}
