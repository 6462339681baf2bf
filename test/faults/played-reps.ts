import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, type ApiClient } from '../../node/cli/api-client.ts';
import type { DemoPerson } from '../../node/cli/demo/session.ts';
import { makePersistentClient } from './persistent-client.ts';
import type { Organisation } from './two-nodes.ts';

/** A person was told by the node that a lead is hers (on the reseller's side: provisionally). */
export interface Won {
  readonly node: string;
  readonly leadId: string;
  readonly userId: string;
}

interface InboxEntry {
  readonly recipientId: string;
  readonly leadId: string;
}
interface LeadPage {
  readonly state: string;
  readonly version: number;
  readonly events: readonly { readonly event: string }[];
}

export interface Play {
  readonly random: () => number;
  readonly paceMilliseconds: number;
  /** Ends the play. */
  readonly signal: AbortSignal;
  readonly won: Won[];
}

/** Plays everybody of an organisation through the HTTP API: accept, decline, work, win, lose, whatever the node goes through. */
export async function playOrganisation({ node, people }: Organisation, play: Play): Promise<void> {
  await Promise.all(people.map((person) => playPerson(node, person, play)));
}

async function playPerson({ name, url }: Organisation['node'], person: DemoPerson, play: Play): Promise<void> {
  const api = makePersistentClient(url, person.token, play.signal);
  while (!play.signal.aborted) {
    const offers = await api.get<{ items: InboxEntry[] }>('/api/inbox?state=open&limit=100');
    for (const { recipientId, leadId } of offers.items) {
      const outcome = await answer(api, recipientId, play.random);
      if (outcome === 'won') play.won.push({ node: name, leadId, userId: person.id });
    }
    const mine = await api.get<{ items: InboxEntry[] }>('/api/inbox?state=mine&limit=100');
    for (const { leadId } of mine.items) await workOn(api, leadId, play.random);
    await pause(play.paceMilliseconds * (0.5 + play.random()));
  }
}

async function answer(api: ApiClient, recipientId: string, random: () => number): Promise<string> {
  const offer = `/api/offers/${recipientId}`;
  return unlessTooLate(async () => {
    if (random() < 0.25) {
      await api.send('POST', `${offer}/reject`, { reason: 'no-capacity' });
      return 'rejected';
    }
    await api.send('POST', `${offer}/accept`);
    return 'won';
  });
}

/** One step on: contacted, working, then won or lost. */
async function workOn(api: ApiClient, leadId: string, random: () => number): Promise<void> {
  await unlessTooLate(async () => {
    const { state, version, events } = await api.get<LeadPage>(`/api/leads/${leadId}`);
    const step = nextStep(state, random);
    if (!step || !events.some(({ event }) => event === step.event)) return 'nothing to do';
    // The version makes a repetition harmless: a lead that is won may be won again, with another amount.
    await api.send('POST', `/api/leads/${leadId}/changes`, { ...step, version });
    return 'changed';
  });
}

function nextStep(state: string, random: () => number): { event: string; [fact: string]: unknown } | undefined {
  if (state === 'assigned') return { event: 'contact' };
  if (state === 'contacted') return { event: 'work' };
  if (state !== 'working') return undefined;
  if (random() < 0.5) return { event: 'win', amount: { amount: '1200.00', currency: 'EUR' } };
  return { event: 'lose', reason: 'price' };
}

/** Somebody else was first, or the same request had its effect before its answer got lost: that is life, not a fault. */
async function unlessTooLate(act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    // A lead that was withdrawn meanwhile is no longer there for who had accepted it.
    if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return error.code;
    throw error;
  }
}
