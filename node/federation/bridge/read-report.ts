import { dispositions, type ContactChannel, type Money } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';
import { findAt } from './map-lead.ts';
import type { Mapping, Meaning } from './mapping.ts';
import { readClosed, readDecision, type SaidConsent } from './read-consent.ts';

/** What other software says about a lead, in our words. */
export interface Report {
  /** As we named it in the offer. */
  readonly lead: string;
  readonly meaning: Meaning;
  readonly amount?: Money | undefined;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  readonly assignedTo?: string | undefined;
  /** Epoch milliseconds. */
  readonly until?: number | undefined;
  /** Ways in which the person is not to be contacted any more. */
  readonly closed?: readonly ContactChannel[] | undefined;
  readonly consent?: SaidConsent | undefined;
}

const ownWords: Readonly<Record<string, Meaning>> = {
  accept: { answer: 'accept' },
  reject: { answer: 'reject', reason: 'other' },
  agree: { answer: 'agree' },
  refuse: { answer: 'refuse' },
  erased: { answer: 'erased' },
  'do-not-contact': { answer: 'do-not-contact' },
  consent: { answer: 'consent' },
  return: { disposition: 'returned' },
  ...Object.fromEntries(dispositions.map((disposition) => [disposition, { disposition }])),
};

/**
 * Reads a report by the mapping. Throws `report-unreadable` (no JSON object), `report-incomplete`, `status-unknown`,
 * `amount-unreadable`, `time-unreadable`, `channel-unknown`, `consent-unknown`; `details.path` says where they looked.
 */
export function readReport(mapping: Mapping, body: Uint8Array): Report {
  const { report, statuses, currency } = mapping;
  const document = readObject(body);
  const text = (path: string) => {
    const value = findAt(document, path);
    return typeof value === 'string' || typeof value === 'number' ? String(value).trim() || undefined : undefined;
  };
  const need = (path: string) => {
    const value = text(path);
    if (value === undefined) throw wrong('report-incomplete', `The report has nothing at “${path}”.`, path);
    return value;
  };
  const meaning = meaningOf(statuses ?? ownWords, need(report.status), report.status);
  const amount = text(report.amount);
  const until = text(report.until);
  return {
    lead: need(report.lead),
    meaning,
    amount: amount === undefined ? undefined : readAmount(amount, text(report.currency) ?? currency, report),
    reason: text(report.reason)?.slice(0, 64),
    note: text(report.note)?.slice(0, 2_000),
    assignedTo: text(report.assignedTo)?.slice(0, 200),
    until: until === undefined ? undefined : readTime(until, report.until),
    ...readConsent(mapping, document, meaning),
  };
}

function readConsent(mapping: Mapping, document: object, meaning: Meaning): Pick<Report, 'closed' | 'consent'> {
  if (!('answer' in meaning)) return {};
  if (meaning.answer === 'do-not-contact') return { closed: readClosed(mapping, document, meaning) };
  return meaning.answer === 'consent' ? { consent: readDecision(mapping, document, meaning) } : {};
}

const wrong = (code: string, message: string, path: string) => new CodedError(code, 422, message, { path });

function readObject(body: Uint8Array): object {
  try {
    const document: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
    if (typeof document === 'object' && document !== null) return document;
  } catch {
    // Said below.
  }
  throw wrong('report-unreadable', 'The report is not a JSON object.', 'body');
}

function meaningOf(words: Readonly<Record<string, Meaning>>, word: string, path: string): Meaning {
  const wanted = word.toLowerCase();
  const found = Object.entries(words).find(([known]) => known.trim().toLowerCase() === wanted);
  if (!found) throw wrong('status-unknown', 'The mapping does not know this status.', path);
  return found[1];
}

/** Money as the protocol writes it: at most two digits after the point. */
function readAmount(text: string, currency: string | undefined, at: Mapping['report']): Money {
  if (currency === undefined || !/^[A-Z]{3}$/.test(currency))
    throw wrong('amount-unreadable', 'The amount has no currency such as EUR.', at.currency);
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) throw wrong('amount-unreadable', 'The amount is not a number such as 1250.00.', at.amount);
  return { amount: `${Number(match[1])}.${(match[2] ?? '').padEnd(2, '0')}`, currency };
}

function readTime(text: string, path: string): number {
  const at = Date.parse(text);
  if (!/^\d{4}-\d\d-\d\d/.test(text) || Number.isNaN(at))
    throw wrong('time-unreadable', 'The time is not as ISO 8601 writes it.', path);
  return at;
}
