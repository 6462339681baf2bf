import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openText } from '../../node/leads/content-key.ts';
import { takeIn } from '../browser/scene.ts';
import { canary, codeOf, secretLead, secrets } from '../delivery/office.ts';
import { makeRingingClock } from '../support/clock.ts';
import { faulty, type Crm } from './crm.ts';
import { leadOf, leavesOf, openVendor, type Vendor } from './scene.ts';

let vendor: Vendor['vendor'];
let crm: Vendor['crm'];
let partner: Vendor['partner'];
let network: Vendor['network'];
let offered: Vendor['offered'];
let world: Vendor;

beforeAll(async () => {
  // Its deadlines ring: a request that hangs ends.
  world = await openVendor({ clock: makeRingingClock() });
  ({ network, vendor, crm, partner, offered } = world);
});
afterAll(() => world.close());
beforeEach(() => world.clear());

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
    const kept = await release();
    expect(kept).toMatchObject({ state: 'dead', body: expect.stringMatching(/^sealed:/) as string });
    expect(await openText(vendor.ctx, kept!.body)).toContain(canary);

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
