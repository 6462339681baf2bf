import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import PostalMime from 'postal-mime';
import { takeIn } from '../browser/scene.ts';
import { canary, linkIn, post, replyToOf, secretLead, secrets, visit, writeAnswer } from '../delivery/office.ts';
import { startNetwork, type TestNode } from '../support/network.ts';
import { boxOf, leadOf, leavesOf, offerTo } from './scene.ts';

interface Person {
  readonly id: string;
  readonly email: string;
}

/** A vendor with a partner of two people, who are offered every lead. */
async function openAgency() {
  const network = await startNetwork({ nodes: ['vendor'] });
  const vendor = network.node('vendor');
  const { api } = vendor.administrator;
  const { id } = await api.send<{ id: string }>('POST', '/api/partners', { kind: 'people', name: 'Harbour Resellers' });
  const add = (email: string, name: string) => api.send<Person>('POST', `/api/partners/${id}/people`, { email, name });
  const pat = await add('pat@harbour.example', 'Pat Miller');
  const kim = await add('kim@harbour.example', 'Kim Okafor');
  await offerTo(vendor, [await boxOf(vendor, id)], 'direct');
  const takeInLead = async () => {
    const leadId = await takeIn(vendor, secretLead);
    await network.settle();
    return leadId;
  };
  return Object.assign(network, { vendor, api, partnerId: id, pat, kim, takeInLead });
}

async function mailsTo(node: TestNode, { email }: Pick<Person, 'email'>) {
  const folder = join(node.ctx.config.dataFolder, 'mailbox');
  const raws = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const mails = await Promise.all(raws.map(async (raw) => ({ ...(await PostalMime.parse(raw)), raw })));
  return mails.filter((mail) => mail.to?.[0]?.address === email);
}

async function mailTo(node: TestNode, person: Person, subject: string) {
  const found = (await mailsTo(node, person)).filter((mail) => mail.subject?.startsWith(subject));
  expect(found.map((mail) => mail.subject)).toHaveLength(1);
  return found[0]!;
}

const answerWith = (node: TestNode, mail: Parameters<typeof replyToOf>[0], { email }: Person, text: string) =>
  node.administrator.api.upload<{ outcome: string }>('/api/mail-answers', {
    contentType: 'message/rfc822',
    bytes: Buffer.from(writeAnswer({ from: email, to: replyToOf(mail), text })),
  });

describe('a partner without a node', () => {
  it('is offered a lead by mail; the first of its people to accept gets the details, alone; and wins', async () => {
    await using agency = await openAgency();
    const { vendor, pat, kim, partnerId } = agency;
    const leadId = await agency.takeInLead();
    const offers = [await mailTo(vendor, pat, 'New lead'), await mailTo(vendor, kim, 'New lead')];
    for (const { raw } of offers) for (const secret of secrets) expect(raw).not.toContain(secret);
    expect(offers[0]?.text).toContain('the first to accept gets it');
    const links = offers.map(linkIn);
    const page = await visit(vendor, links[0]!);
    for (const secret of secrets) expect(page.text).not.toContain(secret);

    expect((await post(vendor, links[0]!, { answer: 'accept' })).status).toBe(200);
    expect((await post(vendor, links[1]!, { answer: 'accept' })).status).toBe(409);
    await agency.settle();
    expect(await leadOf(vendor, leadId)).toMatchObject({
      state: 'assigned',
      holder: { kind: 'peer', id: partnerId, name: 'Pat Miller, Harbour Resellers' },
    });
    const details = await mailTo(vendor, pat, 'Your lead');
    expect(details.text).toContain(`Lovelace${canary}`);
    await mailTo(vendor, kim, 'No longer available');
    for (const { raw } of await mailsTo(vendor, kim)) for (const secret of secrets) expect(raw).not.toContain(secret);

    const status = await visit(vendor, links[0]!);
    expect(status.text).toContain('What became of it?');
    expect(status.text).not.toContain(canary);
    expect(
      (await post(vendor, links[0]!, { answer: 'status', disposition: 'contacted', amount: '', note: '' })).status,
    ).toBe(200);
    await agency.settle();
    expect((await leadOf(vendor, leadId)).state).toBe('contacted');
    expect(await answerWith(vendor, details, pat, 'WON 1250.00 EUR')).toEqual({ outcome: 'noted' });
    await agency.settle();
    expect(await leadOf(vendor, leadId)).toMatchObject({
      state: 'won',
      won: { amount: { amount: '1250.00', currency: 'EUR' } },
    });

    const told = (await leavesOf(vendor)).filter((leaf) => leaf.includes('kind: disclosure'));
    const who = told.map((leaf) => /recipient: (\S+)/.exec(leaf)?.[1]);
    const [toPat, toKim] = [pat, kim].map(({ id }) => `peer:${partnerId}/${id}`);
    expect(who.toSorted()).toEqual([toPat, toPat, toKim].toSorted());
    expect(told.find((leaf) => leaf.includes('stage: released'))).toContain(`recipient: ${toPat}`);
  });
});
