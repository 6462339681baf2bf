import request from 'supertest';
import { expect, it } from 'vitest';
import { routes as policyRoutes } from '../../node/disclosure/routes.ts';
import { setFieldPolicy } from '../../node/disclosure/set-field-policy.ts';
import { listPolicies, listPoliciesFor } from '../../node/disclosure/store.ts';
import { previewRoutes } from '../../node/federation/offers/preview-routes.ts';
import { transact } from '../../node/kernel/context.ts';
import { ada, receive } from '../leads/leads.ts';
import { onEachDatabase } from '../support/databases.ts';
import { openPeople } from '../support/people.ts';

const routes = [...policyRoutes, ...previewRoutes];
const forPeers = { recipientKind: 'peer', target: 'contact.emails', stage: 'offered' } as const;
const forReseller = { ...forPeers, recipientId: 'reseller.example' } as const;

onEachDatabase((database) => {
  it('keeps one policy for each recipient, target, stage and mode', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const set = (...changes: Parameters<typeof setFieldPolicy>[1][]) =>
        transact(ctx, async (tx) => {
          for (const change of changes) await setFieldPolicy(tx, change);
        });
      await set({ ...forPeers, action: 'show' }, { ...forPeers, action: 'mask' });
      await set({ ...forPeers, mode: 'grab', action: 'withhold' }, { ...forReseller, action: 'never' });
      await set({ recipientKind: 'user', target: 'group:phone', stage: 'released', action: 'never' });
      const peers = [
        { ...forPeers, action: 'mask' },
        { ...forPeers, mode: 'grab', action: 'withhold' },
        { ...forReseller, action: 'never' },
      ];
      expect(await listPolicies(ctx)).toEqual([
        ...peers,
        { recipientKind: 'user', target: 'group:phone', stage: 'released', action: 'never' },
      ]);
      expect(await listPoliciesFor(ctx, { kind: 'peer', id: 'reseller.example' })).toHaveLength(3);
      expect(await listPoliciesFor(ctx, { kind: 'peer', id: 'other.example' })).toEqual(peers.slice(0, 2));

      await set({ ...forPeers, action: 'default' }, { ...forPeers, mode: 'direct', action: 'default' });
      expect(await listPolicies(ctx)).toHaveLength(3);

      const other = await open();
      await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          transact((index % 2 ? other : { ctx }).ctx, (tx) => setFieldPolicy(tx, { ...forPeers, action: 'show' })),
        ),
      );
      expect(await listPolicies(ctx)).toHaveLength(4);
    }));

  it('refuses targets that are no fields, and masks where nothing can be shown in part', () =>
    database.withStore(async ({ ctx }) => {
      const set = (target: string, action: 'show' | 'mask') =>
        transact(ctx, (tx) => setFieldPolicy(tx, { recipientKind: 'peer', stage: 'offered', target, action }));
      for (const target of ['contact', 'contact.email', 'email', 'group:emails', 'group:', 'fields.', 'toString'])
        await expect(set(target, 'show'), target).rejects.toMatchObject({ code: 'unknown-field' });
      for (const target of ['interest.comments', 'group:comments', 'fields', 'fields.Roof area'])
        await expect(set(target, 'mask'), target).rejects.toMatchObject({ code: 'not-maskable' });
      await set('group:address', 'mask');
      await set('fields.Roof area', 'show');
      expect(await listPolicies(ctx)).toHaveLength(2);
    }));
});

it('sets policies over HTTP, all or none, and previews what a partner would see', async () => {
  await using node = await openPeople({ routes });
  const [admin, manager, rep] = [
    await node.bearer(await node.add('admin', 'administrator')),
    await node.bearer(await node.add('manager', 'manager')),
    await node.bearer(await node.add('rep')),
  ];
  const put = (authorization: string, policies: unknown) =>
    request(node.app).put('/api/field-policies').set({ authorization }).send({ policies });
  await put(manager, [{ ...forReseller, action: 'mask' }]).expect(403);
  await put(admin, [{ ...forReseller, action: 'hide' }]).expect(422);
  await put(admin, [{ ...forReseller, action: 'mask', colour: 'red' }]).expect(422);
  const refused = await put(admin, [
    { ...forReseller, action: 'mask' },
    { ...forReseller, target: 'contact.shoeSize', action: 'show' },
  ]).expect(422);
  expect(refused.body).toMatchObject({ code: 'unknown-field', details: { path: 'target' } });
  const get = (authorization: string) => request(node.app).get('/api/field-policies').set({ authorization });
  expect((await get(admin).expect(200)).body).toEqual({ items: [] });

  const set = await put(admin, [{ ...forReseller, action: 'mask' }]).expect(200);
  expect(set.body).toEqual({ items: [{ ...forReseller, action: 'mask' }] });
  expect((await get(manager).expect(200)).body).toEqual(set.body);
  await get(rep).expect(403);

  const leadId = await receive(node.ctx);
  const preview = (authorization: string, query: Record<string, string>, id = leadId) =>
    request(node.app).get(`/api/leads/${id}/preview`).set({ authorization }).query(query);
  const { body } = await preview(admin, { peerId: 'reseller.example' }).expect(200);
  const { fields, xml } = body as { fields: { path: string }[]; xml: Record<string, string> };
  const field = (path: string) => fields.find((each) => each.path === path);
  expect(field('contact.emails')).toMatchObject({
    offered: 'mask',
    offeredValue: [{ kind: 'work', value: '***@acme.example' }],
    releasedValue: ada.contact?.emails,
  });
  expect(field('contact.familyName')).toMatchObject({ offered: 'hide', released: 'show', releasedValue: 'Lovelace' });
  expect(field('contact.familyName')).not.toHaveProperty('offeredValue');
  expect(field('account.name')).toMatchObject({ offered: 'show', offeredValue: 'Acme GmbH' });
  expect(xml['offered']).toContain('***@acme.example');
  expect(xml['offered']).not.toContain('Lovelace');
  expect(xml['released']).toContain('Lovelace');
  expect((await preview(admin, {}).expect(200)).body.xml.offered).not.toContain('@acme.example');
  const both = await preview(admin, { peerId: 'a.example', userId: 'user_1' }).expect(422);
  expect(both.body).toMatchObject({ code: 'two-recipients' });
  await preview(admin, { peerId: 'a.example' }, 'lead_none').expect(404);
  await preview(manager, { peerId: 'a.example' }).expect(404);
  await preview(rep, { peerId: 'a.example' }).expect(403);
});

it('refuses conditions that are none, and those whose effect would tell something about a person', async () => {
  await using node = await openPeople({ routes });
  const authorization = await node.bearer(await node.add('admin', 'administrator'));
  const put = (condition: unknown) =>
    request(node.app)
      .put('/api/field-policies')
      .set({ authorization })
      .send({ policies: [{ ...forPeers, condition, action: 'show' }] });
  const german = { field: 'contact.address.country', op: 'equals', value: 'DE' };
  const agreed = { field: 'consents.newsletter', op: 'equals', value: 'granted' };
  expect((await put({ field: 'x' }).expect(422)).body).toMatchObject({ code: 'invalid-condition' });
  const personal = await put({ any: [german, { field: 'contact.familyName', op: 'exists' }] }).expect(422);
  expect(personal.body).toMatchObject({ code: 'personal-condition', details: { path: 'condition' } });
  expect((await put({ field: 'lead.round', op: 'less', value: 2 }).expect(422)).body).toMatchObject({ code: 'invalid-condition' }); // prettier-ignore
  const { body } = await put({ all: [german, agreed] }).expect(200);
  expect(body).toEqual({
    items: [
      {
        ...forPeers,
        condition: { all: [german, agreed] },
        conditionText: 'country is DE, and consent to “newsletter” is granted',
        action: 'show',
      },
    ],
  });
  // Another condition is another policy; the same one is set again.
  expect((await put(german).expect(200)).body.items).toHaveLength(2);
  expect((await put(german).expect(200)).body.items).toHaveLength(2);
});
