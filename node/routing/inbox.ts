import { sightOf, showSummary } from '../disclosure/sight.ts';
import type { Context } from '../kernel/context.ts';
import { toPage } from '../kernel/paging.ts';
import type { Actor } from '../kernel/routes.ts';
import { leadTitle } from '../leads/promote-fields.ts';
import { listLeads } from '../leads/store.ts';
import type { LeadSummary } from '../leads/store.ts';
import { countAsked, listInbox } from './store/inbox.ts';
import type { InboxRow } from './store/inbox.ts';
import type { DisclosedFields, OfferSummary, RecipientState } from './store/recipients.ts';

/** `open`: offers to answer; `mine`: leads held; `closed`: leads held until they ended; `missed`: offers that went by. */
export const inboxStates = ['open', 'mine', 'closed', 'missed'] as const;
type InboxState = (typeof inboxStates)[number];

/** A line of an inbox. Of an offer it holds only what its recipient may see before accepting. */
export interface InboxEntry {
  readonly leadId: string;
  /** Of an offer the recipient's state, of a lead its own. */
  readonly state: RecipientState | LeadSummary['state'];
  readonly title: string;
  readonly company?: string | undefined;
  readonly city?: string | undefined;
  readonly country?: string | undefined;
  /** Of an offer: the first product asked for, and how many there are. */
  readonly product?: OfferSummary['product'];
  readonly size?: OfferSummary['size'];
  readonly test: boolean;
  /** Of a lead: ways in which the person may not be contacted. */
  readonly doNotContact?: readonly string[];
  /** The peer it came from. */
  readonly peer?: { readonly peerId: string; readonly name?: string | undefined } | undefined;
  readonly hiddenFields: readonly string[];
  readonly maskedFields: readonly string[];
  /** Epoch milliseconds: when the offer was made, or the lead last changed. */
  readonly at: number;
  readonly offer?: InboxOffer | undefined;
}
export interface InboxOffer {
  readonly recipientId: string;
  readonly offerId: string;
  readonly mode: 'direct' | 'grab';
  readonly round: number;
  readonly opensAt: number;
  readonly closesAt: number;
  /** How many others were asked at the same time. */
  readonly others: number;
}

interface InboxRequest {
  readonly userId: string;
  readonly state: InboxState;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A user's inbox, newest first, as `reader` (that user, or someone above) may see it. */
export async function listInboxEntries(
  ctx: Context,
  reader: Pick<Actor, 'userId' | 'role'>,
  request: InboxRequest,
): Promise<{ items: InboxEntry[]; nextCursor?: string }> {
  const { userId, state, limit, cursor } = request;
  if (state === 'mine' || state === 'closed') return listHeld(ctx, reader, request);
  const states: RecipientState[] = state === 'open' ? ['offered'] : ['rejected', 'expired', 'lost'];
  const closesAfter = state === 'open' ? ctx.clock.now() : undefined;
  const page = toPage(await listInbox(ctx, { userId, states, closesAfter, limit, cursor }), limit);
  const asked = await countAsked(ctx, page.items.map((row) => row.offerId)); // prettier-ignore
  return { ...page, items: page.items.map((row) => entryOfOffer(row, (asked.get(row.offerId) ?? 1) - 1)) };
}

function entryOfOffer(row: InboxRow, others: number): InboxEntry {
  const { from, test, title = 'Lead', ...shown } = row.summary;
  const { leadId, offerId, mode, round, opensAt, closesAt } = row;
  return {
    leadId,
    state: row.recipientState,
    title,
    ...shown,
    test: test ?? false,
    peer: from,
    hiddenFields: row.fields.withheld,
    maskedFields: row.fields.masked,
    at: row.createdAt,
    offer: { recipientId: row.id, offerId, mode, round, opensAt, closesAt, others },
  };
}

async function listHeld(
  ctx: Context,
  reader: Pick<Actor, 'userId' | 'role'>,
  { userId, state, limit, cursor }: InboxRequest,
): Promise<{ items: InboxEntry[]; nextCursor?: string }> {
  const sight = await sightOf(ctx, reader);
  const held = await listLeads(
    ctx,
    { kind: 'held', userId },
    { holderId: userId, closed: state === 'closed', limit, cursor },
  );
  const awaited = await listInbox(ctx, { userId, states: ['accepted'], limit: 200 });
  const hidden = new Map(awaited.map((row) => [row.leadId, row.fields]));
  const items = held.items.map((lead) => entryOfLead(lead, showSummary(sight, lead), hidden.get(lead.id)));
  return { ...held, items };
}

function entryOfLead(
  lead: LeadSummary,
  shown: ReturnType<typeof showSummary>,
  awaited: DisclosedFields | undefined,
): InboxEntry {
  return {
    leadId: lead.id,
    state: lead.state,
    title: leadTitle(shown),
    company: shown.company ?? undefined,
    city: shown.city ?? undefined,
    country: shown.country ?? undefined,
    test: lead.test,
    doNotContact: lead.doNotContact,
    peer: lead.originPeer === null ? undefined : { peerId: lead.originPeer, name: lead.originName ?? undefined },
    hiddenFields: awaited?.withheld ?? [],
    maskedFields: awaited?.masked ?? [],
    at: lead.updatedAt,
  };
}
