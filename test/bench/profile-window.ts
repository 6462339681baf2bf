import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A part of a run, in microseconds of the clock that CPU profiles use: monotonic, the same for all processes. */
export interface ProfileWindow {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

const fileOf = (folder: string) => join(folder, 'windows.jsonl');

const now = () => Number(process.hrtime.bigint() / 1_000n);

/** With `BENCH_PROFILE=folder`, notes when what is measured went on, so that `read-profile.ts` can leave out the rest. */
export function beginWindow(): { end: (name: string) => void } {
  const from = now();
  return {
    end: (name) => {
      const folder = process.env['BENCH_PROFILE'];
      if (folder !== undefined) appendFileSync(fileOf(folder), `${JSON.stringify({ name, from, to: now() })}\n`);
    },
  };
}

/** The windows of a folder of profiles, those of one name. */
export function readWindows(folder: string, name: string): ProfileWindow[] {
  if (!existsSync(fileOf(folder))) return [];
  const lines = readFileSync(fileOf(folder), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as ProfileWindow).filter((window) => window.name === name);
}
