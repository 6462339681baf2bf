import { checkLead, ProtocolError, type Lead } from '../../protocol/index.ts';
import { canonicalContact } from '../cleansing/canonical-contact.ts';
import { isEmail } from '../cleansing/email.ts';
import type { FormDefinition, FormField } from './form.ts';
import { addField, clipText, placeValue } from './lead-draft.ts';
import { isReachable } from './map-row.ts';

export type FormReading =
  | { readonly kind: 'lead'; readonly document: Lead }
  | { readonly kind: 'errors'; readonly errors: ReadonlyMap<string, string> };

const trackedPlaces: Readonly<Record<string, string>> = {
  utm_source: 'source.utm.source',
  utm_medium: 'source.utm.medium',
  utm_campaign: 'source.utm.campaign',
  utm_term: 'source.utm.term',
  utm_content: 'source.utm.content',
  gclid: 'source.clickIds#gclid',
  fbclid: 'source.clickIds#fbclid',
  msclkid: 'source.clickIds#msclkid',
  referrer: 'source.referrer',
  landing_page: 'source.landingPage',
};

function errorOf(field: FormField, value: string): string | undefined {
  if (value === '') return field.required ? 'Please fill this in.' : undefined;
  if (field.input === 'select' && !field.options?.includes(value)) return 'Please choose one of the options.';
  if (field.field?.startsWith('contact.emails') && !isEmail(value)) return 'This is not an e-mail address.';
  if (field.field?.startsWith('contact.phones') && value.replace(/\D/g, '').length < 5)
    return 'This is not a phone number.';
  return undefined;
}

/** A ticked consent is kept with the words the person saw. */
function placeConsent(lead: Lead, field: FormField, receivedAt: string): void {
  const purpose = field.field?.split('#')[1] ?? 'contact';
  const granted = { purpose, state: 'granted' as const, at: receivedAt, wording: field.label };
  lead.consents = [...(lead.consents ?? []), granted];
}

function draftOf(definition: FormDefinition, values: ReadonlyMap<string, string>, receivedAt: string): Lead {
  const lead: Lead = { createdAt: receivedAt };
  for (const field of definition.fields) {
    const value = values.get(field.name)?.trim() ?? '';
    if (value === '') continue;
    if (field.input === 'checkbox' && field.field?.startsWith('consents')) placeConsent(lead, field, receivedAt);
    else if (!field.field || !placeValue(lead, field.field, value)) addField(lead, field.label, value);
  }
  for (const [name, place] of Object.entries(trackedPlaces)) {
    const value = values.get(name);
    if (value) placeValue(lead, place, name.startsWith('utm_') ? clipText(value, 300) : value);
  }
  const { source } = lead;
  const campaign = source?.utm?.campaign ?? definition.campaign;
  lead.source = { ...source, kind: 'web-form', name: definition.title, ...(campaign !== undefined && { campaign }) };
  return lead;
}

/**
 * Reads what was posted: a lead document, or what is wrong by field name (under '' for the whole form). `receivedAt` is the
 * time of the request, ISO 8601.
 */
export function readFormPost(
  definition: FormDefinition,
  values: ReadonlyMap<string, string>,
  receivedAt: string,
): FormReading {
  const errors = new Map<string, string>();
  for (const field of definition.fields) {
    const error = errorOf(field, values.get(field.name)?.trim() ?? '');
    if (error) errors.set(field.name, error);
  }
  if (errors.size > 0) return { kind: 'errors', errors };
  const draft = canonicalContact(draftOf(definition, values, receivedAt), definition);
  if (!isReachable(draft)) {
    return { kind: 'errors', errors: new Map([['', 'Please tell us how we can reach you.']]) };
  }
  try {
    return { kind: 'lead', document: checkLead(draft) };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const path = error.path ?? '';
    const place = definition.fields.find(
      ({ field }) => field !== undefined && path.startsWith(field.split('#')[0] ?? ''),
    );
    return {
      kind: 'errors',
      errors: new Map([[place?.name ?? '', 'This holds signs or is longer than we can take.']]),
    };
  }
}
