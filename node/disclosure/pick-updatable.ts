import { getField, pickFields, type Lead } from '../../protocol/index.ts';
import type { LeadFacts } from '../rules/index.ts';
import { compileDecisions, compileStage } from './decide-disclosure.ts';
import { CUSTOM, isCustom, pathOf, type FieldPolicy, type OfferMode, type Recipient } from './decide-field.ts';

/** What an Update may carry: the fields it names, and a lead with their new values only. */
export interface Updatable {
  readonly fields: readonly string[];
  readonly lead: Lead;
}

/** Who is told, in which kind of offer it got the lead, and what conditions know of the lead besides the document. */
interface Told extends Recipient {
  readonly mode: OfferMode;
  readonly facts?: LeadFacts;
}

/**
 * Of the fields that changed (`lead` is the lead after the change) those that an Update to this recipient may name, with
 * what it may show of them; undefined when it may show none. A field that has no value any more is named and absent. A mask that
 * can show nothing of a new value leaves the field out: absent would say that the value is gone.
 */
export function pickUpdatable(
  lead: Lead,
  changedPaths: readonly string[],
  policies: readonly FieldPolicy[],
  { mode, facts = {}, ...recipient }: Told,
): Updatable | undefined {
  const decisions = compileDecisions(policies, recipient, mode)({ lead, facts });
  const shown = compileStage(decisions, 'updated')(lead);
  const visible = new Map(decisions.map(({ path, updated }) => [path, updated !== 'hide']));
  const showsCustom = [...visible].some(([path, shows]) => isCustom(path) && shows);
  const mayTell = (path: string) => visible.get(path) ?? (isCustom(path) && (visible.get(CUSTOM) ?? false));
  const told = changedPaths.map(pathOf).filter((path) => (path === CUSTOM ? showsCustom : mayTell(path)));
  const tellsTruth = (path: string) =>
    path === CUSTOM || getField(lead, path) === undefined || getField(shown, path) !== undefined;
  const fields = [...new Set(told.map((path) => (isCustom(path) ? CUSTOM : path)))].filter(tellsTruth);
  return fields.length === 0 ? undefined : { fields, lead: pickFields(shown, fields) };
}
