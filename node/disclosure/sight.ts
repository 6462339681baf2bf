import type { Lead } from '../../protocol/index.ts';
import type { Context } from '../kernel/context.ts';
import type { Actor } from '../kernel/routes.ts';
import { isEditable } from '../leads/change-fields.ts';
import { promoteFields } from '../leads/promote-fields.ts';
import type { LeadSummary, StoredLead } from '../leads/store.ts';
import { decideDisclosure } from './decide-disclosure.ts';
import { decideFields, type FieldDecision, type FieldPolicy } from './decide-field.ts';
import { listPoliciesFor } from './store.ts';

/** What a person of ours sees of the leads in her scope: the policies for our own users, as they hold after release. */
interface Sight {
  readonly userId: string;
  readonly policies: readonly FieldPolicy[];
  readonly decisions: readonly FieldDecision[];
  /** Whether any field is hidden or masked: then originals are, too. */
  readonly restricted: boolean;
}

/** Administrators, managers and auditors answer for all leads and see them whole; policies bind representatives. */
export async function sightOf(ctx: Context, actor: Pick<Actor, 'userId' | 'role'>): Promise<Sight> {
  const recipient = { kind: 'user', id: actor.userId } as const;
  const policies = actor.role === 'representative' ? await listPoliciesFor(ctx, recipient) : [];
  const decisions = decideFields(policies, recipient, 'direct');
  const restricted = decisions.some((field) => field.released !== 'show');
  return { userId: actor.userId, policies, decisions, restricted };
}

/** The document and what is missing in it, for this reader. */
export function showLead(sight: Sight, lead: StoredLead) {
  if (!sight.restricted) return lead;
  const { released } = decideDisclosure(lead.document, sight.policies, { kind: 'user', id: sight.userId }, 'direct');
  const where = (released: 'hide' | 'mask') =>
    sight.decisions.filter((field) => field.released === released).map(({ path }) => path);
  return {
    document: released,
    ...promoteFields(released),
    hiddenFields: [...new Set([...lead.hiddenFields, ...where('hide')])],
    maskedFields: [...new Set([...lead.maskedFields, ...where('mask')])],
  } satisfies { document: Lead } & Partial<StoredLead>;
}

/** Who the person of a lead is, and how they are reached. */
const identifying: readonly string[] = ['contact.familyName', 'contact.fullName', 'contact.emails', 'contact.phones'];

/** Whether a reader may know who the person of a lead is, or how they are reached: only then can the person have told them something. */
export const seesPerson = ({ decisions }: Sight): boolean =>
  decisions.some(({ path, released }) => released === 'show' && identifying.includes(path));

/**
 * Whether somebody who sees a lead may note what its person decided about their data: everybody but auditors, once the lead is
 * ours or was released to us, unless the person is withheld from them.
 */
export const mayNoteConsent = (sight: Sight, lead: StoredLead, { role }: Pick<Actor, 'role'>): boolean =>
  role !== 'auditor' && isEditable(lead) && seesPerson(sight);

const sources = {
  contactName: ['contact.givenName', 'contact.familyName', 'contact.fullName'],
  company: ['account.name'],
  city: ['contact.address.city', 'account.address.city'],
  country: ['contact.address.country', 'account.address.country'],
} as const;

/** The columns of a list, without those that come from a field this reader may not see whole. */
export function showSummary(sight: Sight, lead: LeadSummary) {
  const { contactName, company, city, country } = lead;
  if (!sight.restricted) return { contactName, company, city, country };
  const shown = new Set(sight.decisions.filter((field) => field.released === 'show').map(({ path }) => path));
  const visible = (column: keyof typeof sources) =>
    sources[column].every((path) => shown.has(path)) ? lead[column] : null;
  return {
    contactName: visible('contactName'),
    company: visible('company'),
    city: visible('city'),
    country: visible('country'),
  };
}
