import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMapping } from '../../node/federation/bridge/mapping.ts';
import { takeIn } from '../browser/scene.ts';
import { codeOf } from '../delivery/office.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';
import { startCrm, type Crm } from './crm.ts';
import { addCrm, leadOf, offerTo, type Partner } from './scene.ts';

const guide = readFileSync(new URL('../../docs/bridge.md', import.meta.url), 'utf8');
const [mapping, lead, offered, released, noCalls, changed, won] = [...guide.matchAll(/^```json\n([^]*?)^```$/gm)].map(
  ([, text = '']) => JSON.parse(text) as Record<string, unknown>,
);

let network: TestNetwork;
let vendor: TestNode;
let crm: Crm;
let partner: Partner;

beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor'] });
  vendor = network.node('vendor');
  crm = await startCrm();
  partner = await addCrm(vendor, crm, mapping);
  await offerTo(vendor, [partner.boxId], 'direct');
});
afterAll(async () => {
  await network[Symbol.asyncDispose]();
  await crm.stop();
});

const anew = { lead_id: expect.any(String) as string, answer_before: expect.any(String) as string };

describe('docs/bridge.md', () => {
  it('shows what a CRM with a mapping of its own is sent, and what it reports', async () => {
    const leadId = await takeIn(vendor, lead);
    await network.settle();
    const sent = () => crm.taken.map(({ raw }) => JSON.parse(raw) as Record<string, unknown>);
    expect(sent()).toEqual([{ ...offered, ...anew }]);
    const reference = sent()[0]?.['lead_id'];
    const [, example = ''] = /^ {2}-d '(.*)' \\$/m.exec(guide) ?? [];
    const { deal } = JSON.parse(example) as { deal: object };
    expect(await crm.report({ deal: { ...deal, lead_id: reference } })).toMatchObject({ body: { outcome: 'won' } });
    await network.settle();
    expect(sent()[1]).toEqual({ ...released, ...anew });
    expect(await crm.report({ deal: { ...(noCalls?.['deal'] as object), lead_id: reference } })).toMatchObject({
      body: { outcome: 'noted' },
    });
    const { api } = vendor.administrator;
    await api.send('POST', `/api/leads/${leadId}/do-not-contact`, { channels: ['post'] });
    await network.settle();
    const [{ purpose, state, at } = {}] = changed?.['consents'] as Record<string, string>[];
    await api.send('POST', `/api/leads/${leadId}/consents`, { purpose, state, at });
    await network.advance('10s');
    expect(sent()[3]).toEqual({ ...changed, lead_id: reference });
    const report = { deal: { ...(won?.['deal'] as object), lead_id: reference } };
    expect(await crm.report(report)).toMatchObject({ body: { outcome: 'noted' } });
    expect(await leadOf(vendor, leadId)).toMatchObject({
      state: 'won',
      won: { amount: { amount: '1250.00', currency: 'EUR' } },
    });
  });

  it('shows before what would be sent, with the mapping that is set or one to try', async () => {
    const leadId = await takeIn(vendor, lead);
    const preview = (more: object) =>
      vendor.administrator.api.send<Record<'offered' | 'released' | 'closed', string>>(
        'POST',
        `/api/partners/${partner.id}/preview`,
        { leadId, mode: 'direct', ...more },
      );
    const set = await preview({});
    expect(JSON.parse(set.offered)).toEqual({ ...offered, ...anew });
    expect(JSON.parse(set.released)).toEqual({ ...released, ...anew });
    const tried = await preview({ mapping: { fields: [{ to: 'id', from: '$lead' }], wrap: false } });
    expect(Object.keys(JSON.parse(tried.released) as object)).toEqual(['id']);
  });

  it('refuses a mapping that does not fit, and says where', async () => {
    const { api } = vendor.administrator;
    const path = `/api/partners/${partner.id}/mapping`;
    const before = await api.get(path);
    const id = { to: 'id', from: '$lead' };
    const wrong: [object, string][] = [
      [{ fields: [id, { to: 'a', from: 'contact.nickname' }] }, 'mapping.fields[1].from'],
      [{ fields: [id, { to: 'a', from: '$secret' }] }, 'mapping.fields[1].from'],
      [{ fields: [{ to: 'a', from: 'account.name' }] }, 'mapping.fields'],
      [{ fields: [id, { to: 'id', constant: 1 }] }, 'mapping.fields[0].to'],
      [{ fields: [id, { to: 'a.b', constant: 1 }, { to: 'a', constant: 1 }] }, 'mapping.fields[2].to'],
      [{ fields: [id, { to: 'a' }] }, 'mapping.fields[1]'],
      [{ fields: [id, { to: 'a b', constant: 1 }] }, 'mapping.fields[1].to'],
      [{ statuses: { Won: { disposition: 'victory' } } }, 'mapping.statuses.Won.disposition'],
      [{ currency: 'euro' }, 'mapping.currency'],
      [{ colour: 'red' }, 'mapping.colour'],
    ];
    for (const [input, place] of wrong) {
      const details = expect.objectContaining({ path: place }) as object;
      expect(() => checkMapping(input)).toThrow(expect.objectContaining({ details }) as Error);
      expect(await codeOf(api.send('PUT', path, input))).toMatch(/^(mapping-)?invalid$/);
    }
    expect(await api.get(path)).toEqual(before);
    const add = (more: object) => api.send('POST', '/api/partners', { kind: 'webhook', name: 'X', ...more });
    const codes = [
      await codeOf(add({ url: 'http://crm.example/hook' })),
      await codeOf(add({ url: 'ftp://crm.example' })),
      await codeOf(add({ url: 'https://crm.example/hook', mapping: { fields: [] } })),
    ];
    expect(codes).toEqual(['endpoint-insecure', 'endpoint-insecure', 'invalid']);
  });

  it('signs with new secrets and the old for a day; the old token ends at once', async () => {
    const old = crm.settings;
    const renewed = await vendor.administrator.api.send<NonNullable<Crm['settings']>>(
      'POST',
      `/api/partners/${partner.id}/secrets`,
    );
    expect(await crm.report({})).toMatchObject({ status: 401 });
    crm.taken.length = 0;
    await takeIn(vendor, lead);
    await network.settle();
    expect(crm.taken.length).toBeGreaterThan(0);
    expect(crm.forged).toEqual([]);
    await network.advance('25h');
    crm.settings = renewed;
    crm.taken.length = 0;
    await takeIn(vendor, lead);
    await network.settle();
    expect(crm.taken).toHaveLength(1);
    crm.settings = old;
    expect(await crm.signed({}, network.clock.now())).toMatchObject({ status: 401 });
  });
});
