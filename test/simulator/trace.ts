import { createHash } from 'node:crypto';

/** What happened in a run, line by line. Two runs of one seed have the same lines, and so the same digest. */
export interface Trace {
  readonly lines: readonly string[];
  say(line: string): void;
  digest(): string;
}

export function makeTrace(now: () => number, start: number): Trace {
  const lines: string[] = [];
  return {
    lines,
    say: (line) => void lines.push(`${((now() - start) / 1000).toFixed(3).padStart(12)}  ${line}`),
    digest: () => createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16),
  };
}
