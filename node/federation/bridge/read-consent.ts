import { consentStates, contactChannels, type ContactChannel, type ConsentState } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';
import { findAt } from './map-lead.ts';
import type { Mapping, Meaning } from './mapping.ts';

/** What a person decided about one purpose. */
export interface SaidConsent {
  readonly purpose: string;
  readonly state: ConsentState;
}

type MeaningOf<A> = Extract<Meaning, { answer: A }>;

/**
 * The ways of contact a report closes: those it names as a list or as words apart by commas, else those of the mapping. Throws
 * `report-incomplete`, `channel-unknown`.
 */
export function readClosed(
  { report }: Mapping,
  document: object,
  { channels = [] }: MeaningOf<'do-not-contact'>,
): readonly ContactChannel[] {
  const value = findAt(document, report.channels);
  const words = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [];
  const said = words.map((word) => wordOf(word)).filter((word) => word !== '');
  const closed = said.length === 0 ? channels : said.map((word) => channelOf(word, report.channels));
  if (closed.length === 0) throw missing(report.channels);
  return [...new Set(closed)];
}

/** The decision a report names, or else the mapping. Throws `report-incomplete`, `consent-unknown`. */
export function readDecision(
  { report }: Mapping,
  document: object,
  { purpose, state }: MeaningOf<'consent'>,
): SaidConsent {
  const about = wordOf(findAt(document, report.purpose)).slice(0, longestPurpose) || purpose;
  const word = wordOf(findAt(document, report.consent)).toLowerCase();
  const decided = word === '' ? state : consentStates.find((known) => known === word);
  if (about === undefined) throw missing(report.purpose);
  if (decided !== undefined) return { purpose: about, state: decided };
  if (word === '') throw missing(report.consent);
  throw wrong('consent-unknown', `A consent is ${consentStates.join(', ')}.`, report.consent);
}

/** As the API takes it. */
const longestPurpose = 100;

const wordOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

function channelOf(word: string, path: string): ContactChannel {
  const found = contactChannels.find((known) => known === word.toLowerCase());
  if (!found) throw wrong('channel-unknown', `A way of contact is ${contactChannels.join(', ')}.`, path);
  return found;
}

const wrong = (code: string, message: string, path: string) => new CodedError(code, 422, message, { path });
const missing = (path: string) => wrong('report-incomplete', `The report has nothing at “${path}”.`, path);
