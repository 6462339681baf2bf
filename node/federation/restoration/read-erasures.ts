import { consentStates, contactChannels, erasureReasons } from '../../../protocol/index.ts';
import type { ConsentState, ContactChannel, ErasureReason } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';

/*
 * The file `erasures`, line by line: a time, the id of a lead, and
 *
 *     person-asked                        why its content was erased: a code of the protocol
 *     no-contact phone,email              the ways in which its person is not to be contacted
 *     consent <purpose> withdrawn <time>  what the person decided about a purpose (its digest), and when
 *
 * Empty lines and those that begin with # say nothing. A line that a crash cut off says nothing either: it was written again.
 */

export interface NotedErasure {
  readonly leadId: string;
  readonly reason: ErasureReason;
}

export interface NotedConsent {
  readonly state: ConsentState;
  /** When the person decided it, ISO 8601 in UTC. */
  readonly at: string;
}

/** What people of one lead decided, as it was noted last. */
export interface NotedWithdrawals {
  readonly channels: ReadonlySet<ContactChannel>;
  /** By the digest of lead and purpose. */
  readonly consents: ReadonlyMap<string, NotedConsent>;
}

export interface Noted {
  readonly erasures: readonly NotedErasure[];
  /** By lead. */
  readonly withdrawals: ReadonlyMap<string, NotedWithdrawals>;
}

interface Line {
  readonly at: string;
  readonly leadId: string;
  readonly what:
    | { readonly reason: ErasureReason }
    | { readonly channels: readonly ContactChannel[] }
    | { readonly purpose: string; readonly consent: NotedConsent };
}

/** What the file tells, each lead once. Throws `erasures-unreadable` with the number of the first line that nobody wrote so. */
export function readErasureLines(text: string): Noted {
  const lines = text.split('\n').flatMap((line, index) => readLine(line.trimEnd(), index + 1) ?? []);
  // Put together of several files, they are in no order.
  const inOrder = lines.toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  const erasures = new Map<string, ErasureReason>();
  const withdrawals = new Map<string, { channels: Set<ContactChannel>; consents: Map<string, NotedConsent> }>();
  for (const { leadId, what } of inOrder) {
    if ('reason' in what) {
      erasures.set(leadId, what.reason);
      continue;
    }
    const noted = withdrawals.get(leadId) ?? { channels: new Set(), consents: new Map() };
    withdrawals.set(leadId, noted);
    if ('channels' in what) for (const channel of what.channels) noted.channels.add(channel);
    else noted.consents.set(what.purpose, what.consent);
  }
  return { erasures: Array.from(erasures, ([leadId, reason]) => ({ leadId, reason })), withdrawals };
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const digest = /^[\w-]{43}$/;
const knows = <T extends string>(words: readonly T[], word: string): word is T => words.some((known) => known === word);

function readLine(line: string, number: number): Line | undefined {
  if (line === '' || line.startsWith('#')) return undefined;
  const words = line.split(' ');
  const [at = '', leadId = '', ...rest] = words;
  const what = time.test(at) && /^lead_\w+$/.test(leadId) ? readWhat(rest) : undefined;
  if (what) return { at, leadId, what };
  if (isCut(words)) return undefined;
  const where = `Line ${number} of the file “erasures”`;
  throw new CodedError('erasures-unreadable', 500, `${where} says nothing that a node writes: ${line.slice(0, 120)}`, {
    line: number,
  });
}

function readWhat([word = '', first = '', state = '', at = '', ...more]: readonly string[]): Line['what'] | undefined {
  if (more.length > 0) return undefined;
  if (knows(erasureReasons, word) && first === '') return { reason: word };
  const channels = first.split(',');
  if (word === 'no-contact' && state === '' && channels.every((channel) => knows(contactChannels, channel)))
    return { channels };
  if (word === 'consent' && digest.test(first) && knows(consentStates, state) && time.test(at))
    return { purpose: first, consent: { state, at } };
  return undefined;
}

/** Whether it is the beginning of a line. */
function isCut(words: readonly string[]): boolean {
  const [at = '', leadId = '', word = '', first = '', state = '', decidedAt = ''] = words;
  const begins = (part: string, whole: readonly string[]) => whole.some((one) => one.startsWith(part));
  if (words.length === 1) return beginsTime(at);
  if (!time.test(at)) return false;
  if (words.length === 2) return begins(leadId, ['lead_']) || /^lead_\w*$/.test(leadId);
  if (!/^lead_\w+$/.test(leadId)) return false;
  if (words.length === 3) return begins(word, [...erasureReasons, 'no-contact', 'consent']);
  if (words.length === 4 && word === 'no-contact')
    return first.split(',').every((channel) => begins(channel, contactChannels));
  if (word !== 'consent') return false;
  if (words.length === 4) return /^[\w-]{0,43}$/.test(first);
  if (!digest.test(first)) return false;
  if (words.length === 5) return begins(state, consentStates);
  return words.length === 6 && knows(consentStates, state) && beginsTime(decidedAt);
}

const anyTime = '0000-00-00T00:00:00.000Z';
const beginsTime = (part: string) =>
  part.length <= anyTime.length && part.replaceAll(/\d/g, '0') === anyTime.slice(0, part.length);
