import type { Lead } from '../../protocol/index.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';
import { takeIn } from '../browser/scene.ts';
import { secretLead } from '../delivery/office.ts';
import { startNetwork, type NetworkPlan, type TestNode } from '../support/network.ts';
import { startCrm, type Crm } from './crm.ts';

export interface Partner {
  readonly id: string;
  readonly boxId: string;
}

interface Box {
  readonly id: string;
  readonly peerId?: string;
  readonly userId?: string;
}

/** The lead box of a partner or a user. */
export async function boxOf(node: TestNode, owner: string): Promise<string> {
  await node.settle();
  const { items } = await node.administrator.api.get<{ items: Box[] }>('/api/boxes');
  const box = items.find(({ peerId, userId }) => peerId === owner || userId === owner);
  if (!box) throw new Error(`No box of ${owner}.`);
  return box.id;
}

/** Adds a CRM as a partner, and enters in it what the node says. */
export async function addCrm(node: TestNode, crm: Crm, mapping?: object): Promise<Partner> {
  const made = await node.administrator.api.send<{ id: string; webhook: NonNullable<Crm['settings']> }>(
    'POST',
    '/api/partners',
    { kind: 'webhook', name: 'Harbour CRM', url: crm.url, allowedAddress: '127.0.0.0/8', ...(mapping && { mapping }) },
  );
  crm.settings = made.webhook;
  return { id: made.id, boxId: await boxOf(node, made.id) };
}

/** One rule at the root: offer every lead to these boxes. */
export async function offerTo(
  node: TestNode,
  boxes: readonly string[],
  mode: 'grab' | 'direct' = 'grab',
): Promise<void> {
  const { api } = node.administrator;
  const { version } = await api.get<{ version: number }>('/api/boxes/box_system/rules');
  const action = { assign: { mode, to: boxes, offerMinutes: 60 } };
  await api.send('PUT', '/api/boxes/box_system/rules', {
    version,
    rules: [{ name: 'Everything', condition: { all: [] }, action }],
  });
}

/** A vendor that offers every lead to a CRM; after `clear` the CRM is well and has forgotten what it took. */
export async function openVendor(plan: Pick<NetworkPlan, 'clock' | 'place'> = {}) {
  const network = await startNetwork({ nodes: ['vendor'], ...plan });
  const vendor = network.node('vendor');
  const crm = await startCrm();
  const partner = await addCrm(vendor, crm);
  await offerTo(vendor, [partner.boxId], 'direct');
  return {
    ...{ network, vendor, crm, partner },
    clear() {
      crm.taken.length = 0;
      crm.answer = () => false;
    },
    /** Takes in a lead, which the CRM is offered under this reference. */
    async offered() {
      const leadId = await takeIn(vendor, secretLead);
      await network.settle();
      return { leadId, reference: crm.taken.at(-1)?.body.data.lead ?? '' };
    },
    async close() {
      await network[Symbol.asyncDispose]();
      await crm.stop();
    },
  };
}
export type Vendor = Awaited<ReturnType<typeof openVendor>>;

interface LeadView {
  readonly version: number;
  readonly state: string;
  readonly document?: Lead;
  readonly doNotContact?: readonly string[];
  readonly holder?: { readonly kind: string; readonly id: string; readonly name?: string };
  readonly won?: { readonly amount?: { readonly amount: string; readonly currency: string } };
}

export const leadOf = (node: TestNode, id: string) => node.administrator.api.get<LeadView>(`/api/leads/${id}`);

/** Every leaf of the node's ledger, the oldest first, as text. */
export async function leavesOf(node: TestNode): Promise<string[]> {
  await node.settle();
  const leaves = await listLeaves(node.ctx, 0, 10_000);
  return leaves.map(({ text }) => text);
}

/** Somebody here corrects fields of a lead. */
export async function change(node: TestNode, id: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const { version } = await leadOf(node, id);
  await node.administrator.api.send('PATCH', `/api/leads/${id}`, { version, fields });
  await node.settle();
}
