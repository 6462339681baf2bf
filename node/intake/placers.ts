import type { ConsentState, Lead } from '../../protocol/index.ts';
import { countryCode } from '../cleansing/country.ts';
import { isEmail } from '../cleansing/email.ts';
import { readDateTime, type DateOrder } from './read-date-time.ts';
import { readMoney } from './read-money.ts';
import { isPlaceholderName } from './sniff.ts';

export interface PlaceOptions {
  dateOrder?: DateOrder | undefined;
  /** Offset for times without zone, such as `+01:00`; UTC when absent. */
  zone?: string | undefined;
  /** ISO 4217, for amounts without currency. */
  currency?: string | undefined;
}

/** Puts one text into the document; false when it does not belong there, or the place is taken. */
export type Placer = (lead: Lead, value: string, options: PlaceOptions, mark: string) => boolean;

/** One line of text: line breaks and tabs become blanks. */
export const oneLine = (text: string): string =>
  text.replace(/\s+/g, (blank) => (/[\r\n\t]/.test(blank) ? ' ' : blank)).trim();

/** The beginning of a text, without half a character at its end. */
export const clipText = (text: string, longest: number): string =>
  text.length <= longest ? text : text.slice(0, longest).replace(/[\ud800-\udbff]$/, '');

type Part = 'contact' | 'account' | 'interest' | 'qualification' | 'source';
type Texts<T> = { [Name in keyof T as T[Name] extends string | undefined ? Name : never]: T[Name] };

function setOnce<T extends object>(target: T, name: keyof T, value: T[keyof T]): boolean {
  if (target[name] !== undefined) return target[name] === value;
  target[name] = value;
  return true;
}

export function partText<P extends Part>(part: P, name: keyof Texts<NonNullable<Lead[P]>>, longest = 300): Placer {
  return (lead, value) => {
    const text = longest > 300 ? value : oneLine(value);
    if (text.length > longest) return false;
    const target = (lead[part] ?? {}) as Record<string, unknown>;
    const done = setOnce(target, String(name), text);
    if (done) Object.assign(lead, { [part]: target });
    return done;
  };
}

export const personName =
  (name: 'givenName' | 'familyName' | 'fullName'): Placer =>
  (lead, value, options, mark) =>
    !isPlaceholderName(value) && partText('contact', name, name === 'fullName' ? 300 : 100)(lead, value, options, mark);

export const addressText =
  (name: 'city' | 'region' | 'postalCode', longest: number): Placer =>
  (lead, value) => {
    const text = name === 'postalCode' ? oneLine(value).replace(/^z:/i, '') : oneLine(value);
    if (text === '' || text.length > longest) return false;
    const address = lead.contact?.address ?? {};
    const done = setOnce(address, name, text);
    if (done) lead.contact = { ...lead.contact, address };
    return done;
  };

export const street: Placer = (lead, value) => {
  const lines = value
    .split(/[\r\n]+/)
    .map(oneLine)
    .filter(Boolean);
  const address = lead.contact?.address ?? {};
  const streets = [...(address.streets ?? []), ...lines];
  if (streets.length > 5 || streets.some((line) => line.length > 300)) return false;
  lead.contact = { ...lead.contact, address: { ...address, streets } };
  return true;
};

export const country: Placer = (lead, value) => {
  const code = countryCode(value);
  const address = lead.contact?.address ?? {};
  if (!code || !setOnce(address, 'country', code)) return false;
  lead.contact = { ...lead.contact, address };
  return true;
};

export const email: Placer = (lead, value, _options, mark) => {
  const found = value
    .split(/[;,\s]+/)
    .map((text) => text.replace(/^mailto:|^<|>$/gi, ''))
    .filter(Boolean);
  const emails = [...(lead.contact?.emails ?? [])];
  if (found.length === 0 || !found.every(isEmail)) return false;
  for (const address of found) {
    if (emails.some((known) => known.value.toLowerCase() === address.toLowerCase())) continue;
    emails.push(mark === 'work' || mark === 'personal' ? { kind: mark, value: address } : { value: address });
  }
  if (emails.length > 10) return false;
  lead.contact = { ...lead.contact, emails };
  return true;
};

const phoneKinds = ['work', 'mobile', 'home', 'fax'] as const;

export const phone: Placer = (lead, value, _options, mark) => {
  const number = oneLine(value).replace(/^(?:p|tel):/i, '');
  const phones = [...(lead.contact?.phones ?? [])];
  if (number.length > 40 || number.replace(/[^\d]/g, '').length < 3) return false;
  if (!phones.some((known) => known.value === number)) {
    const kind = phoneKinds.find((known) => known === mark);
    phones.push(kind ? { kind, value: number } : { value: number });
  }
  if (phones.length > 10) return false;
  lead.contact = { ...lead.contact, phones };
  return true;
};

export const product: Placer = (lead, value, _options, mark) => {
  const text = oneLine(value);
  const products = [...(lead.interest?.products ?? [])];
  const last = products.at(-1);
  if (mark === 'quantity') {
    if (!last || last.quantity !== undefined || text.length > 100) return false;
    last.quantity = text;
  } else {
    if (text.length > 300 || products.length === 50) return false;
    if (!products.some(({ name }) => name === text)) products.push({ name: text });
  }
  lead.interest = { ...lead.interest, products };
  return true;
};

export const comments: Placer = (lead, value) => {
  const before = lead.interest?.comments;
  const text = before === undefined || before === value ? value : `${before}\n\n${value}`;
  if (text.length > 16_000) return false;
  lead.interest = { ...lead.interest, comments: text };
  return true;
};

export const money =
  (part: 'interest' | 'account', name: 'opportunitySize' | 'annualRevenue'): Placer =>
  (lead, value, options) => {
    const amount = readMoney(value, options.currency);
    const target = (lead[part] ?? {}) as Record<string, unknown>;
    if (!amount || !setOnce(target, name, amount)) return false;
    lead[part] = target;
    return true;
  };

export const interestLevel: Placer = (lead, value) => {
  const level = (['hot', 'warm', 'cold', 'unknown'] as const).find((known) => known === value.trim().toLowerCase());
  if (!level || lead.qualification?.interestLevel) return false;
  lead.qualification = { ...lead.qualification, interestLevel: level };
  return true;
};

export const competingProducts: Placer = (lead, value) => {
  const products = [...(lead.qualification?.competingProducts ?? []), oneLine(value)];
  if (products.length > 20 || products.some((name) => name.length > 300)) return false;
  lead.qualification = { ...lead.qualification, competingProducts: products };
  return true;
};

export const utm: Placer = (lead, value, _options, mark) => {
  const text = oneLine(value);
  const known = lead.source?.utm ?? {};
  if (text.length > 300 || !setOnce(known, mark as keyof typeof known, text)) return false;
  lead.source = { ...lead.source, utm: known };
  return true;
};

export const clickId: Placer = (lead, value, _options, mark) => {
  const text = oneLine(value);
  if (text.length > 300) return false;
  const others = (lead.source?.clickIds ?? []).filter(({ kind }) => kind !== mark);
  lead.source = { ...lead.source, clickIds: [...others, { kind: mark, value: text }] };
  return true;
};

export const landingPage: Placer = (lead, value) => {
  const url = value.trim();
  if (!/^https?:\/\/[^\s<>"]+$/.test(url) || url.length > 2000 || lead.source?.landingPage) return false;
  lead.source = { ...lead.source, landingPage: url };
  return true;
};

export const domain: Placer = (lead, value) => {
  const host = value
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/^www\./, '')
    .replace(/[/?#][^]*$/, '')
    .replace(/:\d+$/, '');
  if (!/^[^\s/@:]+\.[^\s/@:.]{2,}$/.test(host) || lead.account?.domain) return false;
  lead.account = { ...lead.account, domain: host };
  return true;
};

export const duns: Placer = (lead, value) => {
  const digits = value.replace(/[\s-]/g, '');
  if (!/^\d{9}$/.test(digits) || lead.account?.duns) return false;
  lead.account = { ...lead.account, duns: digits };
  return true;
};

export const createdAt: Placer = (lead, value, options) => {
  const at = readDateTime(value, options.dateOrder, options.zone);
  return at !== undefined && setOnce(lead, 'createdAt', at);
};

const yes =
  /^(?:y|yes|true|1|x|on|ja|oui|si|sí|sim|granted|checked|agreed?|i agree.*|opted[ -]?in|subscribed|unsubscribed)$/i;
const no = /^(?:n|no|false|0|off|nein|non|não|refused|denied|opted[ -]?out|unchecked)$/i;

export const readYesNo = (text: string): boolean | undefined =>
  yes.test(text.trim()) ? true : no.test(text.trim()) ? false : undefined;

/** `#e-mail!`: the question was the other way round (opt-out). An opt-out that is not set says nothing. */
export const consent: Placer = (lead, value, _options, mark) => {
  const evidence = mark === 'evidence';
  const answer = evidence ? true : readYesNo(value);
  const optOut = mark.endsWith('!');
  if (answer === undefined || (evidence && !/^https?:\/\/[^\s<>"]{1,1990}$/.test(value))) return false;
  if (optOut && !answer) return true;
  const state: ConsentState = answer && !optOut ? 'granted' : 'refused';
  const purpose = evidence ? 'contact' : mark.replace('!', '');
  const others = (lead.consents ?? []).filter((known) => known.purpose !== purpose);
  lead.consents = [...others, { purpose, state, ...(evidence && { evidenceUrl: value }) }];
  return true;
};
