import { parseArgs } from 'node:util';
import { flagOf, settings } from '../kernel/config.ts';
import { misuse, sharedOptions, usageOf, type Asked, type Command, type Option } from './command.ts';

/** A command and what was asked of it; `help`: only how it is used. */
export interface Parsed {
  readonly command: Command;
  readonly asked: Asked;
  readonly help: boolean;
  readonly json: boolean;
}

/** The command that the first words name. Throws `usage`. */
export function findCommand(commands: readonly Command[], argv: readonly string[]): Command {
  const [first = '', second = ''] = argv;
  const found =
    commands.find(({ name }) => name === `${first} ${second}`) ?? commands.find(({ name }) => name === first);
  if (found) return found;
  const group = commands.filter(({ name }) => name.startsWith(`${first} `)).map(({ name }) => name);
  if (group.length > 0) throw misuse(`There is ${group.map((name) => `"${name}"`).join(', ')}.`);
  throw misuse(first === '' ? 'Name a command; "leadmesh help" lists them.' : `There is no command "${first}".`);
}

/** Matches what was typed with the command table. Throws `usage`. */
export function parseCommand(
  commands: readonly Command[],
  argv: readonly string[],
  { env, terminal }: Pick<Asked, 'env' | 'terminal'>,
): Parsed {
  const command = findCommand(commands, argv);
  const { values, positionals } = parse(command, argv.slice(command.name.split(' ').length));
  const help = values['help'] === true;
  const { args, words } = help ? { args: {}, words: [] } : matchArguments(command, positionals);
  const maybeArg = (name: string): string | undefined => args[name];
  const text = (option: string) => asText(values[option]);
  const flags = Object.values(settings).flatMap((each) => {
    const value = asText(values[flagOf(each)]);
    return value === undefined || 'run' in command ? [] : [[flagOf(each), value] as const];
  });
  const asked: Asked = {
    maybeArg,
    arg: (name) => maybeArg(name) ?? '',
    words,
    text,
    texts: (option) => (Array.isArray(values[option]) ? values[option].map(String) : undefined),
    isOn: (option) => values[option] === true,
    flags: Object.fromEntries(flags),
    env,
    terminal,
  };
  return { command, asked, help, json: values['json'] === true };
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Every setting is also a flag. */
const settingOptions: Readonly<Record<string, Option>> = Object.fromEntries(
  Object.values(settings).map((each) => [flagOf(each), { type: 'string', meaning: each.meaning }]),
);

function parse(command: Command, args: string[]) {
  const known = { ...command.options, ...sharedOptions(command), ...(!('run' in command) && settingOptions) };
  const options = Object.fromEntries(
    Object.entries(known).map(([name, { type, multiple = false }]) => [name, { type, multiple }]),
  );
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // The advice that follows the first sentence is about writing positionals, which no command takes that way.
    throw misuse(`${error.message.split(/\. To specify|\n/)[0] ?? ''}.`.replace(/\.\.$/, '.'));
  }
}

function matchArguments(command: Command, given: readonly string[]) {
  const names = command.arguments ?? [];
  const args: Record<string, string> = {};
  let words: readonly string[] = [];
  names.forEach((written, at) => {
    const name = written.replace(/^\[(.*)\]$/, '$1');
    const value = given[at];
    if (value === undefined && name === written) throw misuse(`<${name}> is missing. Usage: ${usageOf(command)}`);
    if (name.endsWith('...')) words = given.slice(at);
    else if (value !== undefined) args[name] = value;
  });
  const surplus = words.length > 0 ? undefined : given[names.length];
  if (surplus !== undefined) throw misuse(`"${surplus}" is too much. Usage: ${usageOf(command)}`);
  return { args, words };
}
