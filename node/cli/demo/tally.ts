import type { ApiClient } from '../api-client.ts';
import type { DemoNetwork } from './network.ts';

interface LeadLine {
  id: string;
  state: string;
  holder?: { kind: 'user' | 'peer'; id: string };
  origin: { kind: 'local' | 'peer' };
}
interface PeerLine {
  id: string;
  outbox: { waiting: number; delivered: number; refused: number; dead: number };
}

/** What one node has at this moment. */
export interface NodeTally {
  leads: LeadLine[];
  states: Map<string, number>;
  waiting: number;
  stuck: number;
}
export interface Tally {
  vendor: NodeTally;
  reseller: NodeTally;
  /** Leads the foreign CRM owns, by its own account. */
  foreign: { owned: number; unreceipted: number };
}

async function listAll(api: ApiClient): Promise<LeadLine[]> {
  const leads: LeadLine[] = [];
  let cursor = '';
  for (;;) {
    const page = await api.get<{ items: LeadLine[]; nextCursor?: string }>(`/api/leads?limit=200${cursor}`);
    leads.push(...page.items);
    if (page.nextCursor === undefined) return leads;
    cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
}

async function tallyNode(api: ApiClient): Promise<NodeTally> {
  const [leads, peers] = await Promise.all([listAll(api), api.get<{ items: PeerLine[] }>('/api/peers')]);
  const states = new Map<string, number>();
  for (const { state } of leads) states.set(state, (states.get(state) ?? 0) + 1);
  const sum = (key: keyof PeerLine['outbox']) => peers.items.reduce((total, { outbox }) => total + outbox[key], 0);
  return { leads, states, waiting: sum('waiting'), stuck: sum('dead') };
}

export async function tally(network: DemoNetwork): Promise<Tally> {
  const [vendor, reseller, page] = await Promise.all([
    tallyNode(network.vendor.administrator),
    tallyNode(network.reseller.administrator),
    fetch(network.peerAddress).then(
      async (answer) => (await answer.json()) as { unreceipted: number; leads: { point: { state: string } }[] },
    ),
  ]);
  const owned = page.leads.filter(({ point }) => point.state === 'released').length;
  return { vendor, reseller, foreign: { owned, unreceipted: page.unreceipted } };
}

const undecided = ['new', 'offered', 'claimed'];
const count = (node: NodeTally, states: readonly string[]) =>
  states.reduce((total, state) => total + (node.states.get(state) ?? 0), 0);

/** Nothing is on its way any more: every lead found its holder or its tray, and every message its receipt. */
export function isAtRest({ vendor, reseller, foreign }: Tally): boolean {
  const open = count(vendor, undecided) + count(reseller, undecided);
  return open + vendor.waiting + reseller.waiting + foreign.unreceipted === 0;
}

const ended = ['assigned', 'contacted', 'working', 'asleep', 'won', 'lost'];

/** What must be true once everything is at rest; the sentences of what is not. */
export function findBroken(tallied: Tally, accepted: number): string[] {
  const { vendor, reseller, foreign } = tallied;
  const heldBy = (peerId: string) => vendor.leads.filter(({ holder }) => holder?.id === peerId);
  const fromVendor = reseller.leads.filter(({ origin }) => origin.kind === 'peer');
  const owned = fromVendor.filter(({ state }) => ended.includes(state));
  const broken: string[] = [];
  const same = (what: string, left: number, right: number) => {
    if (left !== right) broken.push(`${what}: ${String(left)} and ${String(right)}`);
  };
  same('leads taken in and leads stored', accepted, vendor.leads.length);
  same(
    'leads the vendor gave the reseller and leads the reseller holds',
    heldBy('reseller.localhost').length,
    owned.length,
  );
  same('leads the vendor gave the foreign CRM and leads it owns', heldBy('nordwind.localhost').length, foreign.owned);
  for (const state of ended)
    same(
      `leads that are ${state} at the reseller, as the vendor and as the reseller know it`,
      heldBy('reseller.localhost').filter((lead) => lead.state === state).length,
      owned.filter((lead) => lead.state === state).length,
    );
  same('messages given up', vendor.stuck + reseller.stuck, 0);
  return broken;
}

/** The closing table. */
export function writeSummary({ vendor, reseller, foreign }: Tally, resumed: boolean): string[] {
  const states = ['unrouted', 'offered', 'claimed', ...ended, 'withdrawn'];
  const cell = (node: NodeTally, state: string) => String(node.states.get(state) ?? 0).padStart(9);
  const holders = (kind: 'user' | 'peer', id?: string) =>
    vendor.leads.filter(({ holder }) => holder?.kind === kind && (id === undefined || holder.id === id)).length;
  return [
    '',
    'state          vendor reseller',
    ...states.map((state) => `${state.padEnd(12)}${cell(vendor, state)}${cell(reseller, state)}`),
    `${'all'.padEnd(12)}${String(vendor.leads.length).padStart(9)}${String(reseller.leads.length).padStart(9)}`,
    '',
    `The vendor's leads are with: own people ${String(holders('user'))}, reseller ${String(holders('peer', 'reseller.localhost'))}, foreign CRM ${String(holders('peer', 'nordwind.localhost'))}.`,
    `The foreign CRM says that it owns ${String(foreign.owned)}.${resumed ? ' (It keeps leads in memory only: those of earlier starts it has forgotten.)' : ''}`,
    '',
  ];
}
