import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listHistoryOf } from '../../node/leads/store.ts';
import { takeIn } from '../browser/scene.ts';
import { canary, codeOf, secretLead, secrets } from '../delivery/office.ts';
import { makeRingingClock } from '../support/clock.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';
import { startCrm, type Crm } from './crm.ts';
import { addCrm, change, leadOf, leavesOf, offerTo, type Partner } from './scene.ts';

const faulty =
  (act: (response: ServerResponse) => unknown): Crm['answer'] =>
  (response) => {
    act(response);
    return true;
  };

let network: TestNetwork;
let vendor: TestNode;
let crm: Crm;
let partner: Partner;

beforeAll(async () => {
  // Its deadlines ring: a request that hangs ends.
  network = await startNetwork({ nodes: ['vendor'], clock: makeRingingClock() });
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

async function reasonOf(leadId: string): Promise<string | undefined> {
  const [returned] = await listHistoryOf(vendor.ctx, leadId, { kinds: ['reroute'], skip: 0 });
  return returned?.facts.reason;
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
    const report = await vendor.administrator.api.get<{ disclosures: { stage: string }[] }>(
      `/api/leads/${leadId}/access-report`,
    );
    expect(report.disclosures.map(({ stage }) => stage)).toEqual(['offered', 'released']);
    expect(report.disclosures[1]).toMatchObject({ recipient: 'Harbour CRM', nodeId: partner.id });
    const kept = await vendor.ctx.db.selectFrom('webhookMessage').select('body').execute();
    expect(kept.every(({ body }) => body === null)).toBe(true);
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
      ...{ event: 'lead.updated', lead: reference, reason: 'other', test: false },
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

  it('declines, reports twice, too early and out of turn: each once, and nothing is told to who lost', async () => {
    const { leadId, reference } = await offered();
    expect(await crm.report({ lead: reference, status: 'contacted' })).toMatchObject({
      status: 409,
      body: { code: 'not-released' },
    });
    const rejected = { lead: reference, status: 'reject', note: 'No time.' };
    expect(await crm.report(rejected)).toMatchObject({ body: { outcome: 'rejected' } });
    expect(await crm.report(rejected)).toMatchObject({ body: { outcome: 'already-rejected' } });
    await network.settle();
    expect((await leadOf(vendor, leadId)).state).toBe('unrouted');
    expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.offered']);
    expect(await crm.report({ lead: reference, status: 'accept' })).toMatchObject({
      status: 409,
      body: { code: 'already-rejected' },
    });
  });

  it('is believed only with its own signature or token, fresh, and once', async () => {
    const { leadId, reference } = await offered();
    const now = network.clock.now();
    const accept = { lead: reference, status: 'accept' };
    const raw = JSON.stringify(accept);
    const [offer] = crm.taken;
    const refused = { status: 401, body: { code: 'report-refused' } };
    expect(await crm.post({}, raw)).toMatchObject(refused);
    expect(await crm.post({ authorization: 'Bearer lmw_guessed' }, raw)).toMatchObject(refused);
    expect(await crm.signed(accept, now - 6 * 60_000)).toMatchObject(refused);
    expect(await crm.signed(accept, now + 6 * 60_000)).toMatchObject(refused);
    // What we sent comes back with our own signature: it is not a report.
    expect(await crm.post(offer?.headers ?? {}, offer?.raw ?? '')).toMatchObject(refused);
    const { settings } = crm;
    crm.settings = settings && { ...settings, reportSecret: settings.secret };
    expect(await crm.signed(accept, now)).toMatchObject(refused);
    crm.settings = settings;
    expect((await leadOf(vendor, leadId)).state).toBe('offered');
    const peer = await vendor.administrator.api.get<{ securityEvents: { code: string }[] }>(`/api/peers/${partner.id}`);
    expect(new Set(peer.securityEvents.map(({ code }) => code))).toEqual(
      new Set(['report-forged', 'report-stale', 'report-token-refused']),
    );

    expect(await crm.signed(accept, now, 'report-1')).toMatchObject({ body: { outcome: 'won' } });
    expect(await crm.signed(accept, now, 'report-1')).toMatchObject({ body: { outcome: 'won' } });
    expect(await crm.signed({ ...accept, status: 'lost' }, now, 'report-1')).toMatchObject({
      status: 409,
      body: { code: 'idempotency-conflict' },
    });
    await network.settle();
    const heard = (await leavesOf(vendor)).filter(
      (leaf) => leaf.includes('kind: webhook-heard') && leaf.includes('event: report-1'),
    );
    expect(heard).toHaveLength(1);
  });

  it('that talks nonsense hears what is wrong, and changes nothing', async () => {
    const { leadId, reference } = await offered();
    const token = { authorization: `Bearer ${crm.settings?.token ?? ''}` };
    const codes = [
      await crm.post(token, 'no json'),
      await crm.post(token, '[1'),
      await crm.post(token, '"accept"'),
      await crm.report({ status: 'accept' }),
      await crm.report({ lead: reference }),
      await crm.report({ lead: reference, status: 'Frobnicated' }),
      await crm.report({ lead: 'recipient_01', status: 'accept' }),
      await crm.report({ lead: leadId, status: 'accept' }),
      await crm.report({ lead: reference, status: 'won', amount: '1.250,00', currency: 'EUR' }),
      await crm.report({ lead: reference, status: 'won', amount: '1250.00' }),
    ].map(({ body }) => body.code);
    expect(codes).toEqual([
      ...['report-unreadable', 'report-unreadable', 'report-unreadable', 'report-incomplete', 'report-incomplete'],
      ...['status-unknown', 'not-found', 'not-found', 'amount-unreadable', 'amount-unreadable'],
    ]);
    expect((await leadOf(vendor, leadId)).state).toBe('offered');
    await crm.report({ lead: reference, status: 'reject' });
  });

  it('that is down, breaks off or answers garbage gets the same webhook again, later, and counts once', async () => {
    const faults: Crm['answer'][] = [
      faulty((response) => response.writeHead(500).end('<html>oops')),
      faulty((response) => response.destroy()),
      faulty((response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end()),
    ];
    let tries = 0;
    crm.answer = (response) => faults[tries++]?.(response) ?? false;
    const leadId = await takeIn(vendor, secretLead);
    await network.settle();
    expect(crm.taken).toEqual([]);
    expect(await vendor.administrator.api.get(`/api/peers/${partner.id}`)).toMatchObject({
      health: { reach: 'failing', lastError: 'http-500' },
      outbox: { waiting: 1 },
    });
    for (const wait of ['10s', '1m', '3m']) await network.advance(wait);
    expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.offered']);
    expect(tries).toBe(4);
    const { items } = await vendor.administrator.api.get<{ items: object[] }>(`/api/peers/${partner.id}/messages`);
    expect(items[0]).toMatchObject({ type: 'lead.offered', state: 'delivered', attempts: 4 });

    // Whatever a 2xx says beside it does not matter; not even an answer.
    crm.answer = faulty((response) => response.writeHead(200).end('{"status":"accept"'));
    await crm.report({ lead: crm.taken[0]?.body.data.lead, status: 'accept' });
    await network.settle();
    expect((await leadOf(vendor, leadId)).state).toBe('assigned');
  });

  it('that is slow is left after twenty seconds, and tried again at growing distances; its health shows it', async () => {
    const tries: number[] = [];
    // It takes the request and says nothing: for the node the time goes on.
    crm.answer = () => {
      tries.push(network.clock.now());
      network.clock.advance('20s');
      return true;
    };
    const leadId = await takeIn(vendor, secretLead);
    await network.settle();
    for (let step = 0; step < 20 && tries.length < 4; step++) await network.advance('20s');
    const waits = tries.slice(1).map((at, index) => at - (tries[index] ?? 0));
    expect(waits).toHaveLength(3);
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits[2]).toBeGreaterThan(100_000);
    expect(await vendor.administrator.api.get(`/api/peers/${partner.id}`)).toMatchObject({
      health: { reach: 'failing', lastError: 'peer-timeout' },
      outbox: { waiting: 1 },
    });
    crm.answer = () => false;
    for (let step = 0; step < 15; step++) await network.advance('1m');
    expect(crm.taken.map(({ body }) => body.data.lead)).toHaveLength(1);
    expect(await vendor.administrator.api.get(`/api/peers/${partner.id}`)).toMatchObject({
      health: { reach: 'good', lastError: null },
    });
    expect((await leadOf(vendor, leadId)).state).toBe('offered');
    await crm.report({ lead: crm.taken[0]?.body.data.lead, status: 'reject' });
  });

  it('that stays down costs the lead nothing: the offer ends at its time, and goes on', async () => {
    crm.answer = faulty((response) => response.writeHead(503).end());
    const leadId = await takeIn(vendor, secretLead);
    await network.settle();
    await network.advance('61m');
    expect((await leadOf(vendor, leadId)).state).toBe('unrouted');
    crm.answer = () => false;
    for (let round = 0; round < 4; round++) await network.advance('31m');
    // It may have heard the offer: it is told that it is over, and nothing of the customer.
    expect(crm.taken.map(({ body }) => body.type)).toEqual(['lead.closed']);
    for (const secret of secrets) expect(crm.taken[0]?.raw).not.toContain(secret);
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
    expect((await told())[1]?.body).toContain(canary);
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

  it('is sent a release that it never took for ninety days, by hand; what it was told is known a year longer', async () => {
    const { leadId, reference } = await offered();
    const again = await offered();
    crm.answer = faulty((response) => response.writeHead(503).end());
    await crm.report({ lead: reference, status: 'accept' });
    await crm.report({ lead: again.reference, status: 'accept' });
    for (let day = 0; day < 15; day++) await network.advance('25h');
    const release = () =>
      vendor.ctx.db
        .selectFrom('webhookMessage')
        .select(['state', 'body'])
        .where('leadId', '=', leadId)
        .where('type', '=', 'lead.released')
        .executeTakeFirst();
    expect(await release()).toMatchObject({ state: 'dead', body: expect.stringContaining(canary) as string });

    interface Message {
      readonly id: string;
      readonly conversation: string;
      readonly type: string;
    }
    const { api } = vendor.administrator;
    const messages = `/api/peers/${partner.id}/messages`;
    const { items } = await api.get<{ items: Message[] }>(messages);
    const ofAgain = (type: string) => {
      const found = items.find((message) => message.conversation === again.reference && message.type === type);
      return `${messages}/${found?.id}/replay`;
    };
    expect(await codeOf(api.send('POST', ofAgain('lead.offered')))).toBe('not-replayable');
    expect(await codeOf(api.send('POST', `${messages}/msg_unknown/replay`))).toBe('not-found');
    crm.answer = () => false;
    crm.taken.length = 0;
    await api.send('POST', ofAgain('lead.released'));
    for (let round = 0; round < 3; round++) await network.advance('31m');
    expect(crm.taken.map(({ body }) => [body.type, body.data.lead])).toEqual([['lead.released', again.reference]]);
    expect(await leadOf(vendor, again.leadId)).toMatchObject({ state: 'assigned', holder: { id: partner.id } });
    expect(await codeOf(api.send('POST', ofAgain('lead.released')))).toBe('not-replayable');

    await network.advance('91d');
    expect(await release()).toEqual({ state: 'dead', body: null });
    await network.advance('401d');
    expect(await release()).toBeUndefined();
  });
});
