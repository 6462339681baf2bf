import { setTimeout as pause } from 'node:timers/promises';
import { ApiError, type ApiClient } from '../../node/cli/api-client.ts';
import type { Books } from './books.ts';
import { persist } from './persistent-client.ts';
import type { TwoNodes } from './two-nodes.ts';

/** A lead that the reseller holds, as each side calls it. */
export interface SharedLead {
  readonly vendorId: string;
  readonly resellerId: string;
}

/** What is done with a shared lead. `crossed`: both sides ask for its return at once. */
export const matters = ['updated', 'recalled', 'returned', 'crossed', 'erased'] as const;
export type Matter = (typeof matters)[number];

/** What was done with a lead, and the last value that the vendor's people gave it. */
export interface Told extends SharedLead {
  readonly matter: Matter;
  readonly jobTitle: string;
}

export interface Course {
  readonly random: () => number;
  /** Between two corrections of a lead, about. */
  readonly paceMilliseconds: number;
  /** Ends it before its time. */
  readonly signal: AbortSignal;
}

/** The leads that the reseller holds by a conversation that both sides know. */
export function listShared(vendor: Books, reseller: Books): SharedLead[] {
  const held = new Map(reseller.conversations.map(({ conversationId, leadId }) => [conversationId, leadId]));
  return vendor.conversations.flatMap(({ conversationId, state, leadId }) => {
    const resellerId = held.get(conversationId);
    return state === 'released' && resellerId !== undefined ? [{ vendorId: leadId, resellerId }] : [];
  });
}

const workersOfEach = 3;

/** One matter for each lead, a few leads at a time, whatever the nodes go through; answers what was done. */
export async function playAfterRelease(world: TwoNodes, leads: readonly SharedLead[], course: Course): Promise<Told[]> {
  const [vendor, reseller] = clientsOf(world, course.signal);
  const left = leads.map((lead, at) => ({ ...lead, matter: matters[at % matters.length] ?? 'updated', at }));
  const told: Told[] = [];
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const { at, ...lead } = next;
      const jobTitle = await edit(vendor, lead, `Title ${at}`, course);
      const [askBack, giveBack] = [() => ask(vendor, lead.vendorId, 'ask-back'), () => ask(reseller, lead.resellerId, 'give-back')]; // prettier-ignore
      if (lead.matter === 'recalled') await askBack();
      if (lead.matter === 'returned') await giveBack();
      if (lead.matter === 'crossed') await Promise.all([askBack(), giveBack()]);
      if (lead.matter === 'erased') await erase(vendor, lead.vendorId);
      told.push({ ...lead, jobTitle });
    }
  };
  await Promise.all(Array.from({ length: workersOfEach }, work));
  return told;
}

const clientsOf = ({ vendor, reseller }: TwoNodes, signal: AbortSignal) =>
  [persist(vendor.administrator, signal), persist(reseller.administrator, signal)] as const;

/** The vendor's people correct the lead once to three times; answers the last value. */
async function edit(vendor: ApiClient, { vendorId }: SharedLead, name: string, course: Course): Promise<string> {
  const { random, paceMilliseconds } = course;
  let value = '';
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    value = `${name}.${left}`;
    await unlessOver(async () => {
      const { version } = await vendor.get<{ version: number }>(`/api/leads/${vendorId}`);
      await vendor.send('PATCH', `/api/leads/${vendorId}`, { version, fields: { 'contact.jobTitle': value } });
    });
    await pause(random() * 2 * paceMilliseconds);
  }
  return value;
}

const ask = (side: ApiClient, id: string, what: 'ask-back' | 'give-back') =>
  unlessOver(() => side.send('POST', `/api/leads/${id}/${what}`, { reason: 'other' }));

const erase = (side: ApiClient, id: string) =>
  unlessOver(() => side.send('POST', `/api/leads/${id}/erase`, { reason: 'person-asked', confirm: id }));

interface Asked {
  readonly id: string;
  readonly leadId: string;
  readonly ours: boolean;
}

/** People of both sides answer what the other asked, most often with a yes, until the end. */
export async function playAnswers(world: TwoNodes, { random, signal }: Course): Promise<void> {
  const answer = async (side: ApiClient) => {
    while (!signal.aborted) {
      const { items } = await side.get<{ items: Asked[] }>('/api/questions?limit=100');
      for (const { id, leadId, ours } of items) {
        if (ours) continue;
        const outcome = random() < 0.7 ? { outcome: 'agreed' } : { outcome: 'refused', text: 'We meet tomorrow.' };
        await unlessOver(() => side.send('POST', `/api/leads/${leadId}/questions/${id}/answer`, outcome));
      }
      await pause(100 + random() * 200);
    }
  };
  await Promise.all(clientsOf(world, signal).map(answer));
}

/** Somebody was faster, or the same request had its effect before its answer got lost. */
async function unlessOver(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof ApiError && [404, 409].includes(error.status))) throw error;
  }
}
