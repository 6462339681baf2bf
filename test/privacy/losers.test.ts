import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { askBack } from '../../node/federation/after-release/ask-partner.ts';
import { changeConsent } from '../../node/federation/privacy/change-consent.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { askAccess } from '../../node/federation/privacy/report-access.ts';
import { listPrivacyRequestsOf } from '../../node/federation/store/privacy-requests.ts';
import { sendMessage } from '../../node/federation/sending/send-message.ts';
import { findHolding } from '../../node/federation/store/conversations.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { openHeld } from '../federation/shared-lead.ts';
import { canary, openFederation, sampleLead, type FederationNode } from '../support/federation.ts';
import { allOf, grace, openChain } from './chain.ts';

const conversationsOf = (node: FederationNode) =>
  node.ctx.db.selectFrom('conversation').selectAll().orderBy('peerId').execute();

/** All that a node stores, as text. */
async function everythingAt({ ctx }: FederationNode): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`select name from sqlite_master where type = 'table'`.execute(
    ctx.db,
  );
  expect(tables.length).toBeGreaterThan(30);
  const rows = await Promise.all(tables.map(({ name }) => sql`select * from ${sql.table(name)}`.execute(ctx.db)));
  return JSON.stringify(rows.map((each, place) => [tables[place]?.name, each.rows]));
}

/** What a loser sees of a lead, however little: company, place and product. */
const visible = ['Schaukanarie', 'Kanarienstadt', 'Kanarienpumpe'] as const;
const seen = (text: string) => visible.filter((word) => text.toLowerCase().includes(word.toLowerCase()));

/** A grab between two resellers: Ann's and Bob's. */
async function openGrab() {
  const world = await openFederation({ nodes: ['vendor', 'winner', 'loser'] });
  await world.introduce('vendor', 'winner');
  await world.introduce('vendor', 'loser');
  const [vendor, winner, loser] = [world.node('vendor'), world.node('winner'), world.node('loser')];
  const [ann, bob] = [await winner.user('Ann'), await loser.user('Bob')];
  await vendor.offerAllTo([await vendor.partnerBox('winner'), await vendor.partnerBox('loser')]);
  await winner.offerAllTo([ann.boxId]);
  await loser.offerAllTo([bob.boxId]);
  const [company, city, product] = visible;
  const { contact } = sampleLead;
  const address = { ...contact?.address, city };
  const shown = { contact: { ...contact, address }, account: { name: company }, interest: { products: [{ name: product, quantity: '3' }] } }; // prettier-ignore
  const leadId = await vendor.receive({ document: shown });
  await world.settle();
  return Object.assign(world, { vendor, winner, loser, ann, bob, leadId });
}

it('a loser deletes what it saw, says so in its ledger and to the arbiter, who keeps the confirmation', async () => {
  await using world = await openGrab();
  const { vendor, winner, loser, ann } = world;
  expect(seen(await everythingAt(loser))).toEqual(visible);
  await winner.accept((await winner.leads())[0]!.id, ann.id);
  await world.settle();
  const closed = (await conversationsOf(vendor)).find(({ peerId }) => peerId === loser.nodeId);
  expect(closed).toMatchObject({ state: 'closed', deleteBy: world.clock.now() + 24 * 3_600_000, deletedAt: null });

  await world.advance('5m');
  const [kept] = await conversationsOf(loser);
  expect(kept).toMatchObject({ state: 'closed', offer: null, told: null, deletedAt: world.clock.now() });
  const left = await everythingAt(loser);
  expect([seen(left), left.includes(canary)]).toEqual([[], false]);
  await sequence(loser.ctx);
  expect(await leavesOf(loser.ctx, 'offer-deleted')).toMatchObject([expect.stringContaining('due-at: ') as string]);

  const confirmed = (await conversationsOf(vendor)).find(({ peerId }) => peerId === loser.nodeId);
  expect(confirmed).toMatchObject({ state: 'closed', deletedAt: world.clock.now() });
  await sequence(vendor.ctx);
  expect(await leavesOf(vendor.ctx, 'deletion-confirmed')).toMatchObject([
    expect.stringContaining(`peer: ${loser.nodeId}`) as string,
  ]);
  expect(world.wire.story().filter((line) => line.endsWith('ErasureStatus'))).toEqual(['loser>vendor ErasureStatus']);
  const held = (await conversationsOf(vendor)).find(({ peerId }) => peerId === winner.nodeId);
  expect(held).toMatchObject({ state: 'released', deleteBy: null, deletedAt: null });
});

it('nothing of the lead waits to leave once a loser deleted it: it could not be read any more', async () => {
  await using world = await openGrab();
  const { winner, loser, ann, wire } = world;
  wire.fault = ({ type }) => (type === 'ConsentChange' ? 'lost' : undefined);
  const change = { at: new Date(world.clock.now()).toISOString(), doNotContacts: ['phone' as const] };
  const { id } = (await loser.leads())[0]!;
  await loser.write((tx) => changeConsent(tx, id, { change, actor: grace }));
  await world.settle();
  await winner.accept((await winner.leads())[0]!.id, ann.id);
  await world.settle();
  await world.advance('5m');
  const sent = await loser.ctx.db.selectFrom('outbox').select(['type', 'state']).orderBy('seq').execute();
  expect(sent).toEqual([
    { type: 'ConsentChange', state: 'cancelled' },
    { type: 'ErasureStatus', state: 'delivered' },
  ]);
});

it('who declines an offer confirms in reply to its own Reject; a confirmation that quotes no end of an offer is refused', async () => {
  await using world = await openGrab();
  const { vendor, winner, loser, bob } = world;
  const { id } = (await loser.leads())[0]!;
  await loser.reject(id, bob.id);
  await world.settle();
  const conversation = (await findHolding(loser.ctx, id))!;
  const [offer] = await loser.ctx.db.selectFrom('inbox').selectAll().execute();
  await loser.meddle((tx) =>
    sendMessage(tx, conversation, {
      type: 'ErasureStatus',
      body: { outcome: 'offer-deleted', at: new Date(tx.clock.now()).toISOString() },
      inReplyTo: { messageId: offer!.messageId, digest: offer!.digest },
    }),
  );
  await world.settle();
  expect(world.wire.calls.at(-1)).toMatchObject({ type: 'ErasureStatus', status: 409 });
  const atVendor = async () => (await conversationsOf(vendor)).find(({ peerId }) => peerId === loser.nodeId);
  expect(await atVendor()).toMatchObject({
    state: 'rejected',
    deletedAt: null,
    deleteBy: expect.any(Number) as number,
  });

  await world.advance('5m');
  expect(await atVendor()).toMatchObject({ state: 'rejected', deletedAt: world.clock.now() });
  // The offer of the other is open still.
  expect((await winner.leads())[0]).toMatchObject({ state: 'offered' });
});

it('an erasure reaches everybody who was offered the lead, though the offer ends while it waits behind an award', async () => {
  await using world = await openGrab();
  const { vendor, winner, ann, leadId, wire } = world;
  wire.fault = ({ type }) => (type === 'Award' ? 'lost' : undefined);
  await winner.accept((await winner.leads())[0]!.id, ann.id);
  await world.settle();
  await vendor.write((tx) => eraseLead(tx, leadId, { reason: 'person-asked', actor: grace }));
  await world.settle();
  expect(wire.story()).toContain('vendor>winner Erasure');
  expect((await listPrivacyRequestsOf(vendor.ctx, leadId)).map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  expect((await winner.leads()).map(({ state }) => state)).toEqual(['withdrawn']);
});

it('a report that was asked for before an erasure is waited for no longer, and kept by nobody when it comes', async () => {
  await using world = await openGrab();
  const { vendor, winner, ann, leadId, wire } = world;
  await winner.accept((await winner.leads())[0]!.id, ann.id);
  await world.settle();
  const lose = (...types: string[]) => {
    wire.fault = ({ type, to }) => (types.includes(type) || (type === 'AccessRequest' && to === 'loser') ? 'lost' : undefined); // prettier-ignore
  };
  lose('AccessReport', 'Erasure');
  await vendor.write((tx) => askAccess(tx, leadId, { actor: grace }));
  await world.settle();
  await vendor.write((tx) => eraseLead(tx, leadId, { reason: 'person-asked', actor: grace }));
  lose('Erasure');
  await world.advance('10s');
  expect(wire.calls.find(({ type }) => type === 'AccessReport')?.xml).toContain(canary);
  const asked = (await listPrivacyRequestsOf(vendor.ctx, leadId)).filter(({ kind }) => kind === 'access');
  expect(asked).toMatchObject([
    { outcome: 'unreached', settledAt: expect.any(Number) as number },
    { peerId: winner.nodeId, outcome: 'done', answer: {} },
  ]);
  expect((await allOf(vendor)).toLowerCase()).not.toContain(canary.toLowerCase());
});

it('of a lead that was passed on, taken back and given back no message is left', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer } = world;
  const documents = () => distributor.ctx.db.selectFrom('outbox').select('document').where('type', 'in', ['Offer', 'Release']).execute(); // prettier-ignore
  const comesBack = async (above: FederationNode, below: FederationNode) => {
    await above.write((tx) => askBack(tx, world.idAt(above), { reason: 'mistake', actor: grace }));
    await world.settle();
    const [asked] = await below.ctx.db.selectFrom('leadQuestion').select('id').where('state', '=', 'open').where('ours', '=', 0).execute(); // prettier-ignore
    const agreed = { questionId: asked?.id ?? '', outcome: 'agreed', actor: grace } as const;
    await below.write((tx) => answerQuestion(tx, world.idAt(below), agreed));
    await world.settle();
  };
  await vendor.write((tx) => askAccess(tx, world.idAt(vendor), { actor: grace }));
  await world.settle();
  expect(JSON.stringify(await world.requests(distributor))).toContain(canary);
  await comesBack(distributor, dealer);
  expect((await documents()).every(({ document }) => document !== null)).toBe(true);
  await comesBack(vendor, distributor);
  expect((await world.lead(distributor)).state).toBe('withdrawn');
  expect((await documents()).map(({ document }) => document)).toEqual([null, null]);
  expect((await allOf(distributor)).toLowerCase()).not.toContain(canary.toLowerCase());
});

it('a report that had not arrived when its content was deleted is answered anew, with what is left', async () => {
  await using world = await openGrab();
  const { vendor, winner, loser, ann, leadId, wire } = world;
  await winner.accept((await winner.leads())[0]!.id, ann.id);
  await world.settle();
  wire.fault = ({ type }) => (type === 'AccessReport' ? 'lost' : undefined);
  await vendor.write((tx) => askAccess(tx, leadId, { actor: grace }));
  await world.settle();
  const { id } = (await winner.leads())[0]!;
  await winner.write((tx) => eraseLead(tx, id, { reason: 'person-asked', actor: grace }));
  await world.advance('5m');
  wire.fault = () => undefined;
  await world.advance('2h');
  const asked = (await listPrivacyRequestsOf(vendor.ctx, leadId)).filter(({ kind, ours }) => ours && kind === 'access');
  expect(asked).toMatchObject([
    // It keeps nothing.
    { peerId: loser.nodeId, outcome: 'done', answer: { report: {} } },
    { peerId: winner.nodeId, outcome: 'done', answer: { report: {} } },
  ]);
  const told = JSON.stringify(asked);
  expect([seen(told), told.includes(canary)]).toEqual([[], false]);
});

it('what was on its way when a lead was given back is delivered, and kept no longer', async () => {
  await using world = await openHeld();
  const { vendor, reseller, leadId, wire } = world;
  let agreed = false;
  wire.fault = async ({ type }) => {
    if (type === 'AccessReport' && !agreed) await world.answer(reseller, 'agreed').then(() => (agreed = true));
    return undefined;
  };
  await world.askBack();
  await vendor.write((tx) => askAccess(tx, leadId, { actor: grace }));
  await world.settle();
  const [report] = await reseller.ctx.db.selectFrom('outbox').select(['state', 'document']).where('type', '=', 'AccessReport').execute(); // prettier-ignore
  expect((await reseller.leads()).map(({ state }) => state)).toEqual(['withdrawn']);
  expect(report).toEqual({ state: 'delivered', document: null });
  expect(await listPrivacyRequestsOf(vendor.ctx, leadId)).toMatchObject([{ kind: 'access', outcome: 'done' }]);
});
