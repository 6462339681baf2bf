import type { PolicyAction } from './decide-field.ts';

/**
 * What partners see of a field as long as no policy speaks of it. Fields stand here one by one on purpose: one that the schema
 * gains later is in neither list, and so it reaches no partner before somebody decides on it. The same holds for custom fields.
 */
const shownInOffers = [
  'createdAt',
  'contact.jobTitle',
  'contact.language',
  'contact.address.city',
  'contact.address.region',
  'contact.address.country',
  'account.name',
  'account.domain',
  'account.duns',
  'account.industry',
  'account.employees',
  'account.annualRevenue',
  'account.phone',
  'account.address.streets',
  'account.address.city',
  'account.address.region',
  'account.address.postalCode',
  'account.address.country',
  'interest.products',
  'interest.opportunitySize',
  'interest.timeframe',
  'qualification.interestLevel',
  'qualification.budget',
  'qualification.authority',
  'qualification.need',
  'qualification.competingProducts',
  'source.kind',
  'source.name',
  'source.externalId',
  'source.campaign',
  'source.medium',
  'source.keyword',
  'source.utm.source',
  'source.utm.medium',
  'source.utm.campaign',
  'source.utm.term',
  'source.utm.content',
] as const;

/** What reaches a person: the winner gets it, nobody else. */
const withheldUntilAward = [
  'contact.salutation',
  'contact.givenName',
  'contact.familyName',
  'contact.fullName',
  'contact.emails',
  'contact.phones',
  'contact.address.streets',
  'contact.address.postalCode',
  'interest.comments',
  'source.clickIds',
  'source.referrer',
  'source.landingPage',
  'consents',
  'attachments',
] as const;

const defaults: ReadonlyMap<string, PolicyAction> = new Map<string, PolicyAction>([
  ...shownInOffers.map((path) => [path, 'show'] as const),
  ...withheldUntilAward.map((path) => [path, 'withhold'] as const),
]);

/** Rises when the lists above change: part of every policy's digest. */
export const defaultsVersion = 1;

/** What an offer to a partner does with a field that no policy names; undefined: nobody decided on it yet, and it never leaves. */
export const defaultForPeers = (path: string): PolicyAction | undefined => defaults.get(path);
