import { expect, it } from 'vitest';
import type { Consent, ConsentChange, Lead } from '../../protocol/index.ts';
import { setFieldPolicy } from '../../node/disclosure/set-field-policy.ts';
import { changeConsent } from '../../node/federation/privacy/change-consent.ts';
import { holdLead } from '../../node/federation/privacy/decide-request.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { askAccess } from '../../node/federation/privacy/report-access.ts';
import { sendMessage } from '../../node/federation/sending/send-message.ts';
import { findHolding, listConversationsOf } from '../../node/federation/store/conversations.ts';
import { transact, type Tx } from '../../node/kernel/context.ts';
import { changeFields } from '../../node/leads/change-fields.ts';
import { receiveLead } from '../../node/leads/receive-lead.ts';
import { getLead, listLeads } from '../../node/leads/store.ts';
import { listDecided } from '../../node/leads/store/privacy.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { listRecipientsOfLead } from '../../node/routing/store/recipients.ts';
import { boxOf, offerTo } from '../bridge/scene.ts';
import { openHeld } from '../federation/shared-lead.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { onEachDatabase } from '../support/databases.ts';
import { canary, sampleLead } from '../support/federation.ts';
import { startNetwork } from '../support/network.ts';
import { grace, openChain } from './chain.ts';

it('do-not-contact travels both ways to every node that has the lead, once, and each history says so', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer, wire } = world;
  const change = { at: new Date(world.clock.now()).toISOString(), doNotContacts: ['phone' as const] };
  const tell = () => distributor.write((tx) => changeConsent(tx, world.idAt(distributor), { change, actor: grace }));
  await tell();
  await world.settle();
  await tell();
  await world.settle();
  expect(wire.story().sort()).toEqual(['distributor>dealer ConsentChange', 'distributor>vendor ConsentChange']);
  for (const node of [vendor, distributor, dealer]) {
    expect(await world.lead(node)).toMatchObject({ doNotContact: ['phone'] });
    const story = await node.history(world.idAt(node));
    expect(story.filter(({ kind }) => kind === 'consent')).toMatchObject([{ facts: { channels: ['phone'] } }]);
    await sequence(node.ctx);
    expect((await leavesOf(node.ctx, 'consent-changed'))[0]).toContain('do-not-contact: phone');
  }
  // Whoever gets a lead only later is told with it; consents that a policy never shows it, it is not told of.
  const never = { recipientKind: 'peer', target: 'consents', stage: 'offered', action: 'never' } as const;
  await vendor.write((tx) => setFieldPolicy(tx, never));
  const later = await vendor.receive();
  await vendor.write((tx) => changeConsent(tx, later, { change, actor: grace }));
  await world.settle();
  const copy = (await distributor.leads()).find(({ state }) => state === 'offered')!;
  await distributor.accept(copy.id, world.dora.id);
  await world.settle();
  expect(
    wire
      .story()
      .filter((line) => /Release|Consent/.test(line))
      .slice(-2),
  ).toEqual(['vendor>distributor Release', 'vendor>distributor ConsentChange']);
  expect(await distributor.lead(copy.id)).toMatchObject({ doNotContact: ['phone'] });
  const consents = [{ purpose: 'marketing', state: 'refused' as const, wording: canary }];
  const both = { ...change, doNotContacts: ['post' as const], consents };
  await vendor.write((tx) => changeConsent(tx, later, { change: both, actor: grace }));
  await world.settle();
  expect(wire.calls.at(-1)).toMatchObject({
    type: 'ConsentChange',
    xml: expect.not.stringContaining(canary) as string,
  });
  expect(await distributor.lead(copy.id)).toMatchObject({ doNotContact: ['phone', 'post'] });
});

it('a report names by name who got which fields when, collected hop by hop; from below only what was given', async () => {
  await using world = await openChain();
  const { vendor, dealer, wire } = world;
  await vendor.write((tx) => askAccess(tx, world.idAt(vendor), { actor: grace }));
  await world.settle();
  expect(wire.story()).toEqual([
    'vendor>distributor AccessRequest',
    'distributor>dealer AccessRequest',
    'dealer>distributor AccessReport',
    'distributor>vendor AccessReport',
  ]);
  const [asked] = await world.requests(vendor);
  expect(asked).toMatchObject({
    kind: 'access',
    outcome: 'done',
    answer: { report: { purposes: ['Sales of pumps'] } },
  });
  const { lead, disclosures = [] } = asked?.answer.report ?? {};
  expect(JSON.stringify(lead)).toContain(canary);
  // The agreement names no field that an offer may show: all of it came with the release.
  expect(disclosures).toMatchObject([{ recipient: 'dealer', nodeId: dealer.nodeId, purpose: 'Sales of pumps' }]);
  expect(disclosures[0]?.fields).toContain('contact.emails');
  expect(disclosures[0]?.fields).not.toContain('interest.comments');

  wire.calls.length = 0;
  const request = { type: 'AccessRequest', body: {} } as const;
  await dealer.meddle(async (tx) => {
    await sendMessage(tx, (await findHolding(tx, world.idAt(dealer)))!, request);
  });
  await world.settle();
  // No request of the dealer's is on its books: the report is refused there, but what left is what counts.
  const report = wire.calls.find(({ from, type }) => from === 'distributor' && type === 'AccessReport')?.xml ?? '';
  expect(report).toContain('<l:Recipient>dealer</l:Recipient>');
  expect(report).not.toMatch(new RegExp(`${canary}|vendor`, 'i'));

  // That a partner reported is no reason not to ask it to erase.
  wire.calls.length = 0;
  await world.erase(vendor);
  await world.settle();
  expect(wire.story()).toContain('distributor>dealer Erasure');
  expect(await world.lead(dealer)).toMatchObject({ document: {} });
});

it('a consent is set here, and reaches every node that was released the lead; who got what is told to the person in plain words', async () => {
  await using network = await startNetwork({ nodes: ['vendor', 'reseller'] });
  await network.introduce('vendor', 'reseller');
  const [vendor, reseller] = [network.node('vendor'), network.node('reseller')];
  const { id: userId } = await reseller.addUser('Ann');
  await offerTo(vendor, [await boxOf(vendor, reseller.nodeId)]);
  await offerTo(reseller, [await boxOf(reseller, userId)]);
  const document: Lead = { ...sampleLead, consents: [{ purpose: 'marketing', state: 'granted' }] };
  const id = await transact(vendor.ctx, (tx) => receiveLead(tx, { document, origin: 'local' }));
  await network.settle();
  const { api } = vendor.administrator;
  const decide = (decision: object) => api.send('POST', `/api/leads/${id}/consents`, decision);
  await decide({ purpose: 'profiling', state: 'refused', at: '2199-01-01T00:00:00Z' });
  expect((await getLead(vendor.ctx, id)).document.consents?.at(-1)?.at).toBe(
    new Date(network.clock.now()).toISOString(),
  );
  await network.settle();
  const sent = (type: string) =>
    vendor.ctx.db
      .selectFrom('outbox')
      .select('seq')
      .where('type', '=', type as never)
      .execute();
  // Only offered so far: nothing to tell, and nothing that waits for the award.
  expect(await sent('ConsentChange')).toEqual([]);

  const held = (await listLeads(reseller.ctx, { kind: 'all' }, { limit: 5 })).items[0]?.id ?? '';
  const [recipient] = await listRecipientsOfLead(reseller.ctx, held);
  await transact(reseller.ctx, (tx) => claimOffer(tx, { recipientId: recipient?.id ?? '' }));
  await network.settle();
  await decide({ purpose: 'marketing', state: 'withdrawn', at: '2026-05-01T10:00:00+02:00' });
  await network.settle();
  const consents = (await getLead(reseller.ctx, held)).document.consents;
  expect(consents).toMatchObject([
    { purpose: 'profiling', state: 'refused' },
    { purpose: 'marketing', state: 'withdrawn' },
  ]);
  await expect(decide({ purpose: 'marketing', state: 'maybe' })).rejects.toMatchObject({ code: 'invalid' });
  const old = { purpose: 'profiling', state: 'granted', at: '2001-01-01T00:00:00Z' };
  await expect(decide(old)).rejects.toMatchObject({ code: 'decided-since' });
  expect(await sent('ConsentChange')).toHaveLength(1);

  await api.send('POST', `/api/leads/${id}/access-report`);
  await network.settle();
  const report = await api.get<{ disclosures: object[] }>(`/api/leads/${id}/access-report`);
  expect(report.disclosures).toMatchObject([
    { recipient: 'reseller', nodeId: reseller.nodeId, stage: 'offered' },
    { recipient: 'reseller', stage: 'released' },
    { recipient: 'reseller', stage: 'updated' },
    { recipient: 'reseller', stage: 'updated', fields: ['consents'] },
  ]);
  const answer = await fetch(`${vendor.url}/api/leads/${id}/access-report/text`, {
    headers: { authorization: `Bearer ${vendor.administrator.token}` },
  });
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const text = await answer.text();
  expect(text).toMatch(/^What vendor holds about you\n\nMade 2026-\d\d-\d\d \d\d:\d\d UTC; lead_/);
  expect(text).toContain(`\n  Last name: Lovelace ${canary}\n`);
  expect(text).toMatch(
    /WHO GOT WHAT[^]* reseller saw, when it was offered the request: City, .*\n.* reseller got, when it/,
  );
  expect(text).toMatch(/WHAT RESELLER SAYS THAT IT HOLDS\n {2}Held since .*[^]*\n {2}Consents: profiling · refused/);
});

it('the latest decision about a purpose counts on both sides; whoever gave the lead back takes consents away and gives none', async () => {
  await using world = await openHeld();
  const { vendor, reseller, leadId, heldId, clock, wire } = world;
  const stands = async () => [await vendor.lead(leadId), await reseller.lead(heldId)].map(({ document: { consents } }) =>
    consents?.map(({ purpose, state }) => `${purpose} ${state}`).sort(),
  ); // prettier-ignore
  const stamp = (time = clock.now()) => new Date(time).toISOString();
  /** What a node says that minds none of this. */
  const say = async (node: typeof vendor, body: ConsentChange) => {
    await node.meddle(async (tx) => {
      const [talk] = await listConversationsOf(tx, node === vendor ? leadId : heldId);
      await sendMessage(tx, talk!, { type: 'ConsentChange', body });
    });
    await world.advance('1m');
  };
  const note = (node: typeof vendor, state: Consent['state'], purpose = 'marketing') =>
    node.write(async (tx) => {
      const id = node === vendor ? leadId : heldId;
      const others = (await getLead(tx, id)).document.consents?.filter((one) => one.purpose !== purpose) ?? [];
      const change = { at: stamp(), consents: [...others, { purpose, state, at: stamp() }] };
      await changeConsent(tx, id, { change, actor: grace });
    });
  const granted = (at?: string) => ({
    at: stamp(),
    consents: [{ purpose: 'marketing', state: 'granted' as const, ...(at !== undefined && { at }) }],
  });
  const withdrawnSince = stamp();
  await note(vendor, 'withdrawn');
  await world.advance('1m');
  expect(await stands()).toEqual([['marketing withdrawn'], ['marketing withdrawn']]);
  // Of old, of unknown age, at the same time: from either side.
  for (const node of [reseller, vendor])
    for (const at of ['2001-01-01T00:00:00Z', undefined, withdrawnSince]) await say(node, granted(at));
  expect(await stands()).toEqual([['marketing withdrawn'], ['marketing withdrawn']]);
  await note(reseller, 'granted');
  await world.advance('1m');
  expect(await stands()).toEqual([['marketing granted'], ['marketing granted']]);
  // What crosses on the way is the same on both sides then.
  wire.fault = () => 'lost';
  await note(vendor, 'refused', 'profiling');
  await note(reseller, 'withdrawn');
  await world.settle();
  clock.advance('1s');
  await note(reseller, 'granted', 'surveys');
  await note(vendor, 'granted');
  await world.settle();
  wire.fault = () => undefined;
  for (let n = 0; n < 4; n++) await world.advance('2m');
  const both = ['marketing granted', 'profiling refused', 'surveys granted'];
  expect(await stands()).toEqual([both, both]);
  // A time that is to come is now: what is said after it counts.
  await say(reseller, granted('2199-01-01T00:00:00Z'));
  await note(vendor, 'withdrawn');
  await world.advance('1m');
  expect((await stands())[0]).toContain('marketing withdrawn');
  // Clocks may differ by minutes: both sides keep the time that was told.
  const ahead = { purpose: 'events', state: 'withdrawn' as const, at: stamp(clock.now() + 240_000) };
  await say(vendor, { at: stamp(), consents: [ahead] });
  expect((await reseller.lead(heldId)).document.consents).toContainEqual(ahead);

  // What was withdrawn below while the record was edited above stays so, whichever is heard first.
  wire.fault = ({ type }) => (type === 'ConsentChange' ? 'lost' : undefined);
  await note(reseller, 'withdrawn', 'surveys');
  clock.advance('1s');
  const edited = (await vendor.lead(leadId)).document.consents?.filter(({ purpose }) => purpose !== 'events') ?? [];
  const values = new Map([['consents', [...edited, { purpose: 'calls', state: 'granted' }]]]);
  await vendor.write((tx) => changeFields(tx, leadId, { values, actor: grace, reason: 'correction' }));
  await world.settle();
  const kept = ['calls granted', 'events withdrawn', 'marketing withdrawn', 'profiling refused', 'surveys withdrawn'];
  expect((await stands())[1]).toEqual(kept);
  wire.fault = () => undefined;
  for (let n = 0; n < 4; n++) await world.advance('2m');
  expect(await stands()).toEqual([kept, kept]);
  await note(vendor, 'granted', 'surveys');
  await world.advance('1m');
  expect((await stands()).map((all) => all?.includes('surveys granted'))).toEqual([true, true]);

  await world.giveBack();
  await world.settle();
  await world.answer(vendor, 'agreed');
  await world.settle();
  await say(reseller, granted(stamp(clock.now() - 1_000)));
  const after = [...kept.slice(0, 4), 'surveys granted'];
  expect((await stands())[0]).toEqual(after);
  const consents = [{ purpose: 'surveys', state: 'withdrawn' as const }];
  await say(reseller, { at: stamp(), consents, doNotContacts: ['phone'] });
  expect((await stands())[0]).toEqual(kept);
  expect(await vendor.lead(leadId)).toMatchObject({ doNotContact: ['phone'] });
});

onEachDatabase((database) => {
  it('what two processes note of a person at once is all kept, and brings nothing back that was erased meanwhile', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = (await open()).ctx;
      const [actor, at] = [grace, new Date(ctx.clock.now()).toISOString()];
      /** Two works on a new lead at once, the first of which begins so many statements later. */
      const race = async (later: number, one: (tx: Tx, id: string) => Promise<unknown>, two: typeof one) => {
        const id = await transact(ctx, (tx) => receiveLead(tx, { document: sampleLead, origin: 'local' }));
        const begun = transact(ctx, async (tx) => {
          for (let n = 0; n < later; n++) await getLead(tx, id);
          await one(tx, id);
        });
        const [{ status }] = await Promise.allSettled([begun, transact(other, (tx) => two(tx, id))]);
        return { isDone: status === 'fulfilled', ...(await getLead(ctx, id)) };
      };
      const say = (what: object) => (tx: Tx, id: string) => changeConsent(tx, id, { change: { at, ...what }, actor });
      const erase = (tx: Tx, id: string) => eraseLead(tx, id, { reason: 'person-asked', actor });
      const hold = (tx: Tx, id: string) => holdLead(tx, id, { until: ctx.clock.now() + 9e8, reason: 'Tax', actor });
      const [phone, email] = [say({ doNotContacts: ['phone'] }), say({ doNotContacts: ['email'] })];
      const refuse = say({ consents: [{ purpose: 'marketing', state: 'refused' }] });
      for (const later of [0, 6, 12, 18]) {
        expect(new Set((await race(later, phone, email)).doNotContact)).toEqual(new Set(['phone', 'email']));
        expect((await race(later, refuse, erase)).document).toEqual({});
        const held = await race(later, hold, erase);
        expect(held.erasedAt === null).toBe(held.isDone);
      }
      // Of these leads some were erased meanwhile; a page goes on where the one before ended.
      const decided = await listDecided(ctx, { after: '', limit: 100 });
      expect(decided.filter(({ doNotContact }) => doNotContact.length === 2)).toHaveLength(4);
      expect(await listDecided(ctx, { after: decided[1]?.id ?? '', limit: 1 })).toEqual(decided.slice(2, 3));
    }));
});
