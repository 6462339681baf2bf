import type { Agreement, AgreementTerms, FieldTerm } from '../partner-shapes.ts';
import type { LeadField } from '../shapes.ts';
import { describeTime } from './format.ts';

interface Reader {
  /** Name of the partner. */
  readonly partner: string;
  readonly fields: readonly LeadField[];
}

const plural = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Who offers leads to whom, as the reader would say it. */
function describeSides({ proposedBy, terms: { offers } }: Agreement, partner: string): string {
  if (offers === 'both') return `${partner} and we offer leads to each other`;
  return (offers === 'proposer') === (proposedBy === 'us')
    ? `We offer leads to ${partner}`
    : `${partner} offers leads to us`;
}

/** The fields of the terms that pass a test, by name; all that cannot reach a person in one word. */
function fieldsWhere(terms: readonly FieldTerm[], { fields }: Reader, test: (term: FieldTerm) => boolean): string {
  const paths = new Set(terms.filter(test).map(({ field }) => field));
  const impersonal = fields.filter(({ personal }) => !personal).map(({ path }) => path);
  const isAll = impersonal.length > 0 && impersonal.every((path) => paths.has(path));
  if (isAll) for (const path of impersonal) paths.delete(path);
  const labels = [...paths].map((path) => fields.find((field) => field.path === path)?.label ?? path);
  return [...(isAll ? ['all that cannot reach a person'] : []), ...labels].join(', ');
}

function describeCaps({ caps = {} }: AgreementTerms): string {
  const { releasesPerDay, openLeads, returnPercent } = caps;
  return [
    releasesPerDay === undefined ? '' : `${plural(releasesPerDay, 'lead', 'leads')} a day`,
    openLeads === undefined ? '' : `${plural(openLeads, 'open lead', 'open leads')} at a time`,
    returnPercent === undefined ? '' : `${returnPercent} of a hundred returned`,
  ]
    .filter(Boolean)
    .join(', ');
}

function describeOnward({ onward: { to, partners = [], purposes = [] } }: AgreementTerms): string {
  const rule = { none: 'to nobody', any: 'to anybody', listed: `to ${partners.join(', ')} only` }[to];
  return purposes.length > 0 ? `${rule}, for: ${purposes.join(', ')}` : rule;
}

const amounts = { exact: 'the value of an order', band: 'a range of the value of an order', none: '' };

function describeFeedback({ feedback: { assignedTo, amount, reason, note, update } }: AgreementTerms): string {
  return [
    'what becomes of the lead',
    amounts[amount],
    assignedTo ? 'who works on it' : '',
    reason ? 'why it was lost' : '',
    note ? 'notes' : '',
    update ? 'corrected contact data' : '',
  ]
    .filter(Boolean)
    .join(', ');
}

/** The terms of an agreement in words, line by line; without the lines that say nothing. */
export function describeTerms(agreement: Agreement, reader: Reader): [label: string, text: string][] {
  const { terms, endsAt } = agreement;
  const fields = terms.fieldTerms ?? [];
  const lines: [string, string][] = [
    ['Leads', describeSides(agreement, reader.partner)],
    ['For', terms.purposes.join(', ')],
    ['From', describeTime(terms.validFrom)],
    ['Until', endsAt === null ? 'open' : describeTime(endsAt)],
    ['Shown in the offer', fieldsWhere(fields, reader, ({ inOffer }) => inOffer === 'shown') || 'nothing'],
    ['Shown in part', fieldsWhere(fields, reader, ({ inOffer }) => inOffer === 'masked')],
    ['After acceptance', 'all that is not listed under “Never”, as far as the policy shows it'],
    ['Never', fieldsWhere(fields, reader, ({ inRelease }) => inRelease === 'never')],
    ['Who loses deletes', `within ${plural(terms.deleteShownHours, 'hour', 'hours')}`],
    ['Who holds deletes', `${plural(terms.retentionDays, 'day', 'days')} after the end of the lead`],
    ['Return', terms.returnWindowDays === undefined ? '' : `within ${plural(terms.returnWindowDays, 'day', 'days')}`],
    ['Reported back', describeFeedback(terms)],
    ['Limits', describeCaps(terms) || 'none'],
    ['May be passed on', describeOnward(terms)],
    ['In words', agreement.text ?? ''],
  ];
  return lines.filter(([, text]) => text !== '');
}
