import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { sharedOptions, usageOf } from '../../node/cli/command.ts';
import { commands } from '../../node/cli/commands/index.ts';
import { entry, printable, printableJson, table } from '../../node/cli/output.ts';
import { parseCommand } from '../../node/cli/parse-command.ts';
import { ownTerminal } from '../../node/cli/terminal.ts';
import { flagOf, settings } from '../../node/kernel/config.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { runLeadmesh } from './leadmesh.ts';

const parse = (...argv: string[]) => parseCommand(commands, argv, { env: {}, terminal: ownTerminal });

function misuseOf(...argv: string[]): string {
  try {
    parse(...argv);
  } catch (error) {
    if (error instanceof CodedError && error.code === 'usage') return error.message;
    throw error;
  }
  throw new Error('It was understood.');
}

describe('the table of commands', () => {
  it('names each command once, with a summary, an example of it, and options that are no settings', () => {
    expect(new Set(commands.map(({ name }) => name)).size).toBe(commands.length);
    const flags = Object.values(settings).map(flagOf);
    for (const command of commands) {
      expect(command.name).toMatch(/^[a-z]+( [a-z-]+)?$/);
      expect(command.summary).toMatch(/^[A-Z].*[^.]$/);
      expect(command.example.startsWith(`leadmesh ${command.name}`)).toBe(true);
      const own = Object.keys(command.options ?? {});
      expect(own.filter((name) => flags.includes(name) || name in sharedOptions(command))).toEqual([]);
    }
  });

  it('matches arguments, options and settings with what was typed', () => {
    const { command, asked, json } = parse(
      'user',
      'add',
      'a@b.example',
      '--role',
      'manager',
      'Ann',
      '--port=9',
      '--json',
    );
    expect([command.name, asked.arg('email'), asked.arg('name'), asked.text('role'), json]).toEqual([
      ...['user add', 'a@b.example', 'Ann', 'manager', true],
    ]);
    expect(asked.flags).toEqual({ port: '9' });
    expect(parse('peer', 'confirm', 'p.example', 'one', 'two').asked.words).toEqual(['one', 'two']);
    expect(parse('token', 'add', 'u', 'l', '--scope', 'read', '--scope', 'intake').asked.texts('scope')).toHaveLength(
      2,
    );
    expect(parse('box', 'rules', 'system').asked.maybeArg('file')).toBeUndefined();
    expect(parse('lead', 'add', '--help').help).toBe(true);
  });

  it.each([
    [[], 'Name a command'],
    [['fly'], 'no command "fly"'],
    [['user'], 'There is "user list", "user add"'],
    [['user', 'fly'], 'There is "user list", "user add"'],
    [['user', 'add', 'a@b.example'], '<name> is missing. Usage: leadmesh user add <email> <name>'],
    [['peer', 'confirm', 'p.example'], '<words...> is missing'],
    [['peer', 'list', 'all'], '"all" is too much'],
    [['lead', 'list', '--frob'], "Unknown option '--frob'."],
    [['lead', 'list', '--state'], 'argument missing'],
    [['lead', 'add', '-', '--test=yes'], 'does not take an argument'],
    [['start', '--json'], "Unknown option '--json'."],
    [['demo', '--port', '1'], "Unknown option '--port'."],
    [['--data-folder', 'x', 'user', 'list'], 'no command'],
  ])('does not understand %j', (argv, message) => {
    expect(misuseOf(...argv)).toContain(message);
  });

  it('answers anything typed with a command or a word on the usage', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom(...commands.flatMap(({ name }) => name.split(' ')), '--json', '-', '--'),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        try {
          expect(commands).toContain(parse(...argv).command);
        } catch (error) {
          expect(error).toMatchObject({ code: 'usage' });
        }
      }),
    );
  });
});

describe('what is printed', () => {
  it('has no character that could command a terminal, and the same meaning as JSON', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = [table({ items: [{ text }] }, { text: 'text' }).text, entry({ text }).text, printable(text)];
        for (const each of shown)
          expect(each).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
        expect(JSON.parse(printableJson({ text }))).toEqual({ text });
      }),
    );
  });

  it('shows times, lists and what is missing as people read them', () => {
    const peer = {
      id: 'p',
      createdAt: 0,
      health: { lastError: null, at: 1_000 },
      tags: ['a', 'b'],
      none: [],
      keys: [{ kid: 'k' }],
      on: true,
    };
    expect(entry(peer).text.split('\n')).toEqual([
      ...['id: p', 'createdAt: 1970-01-01T00:00:00.000Z', 'health.at: 1970-01-01T00:00:01.000Z'],
      ...['tags: a, b', 'keys[0].kid: k', 'on: yes'],
    ]);
    const { text, note } = table(
      { items: [peer, { id: 'long-id' }], nextCursor: 'c' },
      { id: 'id', tags: 'tags', error: 'health.lastError' },
    );
    expect(text).toBe('ID       TAGS  ERROR\np        a, b\nlong-id');
    expect(note).toBe('There are more: --cursor c');
    expect(table({ items: [] }, { id: 'id' }).text).toBe('None.');
  });
});

describe('the process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-usage-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends with 2 for what is no command, and with 0 for help', async () => {
    expect(await runLeadmesh(['user', 'fly'])).toMatchObject({
      status: 2,
      out: '',
      err: expect.stringMatching(/^usage: /),
    });
    const help = await runLeadmesh(['help']);
    expect(help).toMatchObject({ status: 0, err: '' });
    const width = Math.max(...commands.map(({ name }) => name.length));
    for (const { name, summary } of commands) expect(help.out).toContain(`  ${name.padEnd(width)}  ${summary}\n`);
    const add = commands.find(({ name }) => name === 'user add')!;
    expect((await runLeadmesh(['user', 'add', '--help'])).out).toContain(`Usage: ${usageOf(add)}\n`);
  });

  it('ends with 1 for settings that are unknown or make no sense, naming each', async () => {
    const env = { LEADMESH_PROT: '1', LEADMESH_PORT: 'x', LEADMESH_DATA_FOLDER: folder };
    for (const command of [['start'], ['settings'], ['lead', 'list']]) {
      const { status, out, err } = await runLeadmesh(command, env);
      expect([status, out]).toEqual([1, '']);
      expect(err).toMatch(/^unknown-setting: LEADMESH_PROT is not a setting of Leadmesh\.\nLEADMESH_PORT: /);
    }
  });

  it('shows where each setting comes from, and no password', async () => {
    const env = {
      LEADMESH_DATABASE_URL: 'postgres://lead:CANARY@db/mesh?password=CANARY',
      LEADMESH_SMTP_URL: 'smtp://CANARY:CANARY@mail',
    };
    const { out } = await runLeadmesh(['settings', '--port', '8600'], env);
    expect(out).toMatch(/^LEADMESH_PORT +8600 +option /m);
    expect(out).toMatch(/^LEADMESH_DATABASE_URL +postgres:\/\/lead:…@db\/mesh\?… +environment /m);
    expect(out).toMatch(/^LEADMESH_HOST +127\.0\.0\.1 +default /m);
    expect(out).not.toContain(':CANARY');
    expect(out.split('\n').filter((line) => line.startsWith('LEADMESH_'))).toHaveLength(Object.keys(settings).length);
  });

  it('says in one sentence what an older Node lacks', async () => {
    const older = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.19.0' } })`;
    const { status, out, err } = await runLeadmesh(['help'], { NODE_OPTIONS: `--import "${older}"` });
    expect([status, out]).toEqual([1, '']);
    expect(err).toMatch(/^Leadmesh needs Node\.js 24 or newer; this is [^\n]+\n$/);
  });
});
