import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openText } from '../../node/leads/content-key.ts';
import { getLead, listHistoryOf } from '../../node/leads/store.ts';
import { canary, codeOf } from '../delivery/office.ts';
import { faulty } from './crm.ts';
import { change, leadOf, leavesOf, openVendor, type Vendor } from './scene.ts';

let vendor: Vendor['vendor'];
let crm: Vendor['crm'];
let partner: Vendor['partner'];
let network: Vendor['network'];
let offered: Vendor['offered'];
let world: Vendor;

beforeAll(async () => {
  world = await openVendor();
  ({ network, vendor, crm, partner, offered } = world);
});
afterAll(() => world.close());
beforeEach(() => world.clear());

async function reasonOf(leadId: string): Promise<string | undefined> {
  const [returned] = await listHistoryOf(vendor.ctx, leadId, { kinds: ['reroute'], skip: 0 });
  return returned?.facts.reason;
}

/** Why somebody could not be told of a change of consent. */
const untoldOf = async (leadId: string) =>
  (await listHistoryOf(vendor.ctx, leadId, { kinds: ['untold'], skip: 0 })).map(({ facts }) => facts.reason);

describe('software that holds a lead', () => {
  it('gets no details any more once an administrator took the lead from it', async () => {
    const { leadId, reference } = await offered();
    crm.answer = faulty((response) => response.writeHead(503).end());
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'claimed' });
    await vendor.administrator.api.send('POST', `/api/leads/${leadId}/free`, { reason: 'Their software is gone.' });
    crm.answer = () => false;
    await network.advance('1m');
    await network.advance('1m');
    expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.offered', 'lead.closed']);
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'unrouted' });
    expect((await crm.report({ lead: reference, status: 'won' })).status).toBe(409);
  });

  it('is told when an administrator takes from it the lead it holds: what waited about it does not leave any more', async () => {
    const { api } = vendor.administrator;
    const { leadId, reference } = await offered();
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    crm.answer = faulty((response) => response.writeHead(503).end());
    await change(vendor, leadId, { 'contact.jobTitle': canary });
    await api.send('POST', `/api/leads/${leadId}/ask-back`, { reason: 'other' });
    await network.settle();
    await api.send('POST', `/api/leads/${leadId}/free`, { reason: 'They went out of business.' });
    crm.answer = () => false;
    crm.taken.length = 0;
    for (let round = 0; round < 3; round++) await network.advance('31m');
    const closed = { event: 'lead.closed', lead: reference, reason: 'recalled', document: {} };
    expect(crm.taken.map(({ body }) => body.data)).toEqual([closed]);
    const questions = await api.get<{ items: object[] }>(`/api/leads/${leadId}/questions`);
    expect(questions).toMatchObject({ items: [{ state: 'void' }] });
    const before = await leadOf(vendor, leadId);
    expect(before.state).toBe('unrouted');
    for (const [status, code] of [
      ['won', 'not-the-holder'],
      ['return', 'not-the-holder'],
      ['agree', 'question-over'],
    ] as const)
      expect(await crm.report({ lead: reference, status })).toMatchObject({ status: 409, body: { code } });
    expect(await leadOf(vendor, leadId)).toEqual(before);
  });

  it('is told what changes of a lead it holds, as far as its policy shows it, also what changed on the way to it', async () => {
    const { leadId, reference } = await offered();
    crm.answer = faulty((response) => response.writeHead(503).end());
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    await change(vendor, leadId, { 'contact.jobTitle': 'Countess' });
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'claimed' });
    crm.answer = () => false;
    await network.advance('1m');
    await network.advance('1m');
    expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.offered', 'lead.released', 'lead.updated']);
    expect(crm.taken[2]?.body.data).toEqual({
      ...{ event: 'lead.updated', lead: reference, reason: 'correction', test: false },
      ...{ changed: ['contact.jobTitle'], document: { contact: { jobTitle: 'Countess' } } },
    });

    const { api } = vendor.administrator;
    const hide = { recipientKind: 'peer', recipientId: partner.id, target: 'group:phone', stage: 'updated' };
    const { items } = await api.get<{ items: object[] }>('/api/field-policies');
    await api.send('PUT', '/api/field-policies', { policies: [...items, { ...hide, action: 'never' }] });
    const phones = [{ kind: 'mobile', value: '+491705550999' }];
    await change(vendor, leadId, { 'contact.jobTitle': null, 'contact.phones': phones, 'account.name': 'Engines' });
    await change(vendor, leadId, { 'contact.phones': [] });
    expect(crm.taken.slice(3).map(({ body }) => body.data)).toMatchObject([
      {
        reason: 'correction',
        changed: ['contact.jobTitle', 'account.name'],
        document: { account: { name: 'Engines' } },
      },
    ]);
    expect(crm.taken[3]?.raw).not.toContain('555');

    const mapping = {
      fields: [
        { to: 'id', from: '$lead' },
        { to: 'title', from: 'contact.jobTitle' },
      ],
      wrap: false,
    };
    await api.send('PUT', `/api/partners/${partner.id}/mapping`, mapping);
    await change(vendor, leadId, { 'account.name': 'Analytical Engines' });
    await change(vendor, leadId, { 'contact.jobTitle': 'Analyst' });
    await change(vendor, leadId, { 'contact.jobTitle': null });
    const mapped = crm.taken.slice(4).map(({ raw }) => JSON.parse(raw) as object);
    expect(mapped).toEqual([{ id: reference, title: 'Analyst' }, { id: reference, title: null }]); // prettier-ignore
    const leaves = (await leavesOf(vendor)).filter((leaf) => leaf.includes(leadId) && leaf.includes('stage: updated'));
    expect(leaves.map((leaf) => /shown: (.*)/.exec(leaf)?.[1])).toEqual([
      ...['contact.jobTitle', 'contact.jobTitle account.name', 'contact.jobTitle', 'contact.jobTitle'],
    ]);
    await api.send('PUT', `/api/partners/${partner.id}/mapping`, {});
    await api.send('PUT', '/api/field-policies', { policies: items });
  });

  it('is asked for a lead back: keeps it, then gives it up; what it never took can be asked anew', async () => {
    const { leadId, reference } = await offered();
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    const { api } = vendor.administrator;
    const ask = () => api.send('POST', `/api/leads/${leadId}/ask-back`, { reason: 'mistake', text: 'Wrong region.' });
    interface Questions {
      readonly items: readonly { readonly state: string; readonly answerText?: string }[];
      readonly may: { readonly askBack: boolean };
    }
    const questions = () => api.get<Questions>(`/api/leads/${leadId}/questions`);
    const say = (status: string) => crm.report({ lead: reference, status, note: 'We know them.' });
    expect(await questions()).toMatchObject({ items: [], may: { askBack: true } });
    expect(await say('agree')).toMatchObject({ status: 409, body: { code: 'question-over' } });
    await ask();
    expect(await codeOf(ask())).toBe('already-asked');
    expect(await questions()).toMatchObject({ items: [{ state: 'open', ours: true }], may: { askBack: false } });
    await network.settle();
    const asked = crm.taken.at(-1)?.body;
    expect(asked).toMatchObject({ type: 'lead.recall-requested', data: { lead: reference, reason: 'mistake' } });
    expect(asked?.data).toMatchObject({ text: 'Wrong region.', answerBy: expect.any(String) as string, document: {} });
    expect(await say('refuse')).toMatchObject({ body: { outcome: 'refused' } });
    expect(await questions()).toMatchObject({ items: [{ state: 'refused', answerText: 'We know them.' }] });
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'assigned', holder: { id: partner.id } });

    crm.answer = faulty((response) => response.writeHead(503).end());
    await ask();
    for (let day = 0; day < 15; day++) await network.advance('25h');
    expect(await questions()).toMatchObject({ items: [{ state: 'void' }, {}], may: { askBack: true } });
    crm.answer = () => false;
    await ask();
    await network.advance('31m');
    expect(await say('agree')).toMatchObject({ body: { outcome: 'agreed' } });
    expect(await say('agree')).toMatchObject({ status: 409 });
    await network.settle();
    expect(await leadOf(vendor, leadId)).toMatchObject({ state: 'unrouted' });
    expect(await say('won')).toMatchObject({ status: 409, body: { code: 'not-the-holder' } });
  });

  it('gives a lead back with a reason of the protocol, or in its own words', async () => {
    for (const [words, reason] of [
      ['Wrong data', 'wrong-data'],
      ['Too far away', 'other'],
    ] as const) {
      // prettier-ignore
      const { leadId, reference } = await offered();
      await crm.report({ lead: reference, status: 'accept' });
      await network.settle();
      expect(await crm.report({ lead: reference, status: 'return', reason: words })).toMatchObject({ status: 200 });
      await network.settle();
      expect((await leadOf(vendor, leadId)).state).toBe('unrouted');
      const history = JSON.stringify(await vendor.administrator.api.get(`/api/leads/${leadId}/history`));
      expect(history).toContain(reason === 'other' ? 'Too far away' : reason);
      expect(await reasonOf(leadId)).toBe(reason);
    }
  });

  it('gets nothing more of a lead that is erased: what waits for it is empty, and does not leave', async () => {
    const { leadId, reference } = await offered();
    crm.answer = faulty((response) => response.writeHead(503).end());
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    const told = () =>
      vendor.ctx.db
        .selectFrom('webhookMessage')
        .select(['type', 'state', 'body'])
        .where('leadId', '=', leadId)
        .orderBy('messageId')
        .execute();
    const released = (await told())[1]?.body ?? '';
    expect(released).toMatch(/^sealed:/);
    expect(await openText(vendor.ctx, released)).toContain(canary);
    const body = { reason: 'person-asked', confirm: leadId };
    await vendor.administrator.api.send('POST', `/api/leads/${leadId}/erase`, body);
    const erased = [
      { type: 'lead.offered', state: 'delivered', body: null },
      { type: 'lead.released', state: 'cancelled', body: null },
    ];
    expect((await told()).slice(0, 2)).toEqual(erased);
    const requests = async () =>
      (await vendor.administrator.api.get<{ requests: object[] }>(`/api/leads/${leadId}/privacy`)).requests;
    expect(await requests()).toMatchObject([{ kind: 'erasure', outcome: 'open', partner: { name: 'Harbour CRM' } }]);
    crm.answer = () => false;
    crm.taken.length = 0;
    for (let round = 0; round < 3; round++) await network.advance('31m');
    expect(crm.taken.map(({ body: { type } }) => type)).toEqual(['lead.erased']);
    expect(crm.taken[0]?.body.data).toEqual({
      ...{ event: 'lead.erased', lead: reference, reason: 'person-asked', document: {} },
      answerBy: expect.any(String) as string,
    });
    const gone = { lead: reference, status: 'erased' };
    expect(await crm.report(gone)).toMatchObject({ body: { outcome: 'erased' } });
    expect(await crm.report(gone)).toMatchObject({ body: { outcome: 'erased' } });
    expect(await requests()).toMatchObject([{ outcome: 'done', overdue: false }]);
    const leaves = (await leavesOf(vendor)).filter((leaf) => leaf.includes('kind: erasure-answered'));
    expect(leaves).toEqual([expect.stringMatching(/outcome: done/)]);

    const other = await offered();
    expect(await crm.report({ lead: other.reference, status: 'erased' })).toMatchObject({
      status: 409,
      body: { code: 'question-over' },
    });
    // Software that never takes it was not reached: people have to ask.
    crm.answer = faulty((response) => response.writeHead(503).end());
    await vendor.administrator.api.send('POST', `/api/leads/${other.leadId}/erase`, { ...body, confirm: other.leadId });
    for (let day = 0; day < 15; day++) await network.advance('25h');
    const [unheard] = (await vendor.administrator.api.get<{ requests: object[] }>(`/api/leads/${other.leadId}/privacy`))
      .requests;
    expect(unheard).toMatchObject({ outcome: 'unreached' });
  });

  it('is told in which ways a person is not to be contacted, and what they decided, once it has the lead', async () => {
    const { api } = vendor.administrator;
    const { leadId, reference } = await offered();
    const close = (...channels: string[]) => api.send('POST', `/api/leads/${leadId}/do-not-contact`, { channels });
    const decide = (state: string) =>
      api.send('POST', `/api/leads/${leadId}/consents`, { purpose: 'marketing', state });
    const told = () =>
      crm.taken.filter(({ body }) => body.type === 'lead.consent-changed').map(({ body: { data } }) => data);
    await close('phone');
    await network.settle();
    expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.offered']);
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    expect(crm.taken.map(({ body }) => body.type).slice(1)).toEqual(['lead.released', 'lead.consent-changed']);
    const event = { event: 'lead.consent-changed', lead: reference, test: false };
    expect(told()[0]).toEqual({ ...event, doNotContact: ['phone'], changed: [], document: {} });
    await decide('withdrawn');
    await network.settle();
    const consents = [{ purpose: 'marketing', state: 'withdrawn', at: expect.any(String) as string }];
    const both = { ...event, doNotContact: ['phone'], changed: ['consents'], document: { consents } };
    expect(told().slice(1)).toEqual([both]);

    const updates = { recipientKind: 'peer', recipientId: partner.id, target: 'consents', stage: 'updated' };
    const set = (action: string) => api.send('PUT', '/api/field-policies', { policies: [{ ...updates, action }] });
    await set('never');
    await decide('granted');
    await close('post', 'phone');
    await network.settle();
    expect(told().slice(2)).toEqual([{ ...event, doNotContact: ['phone', 'post'], changed: [], document: {} }]);
    await set('default');
    const leaves = (await leavesOf(vendor)).filter((leaf) => leaf.includes(leadId) && leaf.includes('stage: updated'));
    expect(leaves.map((leaf) => /shown: (.*)/.exec(leaf)?.[1])).toEqual([undefined, 'consents', undefined]);

    // A mapping that names neither is told nothing: people have to.
    const named = { fields: [{ to: 'id', from: '$lead' }], wrap: false };
    await api.send('PUT', `/api/partners/${partner.id}/mapping`, named);
    await close('email');
    await network.settle();
    expect(await untoldOf(leadId)).toEqual(['mapping']);
    await api.send('PUT', `/api/partners/${partner.id}/mapping`, {});
    expect(told()).toHaveLength(3);
  });

  it('that did not take a change of consent is told the last one by hand', async () => {
    const { api } = vendor.administrator;
    const { leadId, reference } = await offered();
    await crm.report({ lead: reference, status: 'accept' });
    await network.settle();
    crm.answer = faulty((response) => response.writeHead(503).end());
    await api.send('POST', `/api/leads/${leadId}/consents`, { purpose: 'marketing', state: 'refused' });
    for (const channel of ['phone', 'email'])
      await api.send('POST', `/api/leads/${leadId}/do-not-contact`, { channels: [channel] });
    for (let day = 0; day < 15; day++) await network.advance('25h');
    expect(await untoldOf(leadId)).toEqual([expect.any(String)]);
    const messages = `/api/peers/${partner.id}/messages`;
    const { items } = await api.get<{ items: { id: string; type: string; state: string }[] }>(messages);
    const [last, first] = items.filter(({ type }) => type === 'lead.consent-changed');
    expect([last, first]).toMatchObject([{ state: 'dead' }, { state: 'dead' }]);
    expect(items.filter(({ state }) => state === 'waiting')).toEqual([]);
    crm.answer = () => false;
    crm.taken.length = 0;
    expect(await codeOf(api.send('POST', `${messages}/${first?.id}/replay`))).toBe('not-replayable');
    await api.send('POST', `${messages}/${last?.id}/replay`);
    for (let round = 0; round < 3; round++) await network.advance('31m');
    const document = { consents: [{ purpose: 'marketing', state: 'refused' }] };
    expect(crm.taken.map(({ body: { data } }) => data)).toMatchObject([{ doNotContact: ['phone', 'email'], document }]);
  });

  it('says itself what the person decided: ways are closed, a purpose is decided; nonsense changes nothing', async () => {
    const { leadId, reference } = await offered();
    const say = (status: string, more: object = {}) => crm.report({ lead: reference, status, ...more });
    const refused = (status: number, code: string) => ({ status, body: { code } });
    const noted = { status: 200, body: { outcome: 'noted' } };
    expect(await say('do-not-contact', { channels: ['phone'] })).toMatchObject(refused(409, 'not-released'));
    await say('accept');
    await network.settle();
    crm.taken.length = 0;
    expect(await say('do-not-contact')).toMatchObject(refused(422, 'report-incomplete'));
    expect(await say('do-not-contact', { channels: 'phone, fax' })).toMatchObject(refused(422, 'channel-unknown'));
    expect(await say('consent', { purpose: 'marketing' })).toMatchObject(refused(422, 'report-incomplete'));
    expect(await say('consent', { consent: 'granted' })).toMatchObject(refused(422, 'report-incomplete'));
    const maybe = { purpose: 'marketing', consent: 'maybe' };
    expect(await say('consent', maybe)).toMatchObject(refused(422, 'consent-unknown'));
    const before = await listHistoryOf(vendor.ctx, leadId, { kinds: ['consent'], skip: 0 });
    expect(before).toEqual([]);

    expect(await say('do-not-contact', { channels: 'Phone, email' })).toMatchObject(noted);
    expect(await say('do-not-contact', { channels: ['phone'] })).toMatchObject(noted);
    const withdrawn = { purpose: 'marketing', consent: 'withdrawn' };
    for (let twice = 0; twice < 2; twice++) expect(await say('consent', withdrawn)).toMatchObject(noted);
    await network.settle();
    const { doNotContact, document } = await getLead(vendor.ctx, leadId);
    expect(doNotContact).toEqual(['phone', 'email']);
    expect(document.consents).toMatchObject([{ purpose: 'marketing', state: 'withdrawn' }]);
    const story = await listHistoryOf(vendor.ctx, leadId, { kinds: ['consent'], skip: 0 });
    expect(story).toMatchObject([{ actor: { kind: 'peer', id: partner.id } }, { actor: { id: partner.id } }]);
    // Who said so is not told back.
    expect(crm.taken).toEqual([]);
    const leaves = (await leavesOf(vendor)).filter((leaf) => leaf.includes('kind: consent-changed'));
    expect(leaves.at(-1)).toContain(`peer: ${partner.id}`);

    // What takes away counts also from whom has it no more, what gives does not.
    expect(await say('consent', { purpose: 'surveys', consent: 'granted' })).toMatchObject(noted);
    await vendor.administrator.api.send('POST', `/api/leads/${leadId}/free`, { reason: 'They are gone.' });
    const [gives, takes] = ['granted', 'withdrawn'].map((consent) => ({ purpose: 'surveys', consent }));
    expect(await say('consent', { ...gives, purpose: 'marketing' })).toMatchObject(refused(409, 'not-the-holder'));
    expect(await say('consent', takes)).toMatchObject(noted);
    expect((await getLead(vendor.ctx, leadId)).document.consents).toMatchObject([
      { purpose: 'marketing', state: 'withdrawn' },
      { purpose: 'surveys', state: 'withdrawn' },
    ]);

    // Its own words.
    const statuses = { 'Do not call': { answer: 'do-not-contact', channels: ['visit'] }, Back: { ignore: true } };
    await vendor.administrator.api.send('PUT', `/api/partners/${partner.id}/mapping`, { statuses });
    expect(await say('do not call')).toMatchObject(noted);
    expect((await getLead(vendor.ctx, leadId)).doNotContact).toContain('visit');
    await vendor.administrator.api.send('PUT', `/api/partners/${partner.id}/mapping`, {});
  });
});
