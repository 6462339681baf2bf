import { liveOfferStates } from '../../node/routing/store/offers.ts';
import { waitsForPeople } from './scars.ts';
import type { Run } from './simulate.ts';
import { canariesIn, mallory, type Stock } from './stock.ts';

/** Every lead found its place; every offer has one winner at most; every effect happened once. */
export function checkLeads(stock: Stock, { onFault, plan }: Run): void {
  const { name, now, leads, offers, recipients, history } = stock;
  for (const { id, state, holderKind, originPeer } of leads) {
    const place = `${name}: lead ${leads.findIndex((lead) => lead.id === id) + 1}`;
    const open = offers.find((offer) => offer.leadId === id && liveOfferStates.includes(offer.state));
    const waits = open && open.state === 'open' && open.closesAt > now;
    if (state === 'new' || state === 'claimed' || (state === 'offered' && !waits))
      if (originPeer !== mallory && !isAwardedTo(stock, open?.winnerId, mallory) && !waitsForPeople(stock, id, plan))
        onFault(`${place} is ${state} for ever (offer ${open?.state ?? 'none'})`);
    if (['assigned', 'contacted', 'working', 'asleep'].includes(state) && holderKind === null)
      onFault(`${place} is ${state} and nobody holds it`);
    const once = history.filter((entry) => entry.leadId === id && entry.kind === 'release');
    if (once.length > 1) onFault(`${place} was released ${once.length} times`);
  }
  for (const offer of offers) {
    const winners = recipients.filter(
      ({ offerId, state }) => offerId === offer.id && ['won', 'accepted'].includes(state),
    );
    if (winners.length > 1) onFault(`${name}: ${winners.length} winners of one offer`);
  }
  checkOnce(stock, onFault);
}

/** Whoever never receipts a release keeps the lead: it is not offered again by itself. */
const isAwardedTo = ({ recipients }: Stock, winnerId: string | null | undefined, peerId: string): boolean =>
  recipients.some((recipient) => recipient.id === winnerId && recipient.peerId === peerId);

/** For one recipient each of these happens once. */
function checkOnce({ name, history, outbox }: Stock, onFault: (fault: string) => void): void {
  const seen = new Set<string>();
  for (const { kind, facts } of history) {
    if (kind !== 'award' && kind !== 'disclose') continue;
    const { recipientId } = JSON.parse(facts) as { recipientId?: string };
    const key = `${kind} ${recipientId}`;
    if (seen.has(key)) onFault(`${name}: ${kind} twice for one recipient`);
    seen.add(key);
  }
  // What was sent again stands for what it replaces.
  const effects = outbox.filter(({ state }) => state !== 'replayed').map(({ effectKey }) => effectKey);
  if (new Set(effects).size < effects.length) onFault(`${name}: one message was sent again twice`);
}

/** Whoever has no lead of that person keeps nothing of what it withheld. */
export function checkForgotten({ name, leads, notes, inbox, outbox, questions, recipients }: Stock, { onFault }: Run) {
  if (name === 'vendor') return;
  const live = new Set(
    leads.filter(({ state }) => state !== 'withdrawn').flatMap(({ document }) => canariesIn(document)),
  );
  const places: Readonly<Record<string, readonly unknown[]>> = { leads, notes, inbox, outbox, questions, recipients };
  for (const [place, rows] of Object.entries(places))
    for (const canary of canariesIn(JSON.stringify(rows)))
      if (!live.has(canary)) onFault(`${name} keeps ${canary} in its ${place} although it has no such lead`);
}
