import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import vm from 'node:vm';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
/** A linear pattern takes microseconds over a text of this length, a quadratic one some fifty milliseconds. */
const length = 10_000;
const longestMilliseconds = 25;

/** Patterns that only ever see short texts, or none from outside: why that is so. */
const bounded: Readonly<Record<string, string>> = {
  '%.*$': 'addresses of sockets and of the configuration',
  '(<\\/[^>]*>)(?=<)': 'messages that the kit wrote itself',
  '0+$': 'at most 40 digits, matched by the pattern before it',
  '\\[[^\\]]*\\]': 'patterns of our own schemas, read when types are generated',
  '\\[\\^[^\\]]*\\]\\{': 'patterns of our own schemas, read when types are generated',
  '^[^A-Za-z]*\\d{3}[^A-Za-z]*[A-Za-z]{2,}(?:[-. ][A-Za-z]{2,})*[-. ]?\\d*$': 'phone numbers of at most 100 characters',
  '\\d{5,}.*[/;,|].*\\d{5,}': 'phone numbers of at most 100 characters',
  '^[+(\\d=]?[\\d\\s().\\-/+–x#,]*(?:\\s*(?:ext|x)\\.?\\s*\\d+)?$': 'at most 100 characters',
  '^[^\\p{L}\\p{N}]+|[^\\p{L}\\p{N}]+$': 'names of at most 300 characters, words searched for of at most 200',
  '\\s*\\([^)]*\\)\\s*$': 'at most 200 characters of a date',
  '^((?:\\S+\\s+){0,2}?\\S+)\\s+(.+)$': 'lines of at most 400 characters',
  '^(\\S+)(?:\\s+(\\S+))?\\s+(.+)$': 'lines of at most 400 characters',
  "[.'’]+$": 'an address that the pattern for addresses found',
  '^[\\s"“”\'’«»,;:.–—-]+|[\\s"“”\'’«»,;:.!–—-]+$': 'sentences of at most 400 characters',
  '^(.*?)\\s+(in|at|for|about|regarding|re|on|über|für|zu|pour|para)\\s+(.*)$': 'sentences of at most 400 characters',
  '^(.*?)\\s+(?:for|about|on|at|in|regarding|über|für|pour)\\s+(.+)$': 'sentences of at most 400 characters',
};

interface Pattern {
  readonly source: string;
  readonly flags: string;
  readonly where: string;
}

function* sourceFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'dist') yield* sourceFiles(path);
    else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Every literal pattern of our own code, each once. */
function listPatterns(): Pattern[] {
  const found = new Map<string, Pattern>();
  for (const folder of ['node', 'protocol']) {
    for (const path of sourceFiles(join(root, folder))) {
      const file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
      const visit = (node: ts.Node): void => {
        if (ts.isRegularExpressionLiteral(node)) {
          const [, source = '', flags = ''] = /^\/(.*)\/([a-z]*)$/s.exec(node.text) ?? [];
          found.set(node.text, { source, flags, where: relative(root, path) });
        }
        ts.forEachChild(node, visit);
      };
      visit(file);
    }
  }
  return [...found.values()];
}

const classes: Readonly<Record<string, string>> = {
  s: ' \t',
  S: '!',
  d: '1',
  D: 'a',
  w: 'a1_',
  W: '!',
  p: 'aAé',
  P: '!',
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
};

/** One character for everything the pattern speaks of, and some for what it does not. */
function alphabetOf(source: string): string[] {
  const escaped = [...source.matchAll(/\\([^ux])/g)].flatMap(([, letter = '']) => [...(classes[letter] ?? letter)]);
  const coded = [...source.matchAll(/\\(?:u([\da-f]{4})|x([\da-f]{2}))/gi)].map(([, wide, narrow]) =>
    String.fromCharCode(parseInt(wide ?? narrow ?? '', 16)),
  );
  const plain = [...source.replace(/\\(?:u[\da-f]{4}|x[\da-f]{2}|.)/gi, '')].filter(
    (sign) => !/[()[\]{}*+?|^$]/.test(sign),
  );
  return [...new Set([' ', 'a', '1', '!', '\n', ...escaped, ...coded, ...plain])].slice(0, 25);
}

function* hostileTexts({ source }: Pattern): Generator<string> {
  const letters = alphabetOf(source);
  const words = [...source.matchAll(/[A-Za-z<>!/:=;@#&-]{2,}/g)].map(([word]) => word).slice(0, 5);
  const pairs = letters.slice(0, 8).flatMap((one) => letters.slice(0, 8).map((other) => one + other));
  for (const pump of [...letters, ...words, ...pairs])
    for (const start of ['', words[0] ?? 'A', '12345'])
      for (const end of ['a', '!\u0001\n']) yield start + pump.repeat(Math.ceil(length / pump.length)) + end;
}

const processorTime = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** A text that a pattern takes too long for, whenever it is tried. */
function findHostileText(pattern: Pattern, timeout = 20_000): string | undefined {
  const compiled = new RegExp(pattern.source, pattern.flags.replace('g', ''));
  let tried = '';
  const isSlow = () => {
    const startedAt = processorTime();
    compiled.lastIndex = 0;
    compiled.test(tried);
    return processorTime() - startedAt > longestMilliseconds;
  };
  const search = (): string | undefined => {
    for (const text of hostileTexts(pattern)) {
      tried = text;
      if (isSlow() && isSlow() && isSlow()) return text;
    }
    return undefined;
  };
  try {
    return vm.runInNewContext('search()', { search }, { timeout }) as string | undefined;
  } catch {
    // It explodes, or is so slow that nothing else came to be tried.
    return tried;
  }
}

const show = (text: string) => JSON.stringify(`${text.slice(0, 24)}…${text.slice(-6)}`);

describe('the regular expressions of node and protocol', () => {
  const patterns = listPatterns();

  it('are found, and a hostile one would be noticed', () => {
    expect(patterns.length).toBeGreaterThan(200);
    for (const source of ['^(a+)+$', '\\s+$', '^[^A-Za-z]*(?:[A-Za-z]{2,}[-. ]?)+\\d*$', '/.*x.*y'])
      expect(findHostileText({ source, flags: '', where: 'here' }, 1_000), source).toBeDefined();
  });

  it('are linear, or see short texts only', () => {
    const slow = patterns
      .filter(({ source }) => !Object.hasOwn(bounded, source))
      .flatMap((pattern) => {
        const text = findHostileText(pattern);
        return text === undefined ? [] : [`${pattern.where}: /${pattern.source}/ on ${show(text)}`];
      });
    expect(slow).toEqual([]);
  }, 60_000);

  it('are excused by name only while they exist', () => {
    const sources = new Set(patterns.map(({ source }) => source));
    expect(Object.keys(bounded).filter((source) => !sources.has(source))).toEqual([]);
  });
});
