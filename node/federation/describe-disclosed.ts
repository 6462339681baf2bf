import { getField, leadFields, type Bodies, type Lead } from '../../protocol/index.ts';
import type { LeafFacts } from '../ledger/leaf.ts';
import type { ConversationType } from './sending/send-message.ts';

/** What a message tells of a lead: paths and commitments, no values. Undefined when it tells nothing of it. */
export function describeDisclosed<T extends ConversationType>(
  type: T,
  body: Bodies[T],
): LeafFacts<'disclosure'> | undefined {
  if (type === 'Offer') return describeOffer(body as Bodies['Offer']);
  if (type === 'Release') return { stage: 'released', shown: presentFields((body as Bodies['Release']).lead) };
  if (type === 'Update') return { stage: 'updated', shown: (body as Bodies['Update']).changedFields };
  if (type === 'ConsentChange')
    return (body as Bodies['ConsentChange']).consents && { stage: 'updated', shown: ['consents'] };
  if (type === 'AccessReport') return describeReport(body as Bodies['AccessReport']);
  return undefined;
}

/** A report holds values only where something is held. */
const describeReport = ({ lead }: Bodies['AccessReport']): LeafFacts<'disclosure'> | undefined =>
  lead && { stage: 'reported', shown: presentFields(lead) };

function describeOffer({ mode, lead, maskedFields = [], withheldFields = [], commitments }: Bodies['Offer']) {
  const present = presentFields(lead);
  return {
    stage: 'offered',
    mode,
    shown: present.filter((path) => !maskedFields.includes(path)),
    masked: present.filter((path) => maskedFields.includes(path)),
    withheld: withheldFields,
    commitments: commitments?.map(({ group, value }) => `${group}=${value}`),
  };
}

/** Custom fields count as one: their names are not ours. */
const presentFields = (lead: Lead): string[] =>
  leadFields.flatMap(({ path }) => (getField(lead, path) === undefined ? [] : [path]));
