import type { Page } from 'playwright-core';
import type { Lead } from '../../protocol/index.ts';
import type { TestBrowser } from '../support/browser.ts';
import { startNetwork, type TestNetwork, type TestNode, type TestUser } from '../support/network.ts';

/** Real nodes for one test, looked at in `browser`. Disposing of it fails when a page complained. */
export async function openScene(browser: TestBrowser, ...nodes: string[]): Promise<TestNetwork> {
  const network = await startNetwork({ nodes });
  return {
    ...network,
    async [Symbol.asyncDispose]() {
      try {
        await browser.clear();
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
async function boxOf(node: TestNode, of: 'system' | TestUser | TestNode): Promise<string> {
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

export interface Partners extends TestNetwork {
  readonly vendor: TestNode;
  readonly reseller: TestNode;
  readonly vera: TestUser;
  readonly rob: TestUser;
}

/** Two partners with a representative each: what the vendor gets is up for grabs between Vera and the reseller's Rob. */
export async function openPartners(browser: TestBrowser): Promise<Partners> {
  const scene = await openScene(browser, 'vendor', 'reseller');
  await scene.introduce('vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  const [vera, rob] = [await vendor.addUser('Vera'), await reseller.addUser('Rob')];
  await scene.settle();
  await offerAllTo(vendor, [vera, reseller]);
  await offerAllTo(reseller, [rob], { mode: 'direct' });
  return { ...scene, vendor, reseller, vera, rob };
}

/** Moves the clocks of the nodes, and of a page with them. */
export async function pass(scene: TestNetwork, duration: string, ...pages: readonly Page[]): Promise<void> {
  await scene.advance(duration);
  for (const page of pages) await page.context().clock.setFixedTime(scene.clock.now());
}
