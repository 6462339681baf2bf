import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { listLeads } from '../../node/leads/store.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { listRecipientsOfLead } from '../../node/routing/store/recipients.ts';
import { takeIn } from '../browser/scene.ts';
import { codeOf, linkIn, post, secretLead } from '../delivery/office.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';
import { faulty, startCrm, type Crm } from './crm.ts';
import { mailsTo, type Person } from './mails.ts';
import { addCrm, boxOf, leavesOf, offerTo } from './scene.ts';

let network: TestNetwork;
let vendor: TestNode;
let dealer: TestNode;
let crm: Crm;
let pat: Person;
let agency: string;

/** What the vendor gets is up for grabs between the dealer’s node, somebody’s software, and somebody who works by mail. */
beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor', 'dealer'] });
  [vendor, dealer] = [network.node('vendor'), network.node('dealer')];
  await network.introduce('vendor', 'dealer');
  crm = await startCrm();
  const software = await addCrm(vendor, crm);
  const { api } = vendor.administrator;
  agency = (await api.send<{ id: string }>('POST', '/api/partners', { kind: 'people', name: 'Harbour Agency' })).id;
  const person = { email: 'pat@harbour.example', name: 'Pat Miller' };
  pat = await api.send<Person>('POST', `/api/partners/${agency}/people`, person);
  await offerTo(vendor, [await boxOf(vendor, dealer.nodeId), software.boxId, await boxOf(vendor, agency)]);
  const dan = await dealer.addUser('Dan');
  await offerTo(dealer, [await boxOf(dealer, dan.id)], 'direct');
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await crm.stop();
});
beforeEach(() => {
  crm.answer = () => false;
});

interface Request {
  readonly id: string;
  readonly ours: boolean;
  readonly outcome: string;
  readonly confirmable: boolean;
  readonly partner: { readonly name: string };
  readonly onwards: readonly object[];
}
const requestsOf = async (node: TestNode, id: string) =>
  (await node.administrator.api.get<{ requests: Request[] }>(`/api/leads/${id}/privacy`)).requests;

/** A lead that the dealer won, asked to have erased, and, after something else happened, the vendor’s people agreed. */
async function agreed(meanwhile?: () => Promise<unknown>) {
  const leadId = await takeIn(vendor, secretLead);
  await network.settle();
  const [offered] = (await listLeads(dealer.ctx, { kind: 'all' }, { limit: 1, state: 'offered' })).items;
  const copyId = offered?.id ?? '';
  const [recipient] = await listRecipientsOfLead(dealer.ctx, copyId);
  await transact(dealer.ctx, (tx) => claimOffer(tx, { recipientId: recipient?.id ?? '' }));
  await network.settle();
  const body = { reason: 'person-asked', confirm: copyId };
  await dealer.administrator.api.send('POST', `/api/leads/${copyId}/erase`, body);
  await network.settle();
  const [asked] = await requestsOf(vendor, leadId);
  await meanwhile?.();
  await vendor.administrator.api.send('POST', `/api/leads/${leadId}/privacy-requests/${asked?.id}/answer`, {
    outcome: 'agreed',
  });
  await network.settle();
  const reference = crm.taken.at(-1)?.body.data.lead ?? '';
  /** What the dealer knows of its wish: not whom else it was offered to. */
  const known = async () => {
    const [first, ...more] = await requestsOf(dealer, copyId);
    return [first?.outcome, ...(first?.onwards ?? []), ...more.filter(({ ours }) => ours)];
  };
  return { leadId, reference, known };
}

/** What software and people were asked, by the name of the partner. */
const askedOf = async (leadId: string) =>
  new Map((await requestsOf(vendor, leadId)).filter(({ ours }) => ours).map((each) => [each.partner.name, each]));

it('is pending for whoever asked while software or somebody by mail has not said so, and done when the last did, late as well', async () => {
  const { leadId, reference, known } = await agreed();
  expect(crm.taken.at(-1)?.body.type).toBe('lead.erased');
  const erase = (await mailsTo(vendor, pat)).find(({ subject }) => subject === 'Please delete a lead');
  expect(await known()).toEqual(['pending']);
  await network.advance('3d');
  expect(await crm.report({ lead: reference, status: 'erased' })).toMatchObject({ body: { outcome: 'erased' } });
  await network.settle();
  expect(await known()).toEqual(['pending']);
  // In time it is said how far it went; it ends when the last has answered.
  await network.advance('5d');
  await network.settle();
  expect(await known()).toEqual(['partial']);
  expect((await post(vendor, linkIn(erase ?? { text: '' }), { answer: 'erased' })).status).toBe(200);
  await network.settle();
  expect(await known()).toEqual(['done']);
  expect([...(await askedOf(leadId)).values()].map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
});

it('ends by an administrator’s word where software never took it and the person left', async () => {
  const { api } = vendor.administrator;
  const { leadId, reference, known } = await agreed(async () => {
    crm.answer = faulty((response) => response.writeHead(503).end());
    await api.send('PATCH', `/api/partners/${agency}/people/${pat.id}`, { active: false });
  });
  const outcomes = async () => {
    const asked = await askedOf(leadId);
    const of = (name: string) => [asked.get(name)?.outcome, asked.get(name)?.confirmable];
    return [of('Harbour CRM'), of('Harbour Agency'), of('dealer')];
  };
  expect(await outcomes()).toEqual([['open', true], ['unreached', true], ['done', false]]); // prettier-ignore
  expect(await known()).toEqual(['pending']);
  for (let day = 0; day < 15; day++) await network.advance('25h');
  expect(await outcomes()).toEqual([['unreached', true], ['unreached', true], ['done', false]]); // prettier-ignore
  expect(await known()).toEqual(['partial']);

  const asked = await askedOf(leadId);
  const confirm = (name: string, body: object = { text: 'Pat Miller, by phone' }) =>
    api.send('POST', `/api/leads/${leadId}/privacy-requests/${asked.get(name)?.id}/confirm-erased`, body);
  expect(await codeOf(confirm('Harbour CRM', { text: ' ' }))).toBe('invalid');
  expect(await codeOf(confirm('dealer'))).toBe('question-over');
  await confirm('Harbour CRM');
  await network.settle();
  expect(await known()).toEqual(['partial']);
  await confirm('Harbour Agency');
  await network.settle();
  expect(await known()).toEqual(['done']);
  expect(await codeOf(confirm('Harbour Agency'))).toBe('question-over');
  expect(await outcomes()).toEqual([['done', false], ['done', false], ['done', false]]); // prettier-ignore
  const leaves = (await leavesOf(vendor)).filter((leaf) => leaf.includes('erasure-answered') && leaf.includes(leadId));
  expect(leaves.filter((leaf) => leaf.includes(`by: ${vendor.administrator.id}`))).toHaveLength(2);
  // Software that comes back after all, changes nothing.
  expect(await crm.report({ lead: reference, status: 'erased' })).toMatchObject({ body: { outcome: 'erased' } });
});
