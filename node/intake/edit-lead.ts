import { getField, leadFields, setField, type Lead } from '../../protocol/index.ts';
import { sightOf } from '../disclosure/sight.ts';
import { transact, type Context } from '../kernel/context.ts';
import { CodedError, forbidden } from '../kernel/errors.ts';
import type { Actor } from '../kernel/routes.ts';
import { changeFields } from '../leads/change-fields.ts';
import { partyOf, scopeOf } from '../leads/scope.ts';
import { getLead } from '../leads/store.ts';
import { leadActorOf, readLeadJson } from './enter-lead.ts';

interface LeadEdit {
  /** New values by field path; null takes a field away. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The version the change was made from. */
  readonly version: number;
}

/**
 * A person corrects fields of a lead; contact data becomes canonical, as when a lead comes in. Answers the paths that have
 * another value now. Throws `not-found`, `forbidden`, `lead-changed`, `illegal-change`, `unknown-field`, `schema`.
 */
export function editLead(ctx: Context, actor: Actor, leadId: string, { fields, version }: LeadEdit): Promise<string[]> {
  return transact(ctx, async (tx) => {
    const lead = await getLead(tx, leadId, await scopeOf(tx, actor));
    if (!partyOf(actor, lead.holder)) throw forbidden('Only who holds this lead can change it.');
    const { decisions } = await sightOf(tx, actor);
    const hidden = decisions.filter(({ released }) => released !== 'show').map(({ path }) => path);
    const paths = Object.keys(fields);
    const isHidden = (path: string) => hidden.some((one) => one === path || one.startsWith(`${path}.`));
    if (paths.some(isHidden)) throw forbidden('A field that is withheld from you cannot be changed.');
    const edited = readLeadJson(withFields(lead.document, fields));
    const values = new Map(paths.map((path) => [path, getField(edited, path)]));
    return changeFields(tx, leadId, { values, actor: leadActorOf(actor), reason: 'correction', version });
  });
}

const known = new Set(leadFields.map(({ path }) => path));

function withFields(document: Lead, fields: LeadEdit['fields']): Lead {
  let edited = document;
  for (const [path, value] of Object.entries(fields)) {
    if (!known.has(path))
      throw new CodedError('unknown-field', 422, 'The lead document has no such field.', { path: 'fields' });
    edited = setField(edited, path, value ?? undefined);
  }
  return edited;
}
