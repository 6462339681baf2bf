import { leadFields, getField } from '../../protocol/index.ts';
import type { Lead } from '../../protocol/index.ts';
import type { DisclosurePlan } from '../disclosure/decide-disclosure.ts';
import { factsOf } from '../disclosure/facts.ts';
import type { Tx } from '../kernel/context.ts';
import { shuffle } from '../kernel/ids.ts';
import { intend } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import { changeLead } from '../leads/change-lead.ts';
import type { LeadActor } from '../leads/history.ts';
import { leadTitle, promoteFields } from '../leads/promote-fields.ts';
import type { StoredLead } from '../leads/store.ts';
import type { RouteSetup } from './route-setup.ts';
import { insertOffer } from './store/offers.ts';
import type { Offer } from './store/offers.ts';
import { insertRecipients } from './store/recipients.ts';
import type { DisclosedFields, NewRecipient, OfferSummary } from './store/recipients.ts';

/** Somebody a lead can be offered to. */
export interface Candidate {
  readonly kind: 'user' | 'peer';
  /** User id or peer id. */
  readonly id: string;
  readonly name: string;
  readonly boxId?: string | undefined;
  /** Somebody of a peer without a node. */
  readonly personId?: string | undefined;
}

interface OfferRequest {
  readonly lead: StoredLead;
  /** One more than its last offer had. */
  readonly round: number;
  /** Where the lead lies from now on; `ownerId`: in whose branch of the tree of people. */
  readonly box: { readonly id: string; readonly name: string; readonly ownerId?: string | undefined };
  readonly rule?: { readonly id: string; readonly name: string } | undefined;
  /** The digest of the steps that led here. */
  readonly trace?: string | undefined;
  readonly mode: 'direct' | 'grab';
  readonly to: readonly Candidate[];
  /** Epoch milliseconds. */
  readonly opensAt: number;
  readonly closesAt: number;
  readonly actor?: LeadActor | undefined;
  /** Nobody is told: the offer is answered in the same breath. */
  readonly quiet?: boolean | undefined;
}

export const expiryKey = (offerId: string) => `expire-offer:${offerId}`;

/**
 * Offers a lead to users and peers at once, with what each of them may see, and sees to it that the offer ends at its
 * time; of a peer without a node each of its people is asked. Answers the recipients' ids in the order of `to`. A lead has one
 * live offer at most: the database refuses a second.
 */
export async function openOffer(
  tx: Tx,
  { discloseTo, peopleOf }: Pick<RouteSetup, 'discloseTo' | 'peopleOf'>,
  asked: OfferRequest,
): Promise<{ offerId: string; recipientIds: string[] }> {
  const request = askPeople(asked, peopleOf);
  const { lead, round, mode, opensAt, closesAt } = request;
  const offer = {
    id: tx.ids.make('offer'),
    leadId: lead.id,
    boxId: request.box.id,
    ruleId: request.rule?.id ?? null,
    round,
    mode,
    state: 'open',
    opensAt,
    closesAt,
    createdAt: tx.clock.now(),
  } as const;
  await insertOffer(tx, offer);
  const why = { rule: request.rule?.id, trace: request.trace };
  const recipients = request.to.map((candidate) => {
    const plan = { ...discloseTo(candidate, mode).plan(lead.document, factsOf(lead)), ...why };
    return makeRecipient(tx, offer, { lead, candidate, plan });
  });
  await insertRecipients(tx, recipients);
  await recordOffer(tx, request, offer, recipients);
  if (!request.quiet) await tellCandidates(tx, recipients);
  await intend(tx, {
    kind: 'expire-offer',
    payload: { offerId: offer.id },
    dueAt: closesAt,
    key: expiryKey(offer.id),
  });
  return { offerId: offer.id, recipientIds: recipients.map((recipient) => recipient.id) };
}

/** A peer without a node is its people; more than one recipient is a grab, however few boxes they are of. */
function askPeople(request: OfferRequest, peopleOf: RouteSetup['peopleOf']): OfferRequest {
  const to = request.to.flatMap((candidate): readonly Candidate[] => {
    const people = candidate.kind === 'peer' ? (peopleOf.get(candidate.id) ?? []) : [];
    if (people.length === 0) return [candidate];
    return people.map(({ id, name }) => ({ ...candidate, personId: id, name: `${name}, ${candidate.name}` }));
  });
  return { ...request, to, mode: to.length > 1 ? 'grab' : request.mode };
}

interface Showing {
  readonly lead: StoredLead;
  readonly candidate: Candidate;
  readonly plan: DisclosurePlan;
}

function makeRecipient(tx: Tx, offer: Pick<Offer, 'id'>, { lead, candidate, plan }: Showing): NewRecipient {
  const { kind, id, name, personId = null } = candidate;
  return {
    id: tx.ids.make('recipient'),
    offerId: offer.id,
    leadId: lead.id,
    boxId: candidate.boxId ?? null,
    kind,
    userId: kind === 'user' ? id : null,
    peerId: kind === 'peer' ? id : null,
    personId,
    name,
    state: 'offered',
    summary: summaryOf(plan.offered, lead),
    fields: fieldsOf(plan, lead),
    plan,
  };
}

/** What the peer a lead comes from keeps back from us is withheld from everybody here. */
export function fieldsOf(plan: DisclosurePlan, lead: StoredLead): DisclosedFields {
  const withheld = [...new Set([...plan.withheldFields, ...lead.hiddenFields])];
  const masked = [...new Set([...plan.maskedFields, ...lead.maskedFields])].filter((path) => !withheld.includes(path));
  const shown = pathsOf(plan.offered).filter((path) => !masked.includes(path) && !withheld.includes(path));
  const { neverFields: never, policy, rule, trace } = plan;
  return { shown, masked, withheld, never, policy, rule, trace };
}

const pathsOf = (part: Lead) =>
  leadFields.map((field) => field.path).filter((path) => getField(part, path) !== undefined);

/** What lists show of an offer, from its visible part. */
function summaryOf(offered: Lead, { originPeer, originName, test }: StoredLead): OfferSummary {
  const shown = promoteFields(offered);
  return {
    ...(originPeer !== null && { from: { peerId: originPeer, name: originName ?? undefined } }),
    ...(test && { test }),
    title: leadTitle(shown),
    company: shown.company ?? undefined,
    city: shown.city ?? undefined,
    country: shown.country ?? undefined,
    product: productOf(offered),
    size: offered.interest?.opportunitySize,
  };
}

function productOf({ interest }: Lead): OfferSummary['product'] {
  const [first] = interest?.products ?? [];
  return first && { name: first.name, quantity: first.quantity, of: interest?.products?.length ?? 1 };
}

async function recordOffer(
  tx: Tx,
  { lead, box, rule, mode, closesAt, actor }: OfferRequest,
  offer: Pick<Offer, 'id' | 'round'>,
  recipients: readonly NewRecipient[],
): Promise<void> {
  const [only] = recipients.length === 1 ? recipients : [];
  await changeLead(tx, lead, 'offer', {
    actor,
    box: { id: box.id, name: box.name, userId: box.ownerId },
    told: {
      mode,
      closesAt,
      offerId: offer.id,
      round: offer.round,
      recipients: recipients.length,
      ...(rule && { ruleName: rule.name }),
      ...(only && { recipient: holderOf(only), recipientId: only.id }),
      ...(only && only.fields.withheld.length > 0 && { withheldFields: only.fields.withheld }),
      ...(only && only.fields.masked.length > 0 && { maskedFields: only.fields.masked }),
    },
  });
}

/** A recipient as history and the lead row name it. */
export function holderOf({ kind, userId, peerId, name }: Pick<NewRecipient, 'kind' | 'userId' | 'peerId' | 'name'>) {
  return { kind, id: (kind === 'user' ? userId : peerId) ?? '', name };
}

/** In random order: who is told of a grab first must not hang on a rule's order (LX-118). */
async function tellCandidates(tx: Tx, recipients: readonly NewRecipient[]): Promise<void> {
  for (const { id: recipientId, userId, leadId } of shuffle(tx.ids, recipients)) {
    if (userId === null) {
      await intend(tx, { kind: 'offer-to-peer', payload: { recipientId }, key: `offer-to-peer:${recipientId}` });
      continue;
    }
    await intend(tx, { kind: 'notify', payload: { kind: 'offer', userId, recipientId, leadId } });
    await announce(tx, { userId, kind: 'offer', leadId, payload: { recipientId } });
  }
}
