import { z } from 'zod';
import type { Actor } from '../kernel/routes.ts';
import { when } from '../kernel/times.ts';
import { isEditable } from './change-fields.ts';
import { describeHistory, fieldLabel } from './describe-history.ts';
import type { HistoryEntry } from './history.ts';
import { eventsFor, leadStates } from './life-cycle.ts';
import { leadTitle } from './promote-fields.ts';
import { partyOf } from './scope.ts';
import type { LeadSummary, StoredLead } from './store.ts';

const maybeWhen = (at: number | null) => (at === null ? undefined : when(at));

const holderView = z.object({
  kind: z.enum(['user', 'peer']),
  id: z.string(),
  name: z.string().optional(),
});
const boxView = z.object({ id: z.string(), name: z.string() });
const originView = z.object({
  kind: z.enum(['local', 'peer']),
  peerId: z.string().optional(),
  name: z.string().optional(),
  closesAt: z.string().optional(),
});
const labelledField = z.object({ path: z.string(), label: z.string() });

/** A line of a list. */
export const summaryView = z.object({
  id: z.string(),
  title: z.string(),
  company: z.string().optional(),
  city: z.string().optional(),
  country: z.string().optional(),
  state: z.enum(leadStates),
  box: boxView.optional(),
  holder: holderView.optional(),
  origin: originView,
  test: z.boolean(),
  /** Ways in which the person may not be contacted any more. */
  doNotContact: z.array(z.string()),
  receivedAt: z.string(),
  updatedAt: z.string(),
});

/** All a page shows of a lead. */
export const leadView = summaryView.extend({
  version: z.number(),
  /** The lead document, as far as this reader may see it. */
  document: z.unknown(),
  /** Hidden until a peer releases it to us, or by a field policy. */
  hiddenFields: z.array(labelledField),
  maskedFields: z.array(labelledField),
  hasOriginal: z.boolean(),
  /** Whether this reader may correct fields: `PATCH /api/leads/{id}`. */
  mayEdit: z.boolean(),
  /** Whether this reader may note what the person decided: `POST /api/leads/{id}/consents`. */
  mayNoteConsent: z.boolean(),
  /** When all of it was deleted for good. */
  erasedAt: z.string().optional(),
  /** Buttons: what this reader may do now. */
  events: z.array(z.object({ event: z.string(), label: z.string(), needs: z.array(z.string()) })),
  releasedAt: z.string().optional(),
  closedAt: z.string().optional(),
  /** The partner that reported what closed the lead; nobody here has looked into it. */
  reportedBy: z.object({ id: z.string(), name: z.string().optional() }).optional(),
  asleepUntil: z.string().optional(),
  won: z
    .object({
      amount: z.object({ amount: z.string(), currency: z.string() }).optional(),
      orderReference: z.string().optional(),
    })
    .optional(),
  lostReason: z.string().optional(),
});

export const historyView = z.object({
  id: z.string(),
  at: z.string(),
  kind: z.string(),
  /** The entry in one English sentence. */
  sentence: z.string(),
  actor: z.object({ kind: z.enum(['user', 'peer', 'system']), id: z.string().optional(), name: z.string().optional() }),
  facts: z.record(z.string(), z.unknown()),
  note: z.string().optional(),
});

type Shown = Pick<LeadSummary, 'contactName' | 'company' | 'city' | 'country'>;

/** A line of a list; `shown`: the promoted columns as far as the reader may see them. */
export function viewSummary(lead: LeadSummary | StoredLead, shown: Shown): z.input<typeof summaryView> {
  return {
    id: lead.id,
    title: leadTitle(shown),
    company: shown.company ?? undefined,
    city: shown.city ?? undefined,
    country: shown.country ?? undefined,
    state: lead.state,
    box: lead.boxId === null ? undefined : { id: lead.boxId, name: lead.boxName ?? lead.boxId },
    holder: lead.holder && { ...lead.holder },
    origin: viewOrigin(lead),
    test: lead.test,
    doNotContact: [...lead.doNotContact],
    receivedAt: when(lead.receivedAt),
    updatedAt: when(lead.updatedAt),
  };
}

function viewOrigin(lead: LeadSummary | StoredLead): z.input<typeof originView> {
  return {
    kind: lead.origin,
    name: lead.originName ?? undefined,
    peerId: lead.originPeer ?? undefined,
    closesAt: maybeWhen(lead.originClosesAt),
  };
}

/** Whether a reader may correct fields of a lead. */
export const mayEdit = (lead: StoredLead, actor: Actor): boolean =>
  partyOf(actor, lead.holder) !== undefined && isEditable(lead);

/** What a reader may do with a lead now. */
export function viewEvents(lead: StoredLead, actor: Actor) {
  const party = partyOf(actor, lead.holder);
  if (!party) return [];
  return eventsFor({ state: lead.state, holderKind: lead.holder?.kind }, party).map(({ event, label, needs }) => ({
    event,
    label: label ?? event,
    needs: [...needs],
  }));
}

/** What closed a lead, or lets it sleep, and when. */
export function viewOutcome(lead: StoredLead) {
  const { wonAmount, wonCurrency, holder } = lead;
  // While a partner holds a lead, only its word closes it.
  const isReported = holder?.kind === 'peer' && lead.closedAt !== null;
  const amount = wonAmount !== null && wonCurrency !== null ? { amount: wonAmount, currency: wonCurrency } : undefined;
  return {
    releasedAt: maybeWhen(lead.releasedAt),
    closedAt: maybeWhen(lead.closedAt),
    reportedBy: isReported ? { id: holder.id, name: holder.name } : undefined,
    asleepUntil: maybeWhen(lead.asleepUntil),
    erasedAt: maybeWhen(lead.erasedAt),
    won: lead.state === 'won' ? { amount, orderReference: lead.orderReference ?? undefined } : undefined,
    lostReason: lead.lostReason ?? undefined,
  };
}

export const viewFields = (paths: readonly string[]) => paths.map((path) => ({ path, label: fieldLabel(path) }));

/** An entry of the story, with the words of its note while they are kept. */
export function viewHistory(entry: HistoryEntry, notes: ReadonlyMap<string, string>): z.input<typeof historyView> {
  return {
    id: entry.id,
    at: when(entry.at),
    kind: entry.kind,
    sentence: describeHistory(entry),
    actor: entry.actor,
    facts: { ...entry.facts },
    note: entry.facts.noteId === undefined ? undefined : notes.get(entry.facts.noteId),
  };
}
