import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const root = new URL('../../', import.meta.url);
const text = (file: string) => readFileSync(new URL(file, root), 'utf8');

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
}

/** The rows of the tables below a heading that begin with a number. */
function rowsBelow(document: string, heading: string): Row[] {
  const [, rest = ''] = document.split(`\n## ${heading}\n`);
  const [section = ''] = rest.split('\n## ');
  return [...section.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, number = '', cells = '']) => ({
    number: Number(number),
    cells: cells.split(' | '),
  }));
}

/** Whether a file of tests has a test, or a group of tests, of exactly this title. */
const hasTest = (source: string, title: string) => {
  const quoted = title.replaceAll("'", "\\'");
  return [`'${quoted}'`, `"${title}"`, `\`${title}\``].some((literal) => {
    for (let at = source.indexOf(literal); at >= 0; at = source.indexOf(literal, at + 1)) {
      if (/(?:\b(?:it|test|describe)|\))\(\s*$/.test(source.slice(0, at))) return true;
    }
    return false;
  });
};

const document = text('docs/security.md');
const attacks = rowsBelow(document, 'Attacks');
const notBuilt = rowsBelow(document, 'Not built yet');

interface Named {
  readonly number: number;
  readonly file: string;
  readonly title: string;
}
const named: Named[] = attacks.flatMap(({ number, cells }) =>
  (cells[2] ?? '').split('<br>').map((test) => {
    const [, file = '', title = ''] = /^`([\w/-]+)` › (.+)$/.exec(test) ?? [];
    return { number, file: `test/${file}.test.ts`, title };
  }),
);

describe('docs/security.md', () => {
  it('has an attack, a defence and at least one test in every row', () => {
    expect(attacks.length).toBeGreaterThan(60);
    const odd = attacks.filter(({ cells }) => cells.length !== 3 || cells.some((cell) => cell.trim() === ''));
    expect(odd).toEqual([]);
    expect(notBuilt.filter(({ cells }) => cells.length !== 2)).toEqual([]);
  });

  it('names tests that exist, in the files that it names', () => {
    const missing = named.filter(
      ({ file, title }) => !existsSync(new URL(file, root)) || !hasTest(text(file), title),
    ); // prettier-ignore
    expect(missing).toEqual([]);
  });

  it('counts every attack once, from the first to the last, built or not', () => {
    const numbers = [...attacks, ...notBuilt].map(({ number }) => number).sort((a, b) => a - b);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
  });

  it('names files and folders that exist', () => {
    const paths = [...document.matchAll(/`((?:node|protocol|schemas|docs)\/[\w./-]+)`/g)].map(([, path = '']) => path);
    expect(paths.length).toBeGreaterThan(20);
    const tests = new Set(named.map(({ file }) => file.slice('test/'.length, -'.test.ts'.length)));
    const files = paths.filter((path) => !tests.has(path) && path !== 'protocol/gate');
    expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('would notice a test that is not there', () => {
    expect(hasTest("it('one', () => {})\nit.each([1])('two %s', () => {})", 'one')).toBe(true);
    expect(hasTest("it.each([1])('two %s', () => {})", 'two %s')).toBe(true);
    expect(hasTest("it('one', () => {})", 'on')).toBe(false);
    expect(hasTest("const title = 'one';", 'one')).toBe(false);
  });
});
