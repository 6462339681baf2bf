import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fetch as undiciFetch } from 'undici';
import { takeIn } from '../browser/scene.ts';
import { linkIn, post, secretLead, secrets } from '../delivery/office.ts';
import { startNetwork } from '../support/network.ts';
import { mailsTo, type Person } from './mails.ts';
import { startCrm } from './crm.ts';
import { addCrm, boxOf, leadOf, offerTo } from './scene.ts';

/** What a vendor gets is up for grabs between a partner's node, a partner's CRM, and somebody without either. */
async function openMarket() {
  const sent: string[] = [];
  /** Everything that leaves a node by HTTP. */
  const listening = (url: string, init: { body?: string | Uint8Array }) => {
    if (init.body !== undefined) sent.push(Buffer.from(init.body).toString('utf8'));
    return undiciFetch(url, init);
  };
  const fetch = listening as unknown as typeof globalThis.fetch;
  const network = await startNetwork({ nodes: ['vendor', 'reseller'], overrides: () => ({ fetch }) });
  await network.introduce('vendor', 'reseller');
  const [vendor, reseller] = [network.node('vendor'), network.node('reseller')];
  const rob = await reseller.addUser('Rob');
  const crm = await startCrm();
  const other = await addCrm(vendor, crm);
  const { api } = vendor.administrator;
  const { id } = await api.send<{ id: string }>('POST', '/api/partners', { kind: 'people', name: 'Harbour' });
  const person = { email: 'pat@harbour.example', name: 'Pat Miller' };
  const pat = await api.send<Person>('POST', `/api/partners/${id}/people`, person);
  await offerTo(vendor, [await boxOf(vendor, reseller.nodeId), other.boxId, await boxOf(vendor, id)]);
  await offerTo(reseller, [await boxOf(reseller, rob.id)], 'direct');
  const partners = { node: reseller.nodeId, crm: other.id, person: id };
  return { network, vendor, reseller, rob, crm, pat, sent, partners };
}
type Market = Awaited<ReturnType<typeof openMarket>>;

/** A new lead comes to the market; what is seen from then on is about it alone. */
async function offer({ network, vendor, reseller, rob, crm, pat, sent }: Market) {
  const before = (await mailsTo(vendor, pat).catch(() => [])).map(({ messageId }) => messageId);
  const mails = async () => (await mailsTo(vendor, pat)).filter(({ messageId }) => !before.includes(messageId));
  sent.length = 0;
  crm.taken.length = 0;
  const leadId = await takeIn(vendor, secretLead);
  await network.settle();
  const [mail] = await mails();
  const [line] = (await rob.api.get<{ items: { recipientId: string }[] }>('/api/inbox')).items;
  const claims = {
    node: async () => {
      await rob.api.send('POST', `/api/offers/${line?.recipientId ?? ''}/accept`);
      await reseller.settle();
    },
    crm: () => crm.report({ lead: crm.taken[0]?.body.data.lead, status: 'accept' }),
    person: () => post(vendor, linkIn(mail ?? { text: '' }), { answer: 'accept' }),
  };
  const rows = vendor.ctx.db.selectFrom('offerRecipient').select(['peerId', 'state']).where('leadId', '=', leadId);
  return { leadId, mails, claims, recipients: () => rows.orderBy('state').execute() };
}

let market: Market;
beforeAll(async () => {
  market = await openMarket();
});
afterAll(async () => {
  await market.network[Symbol.asyncDispose]();
  await market.crm.stop();
});

const holds = (text: string) => secrets.some((secret) => text.includes(secret));

describe('a lead up for grabs between a node, a CRM and a person', () => {
  const orders = [
    ['node', 'crm', 'person'],
    ['crm', 'person', 'node'],
    ['person', 'node', 'crm'],
  ] as const;
  for (const order of orders)
    it(`goes to the first, ${order[0]}, whole; the others see nothing they should not, and hear that it is over`, async () => {
      const { network, vendor, sent, crm, partners } = market;
      const { leadId, mails, claims, recipients } = await offer(market);
      const [winner] = order;
      expect(sent.filter((text) => /lead\.offered|<l:Offer/.test(text))).toHaveLength(2);
      expect(sent.some(holds)).toBe(false);
      expect((await mails()).some(({ raw }) => holds(raw))).toBe(false);

      for (const claimant of order) await claims[claimant]();
      await network.settle();
      const holder = { kind: 'peer', id: partners[winner] };
      expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'assigned', holder });
      const became = await recipients();
      expect(became.map(({ state }) => state)).toEqual(['lost', 'lost', 'won']);
      expect(became.at(-1)?.peerId).toBe(partners[winner]);

      const whole = {
        node: sent.some((text) => text.includes('<l:Release') && holds(text)),
        crm: crm.taken.some(({ raw }) => holds(raw)),
        person: (await mails()).some(({ raw }) => holds(raw)),
      };
      expect(whole).toEqual({ node: false, crm: false, person: false, [winner]: true });
      const end = winner === 'crm' ? 'lead.released' : 'lead.closed';
      expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.offered', end]);
      expect(sent.some((text) => text.includes('<l:NoLongerAvailable'))).toBe(winner !== 'node');
      const told = (await mails()).some(({ subject }) => subject?.startsWith('No longer available'));
      expect(told).toBe(winner !== 'person');
    });

  it('has one winner when all claim at once', async () => {
    const { network, vendor } = market;
    const { leadId, claims, recipients } = await offer(market);
    await Promise.all([claims.person(), claims.crm(), claims.node()]);
    await network.settle();
    expect((await leadOf(vendor, leadId)).state).toBe('assigned');
    expect((await recipients()).map(({ state }) => state)).toEqual(['lost', 'lost', 'won']);
  });
});
