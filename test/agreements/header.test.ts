import { describe, expect, it } from 'vitest';
import { endAgreement } from '../../node/federation/agreements/agree.ts';
import { checkAgreement } from '../../node/federation/agreements/check-header.ts';
import { setFeedbackPolicy } from '../../node/federation/feedback/set-feedback-policy.ts';
import { listDisclosed } from '../../node/federation/privacy/list-disclosed.ts';
import { changePeer } from '../../node/federation/peers/pause.ts';
import { getPeer, updatePeer } from '../../node/federation/store/peers.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { makeHeader } from '../../protocol/index.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { openFederation } from '../support/federation.ts';
import { agree, newest } from './support.ts';

async function openPair() {
  const world = await openFederation({ nodes: ['vendor', 'reseller'] });
  await world.introduce('vendor', 'reseller');
  const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  return Object.assign(world, { vendor, reseller, ann });
}
type Pair = Awaited<ReturnType<typeof openPair>>;

const agreementsIn = ({ wire }: Pair) =>
  wire.calls
    .filter(({ type }) => type !== 'Agreement')
    .map(({ type, xml }) => `${type} ${/<l:AgreementDigest>([^<]*)/.exec(xml)?.[1] ?? 'none'}`);

describe('messages under an agreement', () => {
  it('bear it; a conversation keeps the one it began with, also after a newer one and after the end', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, clock } = world;
    const first = await agree(world, [vendor, reseller]);
    const leadId = await vendor.receive();
    await world.settle();
    clock.advance('1m');
    const second = await agree(world, [reseller, vendor], { offers: 'accepter' });
    const [offered] = await reseller.leads();
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    clock.advance('1m');
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id: (await newest(reseller, vendor)).id });
    await reseller.write((tx) => changeLead(tx, offered!.id, 'lose', { reason: 'price' }));
    await world.settle();
    expect(agreementsIn(world)).toEqual(
      ['Offer', 'Accept', 'Award', 'Release', 'Status', 'Status'].map((type) => `${type} ${first.digest}`),
    );
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'lost' });
    expect(second.digest).not.toBe(first.digest);
    // After the end of the newer one no new lead is offered, not even without an agreement.
    const unoffered = await vendor.receive();
    await world.settle();
    expect(agreementsIn(world)).toHaveLength(6);
    expect(await vendor.lead(unoffered)).toMatchObject({ state: 'unrouted' });
    await sequence(vendor.ctx);
    const told = await leavesOf(vendor.ctx, 'disclosure');
    const under = `\nagreement: ${first.digest}\npurposes: Sales%20of%20pumps\n`;
    expect(told.map((leaf) => leaf.includes(under))).toEqual([true, true]);
    const disclosed = await listDisclosed(vendor.ctx, leadId);
    expect(disclosed.map(({ purpose }) => purpose)).toEqual(disclosed.map(() => 'Sales of pumps'));
    expect(disclosed).not.toEqual([]);
  });

  it('tell every change of status, whatever the holder’s policy leaves out; without one the policy decides', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann } = world;
    const none = { dispositions: [], amount: 'none' as const, reason: false };
    await setFeedbackPolicy(reseller.ctx, vendor.nodeId, { tell: none });
    const toldOf = async () => {
      const before = world.wire.calls.length;
      await vendor.receive();
      await world.settle();
      const offered = (await reseller.leads()).find(({ state }) => state === 'offered');
      await reseller.accept(offered!.id, ann.id);
      await world.settle();
      for (const event of ['contact', 'work', 'lose'] as const) {
        await reseller.write((tx) => changeLead(tx, offered!.id, event, event === 'lose' ? { reason: 'price' } : {}));
        await world.settle();
      }
      const statuses = world.wire.calls.slice(before).filter(({ type }) => type === 'Status');
      expect(statuses.filter(({ xml }) => xml.includes('price'))).toEqual([]);
      return statuses.map(({ xml }) => /<l:Disposition>([^<]*)/.exec(xml)?.[1]);
    };
    expect(await toldOf()).toEqual(['assigned']);
    await agree(world, [vendor, reseller]);
    expect(await toldOf()).toEqual(['assigned', 'contacted', 'working', 'lost']);
  });

  it('are taken without it from a node that does not speak of agreements, save an Offer', async () => {
    await using world = await openPair();
    const { vendor, reseller, clock } = world;
    const { digest, agreementId } = await agree(world, [vendor, reseller]);
    const peer = await getPeer(vendor.ctx, reseller.nodeId);
    const conversation = { agreementId, agreementDigest: digest };
    const check = (type: 'Accept' | 'Offer', header: object = {}) => {
      const facts = { type, from: reseller.nodeId, to: vendor.nodeId, now: clock.now() };
      return checkAgreement(vendor.ctx, { peer, header: { ...makeHeader(facts), ...header }, conversation });
    };
    await expect(check('Accept')).resolves.toBeDefined();
    await expect(check('Accept', { agreement: agreementId, agreementDigest: digest })).resolves.toBeDefined();
    const unknown = { problem: 'agreement-unknown' };
    await expect(check('Accept', { agreement: agreementId, agreementDigest: 'x' })).rejects.toMatchObject(unknown);
    await expect(check('Offer')).rejects.toMatchObject(unknown);
  });

  it('are refused where the receiver knows no such agreement, or knows that it ended', async () => {
    await using world = await openPair();
    const { vendor, reseller, clock } = world;
    await agree(world, [vendor, reseller]);
    await reseller.write((tx) => tx.db.updateTable('agreement').set({ agreementId: 'another' }).execute());
    const leadId = await vendor.receive();
    await world.settle();
    expect(world.wire.calls.at(-1)).toMatchObject({ type: 'Offer', status: 422 });
    expect(world.wire.calls.at(-1)?.answer).toContain('agreement-unknown');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });

    const { agreementId } = await newest(vendor, reseller);
    await reseller.write((tx) => tx.db.updateTable('agreement').set({ agreementId }).execute());
    clock.advance('1m');
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id: (await newest(reseller, vendor)).id });
    world.wire.fault = ({ type }) => (type === 'Agreement' ? 'lost' : undefined);
    await vendor.receive();
    await world.settle();
    const last = world.wire.calls.findLast(({ type }) => type === 'Offer');
    expect(last?.status).toBe(410);
    expect(last?.answer).toContain('agreement-ended');
    expect(await reseller.leads()).toEqual([]);
  });

  it('are asked for, when an administrator says so: then no offer flows without one, in either direction', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await changePeer(vendor.ctx, reseller.nodeId, { requireAgreement: true });
    const unoffered = await vendor.receive();
    await world.settle();
    expect(world.wire.story()).toEqual([]);
    expect(await vendor.lead(unoffered)).toMatchObject({ state: 'unrouted' });

    await vendor.write((tx) => updatePeer(tx, reseller.nodeId, { requireAgreement: 0 }));
    await changePeer(reseller.ctx, vendor.nodeId, { requireAgreement: true });
    await vendor.receive();
    await world.settle();
    expect(world.wire.calls.at(-1)?.answer).toContain('agreement-unknown');

    await agree(world, [reseller, vendor], { offers: 'accepter' });
    await vendor.receive();
    await world.settle();
    expect(await reseller.leads()).toHaveLength(1);
  });
});
