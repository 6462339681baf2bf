import { checkLead, leadFields, setField, type Lead } from '../../protocol/index.ts';

/** A text that occurs in the value of this field only. */
export const canary = (path: string): string => `canary-${path.replaceAll('.', '-')}-7f3a`.toLowerCase();

const valid: Readonly<Record<string, unknown>> = {
  'contact.emails': [{ value: `${canary('contact.emails')}@mail.example` }],
  'contact.phones': [{ value: '+491705550123' }],
  'contact.address.streets': [canary('contact.address.streets')],
  'account.address.streets': [canary('account.address.streets')],
  'account.annualRevenue': { amount: '7654321.09', currency: 'EUR' },
  'interest.opportunitySize': { amount: '1234567.89', currency: 'EUR' },
  'interest.products': [{ name: canary('interest.products') }],
  'qualification.competingProducts': [canary('qualification.competingProducts')],
  'source.clickIds': [{ kind: 'gclid', value: canary('source.clickIds') }],
  'source.referrer': `https://${canary('source.referrer')}.example/page?x=1`,
  'source.landingPage': `https://${canary('source.landingPage')}.example/page?x=1`,
  consents: [{ purpose: canary('consents'), state: 'granted' }],
  attachments: [{ title: canary('attachments'), url: `https://files.example/${canary('attachments')}` }],
  fields: [
    { name: 'Roof area', type: 'text', value: canary('fields') },
    { name: 'Budget code', type: 'text', value: 'canary-budget-code' },
  ],
};
const secrets: Readonly<Record<string, string>> = {
  'contact.phones': '5550123',
  'account.annualRevenue': '7654321',
  'interest.opportunitySize': '1234567',
};

/** Whether a lead may hold a canary in this field: not where the schema wants a date, a code or a number. */
function takesIt(path: string): boolean {
  try {
    checkLead(setField({}, path, valid[path] ?? canary(path)));
    return true;
  } catch {
    return false;
  }
}

/** The text that must not occur where a field is hidden, by path; of fields that can hold one. */
export const secretOf: ReadonlyMap<string, string> = new Map(
  leadFields.flatMap(({ path }) => (takesIt(path) ? [[path, secrets[path] ?? canary(path)]] : [])),
);

/** A valid lead with a value of its own in every such field. */
export const everyFieldTelling: Lead = [...secretOf.keys()].reduce<Lead>(
  (lead, path) => setField(lead, path, valid[path] ?? canary(path)),
  {},
);

/** A value of its own in every field, also where the schema would not have it. */
export const everyField: Lead = leadFields.reduce<Lead>(
  (lead, { path }) => setField(lead, path, valid[path] ?? canary(path)),
  {},
);

/** What must not occur where a field is hidden; of custom fields the names too. */
export const secretsOf = (path: string): string[] =>
  path === 'fields'
    ? [canary(path), 'canary-budget-code', 'Roof area', 'Budget code']
    : [secrets[path] ?? canary(path)];
