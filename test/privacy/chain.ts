import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { listPrivacyRequestsOf } from '../../node/federation/store/privacy-requests.ts';
import type { LeadActor } from '../../node/leads/history.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { agree } from '../agreements/support.ts';
import { openFederation, type FederationNode, type FederationPlan } from '../support/federation.ts';

export const grace: LeadActor = { kind: 'user', id: 'user_grace', name: 'Grace' };

/** A vendor's lead that its distributor passed on to a dealer, where Dan holds it. */
export async function openChain(plan: Partial<FederationPlan> = {}) {
  const world = await openFederation({ nodes: ['vendor', 'distributor', 'dealer'], ...plan });
  await world.introduce('vendor', 'distributor');
  await world.introduce('distributor', 'dealer');
  const [vendor, distributor, dealer] = [world.node('vendor'), world.node('distributor'), world.node('dealer')];
  await agree(world, [vendor, distributor], { onward: { to: 'any' } });
  await agree(world, [distributor, dealer]);
  const [dora, dan] = [await distributor.user('Dora'), await dealer.user('Dan')];
  await vendor.offerAllTo([await vendor.partnerBox('distributor')]);
  await distributor.offerAllTo([await distributor.partnerBox('dealer'), dora.boxId], { mode: 'direct' });
  await dealer.offerAllTo([dan.boxId]);
  const atVendor = await vendor.receive();
  await world.settle();
  const atDistributor = (await distributor.leads())[0]!.id;
  await distributor.accept(atDistributor, dora.id);
  await world.settle();
  await distributor.write((tx) => rerouteLead(tx, atDistributor, { actor: { kind: 'user', id: dora.id } }));
  await world.settle();
  const atDealer = (await dealer.leads())[0]!.id;
  await dealer.accept(atDealer, dan.id);
  await world.settle();
  world.wire.calls.length = 0;
  const idAt = (node: FederationNode) => (node === vendor ? atVendor : node === dealer ? atDealer : atDistributor);
  return Object.assign(world, {
    vendor,
    distributor,
    dealer,
    dora,
    dan,
    idAt,
    erase: (node: FederationNode) =>
      node.write((tx) => eraseLead(tx, idAt(node), { reason: 'person-asked', actor: grace })),
    requests: (node: FederationNode) => listPrivacyRequestsOf(node.ctx, idAt(node)),
    lead: (node: FederationNode) => node.lead(idAt(node)),
  });
}

const tables = [
  'lead', 'leadToken', 'leadHistory', 'leadNote', 'leadOriginal', 'inbox', 'outbox', 'offerRecipient', 'conversation',
  'trace', 'job', 'privacyRequest', 'leadQuestion',
] as const; // prettier-ignore

/** Everything a node has in its tables, as text. */
export async function allOf({ ctx }: FederationNode): Promise<string> {
  const rows = await Promise.all(tables.map((table) => ctx.db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}

/** Every byte in a node's data folder, whatever the database calls free. */
export const bytesOf = ({ ctx: { config } }: FederationNode): string =>
  readdirSync(config.dataFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join();
