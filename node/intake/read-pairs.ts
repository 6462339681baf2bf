import { isEmail } from '../cleansing/email.ts';
import { strangers } from './field-aliases.ts';
import { fieldOfName } from './map-headers.ts';
import { looksLikePhone } from './sniff.ts';

/** A labelled value in the text of a mail. */
export interface Pair {
  readonly label: string;
  readonly value: string;
  /** Place in the lead document; undefined: a label of the sender's own. */
  readonly field?: string | undefined;
}

/** The block a mail program puts before a forwarded message. */
export interface ForwardedHeader {
  from?: string;
  subject?: string;
}

export interface PairedText {
  readonly pairs: readonly Pair[];
  readonly forwarded: ForwardedHeader;
  /** Lines that belong to no label, without the footer. */
  readonly rest: readonly string[];
}

const headerLine =
  /^(from|sent|date|to|cc|bcc|subject|reply-to|von|gesendet|datum|an|betreff|de|envoyé|à|objet|enviado|para|asunto):\s*(.*)$/i;
const footer =
  /unsubscribe|abmelden|désabonner|privacy (?:policy|notice)|all rights reserved|©|\(c\) 20\d\d|this (?:e-?mail|message) (?:was|is|has been) sent|manage (?:your )?(?:preferences|notifications|alerts)|(?:do|please do) not reply|view (?:this )?(?:e-?mail )?in (?:your )?browser|terms of (?:use|service)|^--\s*$|sent from a contact form|notification settings/i;
/** In mails these words introduce something else than in tables. */
const otherInMails = new Set([
  'from',
  'to',
  'subject',
  'web',
  'office',
  'first',
  'last',
  'data',
  'data source',
  'land',
  'need',
  'via',
  'test',
  'request',
]);

const unquote = (line: string): string =>
  line
    .replace(/^(?:\s*>)+\s?/, '')
    .replace(/\u00a0/g, ' ')
    .trim();

/** Without bullets and the asterisks of bold text. */
const plainLine = (line: string): string =>
  /^[-–—=_*]+$/.test(line)
    ? line
    : line.replace(/\*{1,2}([^*]{1,80})\*{1,2}/g, '$1').replace(/^[*•·‣▪○►–-]+\s*(?=[^\s\d])/, '');

const fieldOfLabel = (label: string): string | undefined =>
  otherInMails.has(label.toLowerCase().trim()) || label.length > 60 ? undefined : fieldOfName(label);

const isLabelShape = (label: string): boolean =>
  /^[\p{L}#][\p{L}\p{N}\s/().,'’&#_?-]{0,58}$/u.test(label) && label.trim().split(/\s+/).length <= 7;

/** `Label: value`; the value may be empty. */
function splitLabel(line: string): { label: string; value: string } | undefined {
  const found = /^([^:：=\t]{1,60}?)\s*(?:[:：]\s*|\s=\s|\t+)(.*)$/s.exec(line);
  const [, label = '', rest = ''] = found ?? [];
  if (!found || !isLabelShape(label) || rest.startsWith('//') || (/\d$/.test(label.trim()) && /^\d\d\b/.test(rest)))
    return undefined;
  return { label: label.trim(), value: rest.replace(/\t+/g, ' ').trim() };
}

const longestBare = 400;

/** `Email steve@example.com`, `Phone 786-555-0169`: a label without a colon, when what follows fits it. */
function splitBare(line: string): { label: string; value: string } | undefined {
  if (line.length > longestBare) return undefined;
  for (const [whole, label = '', value = ''] of line.matchAll(/^((?:\S+\s+){0,2}?\S+)\s+(.+)$/g)) {
    const field = fieldOfLabel(label);
    const fits =
      (field?.startsWith('contact.emails') && isEmail(value)) ||
      (field?.startsWith('contact.phones') && looksLikePhone(value));
    if (whole && fits) return { label, value };
  }
  const [, first = '', second = '', rest = ''] = /^(\S+)(?:\s+(\S+))?\s+(.+)$/.exec(line) ?? [];
  const two =
    /^(?:(?:full|first|last|contact|customer|lead|your)\s+name|name|e-?mail(?:\s+address)?|phone(?:\s+number)?|property(?:\s+address)?)$/i;
  if (two.test(`${first} ${second}`) && rest) return { label: `${first} ${second}`, value: rest };
  const after = line.slice(first.length).trim();
  const fitsName = /^name$/i.test(first) && /^\p{Lu}[\p{L}.'’-]*(?:\s+\p{Lu}[\p{L}.'’-]*){1,4}$/u.test(after);
  const fitsPlace = /^property$/i.test(first) && /^\d+\s+\S/.test(after);
  return fitsName || fitsPlace ? { label: first, value: after } : undefined;
}

const isLongText = (field: string | undefined): boolean => field === 'interest.comments';

/** `Name: A | Phone: B`, all on one line. */
function splitSegments(line: string): string[] {
  const segments = line
    .split(/\s+[|•·]\s+|\s{3,}|\t{1,}(?=[^\t]{1,40}:)/)
    .map((part) => part.trim())
    .filter(Boolean);
  return segments.length > 1 && segments.every((part) => splitLabel(part)?.value) ? segments : [line];
}

/** A table with its labels in the first row. */
function splitTable(line: string, next: string | undefined): Pair[] | undefined {
  const labels = line.split('\t').map((cell) => cell.trim());
  const values = next?.split('\t').map((cell) => cell.trim()) ?? [];
  const fields = labels.map(fieldOfLabel);
  if (
    labels.length < 2 ||
    labels.length !== values.length ||
    fields.filter(Boolean).length < 2 ||
    values.some(fieldOfLabel)
  )
    return undefined;
  return labels.flatMap((label, at) => (values[at] ? [{ label, value: values[at], field: fields[at] }] : []));
}

interface Reading {
  lines: string[];
  at: number;
  pairs: Pair[];
  rest: string[];
  ended: boolean;
}

/** The lines of a longer text, up to the next label or the footer. */
function takeText(reading: Reading, first: string): string {
  const lines = first ? [first] : [];
  while (reading.at < reading.lines.length) {
    const line = reading.lines[reading.at] ?? '';
    const label = splitLabel(line);
    if (
      footer.test(line) ||
      (label && (fieldOfLabel(label.label) ?? strangers.test(label.label.toLowerCase()))) ||
      splitBare(line)
    )
      break;
    const blanks = lines.length > 0 && lines.at(-1) === '' && line === '';
    if (!blanks) lines.push(line);
    reading.at++;
  }
  return lines.join('\n').trim();
}

/** The value on the line after its label, unless that is a label itself. */
function takeNext(reading: Reading): string {
  let at = reading.at;
  while (at < reading.lines.length && reading.lines[at] === '') at++;
  const line = reading.lines[at] ?? '';
  const label = splitLabel(line);
  if (
    line === '' ||
    at > reading.at + 2 ||
    (label && (label.value === '' || fieldOfLabel(label.label))) ||
    fieldOfLabel(line)
  )
    return '';
  reading.at = at + 1;
  return line;
}

function readLine(reading: Reading, line: string): void {
  if (line.length > 2000) {
    reading.rest.push(line);
    return;
  }
  const table = splitTable(line, reading.lines[reading.at]);
  if (table) {
    reading.pairs.push(...table);
    reading.at++;
    return;
  }
  const split = splitLabel(line) ?? splitBare(line);
  const alone = !split && line.length <= 30 && fieldOfLabel(line) ? { label: line, value: '' } : undefined;
  const found = split ?? alone;
  if (!found) {
    reading.rest.push(line);
    return;
  }
  const said = /\s(?:says|said|wrote|asks|schreibt|écrit|dice)$/i.test(found.label) && found.value !== '';
  const field = said ? 'interest.comments' : fieldOfLabel(found.label);
  const value = isLongText(field) && !said ? takeText(reading, found.value) : found.value || takeNext(reading);
  if (value) reading.pairs.push({ label: found.label, value, field });
  else if (alone) reading.rest.push(line);
}

const forwardMark =
  /^-{2,}[^-].*(?:forwarded|original|weitergeleitet|message transféré|mensaje reenviado)|^begin forwarded message/i;

/** Takes out the header block of a forwarded message: two or more of its lines together. */
function takeForwarded(lines: readonly string[]): { body: string[]; forwarded: ForwardedHeader } {
  const body: string[] = [];
  const forwarded: ForwardedHeader = {};
  for (let at = 0; at < lines.length; at++) {
    const first = lines[at] ?? '';
    let end = at;
    if (/^(?:from|von|de):/i.test(first)) while (headerLine.test(lines[end] ?? '')) end++;
    if (end - at < 2) {
      if (!forwardMark.test(first.slice(0, 200))) body.push(first);
      continue;
    }
    for (const line of lines.slice(at, end)) {
      const [, name = '', value = ''] = headerLine.exec(line) ?? [];
      if (/^(?:from|von|de)$/i.test(name)) forwarded.from = value;
      if (/^(?:subject|betreff|objet|asunto)$/i.test(name)) forwarded.subject = value;
    }
    at = end - 1;
  }
  return { body, forwarded };
}

/** The labelled values of a text, with or without colons, on the same line, on the next one, or in table cells. */
export function readPairs(text: string): PairedText {
  const { body, forwarded } = takeForwarded(text.split('\n').slice(0, 5000).map(unquote));
  const reading: Reading = { lines: body.map(plainLine), at: 0, pairs: [], rest: [], ended: false };
  while (reading.at < reading.lines.length) {
    const line = reading.lines[reading.at] ?? '';
    reading.at++;
    if (footer.test(line) && (reading.pairs.length > 0 || reading.rest.some(Boolean))) reading.ended = true;
    if (line === '') continue;
    for (const segment of splitSegments(line)) if (!reading.ended) readLine(reading, segment);
  }
  return { pairs: reading.pairs, forwarded, rest: reading.rest };
}
