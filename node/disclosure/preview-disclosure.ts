import { getField, leadFields, writeLead, type FieldTerm, type Lead } from '../../protocol/index.ts';
import type { Subject } from '../rules/index.ts';
import { compileStage, type Discloser } from './decide-disclosure.ts';
import type { Visibility } from './decide-field.ts';
import { narrowDecisions, narrowPlan, narrowReleased } from './narrow-plan.ts';

/** One field as a recipient would see it. */
interface PreviewedField extends Visibility {
  readonly path: string;
  readonly label: string;
  readonly group: string;
  readonly personal: boolean;
  /** False: nobody decided on this field yet, and it never leaves. */
  readonly decided: boolean;
  readonly offeredValue?: unknown;
  readonly releasedValue?: unknown;
  readonly updatedValue?: unknown;
}

/** What a recipient would see of a lead that is offered to it now. */
export interface DisclosurePreview {
  readonly fields: PreviewedField[];
  /** By stage, the `Lead` element exactly as the message would hold it; of an update as if every field had changed. */
  readonly xml: { readonly offered: string; readonly released: string; readonly updated: string };
  /** The paths the offer would name. */
  readonly withheldFields: string[];
  readonly maskedFields: string[];
  readonly policy: string;
}

/**
 * Made by the very discloser that makes offers, and narrowed as they are by the `terms` of an agreement on fields, so that it
 * cannot tell anything else. Without an agreement there are no terms.
 */
export function previewDisclosure(
  { lead, facts }: Subject,
  discloser: Discloser,
  terms?: readonly FieldTerm[],
): DisclosurePreview {
  const planned = discloser.plan(lead, facts);
  const decided = discloser.decide({ lead, facts });
  const updatable = compileStage(decided, 'updated')(lead);
  const { offered, released, withheldFields, maskedFields, policy } = terms ? narrowPlan(planned, terms) : planned;
  const decisions = terms ? narrowDecisions(decided, terms) : decided;
  const updated = terms ? narrowReleased(updatable, terms) : updatable;
  const byPath = new Map(decisions.map((field) => [field.path, field]));
  const fields = leadFields.flatMap(({ path, label, group, personal }) => {
    const decision = byPath.get(path);
    if (!decision) return [];
    const values = [offered, released, updated].map((part) => getField(part, path));
    const [offeredValue, releasedValue, updatedValue] = values;
    return [{ label, group, personal, ...decision, offeredValue, releasedValue, updatedValue }];
  });
  const xml = { offered: elementOf(offered), released: elementOf(released), updated: elementOf(updated) };
  return { fields, xml, withheldFields: [...withheldFields], maskedFields: [...maskedFields], policy };
}

/** In a message the root declares the namespace, not the lead. */
const elementOf = (lead: Lead): string => writeLead(lead).replace(/^<l:Lead [^>]*>/, '<l:Lead>');
