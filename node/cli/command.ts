import type { Config } from '../kernel/config.ts';
import { CodedError } from '../kernel/errors.ts';
import type { Door } from './door.ts';
import type { Output } from './output.ts';
import type { Terminal } from './terminal.ts';

/** An option of a command, `--like-this`. */
export interface Option {
  readonly type: 'string' | 'boolean';
  readonly multiple?: true;
  /** What stands for the value in the usage. */
  readonly value?: string;
  readonly meaning: string;
}

/** What the person typed, already matched with the command. */
export interface Asked {
  /** An argument by its name. */
  readonly arg: (name: string) => string;
  readonly maybeArg: (name: string) => string | undefined;
  /** All words of the last argument (`words...`). */
  readonly words: readonly string[];
  readonly text: (option: string) => string | undefined;
  readonly texts: (option: string) => readonly string[] | undefined;
  readonly isOn: (option: string) => boolean;
  /** Settings given as flags. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: NodeJS.ProcessEnv;
  readonly terminal: Terminal;
}

interface Traits {
  /** One or two words. */
  readonly name: string;
  readonly summary: string;
  /** In order: `file`, `[file]` when it may be left out, `words...` for one or more words. */
  readonly arguments?: readonly string[];
  readonly options?: Readonly<Record<string, Option>>;
  /** A call that makes sense, for help and documentation. */
  readonly example: string;
  /** It prints for itself, for as long as it runs: there is no `--json`. */
  readonly tells?: true;
}

/**
 * A command of `leadmesh`. `onNode` works on the node's own data, beside a running node or without one; `onConfig` needs the
 * settings only; `run` stands alone (no settings as flags). A number is the exit status of what printed for itself.
 */
export type Command = Traits &
  (
    | { readonly onNode: (door: Door, asked: Asked) => Promise<Output> }
    | { readonly onConfig: (config: Config, asked: Asked) => Promise<Output | number> }
    | { readonly run: (asked: Asked) => Promise<Output | number> }
  );

/** The person typed something that is no command: exit status 2. */
export const misuse = (message: string) => new CodedError('usage', 400, message);
export const isMisuse = (error: unknown): boolean => error instanceof CodedError && error.code === 'usage';

/** Options that every command of a kind takes. */
export function sharedOptions(command: Command): Readonly<Record<string, Option>> {
  const help: Option = { type: 'boolean', meaning: 'Show how the command is used.' };
  const json: Option = { type: 'boolean', meaning: 'Print JSON for other programs.' };
  const as: Option = {
    type: 'string',
    value: 'user',
    meaning: 'Act as this user (id or e-mail address). Default: the oldest administrator.',
  };
  return { ...('onNode' in command && { as }), ...(!command.tells && { json }), help };
}

/** How a command is called, on one line. */
export function usageOf({ name, arguments: names = [], options = {} }: Command): string {
  const args = names.map((each) => (each.startsWith('[') ? `[<${each.slice(1, -1)}>]` : `<${each}>`));
  const flags = Object.entries(options).map(([flag, option]) => {
    const value = option.type === 'string' ? ` <${option.value ?? flag}>` : '';
    return `[--${flag}${value}]${option.multiple ? '…' : ''}`;
  });
  return ['leadmesh', name, ...args, ...flags].join(' ');
}
