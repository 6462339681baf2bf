import SqliteFile from 'better-sqlite3';
import { sqliteFile } from '../../node/kernel/database.ts';
import type { Lead } from '../../protocol/index.ts';

/** What a node's database says, read from outside while it runs or after it stopped. */
export interface Books {
  readonly leads: readonly BookedLead[];
  readonly conversations: readonly BookedConversation[];
  readonly winners: readonly { readonly leadId: string; readonly recipients: number }[];
  readonly messages: Readonly<Record<string, number>>;
  readonly failedJobs: readonly { readonly kind: string; readonly lastError: string }[];
  readonly dueJobs: readonly string[];
  /** What was asked about giving a lead back, and is not answered. */
  readonly openQuestions: number;
  readonly securityEvents: readonly { readonly code: string }[];
  /** Effects that may happen once at most, but were written down more often. */
  readonly repeatedEffects: readonly { readonly leadId: string; readonly kind: string }[];
  readonly integrity: unknown;
}

export interface BookedLead {
  readonly id: string;
  readonly state: string;
  readonly origin: 'local' | 'peer';
  readonly holderKind: 'user' | 'peer' | null;
  readonly holderId: string | null;
  readonly wonAmount: string | null;
  readonly lostReason: string | null;
  readonly document: Lead;
}

export interface BookedConversation {
  readonly conversationId: string;
  readonly state: string;
  readonly leadId: string;
}

const soonMilliseconds = 60_000;

export function readBooks(dataFolder: string): Books {
  const database = new SqliteFile(sqliteFile(dataFolder), { readonly: true, timeout: 5_000 });
  const all = <Row>(sql: string, ...values: unknown[]) => database.prepare(sql).all(...values) as Row[];
  try {
    const columns = 'id, state, origin, holderKind, holderId, wonAmount, lostReason, document';
    const leads = all<BookedLead & { document: string }>(`select ${columns} from lead`);
    const counts = all<{ state: string; n: number }>('select state, count(*) as n from outbox group by state');
    return {
      leads: leads.map((lead) => ({ ...lead, document: JSON.parse(lead.document) as Lead })),
      conversations: all('select conversationId, state, leadId from conversation'),
      winners: all(
        `select leadId, count(*) as recipients from offerRecipient where state in ('accepted', 'won') group by leadId`,
      ),
      messages: Object.fromEntries(counts.map(({ state, n }) => [state, n])),
      failedJobs: all('select kind, lastError from job where failedAt is not null'),
      dueJobs: all<{ kind: string }>(
        `select kind from job where failedAt is null and kind not in ('notify', 'delete-shown') and dueAt < ?`,
        Date.now() + soonMilliseconds,
      ).map(({ kind }) => kind),
      openQuestions: all(`select id from leadQuestion where state = 'open'`).length,
      securityEvents: all('select code from securityEvent'),
      repeatedEffects: all(
        `select leadId, kind from leadHistory where kind in ('receive', 'assign', 'release', 'award', 'win', 'lose')
         group by leadId, kind having count(*) > 1`,
      ),
      integrity: database.pragma('integrity_check'),
    };
  } finally {
    database.close();
  }
}

const final: ReadonlySet<string> = new Set(['won', 'lost', 'unrouted', 'withdrawn']);

/** Whether nothing is under way any more: no message, no intent, no question. */
export const isSettled = ({ messages, dueJobs, openQuestions }: Books): boolean =>
  (messages['waiting'] ?? 0) === 0 && dueJobs.length === 0 && openQuestions === 0;

/** The same, and there is no lead that somebody should answer or work on. */
export const isQuiet = (books: Books): boolean =>
  isSettled(books) && books.leads.every(({ state }) => final.has(state));

export const externalIdOf = ({ document }: BookedLead): string => document.source?.externalId ?? '';
