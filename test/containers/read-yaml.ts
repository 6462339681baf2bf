/** What the reader understands of YAML: maps, lists, and scalars as text. */
export type Yaml = string | readonly Yaml[] | { readonly [key: string]: Yaml };

interface Line {
  readonly indent: number;
  readonly text: string;
  readonly number: number;
}

/**
 * Reads the few lines of YAML that a compose file needs, and refuses the rest: no anchors, no tags, no block text, no
 * flow lists or maps, two spaces a level.
 */
export function readYaml(source: string): Yaml {
  const lines = source.split('\n').flatMap((raw, index): Line[] => {
    const text = raw.trimEnd();
    if (text === '' || /^\s*#/.test(text)) return [];
    if (/\t/.test(text)) throw new Error(`Line ${index + 1} has a tab.`);
    return [{ indent: text.length - text.trimStart().length, text: text.trimStart(), number: index + 1 }];
  });
  const reader = { lines, at: 0 };
  const value = readBlock(reader, 0);
  const rest = reader.lines[reader.at];
  if (rest) throw fault(rest, 'is indented otherwise than its neighbours');
  return value;
}

interface Reader {
  readonly lines: readonly Line[];
  at: number;
}

const fault = (line: Line, why: string) => new Error(`Line ${line.number} ${why}: ${line.text}`);

function readBlock(reader: Reader, indent: number): Yaml {
  const first = reader.lines[reader.at];
  return first?.text.startsWith('- ') ? readList(reader, indent) : readMap(reader, indent);
}

function readList(reader: Reader, indent: number): Yaml[] {
  const items: Yaml[] = [];
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    if (!line.text.startsWith('- ')) throw fault(line, 'is no entry of the list');
    const text = line.text.slice(2);
    const pair = /^([\w-]+): (.+)$/.exec(text);
    items.push(pair?.[1] ? { [pair[1]]: readScalar(line, pair[2] ?? '') } : readScalar(line, text));
    reader.at++;
  }
  return items;
}

function readMap(reader: Reader, indent: number): Record<string, Yaml> {
  const map: Record<string, Yaml> = {};
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    const [, key, text = ''] = /^([\w.-]+):(?: (.+))?$/.exec(line.text) ?? [];
    if (key === undefined) throw fault(line, 'is no entry of the map');
    if (Object.hasOwn(map, key)) throw fault(line, 'is there twice');
    reader.at++;
    map[key] = text === '' ? readBelow(reader, indent) : readScalar(line, text);
  }
  return map;
}

/** What follows a key alone on its line: a deeper block, or nothing. */
function readBelow(reader: Reader, indent: number): Yaml {
  const next = reader.lines[reader.at];
  if (!next || next.indent <= indent) return '';
  if (next.indent !== indent + 2) throw fault(next, 'is not indented by two');
  return readBlock(reader, indent + 2);
}

function readScalar(line: Line, text: string): Yaml {
  const quoted = /^"([^"\\]*)"$|^'([^']*)'$/.exec(text);
  if (quoted) return quoted[1] ?? quoted[2] ?? '';
  if (/^[&*!|>[{"'%@`]|: | #/.test(text)) throw fault(line, 'is written in a way this reader does not know');
  return text;
}
