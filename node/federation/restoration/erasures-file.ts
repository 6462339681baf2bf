import { hash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Consent } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { intend, type JobHandler } from '../../kernel/jobs.ts';
import { when } from '../../kernel/times.ts';
import { findLeadHead, getLead } from '../../leads/store.ts';
import { listDecided, listErasedLeads, type DecidedLead } from '../../leads/store/privacy.ts';
import { readErasureLines, type Noted, type NotedErasure } from './read-erasures.ts';

/*
 * Which leads were erased, and what their people withdrew, in a file beside the database: a backup that is put back does not
 * know of it, and this file tells what has to be done again. It holds ids of leads, times, codes and digests, and nothing of
 * any person.
 */

const erasureKind = 'note-erasure';
const withdrawalsKind = 'note-withdrawals';

/** The line follows the commit, by a job that is repeated until the file has it: what was rolled back is not erased later. */
export const noteErasure = (tx: Tx, erasure: NotedErasure): Promise<void> =>
  intend(tx, { kind: erasureKind, payload: erasure });

/** In the same way: what the person of a lead decided, as it stands then. */
export const noteWithdrawals = (tx: Tx, leadId: string): Promise<void> =>
  intend(tx, { kind: withdrawalsKind, payload: { leadId } });

export const noteErasureHandler: JobHandler = {
  kind: erasureKind,
  // eslint-disable-next-line @typescript-eslint/require-await -- what it throws must reject
  run: async (ctx, payload) => {
    append(ctx, [lineOfErasure(payload as NotedErasure)]);
  },
};

export const noteWithdrawalsHandler: JobHandler = {
  kind: withdrawalsKind,
  async run(ctx, payload) {
    const { leadId } = payload as { leadId: string };
    if (!(await findLeadHead(ctx, leadId))) return;
    const { id, doNotContact, document, erasedAt } = await getLead(ctx, leadId);
    if (erasedAt === null) append(ctx, linesOfDecisions(ctx, { id, doNotContact, consents: document.consents ?? [] }));
  },
};

/** A file that bears it tells of withdrawals, too: those before it was written were gone through. */
const mark = '# erasures, and withdrawals';

/** Where there is no file, or one of an older version, what the database knows is written into it. */
export async function ensureErasures(ctx: Context): Promise<void> {
  const isThere = existsSync(fileOf(ctx));
  if (isThere && readFileSync(fileOf(ctx), 'utf8').split('\n').includes(mark)) return;
  const erased = isThere ? [] : await listErasedLeads(ctx);
  append(
    ctx,
    erased.map((leadId) => lineOfErasure({ leadId, reason: 'other' })),
  );
  for (let after: string | undefined = ''; after !== undefined;) {
    const leads = await listDecided(ctx, { after, limit: pageLeads });
    append(
      ctx,
      leads.flatMap((lead) => linesOfDecisions(ctx, { ...lead, consents: lead.consents.filter(isWithdrawn) })),
    );
    after = leads.length < pageLeads ? undefined : leads.at(-1)?.id;
  }
  writeLines(ctx, [mark]);
}

const pageLeads = 500;

export const isWithdrawn = ({ state }: Pick<Consent, 'state'>): boolean => state !== 'granted';

/** Everything that was noted here, as far as the file tells. Throws `erasures-unreadable`. */
export const readErasures = (ctx: Context): Noted =>
  readErasureLines(existsSync(fileOf(ctx)) ? readFileSync(fileOf(ctx), 'utf8') : '');

/** Stands for a purpose of one lead: its words may be anybody's. */
export const digestPurpose = (leadId: string, purpose: string): string =>
  hash('sha256', `${leadId} ${purpose}`, 'base64url');

const lineOfErasure = ({ leadId, reason }: NotedErasure) => `${leadId} ${reason}`;

function linesOfDecisions(ctx: Context, { id, doNotContact, consents }: DecidedLead): string[] {
  const ways = doNotContact.length === 0 ? [] : [`${id} no-contact ${doNotContact.join(',')}`];
  const decided = consents.map(({ purpose, state, at }) => {
    const decidedAt = when(at === undefined ? ctx.clock.now() : Date.parse(at));
    return `${id} consent ${digestPurpose(id, purpose)} ${state} ${decidedAt}`;
  });
  return [...ways, ...decided];
}

const fileOf = ({ config }: Pick<Context, 'config'>) => join(config.dataFolder, 'erasures');

function append(ctx: Context, facts: readonly string[]): void {
  const at = when(ctx.clock.now());
  writeLines(
    ctx,
    facts.map((fact) => `${at} ${fact}`),
  );
}

/** Each begins on a new line, whatever a crash left of the last one. */
function writeLines(ctx: Context, lines: readonly string[]): void {
  const file = openSync(fileOf(ctx), 'a', 0o600);
  try {
    for (const line of lines) writeSync(file, `\n${line}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
