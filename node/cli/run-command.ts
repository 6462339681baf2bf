import { readConfig } from '../kernel/config.ts';
import { CodedError } from '../kernel/errors.ts';
import { isMisuse, type Asked, type Command } from './command.ts';
import { commands } from './commands/index.ts';
import { helpOn } from './help.ts';
import { printable, printableJson, type Output } from './output.ts';
import { parseCommand } from './parse-command.ts';
import { ownTerminal, type Terminal } from './terminal.ts';

const done = 0;
const refused = 1;
const misused = 2;

/** Runs one command of the table; answers the exit status: 0, 1 when it was refused, 2 when it is no command. */
export async function runCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal = ownTerminal,
): Promise<number> {
  // Whoever reads the output may stop reading, as `head` does.
  terminal.output.on('error', () => undefined);
  try {
    const { command, asked, help, json } = parseCommand(commands, argv, { env, terminal });
    const answer = help ? helpOn(command) : await carryOut(command, asked);
    if (typeof answer === 'number') return answer;
    print(answer, json && !help, terminal);
    return answer.failed ? refused : done;
  } catch (error) {
    const { code, message } = explain(error);
    terminal.errors.write(`${printable(code)}: ${message.split('\n').map(printable).join('\n')}\n`);
    return isMisuse(error) ? misused : refused;
  }
}

async function carryOut(command: Command, asked: Asked): Promise<Output | number> {
  if ('run' in command) return command.run(asked);
  const config = readConfig(asked.env, asked.flags);
  if ('onConfig' in command) return command.onConfig(config, asked);
  // Only here, because it brings the whole node along.
  const { openDoor } = await import('./door.ts');
  const door = await openDoor(config, { as: asked.text('as'), errors: asked.terminal.errors });
  try {
    return await command.onNode(door, asked);
  } finally {
    await door.close();
  }
}

function print({ json, text, note }: Output, asJson: boolean, { output, errors }: Terminal): void {
  if (asJson) output.write(`${printableJson(json ?? {})}\n`);
  else if (text !== '') output.write(`${text}\n`);
  if (note !== undefined && !asJson) errors.write(`${note}\n`);
}

/** Refusals, and what the system refuses (no room, no rights); anything else is a fault of ours and crashes. */
function explain(error: unknown): { code: string; message: string } {
  if (error instanceof CodedError) return error;
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (!(error instanceof Error) || typeof code !== 'string' || !/^(E[A-Z]+|SQLITE_\w+)$/.test(code)) throw error;
  return { code: code.toLowerCase().replaceAll('_', '-'), message: String(message) };
}
