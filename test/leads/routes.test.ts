import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { routes as disclosureRoutes } from '../../node/disclosure/routes.ts';
import { setFieldPolicy } from '../../node/disclosure/set-field-policy.ts';
import { transact } from '../../node/kernel/context.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { routes as leadRoutes } from '../../node/leads/routes.ts';
import type { User } from '../../node/people/store.ts';
import { leadFields } from '../../protocol/index.ts';
import { openPeople, type PeopleNode } from '../support/people.ts';
import { ada, intents, offeredByVendor, receive, reseller } from './leads.ts';

/** A small firm: an administrator, a manager with Grace below her, Otto beside them, and an auditor. */
async function openFirm() {
  const node = await openPeople({ routes: [...leadRoutes, ...disclosureRoutes] });
  const admin = await node.add('admin', 'administrator');
  const manager = await node.add('manager', 'manager');
  const grace = await node.add('grace', 'representative', manager.id);
  const otto = await node.add('otto');
  const auditor = await node.add('auditor', 'auditor');
  const bearers = new Map<string, string>();
  for (const user of [admin, manager, grace, otto, auditor]) bearers.set(user.id, await node.bearer(user));
  const headers = (user: User) => ({ authorization: bearers.get(user.id) ?? '' });
  return {
    ...node,
    ctx: node.ctx,
    people: { admin, manager, grace, otto, auditor },
    get: (user: User, path: string) => request(node.app).get(path).set(headers(user)),
    send: (method: 'post' | 'put', user: User, path: string, body: object) =>
      request(node.app)[method](path).set(headers(user)).send(body),
    [Symbol.asyncDispose]: node[Symbol.asyncDispose],
  };
}

const holderOf = (user: User) => ({ kind: 'user', id: user.id, name: user.name }) as const;
async function heldBy(ctx: PeopleNode['ctx'], user: User, arriving: Parameters<typeof receive>[1] = {}) {
  const leadId = await receive(ctx, arriving);
  await transact(ctx, (tx) => changeLead(tx, leadId, 'assign', { holder: holderOf(user) }));
  return leadId;
}

describe('GET /api/leads', () => {
  it('shows everyone her own part, as lines a page can print', async () => {
    await using firm = await openFirm();
    const { admin, manager, grace, otto, auditor } = firm.people;
    const gracesLead = await heldBy(firm.ctx, grace);
    firm.clock.advance('1m');
    const ottosLead = await heldBy(firm.ctx, otto);
    firm.clock.advance('1m');
    const fresh = await receive(firm.ctx, { test: true });
    const seen = async (user: User, query = '') =>
      ((await firm.get(user, `/api/leads${query}`).expect(200)).body.items as { id: string }[]).map((lead) => lead.id);
    expect(await seen(admin)).toEqual([fresh, ottosLead, gracesLead]);
    expect(await seen(auditor)).toEqual([fresh, ottosLead, gracesLead]);
    expect(await seen(manager)).toEqual([gracesLead]);
    expect(await seen(grace)).toEqual([gracesLead]);
    expect(await seen(otto, '?q=lovelace')).toEqual([ottosLead]);
    expect(await seen(admin, `?holder=${grace.id}`)).toEqual([gracesLead]);
    expect(await seen(admin, '?state=new&q=acme')).toEqual([fresh]);

    const { body } = await firm.get(admin, '/api/leads?state=assigned&limit=1').expect(200);
    expect(body).toEqual({
      items: [
        {
          id: ottosLead,
          title: 'Ada Lovelace · Acme GmbH',
          company: 'Acme GmbH',
          city: 'Leipzig',
          country: 'DE',
          state: 'assigned',
          holder: holderOf(otto),
          origin: { kind: 'local' },
          test: false,
          doNotContact: [],
          receivedAt: '2026-05-04T09:01:00.000Z',
          updatedAt: '2026-05-04T09:01:00.000Z',
        },
      ],
      nextCursor: expect.any(String),
    });
    expect(await seen(admin, `?state=assigned&limit=1&cursor=${body.nextCursor}`)).toEqual([gracesLead]);
  });

  it('refuses what it does not know', async () => {
    await using firm = await openFirm();
    const { admin } = firm.people;
    for (const query of ['state=sleeping', 'limit=0', 'limit=9999', 'colour=red', 'cursor=nonsense'])
      expect((await firm.get(admin, `/api/leads?${query}`).expect(422)).body.code).toBe('invalid');
    await request(firm.app).get('/api/leads').expect(401);
  });
});

describe('GET /api/leads/:id', () => {
  it('shows document, what is hidden, and the buttons of this reader', async () => {
    await using firm = await openFirm();
    const { admin, grace, otto, auditor } = firm.people;
    const leadId = await receive(firm.ctx, offeredByVendor);
    await transact(firm.ctx, async (tx) => {
      await changeLead(tx, leadId, 'offer', { box: { id: 'box_1', name: 'North' } });
      await changeLead(tx, leadId, 'claim', { holder: holderOf(grace) });
    });
    const { body } = await firm.get(grace, `/api/leads/${leadId}`).expect(200);
    expect(body).toEqual({
      id: leadId,
      title: 'Acme GmbH',
      company: 'Acme GmbH',
      city: 'Leipzig',
      state: 'claimed',
      box: { id: 'box_1', name: 'North' },
      holder: holderOf(grace),
      origin: { kind: 'peer', peerId: 'vendor.example', name: 'Vendor', closesAt: '2026-05-05T00:00:00.000Z' },
      test: false,
      doNotContact: [],
      receivedAt: '2026-05-04T09:00:00.000Z',
      updatedAt: '2026-05-04T09:00:00.000Z',
      version: 3,
      document: offeredByVendor.document,
      hiddenFields: [
        { path: 'contact.givenName', label: 'First name' },
        { path: 'contact.familyName', label: 'Last name' },
        { path: 'contact.emails', label: 'E-mail' },
      ],
      maskedFields: [{ path: 'contact.phones', label: 'Phone' }],
      events: [{ event: 'note', label: 'Note', needs: ['note'] }],
      hasOriginal: false,
      mayEdit: false,
      mayNoteConsent: false,
    });
    expect((await firm.get(auditor, `/api/leads/${leadId}`).expect(200)).body.events).toEqual([]);
    expect((await firm.get(admin, `/api/leads/${leadId}`).expect(200)).body.events).toHaveLength(1);
    for (const path of ['', '/history', '/original']) {
      expect((await firm.get(otto, `/api/leads/${leadId}${path}`).expect(404)).body.code).toBe('not-found');
      await firm.get(otto, `/api/leads/lead_none${path}`).expect(404);
    }
  });

  it('hides from a representative what a policy keeps from her, everywhere', async () => {
    await using firm = await openFirm();
    const { admin, grace } = firm.people;
    const original = { mediaType: 'message/rfc822', bytes: Buffer.from('From: Ada Lovelace') };
    const leadId = await heldBy(firm.ctx, grace, { original });
    await transact(firm.ctx, async (tx) => {
      const policy = { recipientKind: 'user', stage: 'released' } as const;
      await setFieldPolicy(tx, { ...policy, target: 'contact.familyName', action: 'never' });
      await setFieldPolicy(tx, { ...policy, target: 'contact.emails', action: 'mask' });
    });
    const { body } = await firm.get(grace, `/api/leads/${leadId}`).expect(200);
    expect(body.title).toBe('Ada · Acme GmbH');
    expect(body.document.contact.emails).toEqual([{ kind: 'work', value: '***@acme.example' }]);
    expect(body.hiddenFields).toEqual([{ path: 'contact.familyName', label: 'Last name' }]);
    expect(body.maskedFields).toEqual([{ path: 'contact.emails', label: 'E-mail' }]);
    expect(body.hasOriginal).toBe(false);
    const list = await firm.get(grace, '/api/leads').expect(200);
    expect(JSON.stringify([body, list.body])).not.toMatch(/Lovelace|ada@/);
    expect(list.body.items[0].title).toBe('Acme GmbH');
    expect((await firm.get(grace, `/api/leads/${leadId}/original`).expect(403)).body.code).toBe('forbidden');
    expect((await firm.get(grace, '/api/leads?q=lovelace').expect(403)).body.code).toBe('forbidden');
    expect((await firm.get(admin, `/api/leads/${leadId}`).expect(200)).body.document).toEqual(ada);
  });
});

it('GET /api/leads/:id/original gives the bytes as a download that no browser runs', async () => {
  await using firm = await openFirm();
  const { admin, grace } = firm.people;
  const bytes = Buffer.from('<html><script>alert(1)</script>\r\n\xff', 'latin1');
  const leadId = await heldBy(firm.ctx, grace, { original: { mediaType: 'Message/RFC822; x="a\r\nb"', bytes } });
  const answer = await firm.get(grace, `/api/leads/${leadId}/original`).buffer(true).expect(200);
  expect(Buffer.compare(answer.body as Buffer, bytes)).toBe(0);
  expect(answer.headers).toMatchObject({
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename="${leadId}.eml"`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'cache-control': 'no-store',
  });
  const without = await receive(firm.ctx);
  expect((await firm.get(admin, `/api/leads/${without}/original`).expect(404)).body.code).toBe('not-found');
});

describe('POST /api/leads/:id/changes', () => {
  it('takes the work of the holder, and tells the story of it', async () => {
    await using firm = await openFirm();
    const { grace } = firm.people;
    const leadId = await heldBy(firm.ctx, grace);
    const change = (body: object) => firm.send('post', grace, `/api/leads/${leadId}/changes`, body);
    const { body } = await change({ event: 'contact', note: 'Wants a visit' }).expect(200);
    expect(body.historyId).toMatch(/^history_/);
    await change({ event: 'sleep', until: '2026-05-20T08:00:00+02:00' }).expect(200);
    const amount = { amount: '1250.00', currency: 'EUR' };
    await change({ event: 'win', amount, orderReference: 'A-7' }).expect(200);
    const history = await firm.get(grace, `/api/leads/${leadId}/history?limit=3`).expect(200);
    expect(history.body.items[2]).toMatchObject({
      id: body.historyId,
      kind: 'contact',
      sentence: 'grace contacted the customer.',
      actor: holderOf(grace),
      note: 'Wants a visit',
      at: '2026-05-04T09:00:00.000Z',
    });
    const rest = await firm.get(grace, `/api/leads/${leadId}/history?cursor=${history.body.nextCursor}`).expect(200);
    expect((rest.body.items as { sentence: string }[]).map((entry) => entry.sentence)).toEqual([
      'grace put it to sleep until 2026-05-20 06:00 UTC.',
      'grace won it: 1250.00 EUR, order A-7.',
    ]);
    const view = await firm.get(grace, `/api/leads/${leadId}`).expect(200);
    expect(view.body).toMatchObject({ state: 'won', won: { amount, orderReference: 'A-7' }, version: 5 });
    expect(await intents(firm.ctx, 'wake-lead')).toEqual([]);
  });

  it('refuses bad input with a code, and changes nothing', async () => {
    await using firm = await openFirm();
    const { grace, admin } = firm.people;
    const leadId = await heldBy(firm.ctx, grace);
    const refusals: [object, number, string][] = [
      [{ event: 'claim' }, 422, 'invalid'],
      [{ event: 'reroute' }, 422, 'invalid'],
      [{}, 422, 'invalid'],
      [{ event: 'contact', colour: 'red' }, 422, 'invalid'],
      [{ event: 'sleep' }, 422, 'fact-missing'],
      [{ event: 'sleep', until: 'tomorrow' }, 422, 'invalid'],
      [{ event: 'sleep', until: '2026-05-04T08:59:59Z' }, 422, 'invalid'],
      [{ event: 'lose' }, 422, 'fact-missing'],
      [{ event: 'note', note: '   ' }, 422, 'invalid'],
      [{ event: 'win', amount: { amount: '12,50', currency: 'EUR' } }, 422, 'invalid'],
      [{ event: 'win', amount: { amount: '12.50', currency: 'Euro' } }, 422, 'invalid'],
      [{ event: 'reopen' }, 409, 'illegal-change'],
      [{ event: 'contact', version: 1 }, 409, 'lead-changed'],
    ];
    for (const [body, status, code] of refusals) {
      const answer = await firm.send('post', grace, `/api/leads/${leadId}/changes`, body);
      expect([answer.status, answer.body.code], JSON.stringify(body)).toEqual([status, code]);
    }
    expect((await firm.get(admin, `/api/leads/${leadId}`)).body.version).toBe(2);
    expect((await firm.get(admin, `/api/leads/${leadId}/history`)).body.items).toHaveLength(2);
  });

  it('is for who holds the lead or answers for it', async () => {
    await using firm = await openFirm();
    const { admin, manager, grace, otto, auditor } = firm.people;
    const leadId = await heldBy(firm.ctx, grace);
    const status = async (user: User, event: string) =>
      (await firm.send('post', user, `/api/leads/${leadId}/changes`, { event, note: 'x' })).status;
    expect(await status(otto, 'contact')).toBe(404);
    expect(await status(auditor, 'contact')).toBe(403);
    expect(await status(manager, 'contact')).toBe(200);
    expect(await status(admin, 'work')).toBe(200);

    const partners = await receive(firm.ctx);
    await transact(firm.ctx, (tx) => changeLead(tx, partners, 'assign', { holder: reseller }));
    const answer = await firm.send('post', admin, `/api/leads/${partners}/changes`, { event: 'win' }).expect(403);
    expect(answer.body.code).toBe('forbidden');
    await firm.send('post', admin, `/api/leads/${partners}/changes`, { event: 'note', note: 'x' }).expect(200);
  });
});

it('GET /api/lead-fields describes the fields for forms and conditions', async () => {
  await using firm = await openFirm();
  const { body } = await firm.get(firm.people.grace, '/api/lead-fields').expect(200);
  expect((body.items as { path: string }[]).map((field) => field.path)).toEqual(leadFields.map((field) => field.path));
  expect(body.items).toContainEqual(leadFields.find((field) => field.path === 'qualification.interestLevel'));
});
