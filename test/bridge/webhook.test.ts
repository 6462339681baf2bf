import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeIn } from '../browser/scene.ts';
import { canary, secretLead, secrets } from '../delivery/office.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';
import { startCrm, type Crm } from './crm.ts';
import { addCrm, leadOf, leavesOf, offerTo, type Partner } from './scene.ts';

let network: TestNetwork;
let vendor: TestNode;
let crm: Crm;
let partner: Partner;

beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor'] });
  vendor = network.node('vendor');
  crm = await startCrm();
  partner = await addCrm(vendor, crm);
  await offerTo(vendor, [partner.boxId], 'direct');
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await crm.stop();
});
beforeEach(() => {
  crm.taken.length = 0;
  crm.answer = () => false;
});

async function offered(): Promise<{ leadId: string; reference: string }> {
  const leadId = await takeIn(vendor, secretLead);
  await network.settle();
  return { leadId, reference: crm.taken.at(-1)?.body.data.lead ?? '' };
}

describe('software that knows webhooks and HTTP alone', () => {
  it('is offered a lead, accepts, gets what was withheld, and wins', async () => {
    const { leadId, reference } = await offered();
    const [offer] = crm.taken;
    expect(offer?.body).toMatchObject({
      type: 'lead.offered',
      data: { mode: 'direct', document: { account: { name: 'Acme' } } },
    });
    for (const secret of secrets) expect(offer?.raw).not.toContain(secret);

    expect(await crm.report({ lead: reference, status: 'accept' })).toEqual({ status: 200, body: { outcome: 'won' } });
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'claimed' });
    await network.settle();
    expect(crm.taken[1]?.body).toMatchObject({ type: 'lead.released', data: { lead: reference } });
    expect(crm.taken[1]?.body.data['document']).toMatchObject({ contact: { familyName: `Lovelace${canary}` } });
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'assigned', holder: { kind: 'peer', id: partner.id } });

    await crm.signed({ lead: reference, status: 'contacted', note: 'Rang her.' }, network.clock.now());
    const won = { lead: reference, status: 'won', amount: 1250, currency: 'EUR' };
    expect(await crm.signed(won, network.clock.now())).toMatchObject({ status: 200, body: { outcome: 'noted' } });
    expect(await leadOf(vendor, leadId)).toMatchObject({
      state: 'won',
      won: { amount: { amount: '1250.00', currency: 'EUR' } },
    });
    expect(crm.forged).toEqual([]);

    const leaves = await leavesOf(vendor);
    const told = leaves.filter((leaf) => leaf.includes(`recipient: peer:${partner.id}\n`) && leaf.includes(leadId));
    expect(told.map((leaf) => /stage: (\w+)/.exec(leaf)?.[1])).toEqual(['offered', 'released']);
    expect(told[0]).toMatch(/withheld: .*contact\.emails/);
    expect(told[1]).toMatch(/shown: .*contact\.emails/);
    expect(leaves.join()).not.toContain(canary);
    const kept = await vendor.ctx.db.selectFrom('webhookMessage').select('body').execute();
    expect(kept.every(({ body }) => body === null)).toBe(true);
  });
});
