import type { RejectReason } from '../../protocol/index.ts';

/** What an answering mail says. */
export type Answer =
  | { readonly kind: 'accept' }
  | { readonly kind: 'reject'; readonly reason: RejectReason; readonly text: string | undefined }
  | { readonly kind: 'unclear' };

const setOf = (text: string) => new Set(text.split(' '));

/** Words that mean one thing only, whatever follows them. */
const strong = {
  accept: setOf(
    'accept accepted accepting annehmen angenommen akzeptieren akzeptiere akzeptiert zusage accepter accepte accepté acceptée aceptar acepto aceptado aceptada',
  ),
  reject: setOf(
    'reject rejected decline declined refuse refused ablehnen abgelehnt absage refuser refusé refusée décliner rejeter rejeté rechazar rechazo rechazado rechazada',
  ),
};
/** Words that also begin sentences of another meaning (“no problem, …”): they count alone, or with a break after them. */
const weak = { accept: setOf('yes ja oui sí si'), reject: setOf('no nein non') };

const whole = (alternatives: string) => new RegExp(`(?<!\\p{L})(?:${alternatives})(?!\\p{L})`, 'u');
const reasons: readonly (readonly [RejectReason, RegExp])[] = [
  ['no-capacity', whole('capacity|busy|no time|overload\\w*|keine zeit|überlastet|pas le temps|sin tiempo')],
  ['out-of-territory', whole('territor\\w*|region|area|too far|gebiet|secteur|zona')],
  ['already-customer', whole('already .*customer|existing customer|bestandskunde|déjà client|ya es cliente')],
  ['duplicate', whole('duplicate|already (?:have|got) (?:it|this)|doppelt|doublon|duplicado')],
  ['not-reachable', whole('not reach\\w*|unreachable|wrong number|nicht erreichbar|injoignable')],
  ['unclear', whole('unclear|don.t understand|unklar')],
  ['not-a-fit', whole('fit|not for (?:me|us)|wrong product|passt nicht')],
];

const wordAt = /^[^\p{L}]*(\p{L}+)/u;
const pronoun = /^(?:(?:i|we|ich|wir|je|nous|yo|lo)\s+|j['’]\s*)(?=\p{L})/iu;
const wordsIn = (line: string) => line.toLowerCase().match(/\p{L}+/gu) ?? [];
const saysStrongly = (line: string) => wordsIn(line).some((word) => strong.accept.has(word) || strong.reject.has(word));

/** Drops quotations, the lines that introduce them, and what their lines were wrapped into. */
function ownLines(text: string): string[] {
  const lines = text
    .replace(/\r\n?/g, '\n')
    .split('\n', 2_000)
    .map((line) => line.trim());
  const own: string[] = [];
  let quoting = false;
  for (const line of lines) {
    if (line.startsWith('>')) {
      if (!quoting) dropIntroduction(own);
      quoting = true;
    } else if (line === '') quoting = false;
    if (!quoting) own.push(line);
  }
  return own;
}

/** "On Monday, Ann wrote:", in any language: the lines right before a quotation, when they end in a colon. */
function dropIntroduction(own: string[]): void {
  const last = own.findLastIndex((line) => line !== '');
  if (!own[last]?.endsWith(':')) return;
  let first = last;
  while (first > 0 && own[first - 1] !== '' && last - first < 2) first--;
  own.length = first;
}

/** "Hello Ann," is not what the writer wants to say. */
const isGreeting = (line: string) =>
  /^(?:hi|hello|hey|dear|hallo|guten (?:tag|morgen|abend)|bonjour|hola|buenos días)(?: [\p{L}.]+){0,3}[,!]?$/iu.test(
    line,
  ) && !saysStrongly(line);

/** The first line a person wrote that is more than a greeting. */
export const firstLine = (text: string) => ownLines(text).find((line) => line !== '' && !isGreeting(line)) ?? '';

interface Said {
  readonly meaning: 'accept' | 'reject';
  /** What stands after the word. */
  readonly rest: string;
}

function readWord(line: string): Said | undefined {
  const bare = line.replace(pronoun, '');
  const word = wordAt.exec(bare)?.[1]?.toLowerCase() ?? '';
  const rest = bare.replace(wordAt, '');
  if (/^\s*\?/.test(rest)) return undefined;
  // “I accept.”, but not “I accept that this is not for me”.
  if (bare !== line && !/^[\s.!]*$/.test(rest)) return undefined;
  for (const meaning of ['accept', 'reject'] as const) {
    const other = meaning === 'accept' ? 'reject' : 'accept';
    const after = wordsIn(rest);
    const isStrong = strong[meaning].has(word);
    const isWeak = weak[meaning].has(word) && bare === line && /^\s*(?:$|[,.;:!–—-])/.test(rest);
    const contradicted = after.some((each) => strong[other].has(each)) || (isWeak && weak[other].has(after[0] ?? ''));
    if ((isStrong || isWeak) && !contradicted) return { meaning, rest };
  }
  return undefined;
}

/**
 * Reads the answer to an offer mail from its plain text, in English, German, French or Spanish. Anything but a clear word at
 * its beginning is `unclear`: nothing happens by guess.
 */
export function readAnswer(text: string): Answer {
  const said = readWord(firstLine(text).normalize('NFC').slice(0, 500));
  if (!said) return { kind: 'unclear' };
  if (said.meaning === 'accept') return { kind: 'accept' };
  const words = said.rest.replace(/^[\s:,.;!–—-]+/, '').trim();
  const reason = reasons.find(([, pattern]) => pattern.test(words.toLowerCase()))?.[0] ?? 'other';
  return { kind: 'reject', reason, text: words === '' ? undefined : words };
}
