import type { FieldName, InboxEntry, Money } from '../shapes.ts';

/** "12 min 5 s" near the end, "3 h" far from it. */
export function describeRest(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1_000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 15) return `${minutes} min ${seconds % 60} s`;
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** The reader's own time zone; today without the date. */
export function describeTime(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  return date.toDateString() === new Date().toDateString() ? timeOnly.format(date) : dateTime.format(date);
}

/** "125 000.00 EUR", by spaces that do not break: commas and points mean different things in different countries. */
export const describeMoney = ({ amount, currency }: Money) =>
  `${amount.replace(/(?<!\.\d*)\d(?=(?:\d{3})+(?!\d))/g, '$&\u202f')}\u00a0${currency}`;

export const words = (code: string) => code.replaceAll('-', ' ');
export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
export const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

const short: readonly (readonly [prefix: string, word: string])[] = [
  ['contact.salutation', 'name'],
  ['contact.givenName', 'name'],
  ['contact.familyName', 'name'],
  ['contact.fullName', 'name'],
  ['contact.emails', 'e-mail'],
  ['contact.phones', 'phone'],
  ['contact.address', 'address'],
  ['account', 'company'],
  ['interest.comments', 'comments'],
];

/** Withheld fields in a few words: "name, e-mail, phone and more". */
export function describeWithheld(fields: readonly FieldName[]): string {
  const known = fields.map(({ path }) => short.find(([prefix]) => path.startsWith(prefix))?.[1]);
  const named = [...new Set(known.filter((word) => word !== undefined))];
  if (named.length === 0) return count(fields.length, 'field');
  return named.join(', ') + (known.includes(undefined) ? ' and more' : '');
}

/** Company and place below a title, without what the title says already. */
export function describePlace({ title, company, city, country }: Placed): string {
  const known = company !== undefined && title.includes(company);
  return [known ? undefined : company, city, country].filter(Boolean).join(', ');
}
/** What the customer wants, in a few words: "26 × Cold-chain sensor and 2 more · 77 000.00 EUR". */
export function describeWish({ product, size }: Pick<InboxEntry, 'product' | 'size'>): string {
  const name = product && (product.quantity ? `${product.quantity} × ${product.name}` : product.name);
  const more = product && product.of > 1 ? ` and ${product.of - 1} more` : '';
  return [name && name + more, size && describeMoney(size)].filter(Boolean).join(' · ');
}
interface Placed {
  title: string;
  company?: string;
  city?: string;
  country?: string;
}
