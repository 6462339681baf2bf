import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { setPassword } from '../../node/people/set-password.ts';
import { routes } from '../../node/node.ts';
import { rejectReasons } from '../../protocol/index.ts';
import type { TestNode } from '../support/network.ts';
import { openOffice, replyToOf, type Office } from './office.ts';

const guide = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');

interface Example {
  readonly line: number;
  readonly script: string;
  /** What the guide says it answers. */
  readonly answer?: { readonly language: string; readonly text: string };
}

/** The shell blocks of the guide in their order, each with the block of its answer. */
function readExamples(markdown: string): Example[] {
  const blocks = [...markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map(
    ({ 1: language = '', 2: text = '', index }) => ({
      language,
      text,
      line: markdown.slice(0, index).split('\n').length,
    }),
  );
  return blocks.flatMap(({ language, text, line }, at) => {
    if (language !== 'sh') return [];
    const next = blocks[at + 1];
    return [{ line, script: text, ...(next && next.language !== 'sh' && { answer: next }) }];
  });
}

/** Ids, tokens and cursors of the guide, and what they are in this run. */
const actual = new Map<string, string>();
const isPlaceholder = (text: string) => /^[a-z]+_[0-9A-Z]{26}$|^\S+…$/.test(text);
const isTime = (text: unknown) => typeof text === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text);

function translate(text: string): string {
  for (const [shown, real] of actual) text = text.replaceAll(shown, real);
  return text;
}

/** Compares an answer with what the guide shows. `…` leaves something out: the rest of a text, of a list, other properties. */
function compare(shown: unknown, real: unknown, path: string): void {
  if (typeof shown === 'string' && typeof real === 'string') compareText(shown, real, path);
  else if (Array.isArray(shown)) compareLists(shown, real as unknown[], path);
  else if (typeof shown === 'object' && shown !== null && typeof real === 'object' && real !== null) {
    const { '…': more, ...named } = shown as Record<string, unknown>;
    const found = real as Record<string, unknown>;
    if (more === undefined) expect(Object.keys(found).sort(), path).toEqual(Object.keys(named).sort());
    for (const [key, value] of Object.entries(named)) compare(value, found[key], `${path}.${key}`);
  } else expect(real, path).toEqual(shown);
}

function compareLists(shown: readonly unknown[], real: readonly unknown[], path: string): void {
  const open = shown.at(-1) === '…';
  const named = open ? shown.slice(0, -1) : shown;
  if (open) expect(real.length, path).toBeGreaterThan(named.length);
  else expect(real, path).toHaveLength(named.length);
  for (const [index, value] of named.entries()) compare(value, real[index], `${path}[${index}]`);
}

function compareText(shown: string, real: string, path: string): void {
  const known = actual.get(shown);
  if (known !== undefined) expect(real, path).toBe(known);
  else if (path.endsWith('.nextCursor')) actual.set(shown, real);
  else if (isPlaceholder(shown)) {
    const start = (text: string) => (text.includes('_') ? text.slice(0, text.indexOf('_')) : 'text');
    if (!shown.endsWith('…')) expect(start(real), path).toBe(start(shown));
    actual.set(shown, real);
  } else if (isTime(shown)) expect(isTime(real), path).toBe(true);
  else expect(real, path).toBe(shown);
}

let office: Office;
let node: TestNode;
let folder: string;
let variables: Record<string, string>;
beforeAll(async () => {
  office = await openOffice({});
  node = office.vendor;
  await setPassword(node.ctx, { userId: office.ann.id, password: 'correct horse battery staple' });
  const { api } = node.administrator;
  await api.send('PATCH', `/api/users/${office.ann.id}`, { role: 'administrator' });
  folder = mkdtempSync(join(tmpdir(), 'leadmesh-guide-'));
  variables = { LEADMESH: node.url };
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await office[Symbol.asyncDispose]();
});

/** Assignments of the guide count, but for the address of the node. */
function prepare(script: string): string {
  return translate(script).replace(/^(\w+)=(.*)\n/gm, (_line, name: string, value: string) => {
    variables[name] ??= value;
    return '';
  });
}

const surroundings = () => ({ cwd: folder, env: { PATH: process.env['PATH'], ...variables } });

function run(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-euc', script], surroundings(), (error, out, complaint) => {
      if (error || complaint !== '') reject(new Error(`${script}\n${complaint}`));
      else resolve(out);
    });
  });
}

/** Starts a stream, lets something happen once it is open, and reads on until an event has come. */
function listen(script: string, happen: () => Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-euc', `exec ${script.trim()}`], surroundings());
    let heard = '';
    let told = false;
    child.on('error', reject).on('exit', () => resolve(heard));
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      heard += piece;
      if (!told && heard.includes('\n\n')) {
        told = true;
        happen().catch(reject);
      }
      if (/^data: .*\n\n/m.test(heard)) child.kill();
    });
  });
}

/** The events of a stream as objects: `data` parsed. */
const readEvents = (stream: string) =>
  stream
    .trim()
    .split('\n\n')
    .map((event) =>
      Object.fromEntries(
        event.split('\n').map((line) => {
          const [, name = '', value = ''] = /^(\w+): (.*)$/.exec(line) ?? [];
          return [name, name === 'data' ? (JSON.parse(value) as Record<string, unknown>) : value];
        }),
      ),
    );

async function tryExample({ script, answer, line }: Example): Promise<void> {
  const where = `docs/api.md:${line}`;
  await node.settle();
  const [reply] = /reply\+\w+@[\w.-]+/.exec(script) ?? [];
  if (reply !== undefined) actual.set(reply, replyToOf(await office.mailTo(office.ann, 'New lead: Alan Turing')));
  const prepared = prepare(script);
  if (prepared.includes('/api/events')) {
    const happen = () => office.takeIn().then(() => undefined);
    const shown = readEvents(answer?.text ?? '');
    const real = readEvents(await listen(prepared, happen)).slice(0, shown.length);
    // Milliseconds since 1970 are a time, too.
    for (const event of [...shown, ...real])
      if (typeof event['data'] === 'object') event['data']['at'] = new Date(Number(event['data']['at'])).toISOString();
    compare(shown, real, where);
    return;
  }
  const out = await run(prepared);
  if (!answer) expect(out, where).toBe('');
  else if (answer.language === 'json') compare(JSON.parse(answer.text), JSON.parse(out), where);
  else expect(out.replace('\ufeff', '').replaceAll('\r', ''), where).toBe(answer.text);
}

it('has examples that work as it shows, one after the other', async () => {
  const examples = readExamples(guide);
  expect(examples.length).toBeGreaterThan(15);
  for (const example of examples) await tryExample(example);
});

it('notices when an example does not work as it shows', () => {
  const wrong: readonly (readonly [shown: unknown, real: unknown])[] = [
    [{ a: 1 }, { a: 2 }],
    [{ a: 1 }, { a: 1, b: 2 }],
    [
      { a: 1, b: 2, '…': '…' },
      { a: 1, c: 3 },
    ],
    [['x'], ['x', 'y']],
    [['x', '…'], ['x']],
    ['lead_01KQS3EFM000000000000000TT', 'user_01KQS3EFM000000000000000TT'],
    ['2026-05-04T09:00:00.000Z', 'yesterday'],
  ];
  for (const [shown, real] of wrong) expect(() => compare(shown, real, 'it')).toThrow();
});

it('names routes that exist, and every reason to decline', () => {
  const named = [...guide.matchAll(/`(GET|POST|PUT|PATCH|DELETE) (\/[\w/:.-]+)`/g)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  const known = [...routes.map(({ method, path }) => `${method} ${path}`), 'GET /api/openapi.json'];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((each) => !known.includes(each))).toEqual([]);
  for (const reason of rejectReasons) expect(guide).toContain(reason);
});
