import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeApiClient, type ApiClient, type ApiError } from '../../node/cli/api-client.ts';
import { customers, take, type Customer } from '../../node/cli/demo/customers.ts';
import { adfMail, contactMail, formAnswers, leadAdsList } from '../../node/cli/demo/doors.ts';
import { makeForm } from '../../node/cli/demo/feed.ts';
import { onEachDatabase } from '../support/databases.ts';
import { startNetwork, type TestNetwork, type TestNode, type TestUser } from '../support/network.ts';
import {
  accept,
  assignCampaigns,
  change,
  enter,
  leadOf,
  offersTo,
  onlyOffer,
  readLead,
  reject,
  storyOf,
} from './desk.ts';

onEachDatabase((database) => {
  let network: TestNetwork;
  let vendor: TestNode;
  let reseller: TestNode;
  let ann: TestUser;
  let ben: TestUser;
  let rita: TestUser;

  beforeAll(async () => {
    network = await startNetwork({ nodes: ['vendor', 'reseller'], place: () => database.makePlace() });
    vendor = network.node('vendor');
    reseller = network.node('reseller');
    await network.introduce('vendor', 'reseller');
    ann = await vendor.addUser('Ann');
    ben = await vendor.addUser('Ben');
    rita = await reseller.addUser('Rita');
    await network.settle();
    await assignCampaigns(vendor.administrator.api, [
      ['partner', 'direct', ['reseller.localhost'], 60],
      ['grab', 'grab', [ann.id, 'reseller.localhost'], 60],
      ['rotation', 'round-robin', [ann.id, ben.id], 30],
      ['nobody', 'direct', ['reseller.localhost'], 60],
    ]);
    await assignCampaigns(reseller.administrator.api, [['*', 'direct', [rita.id], 45]]);
  });
  afterAll(() => network[Symbol.asyncDispose]());

  const admin = () => vendor.administrator.api;
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'no error',
      (error: unknown) => (error as ApiError).code,
    );
  /** The leads of the vendor that hold a word. */
  const find = async (api: ApiClient, q: string) =>
    (await api.get<{ items: { id: string }[] }>(`/api/leads?q=${encodeURIComponent(q)}&limit=200`)).items;
  /** Everybody declines whatever is open, so that the next story starts at a clean desk. */
  const clear = async () => {
    for (let left = true; left;) {
      left = false;
      for (const { api } of [ann, ben, rita])
        for (const offer of await offersTo(api)) {
          await reject(api, offer);
          left = true;
        }
      await network.settle();
    }
  };

  it('a lead goes to a partner, is released to it, and comes back won', async () => {
    const id = await enter(admin(), 'Quisling', 'partner');
    await network.settle();
    expect(await readLead(admin(), id)).toMatchObject({ state: 'offered' });
    const offer = await onlyOffer(rita.api);
    expect(offer.hiddenFields.map(({ path }) => path)).toContain('contact.familyName');
    const offered = await readLead(reseller.administrator.api, offer.leadId);
    expect(JSON.stringify(offered)).not.toMatch(/quisling/i);
    expect(await accept(rita.api, offer)).toBe('won');
    await network.settle();
    const held = await readLead(rita.api, offer.leadId);
    expect(held).toMatchObject({ state: 'assigned', holder: { kind: 'user', id: rita.id } });
    expect(held.document).toEqual((await readLead(admin(), id)).document);
    expect(await readLead(admin(), id)).toMatchObject({
      state: 'assigned',
      holder: { kind: 'peer', id: 'reseller.localhost' },
    });
    await change(rita.api, offer.leadId, { event: 'contact' });
    await change(rita.api, offer.leadId, { event: 'win', amount: { amount: '12500.50', currency: 'EUR' } });
    await network.settle();
    expect(await readLead(admin(), id)).toMatchObject({
      state: 'won',
      won: { amount: { amount: '12500.50', currency: 'EUR' } },
    });
    expect(await storyOf(admin(), id)).toEqual([
      'receive', 'offer', 'claim', 'award', 'assign', 'disclose', 'contact', 'win',
    ]); // prettier-ignore
    expect(await find(reseller.administrator.api, 'quis ærø')).toEqual([expect.objectContaining({ id: offer.leadId })]);
  });

  it('of those who grab a lead across nodes one wins, and the others are told', async () => {
    const ids = [await enter(admin(), 'Ahab', 'grab'), await enter(admin(), 'Ishmael', 'grab')];
    await network.settle();
    const [ours, theirs] = [await offersTo(ann.api), await offersTo(rita.api)];
    expect([ours.length, theirs.length]).toEqual([2, 2]);
    // Ann is first at one; at the other Rita says yes before her.
    expect(
      await accept(
        ann.api,
        ours.find(({ leadId }) => leadId === ids[0])!,
      ),
    ).toBe('won');
    for (const offer of theirs) expect(await accept(rita.api, offer)).toBe('won');
    await reseller.settle();
    expect(
      await codeOf(
        accept(
          ann.api,
          ours.find(({ leadId }) => leadId === ids[1])!,
        ),
      ),
    ).toBe('offer-taken');
    await network.settle();
    expect(await readLead(admin(), ids[0]!)).toMatchObject({ state: 'assigned', holder: { id: ann.id } });
    expect(await readLead(admin(), ids[1]!)).toMatchObject({ state: 'assigned', holder: { id: 'reseller.localhost' } });
    const states = await Promise.all(theirs.map(({ leadId }) => readLead(reseller.administrator.api, leadId)));
    expect(states.map(({ state }) => state).sort()).toEqual(['assigned', 'withdrawn']);
    expect(JSON.stringify(states.find(({ state }) => state === 'withdrawn'))).not.toMatch(/ahab|ishmael/i);
  });

  it('declined, expired and unwanted leads go on in turn, and end where somebody sees them', async () => {
    const id = await enter(admin(), 'Starbuck', 'rotation');
    await network.settle();
    const first = (await offersTo(ann.api)).length > 0 ? ann : ben;
    const second = first === ann ? ben : ann;
    expect(await reject(first.api, await onlyOffer(first.api))).toBe('rejected');
    await network.settle();
    expect((await onlyOffer(second.api)).leadId).toBe(id);
    await network.advance('31m');
    expect(await offersTo(second.api)).toEqual([]);
    expect(await readLead(admin(), id)).toMatchObject({ state: 'unrouted' });
    expect(await storyOf(admin(), id)).toEqual(['receive', 'offer', 'reject', 'offer', 'expire', 'unroute']);
    await admin().send('POST', `/api/leads/${id}/assign`, { userId: ben.id });
    expect(await readLead(ben.api, id)).toMatchObject({ state: 'assigned' });

    const unwanted = await enter(admin(), 'Stubb', 'nobody');
    await network.settle();
    await reject(rita.api, await onlyOffer(rita.api));
    await network.settle();
    expect(await readLead(admin(), unwanted)).toMatchObject({ state: 'unrouted' });
  });

  it('a rotation serves everybody alike', async () => {
    for (let number = 0; number < 10; number++) await enter(admin(), `Turn${number}`, 'rotation');
    await network.settle();
    expect([(await offersTo(ann.api)).length, (await offersTo(ben.api)).length]).toEqual([5, 5]);
    await clear();
  });

  it('a sleeping lead wakes at its time', async () => {
    const id = await enter(admin(), 'Queequeg', 'grab');
    await network.settle();
    await accept(ann.api, await onlyOffer(ann.api));
    const until = new Date(network.clock.now() + 49 * 3_600_000).toISOString();
    await change(ann.api, id, { event: 'sleep', until, note: 'On holiday' });
    await network.advance('48h');
    expect(await readLead(ann.api, id)).toMatchObject({ state: 'asleep' });
    await network.advance('2h');
    expect(await readLead(ann.api, id)).toMatchObject({ state: 'working' });
  });

  it('a list is imported once, row by row, and its refused rows come back', async () => {
    const rows = take(customers(7), 250);
    const bytes = leadAdsList(rows);
    const bring = (more = '') =>
      admin().upload<{ id: string; again: boolean }>(`/api/lists?provider=Ads${more}`, {
        contentType: 'text/csv',
        bytes,
      });
    const { id } = await bring();
    await network.settle();
    expect(await admin().get(`/api/lists/${id}`)).toMatchObject({
      state: 'done',
      rows: 250,
      accepted: 250,
      refused: 0,
    });
    expect(await bring()).toEqual({ id, again: true });
    const broken = Buffer.from('Name;Mail\r\n"Ada; ada@x.example\r\nBo;bo@x.example\r\n');
    const refusing = await admin().upload<{ id: string }>('/api/lists?provider=Broken', {
      contentType: 'text/csv',
      bytes: broken,
    });
    await network.settle();
    const list = await admin().get<{ refused: number }>(`/api/lists/${refusing.id}`);
    expect(list.refused).toBeGreaterThan(0);
    expect(await admin().get<string>(`/api/lists/${refusing.id}/refused.csv`)).toContain('ada@x.example');
    await clear();
  });

  it('mails become leads or wait in the tray, once', async () => {
    const [person, other] = take(customers(8), 2) as [Customer, Customer];
    const mail = (bytes: Uint8Array) =>
      admin().upload<{ leadIds: string[]; trayIds: string[]; again: boolean }>('/api/mail', {
        contentType: 'message/rfc822',
        bytes,
      });
    const adf = await mail(adfMail(person, 1));
    expect(adf.leadIds).toHaveLength(1);
    expect(await mail(adfMail(person, 1))).toEqual({ ...adf, again: true });
    expect((await mail(contactMail(other, 2))).leadIds).toHaveLength(1);
    const bytes = Buffer.from('From: a@b.example\r\nSubject: nul \0 and odd\r\n\r\nHello\0there\r\n', 'latin1');
    const { trayIds } = await mail(bytes);
    const entry = await admin().get<{ subject: string }>(`/api/tray/${trayIds[0]}`);
    expect(entry.subject).toContain('odd');
    const lead = leadOf('Pip', 'nobody');
    const { id } = await admin().send<{ id: string }>('POST', `/api/tray/${trayIds[0]}/lead`, { lead });
    await network.settle();
    const original = await fetch(`${vendor.url}/api/leads/${id}/original`, {
      headers: { authorization: `Bearer ${vendor.administrator.token}` },
    });
    expect(Buffer.from(await original.arrayBuffer()).equals(bytes)).toBe(true);
    await clear();
  });

  it('a form is a lead, sent twice it is one', async () => {
    await makeForm(admin());
    const [person] = take(customers(9), 1) as [Customer];
    const page = await (await fetch(`${vendor.url}/forms/quote?utm_campaign=grab`)).text();
    const hidden = [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const answers = { ...formAnswers(person), ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])) };
    network.clock.advance('30s');
    const body = new URLSearchParams(answers as Record<string, string>).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    for (let time = 0; time < 2; time++) {
      const answer = await fetch(`${vendor.url}/forms/quote`, { method: 'POST', headers, body, redirect: 'manual' });
      expect(answer.status).toBe(303);
    }
    expect(await find(admin(), person.email)).toHaveLength(1);
    await network.settle();
    await clear();
  });

  it('a post with its key is one lead, however often and however many at once', async () => {
    const keyed = makeApiClient(vendor.url, vendor.administrator.token, { 'idempotency-key': 'order-1' });
    const ids = await Promise.all(Array.from({ length: 8 }, () => enter(keyed, 'Tashtego', 'rotation')));
    expect(new Set(ids).size).toBe(1);
    expect(await codeOf(enter(keyed, 'Daggoo', 'rotation'))).toBe('idempotency-conflict');
    expect(await find(admin(), 'daggoo')).toEqual([]);
    await network.settle();
    await clear();
  });
});
