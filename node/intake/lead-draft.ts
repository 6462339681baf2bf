import type { FieldType, Lead } from '../../protocol/index.ts';
import * as place from './placers.ts';
import { clipText, oneLine, type Placer, type PlaceOptions } from './placers.ts';

const placers: Readonly<Record<string, Placer>> = {
  createdAt: place.createdAt,
  'contact.salutation': place.partText('contact', 'salutation', 100),
  'contact.givenName': place.personName('givenName'),
  'contact.familyName': place.personName('familyName'),
  'contact.fullName': place.personName('fullName'),
  'contact.jobTitle': place.partText('contact', 'jobTitle'),
  'contact.language': (lead, value, options, mark) =>
    /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/.test(value.trim().replaceAll('_', '-')) &&
    place.partText('contact', 'language', 35)(lead, value.trim().replaceAll('_', '-'), options, mark),
  'contact.emails': place.email,
  'contact.phones': place.phone,
  'contact.address.streets': place.street,
  'contact.address.city': place.addressText('city', 100),
  'contact.address.region': place.addressText('region', 100),
  'contact.address.postalCode': place.addressText('postalCode', 20),
  'contact.address.country': place.country,
  'account.name': place.partText('account', 'name'),
  'account.domain': place.domain,
  'account.duns': place.duns,
  'account.industry': place.partText('account', 'industry'),
  'account.employees': place.partText('account', 'employees', 100),
  'account.annualRevenue': place.money('account', 'annualRevenue'),
  'account.phone': place.partText('account', 'phone', 40),
  'interest.products': place.product,
  'interest.opportunitySize': place.money('interest', 'opportunitySize'),
  'interest.timeframe': place.partText('interest', 'timeframe'),
  'interest.comments': place.comments,
  'qualification.interestLevel': place.interestLevel,
  'qualification.budget': place.partText('qualification', 'budget'),
  'qualification.authority': place.partText('qualification', 'authority'),
  'qualification.need': place.partText('qualification', 'need', 4000),
  'qualification.competingProducts': place.competingProducts,
  'source.name': place.partText('source', 'name'),
  'source.externalId': place.partText('source', 'externalId'),
  'source.campaign': place.partText('source', 'campaign'),
  'source.medium': place.partText('source', 'medium'),
  'source.keyword': place.partText('source', 'keyword'),
  'source.utm.source': (lead, value, options) => place.utm(lead, value, options, 'source'),
  'source.utm.medium': (lead, value, options) => place.utm(lead, value, options, 'medium'),
  'source.utm.campaign': (lead, value, options) => place.utm(lead, value, options, 'campaign'),
  'source.utm.term': (lead, value, options) => place.utm(lead, value, options, 'term'),
  'source.utm.content': (lead, value, options) => place.utm(lead, value, options, 'content'),
  'source.clickIds': place.clickId,
  'source.referrer': place.partText('source', 'referrer', 2000),
  'source.landingPage': place.landingPage,
  consents: place.consent,
};

/** Whether values can be put there by `placeValue`. */
export const isPlace = (field: string): boolean => Object.hasOwn(placers, field.split('#')[0] ?? '');

/**
 * Puts a value where the field (`contact.phones#mobile`) says; false when it does not fit there (no address, no date, the
 * place is taken), so that the caller keeps it as a custom field. Empty values are placed nowhere.
 */
export function placeValue(lead: Lead, field: string, value: string, options: PlaceOptions = {}): boolean {
  const [path = '', mark = ''] = field.split('#');
  return value.trim() !== '' && (placers[path]?.(lead, value.trim(), options, mark) ?? false);
}

/** Keeps a value under a name of its own; the second one of a name becomes `name (2)`. */
export function addField(lead: Lead, name: string, value: string, type: FieldType = 'text'): void {
  if (value.trim() === '') return;
  const short = clipText(oneLine(name) || 'field', 290);
  const fields = lead.fields ?? [];
  const taken = (candidate: string): boolean => fields.some((field) => field.name === candidate);
  let unique = short;
  for (let count = 2; taken(unique); count++) unique = `${short} (${count})`;
  lead.fields = [...fields, { name: unique, type, value: value.trim() }];
}

const mostFields = 100;

/** A document holds a hundred fields: what is beyond goes, line by line, into the last one. */
export function boundFields(lead: Lead): void {
  const fields = lead.fields ?? [];
  if (fields.length <= mostFields) return;
  const rest = fields.slice(mostFields - 1).map(({ name, value }) => `${name}: ${oneLine(value)}`);
  lead.fields = [
    ...fields.slice(0, mostFields - 1),
    { name: 'More fields', type: 'text', value: clipText(rest.join('\n'), 4000) },
  ];
}

export { clipText, oneLine, readYesNo, type PlaceOptions } from './placers.ts';
