import { sharedOptions, usageOf, type Command, type Option } from './command.ts';
import { words, type Output } from './output.ts';

/** How one command is used. */
export function helpOn(command: Command): Output {
  const options = { ...command.options, ...sharedOptions(command) };
  const lines = [
    command.summary,
    '',
    `Usage: ${usageOf(command)}`,
    '',
    ...columns(Object.entries(options).map(([name, option]) => [flagText(name, option), option.meaning])),
    ...('run' in command ? [] : ['', 'Every setting is an option too: see "leadmesh settings".']),
    '',
    `Example: ${command.example}`,
  ];
  return words(lines.join('\n'), { command: command.name, usage: usageOf(command), summary: command.summary });
}

/** All commands, a line each. */
export function overview(commands: readonly Command[]): Output {
  const lines = [
    'leadmesh <command> [options]',
    '',
    ...columns(commands.map((command) => [command.name, command.summary])),
    '',
    'Commands work on the data folder of a node, whether it runs or not. Settings are read from the environment',
    '(LEADMESH_DATA_FOLDER=…) or given as options (--data-folder …). "leadmesh help <command>" tells more.',
  ];
  const items = commands.map((command) => ({
    command: command.name,
    usage: usageOf(command),
    summary: command.summary,
  }));
  return words(lines.join('\n'), { items });
}

const flagText = (name: string, option: Option) =>
  option.type === 'string' ? `--${name} <${option.value ?? name}>` : `--${name}`;

function columns(pairs: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...pairs.map(([left]) => left.length));
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
