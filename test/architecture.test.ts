import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/**
 * Who may import whom (docs/architecture.md). A room may import rooms of the levels below its own; within a level only
 * what `neighbours` names.
 */
const levels: readonly (readonly string[])[] = [
  ['protocol'],
  ['kernel'],
  ['leads', 'ledger', 'people', 'customers'],
  ['disclosure', 'cleansing', 'rules'],
  ['routing', 'qualification'],
  ['intake', 'delivery', 'reports'],
  ['federation', 'calls'],
  ['audit'],
  ['node.ts', 'main.ts', 'cli'],
];
/** A lead's view depends on who looks: the tree of people. Whoever changes people says so in the ledger. Policies have conditions. */
const neighbours = new Set([
  'leads -> people',
  'people -> ledger',
  'disclosure -> rules',
  'cli -> node.ts',
  'main.ts -> node.ts',
  'main.ts -> cli',
]);

const root = fileURLToPath(new URL('..', import.meta.url));

interface Import {
  file: string;
  line: string;
  typeOnly: boolean;
  /** A package name, or a path from the root. */
  target: string;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'dist' ? [] : sources(path);
    return /\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  const statement = /^\s*(?:import|export)\b([^;'"]*?)(?:from\s+)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/gm;
  return [...text.matchAll(statement)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier))
      : specifier.startsWith('node:')
        ? specifier
        : specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/');
    return { file, line: match[0].trim(), typeOnly: /^type\b/.test((match[1] ?? '').trim()), target };
  });
}

/** `node/leads/store.ts` lives in the room `leads`; `protocol/gate.ts` in `protocol`; packages in none. */
function roomOf(path: string): string | undefined {
  const [top, second] = path.split('/');
  if (top === 'protocol') return 'protocol';
  return top === 'node' ? second : undefined;
}
const levelOf = (room: string) => levels.findIndex((rooms) => rooms.includes(room));

const files = [...sources('node'), ...sources('protocol')];
const imports = files.flatMap(importsOf);
const isPure = (file: string) => /\/(decide|plan|may|describe|map|read)-[a-z-]+\.ts$/.test(file);

function offenders(rule: (entry: Import) => boolean) {
  return imports.filter(rule).map((entry) => `${entry.file}: ${entry.line}`);
}

describe('who may import whom', () => {
  it('finds the imports of a tree that is not empty', () => {
    expect(imports.length).toBeGreaterThan(100);
  });

  it('knows every room', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== undefined && room !== 'web'));
    expect([...rooms].filter((room) => levelOf(room ?? '') < 0)).toEqual([]);
  });

  it('lets rooms import lower rooms only', () => {
    const upward = offenders(({ file, target }) => {
      const from = roomOf(file);
      const to = roomOf(target);
      if (!from || !to || from === to || from === 'web') return false;
      return levelOf(to) >= levelOf(from) && !neighbours.has(`${from} -> ${to}`);
    });
    expect(upward).toEqual([]);
  });

  it('opens the protocol by its door, and the conformance kit by its own', () => {
    const doors = ['protocol/index.ts', 'protocol/conformance/index.ts'];
    const through = offenders(
      ({ file, target }) => roomOf(file) !== 'protocol' && roomOf(target) === 'protocol' && !doors.includes(target),
    );
    expect(through).toEqual([]);
  });

  it('keeps the console to HTTP: from the rest of the tree it takes types of the contract at most', () => {
    const reach = offenders(({ file, target, typeOnly }) => {
      const to = roomOf(target);
      return roomOf(file) === 'web' && to !== undefined && to !== 'web' && !(typeOnly && to === 'protocol');
    });
    expect(reach).toEqual([]);
  });

  it('keeps SQL in store.ts and the kernel', () => {
    const sql = files.filter((file) => {
      if (roomOf(file) === 'kernel' || file.endsWith('/store.ts') || file.includes('/store/')) return false;
      return /\.(selectFrom|insertInto|updateTable|deleteFrom)\(|\bsql`/.test(readFileSync(join(root, file), 'utf8'));
    });
    expect(sql).toEqual([]);
  });

  it('keeps express in the kernel', () => {
    expect(offenders(({ file, target }) => target === 'express' && roomOf(file) !== 'kernel')).toEqual([]);
  });

  it('calls peers from federation only', () => {
    const calls = files.filter(
      (file) =>
        roomOf(file) !== 'federation' &&
        roomOf(file) !== 'node.ts' &&
        roomOf(file) !== 'protocol' &&
        roomOf(file) !== 'web' &&
        roomOf(file) !== 'cli',
    );
    const fetching = calls.filter((file) =>
      /\bctx\.fetch\(|\bfetch\(|from 'undici'/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(fetching).toEqual([]);
  });

  it('keeps pure files free of clock, randomness, environment and I/O', () => {
    const impure = files.filter(isPure).filter((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      return /Date\.now\(|new Date\(\)|Math\.random\(|process\.env|from 'node:(fs|net|http|child_process)'|\bctx\.|randomBytes/.test(
        text,
      );
    });
    expect(impure).toEqual([]);
  });

  it('reads the environment in config.ts and the entry points only', () => {
    const readers = files.filter((file) => /process\.env/.test(readFileSync(join(root, file), 'utf8')));
    const allowed =
      /^node\/(main\.ts|cli\/|kernel\/config\.ts)|^protocol\/(codegen|reference-peer\/main)\.ts|^node\/web\/vite/;
    expect(readers.filter((file) => !allowed.test(file))).toEqual([]);
  });
});
