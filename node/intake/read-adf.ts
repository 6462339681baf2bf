import type { Lead, Phone } from '../../protocol/index.ts';
import { addField, boundFields, clipText, oneLine, placeValue, type PlaceOptions } from './lead-draft.ts';
import {
  childrenOf,
  childText,
  findAll,
  readLooseMarkup,
  textOf,
  type Homes,
  type LooseElement,
} from './loose-markup.ts';
import { isTestValue } from './sniff.ts';

/** One customer's request found in a document. */
export interface AdfProspect {
  readonly document: Lead;
  /** `status="resend"`: sent before. */
  readonly resent: boolean;
  readonly test: boolean;
  /** The markup it was read from. */
  readonly source: string;
}

/** The `<adf>` documents of a text, whatever stands around them; one without end tag goes to the next one. */
function findDocuments(text: string): string[] {
  const starts = [...text.matchAll(/<(?:\w{1,20}:)?adf(?=[\s>])[^<>]*>/gi)].map(({ index }) => index);
  const blocks = starts.map((start, at) => text.slice(start, starts[at + 1] ?? text.length));
  const closed = blocks.map((block) => {
    const end = /<\/(?:\w{1,20}:)?adf\s*>/i.exec(block);
    return end ? block.slice(0, end.index + end[0].length) : block;
  });
  if (closed.length > 0) return closed;
  const bare = /<(?:\w{1,20}:)?prospect(?=[\s>])/i.exec(text);
  return bare ? [text.slice(bare.index)] : [];
}

/** The prospects of a document, each by itself: what is kept of one person holds nothing of another. */
function cutProspects(document: string): string[] {
  const starts = [...document.matchAll(/<(?:\w{1,20}:)?prospect(?=[\s>])/gi)].map(({ index }) => index);
  if (starts.length === 0) return [document];
  return starts.map((start, at) => {
    const block = document.slice(start, starts[at + 1] ?? document.length);
    const end = /<\/(?:\w{1,20}:)?prospect\s*>/i.exec(block);
    return end ? block.slice(0, end.index + end[0].length) : block;
  });
}

/** The ADF documents of a text or HTML page, also where the page shows the markup escaped (`&lt;adf&gt;`). */
export function findAdf(text: string): string[] {
  let shown = text;
  for (let level = 0; level < 3; level++) {
    const found = findDocuments(shown);
    if (found.length > 0) return found;
    if (!/&(?:lt|#0*60|#x0*3c|amp);/i.test(shown)) return [];
    shown = textOf(readLooseMarkup(shown.replace(/<br\s*\/?>[ \t]*\r?\n?/gi, '\n')));
  }
  return [];
}

const parts = ['customer', 'vendor', 'provider'];
const homes: Homes = {
  ...Object.fromEntries([...parts, 'vehicle', 'requestdate'].map((name) => [name, ['prospect']])),
  contact: [...parts, 'prospect'],
};

type Put = (field: string, name: string, value: string | undefined) => void;

const namePlaces: Readonly<Record<string, string>> = {
  full: 'contact.fullName',
  first: 'contact.givenName',
  given: 'contact.givenName',
  last: 'contact.familyName',
  surname: 'contact.familyName',
  salutation: 'contact.salutation',
  prefix: 'contact.salutation',
};

/** `part` says which part of the name; some senders write it into `type`. */
function readNames(contact: LooseElement, put: Put): void {
  for (const name of childrenOf(contact, 'name')) {
    const { part, type } = name.attributes;
    const kind = (part ?? (type && namePlaces[type.toLowerCase()] ? type : 'full')).toLowerCase();
    const business = type?.toLowerCase() === 'business' && kind === 'full';
    put(business ? 'account.name' : (namePlaces[kind] ?? ''), `${kind} name`, textOf(name));
  }
}

const phoneKinds: Readonly<Record<string, NonNullable<Phone['kind']>>> = {
  cellphone: 'mobile',
  cell: 'mobile',
  mobile: 'mobile',
  fax: 'fax',
  home: 'home',
  work: 'work',
  business: 'work',
};

function readReach(contact: LooseElement, put: Put): void {
  const preferredFirst = (elements: LooseElement[]): LooseElement[] =>
    elements.toSorted(
      (a, b) => Number(b.attributes['preferredcontact'] === '1') - Number(a.attributes['preferredcontact'] === '1'),
    );
  for (const email of preferredFirst(childrenOf(contact, 'email'))) put('contact.emails', 'email', textOf(email));
  for (const phone of preferredFirst(childrenOf(contact, 'phone'))) {
    put(`contact.phones#${phoneKinds[phone.attributes['type']?.toLowerCase() ?? ''] ?? ''}`, 'phone', textOf(phone));
    const time = phone.attributes['time']?.toLowerCase();
    if (time && time !== 'nopreference') put('', 'time to call', time);
  }
}

function readAddress(contact: LooseElement, put: Put): void {
  const [address] = childrenOf(contact, 'address');
  if (!address) return;
  for (const line of childrenOf(address, 'street')) put('contact.address.streets', 'street', textOf(line));
  put('contact.address.streets', 'apartment', childText(address, 'apartment'));
  put('contact.address.city', 'city', childText(address, 'city'));
  put('contact.address.region', 'region', childText(address, 'regioncode') ?? childText(address, 'region'));
  put('contact.address.postalCode', 'postal code', childText(address, 'postalcode'));
  put('contact.address.country', 'country', childText(address, 'country'));
}

const clip = (text: string): string => clipText(text, 4000);

function leavesOf(element: LooseElement, name: string): [string, string][] {
  const inner = element.children.filter(
    (child) => typeof child !== 'string' && child.name !== 'br' && child.name !== 'a',
  );
  const marks = ['type', 'currency', 'units', 'status'].flatMap((mark) => {
    const value = element.attributes[mark]?.trim();
    return value ? [[`${name} ${mark}`, value] as [string, string]] : [];
  });
  if (inner.length === 0) {
    const text = textOf(element).trim();
    return text === '' ? [] : [[name, text], ...marks];
  }
  return [
    ...marks,
    ...inner.flatMap((child) => (typeof child === 'string' ? [] : leavesOf(child, `${name} ${child.name}`))),
  ];
}

/** What the document says beyond the lead's own fields; a long tree (a chat) becomes one text. */
function readRest(element: LooseElement | undefined, known: readonly string[], prefix: string, put: Put): void {
  for (const child of element?.children ?? []) {
    if (typeof child === 'string' || known.includes(child.name)) continue;
    const name = `${prefix} ${child.name}`.trim();
    const leaves = leavesOf(child, name);
    if (leaves.length > 15) put('', name, clip(leaves.map(([, value]) => oneLine(value)).join('\n')));
    else for (const [leaf, value] of leaves) put('', leaf, clip(value));
  }
}

/** What the customer gives away is nothing she is interested in. */
const isTrade = (vehicle: LooseElement): boolean =>
  /^(?:trade|sell|appraisal)/i.test(vehicle.attributes['interest']?.trim() ?? '');

function readVehicles(prospect: LooseElement, put: Put): void {
  const counts = { vehicle: 0, 'trade-in': 0 };
  for (const vehicle of childrenOf(prospect, 'vehicle')) {
    const title = ['year', 'make', 'model', 'trim'].flatMap((part) => childText(vehicle, part) ?? []).join(' ');
    const leaves = vehicle.children.some((child) => typeof child !== 'string' && textOf(child).trim() !== '');
    if (!leaves) continue;
    const kind = isTrade(vehicle) ? 'trade-in' : 'vehicle';
    counts[kind] += 1;
    const prefix = counts[kind] === 1 ? kind : `${kind} ${counts[kind]}`;
    if (kind === 'vehicle') put('interest.products', prefix, title);
    put('', `${prefix} interest`, vehicle.attributes['interest']?.trim().toLowerCase());
    put('', `${prefix} status`, vehicle.attributes['status']?.trim().toLowerCase());
    readRest(vehicle, ['imagetag'], prefix, put);
  }
}

function readTimeframe(customer: LooseElement | undefined, put: Put): void {
  const [timeframe] = childrenOf(customer, 'timeframe');
  if (!timeframe) return;
  const parts = ['description', 'earliestdate', 'latestdate'].flatMap((name) => childText(timeframe, name) ?? []);
  put('interest.timeframe', 'timeframe', parts.length > 0 ? parts.join(', ') : textOf(timeframe));
}

/** `vendor` is the dealer who receives, `provider` is who sends: neither is the customer. */
function readParties(prospect: LooseElement, put: Put): void {
  const [vendor] = childrenOf(prospect, 'vendor');
  const [provider] = childrenOf(prospect, 'provider');
  const nameOf = (party: LooseElement | undefined): string | undefined =>
    childText(party, 'vendorname') ?? childText(party, 'name') ?? childText(childrenOf(party, 'contact')[0], 'name');
  const [id] = childrenOf(prospect, 'id');
  put('source.externalId', 'id', id && textOf(id));
  put(
    'source.name',
    'provider',
    nameOf(provider) ?? childText(provider, 'service') ?? id?.attributes['source']?.trim(),
  );
  put('', 'id source', id?.attributes['source']);
  put('', 'vendor', nameOf(vendor));
  put('', 'provider service', childText(provider, 'service'));
  put('', 'vendor id', childText(vendor, 'id'));
  put('', 'provider id', childText(provider, 'id'));
  put(
    '',
    'lead type',
    findAll(prospect, 'leadtype')
      .map(textOf)
      .find((text) => text.trim() !== ''),
  );
}

function readCustomer(prospect: LooseElement, put: Put): void {
  const [customer] = childrenOf(prospect, 'customer');
  const contact = childrenOf(customer, 'contact')[0] ?? childrenOf(prospect, 'contact')[0];
  if (contact) {
    readNames(contact, put);
    readReach(contact, put);
    readAddress(contact, put);
  }
  for (const element of [customer, contact, prospect]) {
    put('interest.comments', 'comments', childText(element, 'comments') ?? childText(element, 'comment'));
  }
  readTimeframe(customer, put);
  readRest(contact, ['name', 'email', 'phone', 'address', 'comments', 'comment'], 'contact', put);
  readRest(customer, ['contact', 'timeframe', 'comments', 'comment', 'leadtype'], 'customer', put);
}

function readProspect(prospect: LooseElement, source: string, options: PlaceOptions): AdfProspect {
  const document: Lead = {};
  const put: Put = (field, name, value) => {
    const text = value?.trim() ?? '';
    if (text !== '' && !(field !== '' && placeValue(document, field, text, options)))
      addField(document, name, clip(text));
  };
  put('createdAt', 'request date', childText(prospect, 'requestdate'));
  readParties(prospect, put);
  readCustomer(prospect, put);
  readVehicles(prospect, put);
  readRest(
    prospect,
    ['id', 'requestdate', 'vehicle', 'customer', 'contact', 'vendor', 'provider', 'comments', 'comment', 'leadtype'],
    '',
    put,
  );
  const resent = /^resend$/i.test(prospect.attributes['status']?.trim() ?? '');
  if (resent) put('', 'status', 'resend');
  boundFields(document);
  return { document, resent, test: isTestLead(document), source };
}

/** Test leads say so in capitals, or are the platform's dummy data. */
export function isTestLead({ contact }: Lead): boolean {
  const names = [contact?.fullName, contact?.givenName, contact?.familyName].filter((name) => name !== undefined);
  const emails = (contact?.emails ?? []).map(({ value }) => value);
  return names.some((name) => /(?<!\p{L})TEST(?!\p{L})/u.test(name)) || [...names, ...emails].some(isTestValue);
}

/**
 * The prospects of a text that holds ADF 1.0 XML somewhere, as senders really write it: not well-formed, escaped, several
 * documents. Empty when there is none. Never throws; what fits no field of the lead document is kept as custom fields.
 */
export function readAdf(text: string, options: PlaceOptions = {}): AdfProspect[] {
  return findAdf(text).flatMap((document) =>
    cutProspects(document).flatMap((source) => {
      const root = readLooseMarkup(source, homes);
      const [prospect] = [...findAll(root, 'prospect'), ...findAll(root, 'adf')];
      return prospect ? [readProspect(prospect, source, options)] : [];
    }),
  );
}
