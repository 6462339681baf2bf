import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a program needs when it runs: files of ours, from the root, and packages. */
export interface Needs {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

const quoted = /['"]([^'"]+)['"]/.source;
const statement = new RegExp(
  [
    `^(?:import|export)\\s(?!type\\b)[^;'"=]*?\\bfrom\\s+${quoted}`,
    `^import\\s+${quoted}`,
    `\\bimport\\(\\s*${quoted}\\s*\\)`,
  ].join('|'),
  'gm',
);

/** Follows the imports of programs, dynamic ones too, types aside. */
export function needsOf(entries: readonly string[]): Needs {
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = [...entries];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    files.add(file);
    for (const [, named, bare, dynamic] of readFileSync(join(root, file), 'utf8').matchAll(statement)) {
      const target = named ?? bare ?? dynamic ?? '';
      if (target.startsWith('.')) waiting.push(relative(root, resolve(root, dirname(file), target)));
      else if (!target.startsWith('node:')) packages.add(packageOf(target));
    }
  }
  return { files, packages };
}

const packageOf = (target: string) => target.split('/').slice(0, target.startsWith('@') ? 2 : 1).join('/'); // prettier-ignore
