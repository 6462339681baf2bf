import { describe, expect, it } from 'vitest';
import { takeIn } from '../browser/scene.ts';
import { createInvitation } from '../../node/federation/peers/introduce.ts';
import {
  canary,
  codeOf,
  linkIn,
  post,
  replyToOf,
  secretLead,
  secrets,
  visit,
  writeAnswer,
} from '../delivery/office.ts';
import { startNetwork, type TestNode } from '../support/network.ts';
import { mailsTo, mailTo, type Person } from './mails.ts';
import { boxOf, change, leadOf, leavesOf, offerTo } from './scene.ts';

/** A vendor with a partner of two people, who are offered every lead. */
async function openAgency(others: readonly string[] = []) {
  const network = await startNetwork({ nodes: ['vendor', ...others] });
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

/** Where the form of a page posts to that takes what the customer decided. */
const decidedIn = (text: string): string => /action="(\/decided\/[^"]+)"/.exec(text)?.[1] ?? '';

const answerWith = (node: TestNode, mail: Parameters<typeof replyToOf>[0], { email }: Person, text: string) =>
  node.administrator.api.upload<{ outcome: string }>('/api/mail-answers', {
    contentType: 'message/rfc822',
    bytes: Buffer.from(writeAnswer({ from: email, to: replyToOf(mail), text })),
  });

describe('a partner without a node', () => {
  it('is offered a lead by mail; the first of its people to accept gets the details, alone; and wins', async () => {
    await using agency = await openAgency();
    const { vendor, api, pat, kim, partnerId } = agency;
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

    await api.send('POST', `/api/leads/${leadId}/do-not-contact`, { channels: ['phone', 'post'] });
    await api.send('POST', `/api/leads/${leadId}/consents`, { purpose: 'marketing', state: 'withdrawn' });
    await agency.settle();
    const [ways, both] = (await mailsTo(vendor, pat)).filter(({ subject }) => subject?.startsWith('Do not contact'));
    expect(ways?.text).toContain('This person may not be contacted by phone or by post any more.');
    expect([ways, both].filter((mail) => /marketing: withdrawn/.test(mail?.text ?? ''))).toHaveLength(1);
    for (const mail of [ways, both]) for (const secret of secrets) expect(mail?.raw).not.toContain(secret);
    expect((await mailsTo(vendor, kim)).some(({ subject }) => /contact/.test(subject ?? ''))).toBe(false);

    await change(vendor, leadId, { 'contact.jobTitle': 'Countess', 'account.name': null });
    const changed = await mailTo(vendor, pat, 'Changed');
    expect(changed.text).toMatch(/Job title: Countess[^]*Known no longer: Company/);
    expect(changed.text).not.toContain(canary);
    expect(linkIn(changed)).toBe(links[0]);
    expect((await visit(vendor, links[0]!)).text).toContain('Told last: won');

    const told = (await leavesOf(vendor)).filter((leaf) => leaf.includes('kind: disclosure'));
    const who = told.map((leaf) => /recipient: (\S+)/.exec(leaf)?.[1]);
    const [toPat, toKim] = [pat, kim].map(({ id }) => `peer:${partnerId}/${id}`);
    expect(who.toSorted()).toEqual([toPat, toPat, toPat, toPat, toPat, toKim].toSorted());
    expect(told.find((leaf) => leaf.includes('stage: released'))).toContain(`recipient: ${toPat}`);
  });

  it('turns down, reports by mail and gives back; a stranger’s mail and a person who left change nothing', async () => {
    await using agency = await openAgency();
    const { vendor, api, pat, kim, partnerId } = agency;
    const leadId = await agency.takeInLead();
    const [toPat, toKim] = [await mailTo(vendor, pat, 'New lead'), await mailTo(vendor, kim, 'New lead')];
    await expect(answerWith(vendor, toPat, kim, 'ACCEPT')).rejects.toMatchObject({ code: 'sender-unknown' });
    expect(await answerWith(vendor, toPat, pat, 'WON 5 EUR')).toEqual({ outcome: 'unclear' });
    expect((await post(vendor, linkIn(toPat), { answer: 'status', disposition: 'won' })).status).toBe(409);

    await api.send('PATCH', `/api/partners/${partnerId}/people/${pat.id}`, { active: false });
    expect((await visit(vendor, linkIn(toPat))).status).toBe(404);
    expect((await post(vendor, linkIn(toPat), { answer: 'accept' })).status).toBe(404);
    expect(await answerWith(vendor, toKim, kim, 'ACCEPT')).toEqual({ outcome: 'won' });
    await agency.settle();
    const details = await mailTo(vendor, kim, 'Your lead');
    expect(await answerWith(vendor, details, kim, 'CONTACTED')).toEqual({ outcome: 'noted' });
    expect(await answerWith(vendor, details, kim, 'WON 1.250,00')).toEqual({ outcome: 'unclear' });
    await agency.settle();
    expect((await leadOf(vendor, leadId)).state).toBe('contacted');
    // Asked for the lead: a page takes the answer, and shows no customer data.
    const ask = () => api.send('POST', `/api/leads/${leadId}/ask-back`, { reason: 'duplicate' });
    await ask();
    await agency.settle();
    const asked = linkIn(await mailTo(vendor, kim, 'Asked back'));
    const page = await visit(vendor, asked);
    expect(page.text).toContain('it exists twice');
    for (const secret of secrets) expect(page.text).not.toContain(secret);
    expect((await post(vendor, asked, { answer: 'refuse', text: ' ' })).status).toBe(422);
    expect((await post(vendor, asked, { answer: 'refuse', text: 'We know them.' })).status).toBe(200);
    expect((await post(vendor, asked, { answer: 'agree' })).status).toBe(409);
    expect((await visit(vendor, asked)).text).toContain('Nothing is asked of you');
    expect((await leadOf(vendor, leadId)).state).toBe('contacted');
    await ask();
    // To give it back is to agree.
    expect(await answerWith(vendor, details, kim, 'RETURN we do not serve them')).toEqual({ outcome: 'noted' });
    await agency.settle();
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'unrouted' });
    expect((await post(vendor, linkIn(toKim), { answer: 'status', disposition: 'won' })).status).toBe(409);
    const { items } = await api.get<{ items: { state: string }[] }>(`/api/leads/${leadId}/questions`);
    expect(items.map(({ state }) => state)).toEqual(['agreed', 'refused']);

    // Erased: who was sent something is asked to delete it, and says so; who left was not reached.
    await api.send('POST', `/api/leads/${leadId}/erase`, { reason: 'person-asked', confirm: leadId });
    await agency.settle();
    const erase = await mailTo(vendor, kim, 'Please delete');
    expect(erase.text).toContain('The lead that was sent to you on');
    for (const known of [...secrets, 'Acme', 'Ulm']) expect(erase.raw).not.toContain(known);
    const outcomes = async () => {
      const { requests } = await api.get<{ requests: { outcome: string }[] }>(`/api/leads/${leadId}/privacy`);
      return requests.map(({ outcome }) => outcome).toSorted();
    };
    expect(await outcomes()).toEqual(['open', 'unreached']);
    const gone = linkIn(erase);
    expect((await visit(vendor, gone)).text).toContain('It is gone');
    expect((await post(vendor, gone, { answer: 'erased' })).status).toBe(200);
    expect((await visit(vendor, gone)).text).toContain('Nothing is asked of you');
    expect(await outcomes()).toEqual(['done', 'unreached']);
    // Of all mails about it, a node without a mail server keeps this one.
    await agency.advance('1m');
    expect((await mailsTo(vendor, kim)).map(({ subject }) => subject)).toEqual(['Please delete a lead']);
  });

  it('is told when an administrator takes from it the lead it holds: its links say so, and take no status any more', async () => {
    await using agency = await openAgency();
    const { vendor, api, pat } = agency;
    const leadId = await agency.takeInLead();
    const link = linkIn(await mailTo(vendor, pat, 'New lead'));
    await post(vendor, link, { answer: 'accept' });
    await agency.settle();
    await api.send('POST', `/api/leads/${leadId}/ask-back`, { reason: 'other' });
    await agency.settle();
    const asked = linkIn(await mailTo(vendor, pat, 'Asked back'));
    await api.send('POST', `/api/leads/${leadId}/free`, { reason: 'They do not answer.' });
    await agency.settle();
    const told = await mailTo(vendor, pat, 'No longer yours');
    expect(told.text).toContain('it is not yours any more. Please keep nothing of it.');
    for (const secret of secrets) expect(told.raw).not.toContain(secret);
    expect(told.raw).toContain('In-Reply-To:');

    const before = await leadOf(vendor, leadId);
    expect(before.state).toBe('unrouted');
    expect((await visit(vendor, link)).text).toContain('This lead is not with you any more.');
    const late = await post(vendor, link, { answer: 'status', disposition: 'won', amount: '5 EUR' });
    expect(late).toMatchObject({ status: 409, text: expect.stringContaining('Nothing was noted.') as string });
    expect(await answerWith(vendor, await mailTo(vendor, pat, 'Your lead'), pat, 'WON 5 EUR')).toEqual({
      outcome: 'too-late',
    });
    expect((await visit(vendor, asked)).text).toContain('Nothing is asked of you');
    expect((await post(vendor, asked, { answer: 'agree' })).status).toBe(409);
    await agency.settle();
    expect(await leadOf(vendor, leadId)).toEqual(before);

    // The customer may call those who had the lead, too.
    const decided = decidedIn((await visit(vendor, link)).text);
    expect((await post(vendor, decided, { said: 'do-not-contact', channel: 'all' })).status).toBe(200);
    const agrees = { said: 'consent', purpose: 'marketing', state: 'granted' };
    expect((await post(vendor, decided, agrees)).status).toBe(409);
    expect((await post(vendor, decided, { ...agrees, state: 'withdrawn' })).status).toBe(200);
    expect((await leadOf(vendor, leadId)).doNotContact).toEqual(['all']);
    await api.send('POST', `/api/leads/${leadId}/erase`, { reason: 'person-asked', confirm: leadId });
    expect((await visit(vendor, link)).text).not.toContain('/decided/');
    expect((await post(vendor, decided, { said: 'do-not-contact', channel: 'phone' })).status).toBe(409);
  });

  it('tells by its link what the customer decided about their data: it counts as from any partner; nonsense changes nothing', async () => {
    await using agency = await openAgency();
    const { vendor, api, pat, kim, partnerId } = agency;
    const leadId = await agency.takeInLead();
    await api.send('POST', `/api/leads/${leadId}/consents`, { purpose: 'Marketing', state: 'granted' });
    const link = linkIn(await mailTo(vendor, pat, 'New lead'));
    const decided = link.replace(/.*\/a\//, '/decided/');
    const say = async (fields: Readonly<Record<string, string>>) => (await post(vendor, decided, fields)).status;
    const withdrawn = { said: 'consent', purpose: ' marketing ', state: 'withdrawn' };
    const known = async () => {
      const { document, doNotContact } = await leadOf(vendor, leadId);
      return { consents: document?.consents?.map(({ purpose, state }) => [purpose, state]), doNotContact };
    };
    const before = await known();
    // Not before the lead is theirs, and not by somebody else’s link.
    expect((await post(vendor, decided, withdrawn)).text).toContain('not yours to tell by this link');
    await post(vendor, link, { answer: 'accept' });
    await agency.settle();
    const others = linkIn(await mailTo(vendor, kim, 'New lead')).replace(/.*\/a\//, '/decided/');
    expect((await post(vendor, others, withdrawn)).status).toBe(409);
    expect((await post(vendor, `${decided}x`, withdrawn)).status).toBe(404);
    expect(decidedIn((await visit(vendor, link)).text)).toBe(decided);
    const nonsense: Record<string, string>[] = [
      { ...withdrawn, purpose: ' ' },
      { ...withdrawn, state: 'maybe' },
      { ...withdrawn, purpose: 'x'.repeat(101) },
      { ...withdrawn, more: '1' },
      { said: 'do-not-contact', channel: 'fax' },
      { said: 'nothing' },
    ];
    for (const wrong of nonsense) expect(await say(wrong)).toBe(422);
    expect(await known()).toEqual(before);

    for (let twice = 0; twice < 2; twice++) expect(await say(withdrawn)).toBe(200);
    expect(await say({ said: 'consent', purpose: 'Order\r\n news', state: 'granted' })).toBe(200);
    expect(await say({ said: 'do-not-contact', channel: 'phone' })).toBe(200);
    await agency.settle();
    const consents = [['Marketing', 'withdrawn'], ['Order news', 'granted']]; // prettier-ignore
    expect(await known()).toEqual({ consents, doNotContact: ['phone'] });
    const leaves = (await leavesOf(vendor)).filter((leaf) => leaf.includes('kind: consent-changed')).slice(1);
    expect(leaves).toHaveLength(3);
    for (const leaf of leaves)
      expect(leaf).toMatch(new RegExp(`lead: ${leadId}\npeer: ${partnerId}\ndigest: \\S+\n[^]*by: ${pat.id}\n`));
    const history = JSON.stringify(await api.get(`/api/leads/${leadId}/history`));
    expect(history).toContain('Pat Miller, Harbour Resellers');
    // Who said it is not told it back; our people are.
    expect((await mailsTo(vendor, pat)).filter(({ subject }) => /^(Do not|Consent)/.test(subject ?? ''))).toHaveLength(
      1,
    );
    expect((await fetch(`${vendor.url}${decided}`)).url).toBe(vendor.url + link.replace(/.*\/a\//, '/a/'));

    await api.send('PATCH', `/api/partners/${partnerId}/people/${pat.id}`, { active: false });
    expect(await say({ said: 'do-not-contact', channel: 'email' })).toBe(404);
    expect((await known()).doNotContact).toEqual(['phone']);
  });

  it('that is suspended, or whose people all left, is asked no more', async () => {
    await using agency = await openAgency();
    const { vendor, api, pat, kim, partnerId } = agency;
    const leadId = await agency.takeInLead();
    const link = linkIn(await mailTo(vendor, pat, 'New lead'));
    await api.send('POST', `/api/peers/${partnerId}/suspend`);
    expect((await visit(vendor, link)).status).toBe(404);
    await api.send('POST', `/api/peers/${partnerId}/resume`);
    expect((await visit(vendor, link)).status).toBe(200);
    await post(vendor, link, { answer: 'reject', reason: 'no-capacity' });
    await post(vendor, linkIn(await mailTo(vendor, kim, 'New lead')), { answer: 'reject', reason: 'no-capacity' });
    await agency.settle();
    expect((await leadOf(vendor, leadId)).state).toBe('unrouted');
    for (const { id } of [pat, kim])
      await api.send('PATCH', `/api/partners/${partnerId}/people/${id}`, { active: false });
    expect((await leadOf(vendor, await agency.takeInLead())).state).toBe('unrouted');
    const codes = [
      codeOf(api.send('POST', `/api/partners/${partnerId}/people`, { email: pat.email, name: 'Twin' })),
      codeOf(api.send('POST', `/api/partners/nobody/people`, { email: 'a@b.example', name: 'A' })),
      codeOf(api.send('POST', `/api/peers/${partnerId}/agreements`, { terms: {} })),
      codeOf(api.get(`/api/partners/${partnerId}/mapping`)),
    ];
    expect(await Promise.all(codes)).toEqual(['email-taken', 'not-found', 'invalid', 'not-found']);
  });

  it('keeps its history when it starts a node: what its people hold stays theirs, what comes goes to the node', async () => {
    await using agency = await openAgency(['harbour']);
    const { vendor, api, pat, partnerId } = agency;
    const harbour = agency.node('harbour');
    const policies = [
      { recipientKind: 'peer', recipientId: partnerId, target: 'group:phone', stage: 'offered', action: 'mask' },
    ];
    await api.send('PUT', '/api/field-policies', { policies });
    const held = await agency.takeInLead();
    const link = linkIn(await mailTo(vendor, pat, 'New lead'));
    await post(vendor, link, { answer: 'accept' });
    await agency.settle();
    await api.send('POST', `/api/leads/${held}/ask-back`, { reason: 'mistake' });
    const open = await agency.takeInLead();
    const offers = (await mailsTo(vendor, pat)).filter((mail) => mail.subject?.startsWith('New lead'));

    const { text: invitation, fingerprint } = await createInvitation(harbour.ctx);
    const taking = { invitation, role: 'secondary', allowedAddress: '127.0.0.0/8' };
    const accept = (more: object) => api.send('POST', '/api/peers/invitations/accept', { ...taking, ...more });
    expect(await codeOf(accept({ succeeds: 'partner_nobody' }))).toBe('not-succeeded');
    await accept({ succeeds: partnerId });
    // Nothing has moved before the ten words were compared.
    expect(await leadOf(vendor, held)).toMatchObject({ holder: { id: partnerId } });
    await api.send('POST', `/api/peers/${harbour.nodeId}/confirm`, { fingerprint });
    const own = await createInvitation(vendor.ctx);
    const mine = { invitation: own.text, role: 'primary', allowedAddress: '127.0.0.0/8' };
    await harbour.administrator.api.send('POST', '/api/peers/invitations/accept', mine);
    await harbour.administrator.api.send('POST', `/api/peers/${vendor.nodeId}/confirm`, {
      fingerprint: own.fingerprint,
    });

    expect(await leadOf(vendor, held)).toMatchObject({ holder: { kind: 'peer', id: harbour.nodeId } });
    expect(await codeOf(api.get(`/api/peers/${partnerId}`))).toBe('not-found');
    const kept = await api.get<{ items: { recipientId?: string }[] }>('/api/field-policies');
    expect(kept.items).toEqual([expect.objectContaining({ recipientId: harbour.nodeId })]);
    expect((await leavesOf(vendor)).some((leaf) => leaf.includes(`was: ${partnerId}`))).toBe(true);
    const asked = await api.get<{ items: object[] }>(`/api/leads/${held}/questions`);
    expect(asked.items).toMatchObject([{ state: 'open', partner: { peerId: harbour.nodeId } }]);
    // The earlier link still reports, and the earlier offer is still answered.
    await post(vendor, link, { answer: 'status', disposition: 'won', amount: '10 EUR' });
    const second = offers.map(linkIn).find((one) => one !== link);
    expect((await post(vendor, second!, { answer: 'accept' })).status).toBe(200);
    await agency.settle();
    expect((await leadOf(vendor, held)).state).toBe('won');
    expect(await leadOf(vendor, open)).toMatchObject({ state: 'assigned', holder: { id: harbour.nodeId } });

    const rob = await harbour.addUser('Rob');
    await offerTo(harbour, [await boxOf(harbour, rob.id)], 'direct');
    const next = await agency.takeInLead();
    expect((await leadOf(vendor, next)).state).toBe('offered');
    const { items } = await harbour.administrator.api.get<{ items: { id: string }[] }>('/api/leads');
    expect(items).toHaveLength(1);
    expect((await mailsTo(vendor, pat)).filter((mail) => mail.subject?.startsWith('New lead'))).toHaveLength(2);
  });
});
