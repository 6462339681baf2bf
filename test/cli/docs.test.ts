import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sharedOptions, usageOf, type Command } from '../../node/cli/command.ts';
import { commands } from '../../node/cli/commands/index.ts';
import { parseCommand } from '../../node/cli/parse-command.ts';
import { ownTerminal } from '../../node/cli/terminal.ts';
import { flagOf, settings } from '../../node/kernel/config.ts';
import { settingTable } from '../../protocol/reference-peer/settings.ts';

const text = (file: string) => readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8');
const operations = text('operations.md');
const cli = text('cli.md');

/** What the reference says of a command; `Options` only where it has some of its own. */
function section(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([name, { type, value = name, meaning }]) => {
    const shown = type === 'string' ? `--${name} <${value}>` : `--${name}`;
    return `- \`${shown}\` ${meaning}`;
  });
  return [
    `### ${command.name}`,
    '',
    `${command.summary}.`,
    '',
    '```sh',
    `# ${usageOf(command)}`,
    command.example,
    '```',
    ...(options.length > 0 ? ['', ...options] : []),
    '',
  ].join('\n');
}

/** Lines of shell blocks that call the command, each as the shell would split it. */
function calls(markdown: string): string[][] {
  const blocks = [...markdown.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].filter(([, language]) => language === 'sh');
  const lines = blocks.flatMap(([, , block = '']) => block.replaceAll('\\\n', ' ').split('\n'));
  const call = /(?<![-/.\w])leadmesh ((?:"[^"]*"|'[^']*'|[^|<>&;()#"'])+)/g;
  const word = /"([^"]*)"|'([^']*)'|(\S+)/g;
  return lines
    .filter((line) => !/^(#|docker build|install )/.test(line))
    .flatMap((line) => [...line.matchAll(call)])
    .map(([, words = '']) =>
      [...words.matchAll(word)].map(([, double, single, bare]) => double ?? single ?? bare ?? ''),
    );
}

describe('docs/cli.md', () => {
  it.each(commands.map((command) => [command.name, command] as const))(
    'describes %s as the table has it',
    (_, command) => {
      expect(cli).toContain(section(command));
    },
  );

  it('describes the shared options, and no command that is not there', () => {
    const known = commands.flatMap((command) => Object.entries(sharedOptions(command)));
    for (const [name, { meaning }] of known)
      expect(cli).toMatch(new RegExp(`^- \`--${name}.*\` ${meaning.replace(/[().]/g, '\\$&')}`, 'm'));
    const named = [...cli.matchAll(/^### (.+)$/gm)].map((match) => match[1]);
    expect(named).toEqual(commands.map(({ name }) => name));
  });
});

describe('calls in the documents', () => {
  const all = [...calls(operations), ...calls(cli), ...calls(text('agreements.md'))];

  it('are there', () => {
    expect(all.length).toBeGreaterThan(commands.length + 15);
  });

  it.each(all.map((words) => [words.join(' '), words] as const))('leadmesh %s', (_, words) => {
    expect(() => parseCommand(commands, words, { env: {}, terminal: ownTerminal })).not.toThrow();
  });
});

describe('docs/operations.md', () => {
  it('has every setting as the code has it, in one table', () => {
    const rows = Object.values(settings).map((each) => {
      const standard = 'standard' in each && each.standard !== undefined ? `\`${each.standard}\`` : '';
      return `| \`${each.env}\` | \`--${flagOf(each)}\` | ${standard} | ${each.meaning} |`;
    });
    expect(operations).toContain(
      ['| variable | option | default | meaning |', '| --- | --- | --- | --- |', ...rows, ''].join('\n'),
    );
  });

  it('names no setting that does not exist', () => {
    const known = [...Object.values(settings).map((each) => each.env), ...settingTable.map(([name]) => name)];
    const named = [...`${operations}${cli}`.matchAll(/LEADMESH_[A-Z_]+[A-Z]/g)].map(([name]) => name);
    expect(named.filter((name) => !known.includes(name as never))).toEqual([]);
  });
});
