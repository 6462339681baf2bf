import { resolve } from 'node:path';
import { flagOf, settings } from '../../kernel/config.ts';
import type { Asked, Command } from '../command.ts';
import { misuse } from '../command.ts';
import { entry, table, words, type Output, type Page } from '../output.ts';
import { flag, given, needed, pageOptions, value, wholeNumber } from './options.ts';

/** Settings with their values and where these come from; passwords in addresses are not shown. */
function showSettings({ env, flags }: Asked): Output {
  const items = Object.values(settings).map((each) => {
    const byFlag = flags[flagOf(each)];
    const byEnv = env[each.env];
    const standard = 'standard' in each ? each.standard : undefined;
    const source = byFlag ? 'option' : byEnv ? 'environment' : 'default';
    const set = byFlag || byEnv || standard;
    return {
      name: each.env,
      option: `--${flagOf(each)}`,
      value: set && withoutSecrets(set),
      source,
      meaning: each.meaning,
    };
  });
  return table({ items }, { name: 'name', value: 'value', source: 'source', meaning: 'meaning' });
}

/** An address of another server without password and parameters, which may hold one. */
function withoutSecrets(text: string): string {
  const url = /^[a-z]+:\/\//.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.password && !url?.search) return text;
  const shown = `${url.protocol}//${url.username}${url.password && ':…'}${url.username && '@'}${url.host}${url.pathname}`;
  return url.search ? `${shown}?…` : shown;
}

const demo: Command = {
  name: 'demo',
  summary: 'Run a whole federation on this machine: a vendor, a reseller and a foreign CRM, with leads travelling',
  options: {
    once: flag('End by itself, after checking what must hold.'),
    fresh: flag('Begin anew instead of going on.'),
    data: value('folder', 'Where to keep its data; default data/demo.'),
    leads: value('number', 'How many leads the list at the start has.'),
  },
  example: 'leadmesh demo --fresh',
  tells: true,
  run: async (asked) => {
    const leads = wholeNumber(asked, 'leads');
    const { runDemo } = await import('../demo/demo.ts');
    return runDemo({ once: asked.isOn('once'), fresh: asked.isOn('fresh'), folder: asked.text('data'), leads });
  },
};

export const nodeCommands: readonly Command[] = [
  {
    name: 'start',
    summary: 'Run the node until it is asked to stop',
    example: 'leadmesh start --data-folder /var/lib/leadmesh --port 8600',
    tells: true,
    onConfig: async (config) => (await import('../start.ts')).runNode(config),
  },
  demo,
  {
    name: 'settings',
    summary: 'Show every setting: its value, where that comes from, and what it means',
    example: 'leadmesh settings --port 8600',
    onConfig: (_config, asked) => Promise.resolve(showSettings(asked)),
  },
  {
    name: 'migrate',
    summary: 'Bring the tables up to date, making what is missing; "start" does it by itself',
    example: 'leadmesh migrate',
    onConfig: async (config, { terminal }) => {
      const { openContext } = await import('../../node.ts');
      const { createLogger } = await import('../../kernel/log.ts');
      const log = createLogger({ ...config, logLevel: 'warn' }, terminal.errors);
      const { migrated, close } = await openContext(config, { log });
      await close();
      return words(migrated.join('\n'), { migrated }, migrated.length === 0 ? 'The tables are up to date.' : undefined);
    },
  },
  {
    name: 'restore',
    summary: 'Put a backup in the place of the database while the node is stopped; the old one is kept aside',
    arguments: ['[file]'],
    example: 'leadmesh restore /var/backups/leadmesh-2026-10-01.db',
    onConfig: async (config, asked) => {
      const { markRestored, restoreBackup } = await import('../../kernel/restore.ts');
      const { systemClock } = await import('../../kernel/clock.ts');
      const file = asked.maybeArg('file');
      if (file === undefined && config.databaseUrl === undefined) throw misuse('Name the backup to restore.');
      const restored =
        file === undefined
          ? { epoch: await markRestored(config, systemClock) }
          : await restoreBackup(config, resolve(file), systemClock);
      const advice =
        'Start the node now. It gives no lead away before its partners told how things stand: see "leadmesh restore show".';
      return entry(restored, advice);
    },
  },
  {
    name: 'restore show',
    summary: 'Show which partners a restored node waits for',
    example: 'leadmesh restore show',
    onNode: async (door) => entry(await door.ask<object>('GET /api/restoration')),
  },
  {
    name: 'restore findings',
    summary: 'List the conversations that stood otherwise on the partners’ side, newest first',
    options: pageOptions,
    example: 'leadmesh restore findings --limit 20',
    onNode: async (door, asked) =>
      table(await door.ask<Page>('GET /api/restoration/findings', { query: given(asked, 'limit', 'cursor') }), {
        ...{ partner: 'partner', conversation: 'conversation', lead: 'leadId' },
        ...{ theirs: 'theirs', ours: 'ours', outcome: 'outcome' },
      }),
  },
  {
    name: 'restore override',
    summary: 'Offer and award again although a partner has not told how things stand; the reason is kept as evidence',
    options: { reason: value('text', 'Why you do not wait.') },
    example: 'leadmesh restore override --reason "reseller.example is out of business"',
    onNode: async (door, asked) => {
      const reason = needed(asked, 'reason');
      return entry(await door.ask<object>('POST /api/restoration/override', { body: { reason } }));
    },
  },
  {
    name: 'backup',
    summary: 'Write a copy of the database to a new file while the node runs',
    arguments: ['file'],
    example: 'leadmesh backup /var/backups/leadmesh-2026-10-01.db',
    onConfig: async (config, asked) => {
      const file = resolve(asked.arg('file'));
      if (asked.arg('file') === '') throw misuse('Name the file to write.');
      const { backup } = await import('../../kernel/backup.ts');
      await backup(config, file);
      const advice = `Keep ${config.dataFolder}/keys as well, apart from it: without the keys no partner knows this node.`;
      return words(file, { file }, advice);
    },
  },
];
