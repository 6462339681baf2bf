import { expect, it } from 'vitest';
import { changeConsent } from '../../node/federation/privacy/change-consent.ts';
import { askAccess } from '../../node/federation/privacy/report-access.ts';
import { sendMessage } from '../../node/federation/sending/send-message.ts';
import { findHolding } from '../../node/federation/store/conversations.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { canary } from '../support/federation.ts';
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
  expect(wire.story()).toEqual(['distributor>vendor ConsentChange', 'distributor>dealer ConsentChange']);
  for (const node of [vendor, distributor, dealer]) {
    expect(await world.lead(node)).toMatchObject({ doNotContact: ['phone'] });
    const story = await node.history(world.idAt(node));
    expect(story.filter(({ kind }) => kind === 'consent')).toMatchObject([{ facts: { channels: ['phone'] } }]);
    await sequence(node.ctx);
    expect((await leavesOf(node.ctx, 'consent-changed'))[0]).toContain('do-not-contact: phone');
  }
  // Whoever gets a lead only later is told with it.
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
  await dealer.write(async (tx) => {
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
