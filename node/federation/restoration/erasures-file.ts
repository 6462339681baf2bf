import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { ErasureReason } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { intend, type JobHandler } from '../../kernel/jobs.ts';
import { listErasedLeads } from '../../leads/store/privacy.ts';

/*
 * Which leads were erased, in a file beside the database: a backup that is put back brings their content with it, and this
 * file tells what has to go again. It holds ids of leads, times and codes, and nothing of any person.
 */
export interface NotedErasure {
  readonly leadId: string;
  readonly reason: ErasureReason;
}

const kind = 'note-erasure';

/** The line follows the commit, by a job that is repeated until the file has it: what was rolled back is not erased later. */
export const noteErasure = (tx: Tx, erasure: NotedErasure): Promise<void> => intend(tx, { kind, payload: erasure });

export const noteErasureHandler: JobHandler = {
  kind,
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must reject
  run: async (ctx, payload) => {
    append(ctx, [payload as NotedErasure]);
  },
};

/** Where there is no file, one is made of what the database knows: it was moved, or an older version erased. */
export async function ensureErasures(ctx: Context): Promise<void> {
  if (existsSync(fileOf(ctx))) return;
  const erased = await listErasedLeads(ctx);
  append(
    ctx,
    erased.map((leadId) => ({ leadId, reason: 'other' })),
  );
}

/** Every lead that was ever erased here, as far as the file tells, each once. */
export function readErasures(ctx: Context): NotedErasure[] {
  if (!existsSync(fileOf(ctx))) return [];
  const lines = readFileSync(fileOf(ctx), 'utf8').matchAll(/^\S+ (lead_\w+) ([a-z-]+)$/gm);
  const found = Array.from(lines, ([, leadId = '', reason = '']) => [leadId, reason as ErasureReason] as const);
  return Array.from(new Map(found), ([leadId, reason]) => ({ leadId, reason }));
}

const fileOf = ({ config }: Pick<Context, 'config'>) => join(config.dataFolder, 'erasures');

/** Begins on a new line, whatever a crash left of the last one. */
function append(ctx: Context, erasures: readonly NotedErasure[]): void {
  const at = new Date(ctx.clock.now()).toISOString();
  const file = openSync(fileOf(ctx), 'a', 0o600);
  try {
    for (const { leadId, reason } of erasures) writeSync(file, `\n${at} ${leadId} ${reason}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
