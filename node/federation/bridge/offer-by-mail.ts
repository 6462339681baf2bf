import { getField, leadFields, type Lead } from '../../../protocol/index.ts';
import type { DisclosurePlan } from '../../disclosure/decide-disclosure.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { namesOf } from '../ledger-leaves.ts';
import { confirmAward } from '../../routing/award.ts';
import { getOffer } from '../../routing/store/offers.ts';
import { findPlan, type Recipient } from '../../routing/store/recipients.ts';
import type { EndReason } from '../../routing/tell-end.ts';

/** As the ledger names somebody of a partner. */
export const nameOf = ({ peerId, personId }: Recipient) => `peer:${peerId ?? ''}/${personId ?? ''}`;

const pathsOf = (part: Lead): string[] =>
  leadFields.flatMap(({ path }) => (getField(part, path) === undefined ? [] : [path]));

const tell = (tx: Tx, { id: recipientId, leadId }: Recipient, kind: 'offer' | 'released' | 'freed' | EndReason) =>
  intend(tx, { kind: 'notify', payload: { kind, recipientId, leadId }, key: `notify-${kind}:${recipientId}` });

/** Offers a lead to somebody of a partner by mail: the visible part, and the link that answers. */
export async function offerByMail(tx: Tx, recipient: Recipient, plan: DisclosurePlan): Promise<void> {
  const { mode } = await getOffer(tx, recipient.offerId);
  const present = pathsOf(plan.offered);
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: nameOf(recipient), lead: recipient.leadId, offer: recipient.offerId, stage: 'offered', mode },
    shown: present.filter((path) => !plan.maskedFields.includes(path)),
    masked: present.filter((path) => plan.maskedFields.includes(path)),
    withheld: plan.withheldFields,
    ...namesOf(plan),
  });
  await tell(tx, recipient, 'offer');
}

/** Somebody of a partner was first: the award is final, and the details go to that address alone. */
export async function releaseByMail(tx: Tx, recipient: Recipient): Promise<void> {
  const plan = await findPlan(tx, recipient.id);
  if (recipient.state !== 'accepted' || !plan || !(await confirmAward(tx, recipient.id))) return;
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: nameOf(recipient), lead: recipient.leadId, offer: recipient.offerId, stage: 'released' },
    shown: pathsOf(plan.released),
    never: plan.neverFields,
    ...namesOf(plan),
  });
  await tell(tx, recipient, 'released');
}

/** The offer is over for somebody of a partner. */
export const closeByMail = (tx: Tx, recipient: Recipient, reason: EndReason): Promise<void> =>
  tell(tx, recipient, reason);

/** The lead was taken from somebody of a partner who was first. */
export const freeByMail = (tx: Tx, recipient: Recipient): Promise<void> => tell(tx, recipient, 'freed');
