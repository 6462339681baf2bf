import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process of its own that runs a test program; a test reads its lines and may kill it at any moment. */
interface Program {
  readonly lines: string[];
  /** Resolves when this many lines were written; rejects when the program ends before. */
  whenLines(count: number): Promise<void>;
  kill(): void;
  /** The exit code, null after a kill; all lines were read by then. */
  readonly ended: Promise<number | null>;
}

/** Starts a TypeScript file with JSON arguments, which it reads by `readArguments`. */
export function startProgram(file: string, ...args: unknown[]): Program {
  const child = spawn(process.execPath, [file, ...args.map((arg) => JSON.stringify(arg))], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  let complaint = '';
  const waiting = new Set<() => void>();
  const tell = () => waiting.forEach((look) => look());
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    tell();
  });
  let code: number | null | undefined;
  const ended = new Promise<number | null>((resolve) => {
    child.on('close', (exit) => {
      code = exit;
      tell();
      if (exit !== null && exit !== 0) console.error(`${file} ended with ${exit}: ${complaint}`);
      resolve(exit);
    });
  });
  const whenLines = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (lines.length >= count) resolve();
        else if (code !== undefined) reject(new Error(`${file} ended after ${lines.length} lines: ${complaint}`));
        else return;
        waiting.delete(look);
      };
      waiting.add(look);
      look();
    });
  return { lines, whenLines, kill: () => child.kill('SIGKILL'), ended };
}

/** What `startProgram` was given, inside the program. */
export const readArguments = (): unknown[] => process.argv.slice(2).map((arg) => JSON.parse(arg) as unknown);
