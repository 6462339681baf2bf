import { makeApiClient } from '../api-client.ts';
import type { Customer } from './customers.ts';
import type { DemoNode } from './network.ts';
import { raceCampaign, visitorCampaign } from './organisations.ts';

interface Waiting {
  closesAt?: string;
  mode?: 'direct' | 'grab';
  peer?: unknown;
}

const TEN_MINUTES = 10 * 60_000;

/** What a visitor of a node finds: open offers with more than ten minutes left, and how many of them are races. */
async function waitingFor(node: DemoNode): Promise<{ offers: number; races: number }> {
  const api = makeApiClient(node.address, node.staff.visitor.token);
  const { items } = await api.get<{ items: (Waiting & { title: string })[] }>('/api/inbox?state=open&limit=100');
  const fresh = items.filter(
    ({ closesAt }) => closesAt !== undefined && Date.parse(closesAt) - Date.now() > TEN_MINUTES,
  );
  return {
    offers: fresh.length,
    races: fresh.filter(({ mode, peer }) => mode === 'grab' || peer !== undefined).length,
  };
}

export interface Host {
  vendor: DemoNode;
  reseller: DemoNode;
  /** Sends a customer of a campaign through a node's API door. */
  send: (node: DemoNode, person: Customer) => Promise<unknown>;
  stream: Generator<Customer, never>;
}

/** Three offers wait for whoever signs in at either node, one of them a race between the two. */
export async function keepVisitorsBusy({ vendor, reseller, send, stream }: Host): Promise<void> {
  const races = Math.min((await waitingFor(vendor)).races, (await waitingFor(reseller)).races);
  for (let missing = races; missing < 1; missing++)
    await send(vendor, { ...stream.next().value, campaign: raceCampaign });
  for (const node of [vendor, reseller]) {
    const { offers } = await waitingFor(node);
    for (let missing = offers; missing < 3; missing++)
      await send(node, { ...stream.next().value, campaign: visitorCampaign });
  }
}
