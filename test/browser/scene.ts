import type { Lead } from '../../protocol/index.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { startNetwork, type TestNetwork, type TestNode, type TestUser } from '../support/network.ts';

/** Nodes and a browser for one test; disposing of it fails when a page complained. */
export interface Scene extends TestNetwork {
  readonly browser: TestBrowser;
}

export async function openScene(...nodes: string[]): Promise<Scene> {
  const network = await startNetwork({ nodes });
  const browser = await openBrowser();
  return {
    ...network,
    browser,
    async [Symbol.asyncDispose]() {
      try {
        await browser[Symbol.asyncDispose]();
      } finally {
        await network[Symbol.asyncDispose]();
      }
    },
  };
}

/** A lead as a web form brings it; `ada@engines.example` is what must not be seen too early. */
export const ada: Lead = {
  contact: {
    givenName: 'Ada',
    familyName: 'Lovelace',
    jobTitle: 'Head of Purchasing',
    emails: [{ kind: 'work', value: 'ada@engines.example' }],
    phones: [{ kind: 'mobile', value: '+493415550123' }],
    address: { streets: ['Hauptstr. 5'], city: 'Leipzig', postalCode: '04109', country: 'DE' },
  },
  account: { name: 'Analytical Engines GmbH', industry: 'Mechanical engineering' },
  interest: {
    products: [{ name: 'Difference engine', quantity: '2' }],
    opportunitySize: { amount: '125000.00', currency: 'EUR' },
    timeframe: 'within 3 months',
    comments: 'Please call after 5 pm.',
  },
  source: { kind: 'web-form', campaign: 'Spring fair' },
};

interface BoxLine {
  id: string;
  kind: string;
  userId?: string;
  peerId?: string;
}

/** The id of a user's, a partner's or the system box. */
export async function boxOf(node: TestNode, of: 'system' | TestUser | TestNode): Promise<string> {
  const { items } = await node.administrator.api.get<{ items: BoxLine[] }>('/api/boxes');
  const isIt = ({ kind, userId, peerId }: BoxLine) => {
    if (of === 'system') return kind === 'system';
    return 'nodeId' in of ? peerId === of.nodeId : userId === of.id;
  };
  const box = items.find(isIt);
  if (!box) throw new Error(`${node.nodeId} has no such box`);
  return box.id;
}

/** Makes one rule for every lead of a node: to whom it goes, and how. */
export async function offerAllTo(
  node: TestNode,
  to: readonly (TestUser | TestNode)[],
  { mode = 'grab', minutes = 60 }: { mode?: 'grab' | 'direct' | 'round-robin'; minutes?: number } = {},
): Promise<void> {
  await node.settle();
  const system = await boxOf(node, 'system');
  const boxes = await Promise.all(to.map((one) => boxOf(node, one)));
  const { version } = await node.administrator.api.get<{ version: number }>(`/api/boxes/${system}/rules`);
  const action = { assign: { mode, to: boxes, offerMinutes: minutes } };
  const rules = [{ name: 'Everything', condition: { all: [] }, action }];
  await node.administrator.api.send('PUT', `/api/boxes/${system}/rules`, { version, rules });
}

/** Takes a lead in by the API; routing has yet to see it. */
export async function takeIn(node: TestNode, lead: Lead = ada): Promise<string> {
  return (await node.administrator.api.send<{ id: string }>('POST', '/api/leads', { lead })).id;
}

/** Two partners, each with one representative: everything is up for grabs between the vendor's Vera and the reseller's Rob. */
export async function openPartners(): Promise<
  Scene & { vendor: TestNode; reseller: TestNode; vera: TestUser; rob: TestUser }
> {
  const scene = await openScene('vendor', 'reseller');
  await scene.introduce('vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  const [vera, rob] = [await vendor.addUser('Vera'), await reseller.addUser('Rob')];
  await scene.settle();
  await offerAllTo(vendor, [vera, reseller]);
  await offerAllTo(reseller, [rob], { mode: 'direct' });
  return Object.assign(scene, { vendor, reseller, vera, rob });
}
