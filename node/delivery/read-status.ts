import type { Money } from '../../protocol/index.ts';
import type { SaidStatus } from './report-status.ts';
import { firstLine } from './read-answer.ts';

const words: readonly (readonly [SaidStatus['disposition'], RegExp])[] = [
  ['contacted', /^(?:contacted|kontaktiert|contacté|contactado)(?!\p{L})/iu],
  ['working', /^(?:working|in arbeit|en cours|en curso)(?!\p{L})/iu],
  ['won', /^(?:won|gewonnen|gagné|ganado)(?!\p{L})/iu],
  ['lost', /^(?:lost|verloren|perdu|perdido)(?!\p{L})/iu],
  ['returned', /^(?:returned|return|zurück|retour|devuelto)(?!\p{L})/iu],
];

/** What an answering mail says became of a lead, by a clear word at its beginning; undefined for anything else. */
export function readStatus(text: string): SaidStatus | undefined {
  const line = firstLine(text).normalize('NFC').slice(0, 500).trim();
  const found = words.find(([, pattern]) => pattern.test(line));
  if (!found) return undefined;
  const [disposition, pattern] = found;
  const rest = line.replace(pattern, '').replace(/^[\s:,.;!–—-]+/, '').trim(); // prettier-ignore
  const amount = disposition === 'won' ? readAmount(rest) : undefined;
  // A number that could mean two things is not taken for an order value.
  if (disposition === 'won' && !amount && /\d/.test(rest)) return undefined;
  const note = amount || rest === '' ? undefined : rest;
  return { disposition, amount, ...(note !== undefined && { note }) };
}

/** "1250.00 EUR", "EUR 1250": digits without separators of thousands, and a currency. */
export function readAmount(text: string): Money | undefined {
  const match = /^(?:([A-Z]{3})\s*)?(\d{1,12})(?:\.(\d{1,2}))?(?:\s*([A-Z]{3}))?$/i.exec(text.trim());
  const [, before, whole, cents = '', after] = match ?? [];
  const currency = (before ?? after)?.toUpperCase();
  if (whole === undefined || currency === undefined || (before !== undefined && after !== undefined)) return undefined;
  return { amount: `${Number(whole)}.${cents.padEnd(2, '0')}`, currency };
}
