import { getField, leadFields, type Lead } from '../../protocol/index.ts';
import { decideDisclosure } from './decide-disclosure.ts';
import { decideFields, type FieldPolicy, type OfferMode, type Recipient, type Visibility } from './decide-field.ts';

/** One field as a recipient would see it. */
interface PreviewedField extends Visibility {
  readonly path: string;
  readonly label: string;
  readonly group: string;
  readonly personal: boolean;
  readonly offeredValue?: unknown;
  readonly releasedValue?: unknown;
}

/** What `recipient` would see of a lead offered to it now, field by field. */
export function previewDisclosure(
  lead: Lead,
  policies: readonly FieldPolicy[],
  recipient: Recipient,
  mode: OfferMode,
): PreviewedField[] {
  const { offered, released } = decideDisclosure(lead, policies, recipient, mode);
  const decisions = new Map(decideFields(policies, recipient, mode).map((field) => [field.path, field]));
  return leadFields.map(({ path, label, group, personal }) => ({
    path,
    label,
    group,
    personal,
    offered: decisions.get(path)?.offered ?? 'hide',
    released: decisions.get(path)?.released ?? 'hide',
    updated: decisions.get(path)?.updated ?? 'hide',
    offeredValue: getField(offered, path),
    releasedValue: getField(released, path),
  }));
}
