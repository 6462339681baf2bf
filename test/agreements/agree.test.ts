import { describe, expect, it } from 'vitest';
import { acceptAgreement, endAgreement, proposeAgreement } from '../../node/federation/agreements/agree.ts';
import { findInForce } from '../../node/federation/agreements/in-force.ts';
import { receiveMessage } from '../../node/federation/receiving/receive-message.ts';
import { listAgreementDocuments } from '../../node/federation/store/agreements.ts';
import { openWithXmlCrypto } from '../../protocol/index.ts';
import { openFederation } from '../support/federation.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { replayMessage } from '../../node/federation/sending/replay-message.ts';
import { listOutbox } from '../../node/federation/store/outbox.ts';
import { agree, endAsOf, newest, plainTerms, standings, statesOf } from './support.ts';

async function openPair() {
  const world = await openFederation({ nodes: ['vendor', 'reseller'] });
  await world.introduce('vendor', 'reseller');
  return Object.assign(world, { vendor: world.node('vendor'), reseller: world.node('reseller') });
}
const inAWeek = (clock: { now(): number }) => new Date(clock.now() + 7 * 24 * 3_600_000).toISOString();

describe('an agreement', () => {
  it('is proposed by one, accepted by the other, and the same on both: digest, terms, signed documents', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const ours = await agree(world, [vendor, reseller], { retentionDays: 30 });
    const theirs = await newest(reseller, vendor);
    expect(wire.story()).toEqual(['vendor>reseller Agreement', 'reseller>vendor Agreement']);
    expect(await statesOf(vendor, reseller)).toEqual(['active']);
    expect(await statesOf(reseller, vendor)).toEqual(['active']);
    expect(theirs).toMatchObject({ digest: ours.digest, agreementId: ours.agreementId, terms: { retentionDays: 30 } });
    expect([ours.proposedBy, theirs.proposedBy]).toEqual(['us', 'them']);
    expect([ours.settledAt, theirs.settledAt]).toEqual([world.clock.now(), world.clock.now()]);
    for (const [node, peer] of [
      [vendor, reseller],
      [reseller, vendor],
    ] as const) {
      const documents = await listAgreementDocuments(node.ctx, peer.nodeId, ours.digest);
      expect(documents.map(({ step }) => step)).toEqual(['propose', 'accept']);
      for (const { signedBy, document } of documents) {
        const signer = signedBy === 'us' ? node : peer;
        expect(openWithXmlCrypto(document, signer.ctx.keys.signing)).toContain('urn:lead-exchange:1');
      }
      await sequence(node.ctx);
      const leaves = await leavesOf(node.ctx, 'agreement-step');
      expect(leaves.map((leaf) => /step: (.*)\nsigned-by: (.*)\n/.exec(leaf)?.slice(1))).toEqual([
        ['propose', 'vendor.localhost'],
        ['accept', 'reseller.localhost'],
      ]);
      expect(leaves[0]).toContain(`proposal: ${ours.digest}`);
    }
  });

  it('has one effect when its steps arrive twice', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    wire.fault = () => 'twice';
    await agree(world, [vendor, reseller]);
    expect(await statesOf(vendor, reseller)).toEqual(['active']);
    expect(await statesOf(reseller, vendor)).toEqual(['active']);
    await sequence(reseller.ctx);
    expect(await leavesOf(reseller.ctx, 'agreement-step')).toHaveLength(2);
  });

  it('may be declined, and taken back before it is accepted', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world) });
    await world.settle();
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id: (await newest(reseller, vendor)).id, text: 'No.' });
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world) });
    await world.settle();
    await endAgreement(vendor.ctx, { peerId: reseller.nodeId, id: (await newest(vendor, reseller)).id });
    await world.settle();
    for (const states of [await statesOf(vendor, reseller), await statesOf(reseller, vendor)])
      expect(states).toEqual(['refused', 'refused']);
    const { id } = await newest(reseller, vendor);
    await expect(acceptAgreement(reseller.ctx, { peerId: vendor.nodeId, id })).rejects.toMatchObject({
      code: 'agreement-not-open',
    });
  });

  it('ends when either side says so, at the earliest time that was said; a later version takes its place', async () => {
    await using world = await openPair();
    const { vendor, reseller, clock } = world;
    await agree(world, [vendor, reseller]);
    clock.advance('1h');
    await agree(world, [reseller, vendor], { offers: 'accepter' });
    expect(await statesOf(vendor, reseller)).toEqual(['active', 'superseded']);
    expect(await statesOf(reseller, vendor)).toEqual(['active', 'superseded']);

    const endsAt = Date.parse(inAWeek(clock));
    await endAgreement(vendor.ctx, { peerId: reseller.nodeId, id: (await newest(vendor, reseller)).id, endsAt });
    await world.settle();
    expect(await statesOf(reseller, vendor)).toEqual(['active', 'superseded']);
    const { id } = await newest(reseller, vendor);
    await expect(endAgreement(reseller.ctx, { peerId: vendor.nodeId, id, endsAt })).rejects.toMatchObject({
      code: 'agreement-over',
    });
    clock.advance('1h');
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id });
    await world.settle();
    // The end of the later one does not bring the earlier one back.
    expect(await statesOf(vendor, reseller)).toEqual(['ended', 'superseded']);
    expect(await statesOf(reseller, vendor)).toEqual(['ended', 'superseded']);
  });

  it('ends no earlier than when that was signed, whatever time the partner names: an earlier version stays replaced', async () => {
    await using world = await openPair();
    const { vendor, reseller, clock } = world;
    const field = (inOffer: 'shown' | 'withheld') => [{ field: 'account.name', inOffer, inRelease: 'shown' as const }];
    await agree(world, [vendor, reseller], { fieldTerms: field('shown') });
    clock.advance('1h');
    await agree(world, [vendor, reseller], { fieldTerms: field('withheld') });
    clock.advance('1h');
    const { id } = await newest(reseller, vendor);
    await endAsOf(reseller, vendor, { id, at: Date.UTC(2000, 0, 1) });
    const endedAt = clock.now();
    await world.settle();
    for (const [node, peer] of [
      [vendor, reseller],
      [reseller, vendor],
    ] as const)
      // prettier-ignore
      expect(await standings(node, peer)).toMatchObject([
        { state: 'ended', version: { endsAt: endedAt } },
        { state: 'superseded' },
      ]);
    expect(await findInForce(vendor.ctx, reseller.nodeId, 'us')).toBeUndefined();
  });

  it('that began is not undone by an end with a false date: it brings no earlier version back', async () => {
    await using world = await openPair();
    const { vendor, reseller, clock } = world;
    await agree(world, [vendor, reseller]);
    clock.advance('2h');
    await agree(world, [vendor, reseller]);
    clock.advance('1h');
    const { id } = await newest(reseller, vendor);
    const signedAt = clock.now() - 2 * 3_600_000;
    await endAsOf(reseller, vendor, { id, at: signedAt, signedAt });
    await world.settle();
    expect(await statesOf(vendor, reseller)).toEqual(['ended', 'superseded']);
    expect(await findInForce(vendor.ctx, reseller.nodeId, 'us')).toBeUndefined();
  });

  it('is sent again by hand when nobody answered for two weeks: an acceptance that may have arrived binds, an end holds', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const wait = async () => {
      for (let days = 0; days < 15; days++) await world.advance('24h');
    };
    const replay = async () => {
      const [dead] = await listOutbox(reseller.ctx, { peerId: vendor.nodeId, state: 'dead', limit: 9 });
      wire.fault = () => undefined;
      await replayMessage(reseller.ctx, vendor.nodeId, dead!.messageId);
      await world.settle();
    };
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world, { offers: 'both' }) });
    await world.settle();
    wire.fault = ({ type }) => (type === 'Agreement' ? 'answer-lost' : undefined);
    const { id } = await newest(reseller, vendor);
    await acceptAgreement(reseller.ctx, { peerId: vendor.nodeId, id });
    await wait();
    expect(await statesOf(vendor, reseller)).toEqual(['active']);
    expect(await statesOf(reseller, vendor)).toEqual(['active']);
    // Nothing is offered under what may not be known there.
    expect(await findInForce(reseller.ctx, vendor.nodeId, 'us')).toBeUndefined();
    await replay();
    expect(await findInForce(reseller.ctx, vendor.nodeId, 'us')).toMatchObject({ id });

    wire.fault = ({ type }) => (type === 'Agreement' ? 'lost' : undefined);
    await endAgreement(reseller.ctx, { peerId: vendor.nodeId, id });
    await wait();
    expect(await statesOf(vendor, reseller)).toEqual(['active']);
    await replay();
    expect(await statesOf(vendor, reseller)).toEqual(['ended']);
  });

  it('that was taken back while the partner accepted it has ended on both sides, whoever was heard first', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world) });
    await world.settle();
    await endAgreement(vendor.ctx, { peerId: reseller.nodeId, id: (await newest(vendor, reseller)).id });
    await acceptAgreement(reseller.ctx, { peerId: vendor.nodeId, id: (await newest(reseller, vendor)).id });
    await world.settle();
    expect(await statesOf(vendor, reseller)).toEqual(['ended']);
    expect(await statesOf(reseller, vendor)).toEqual(['ended']);
  });

  it('is one on both sides when both propose and accept at once', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world) });
    await proposeAgreement(reseller.ctx, { peerId: vendor.nodeId, terms: plainTerms(world, { offers: 'accepter' }) });
    await world.settle();
    const open = async (node: typeof vendor, peer: typeof vendor) =>
      (await standings(node, peer)).find(({ version }) => version.proposedBy === 'them')?.version.id ?? '';
    const [atVendor, atReseller] = [await open(vendor, reseller), await open(reseller, vendor)];
    await acceptAgreement(vendor.ctx, { peerId: reseller.nodeId, id: atVendor });
    await acceptAgreement(reseller.ctx, { peerId: vendor.nodeId, id: atReseller });
    await world.settle();
    const active = async (node: typeof vendor, peer: typeof vendor) =>
      (await standings(node, peer)).flatMap(({ state, version }) => (state === 'active' ? version.digest : []));
    expect(await active(vendor, reseller)).toHaveLength(1);
    expect(await active(vendor, reseller)).toEqual(await active(reseller, vendor));
  });

  it('whose acceptance the partner does not take binds nobody, and says why', async () => {
    await using world = await openPair();
    const { vendor, reseller } = world;
    await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: plainTerms(world) });
    await world.settle();
    const { id } = await newest(reseller, vendor);
    // The vendor lost what it had proposed: to it the acceptance quotes nothing.
    await vendor.write((tx) => tx.db.updateTable('agreement').set({ digest: 'lost' }).execute());
    await acceptAgreement(reseller.ctx, { peerId: vendor.nodeId, id });
    await world.settle();
    expect(await standings(reseller, vendor)).toMatchObject([
      { state: 'refused', version: { refusedFor: 'agreement-unknown', acceptedAt: null } },
    ]);
  });
});

describe('bad input', () => {
  it('changes nothing: terms that contradict themselves, strangers to each other, floods', async () => {
    await using world = await openPair();
    const { vendor, reseller, clock } = world;
    const terms = plainTerms(world);
    const field = (path: string) => ({ field: path, inOffer: 'shown', inRelease: 'shown' }) as const;
    for (const [path, change] of [
      ['terms.validUntil', { validUntil: new Date(clock.now() - 1).toISOString() }],
      ['terms.fieldTerms[0].field', { fieldTerms: [field('contact.shoeSize')] }],
      ['terms.fieldTerms[1].field', { fieldTerms: [field('account.name'), field('account.name')] }],
      ['terms.fieldTerms[0].inRelease', { fieldTerms: [{ ...field('account.name'), inRelease: 'masked' as const }] }],
      ['terms.fieldTerms[0].inOffer', { fieldTerms: [{ ...field('account.name'), inRelease: 'never' as const }] }],
      ['terms.onward.partners', { onward: { to: 'listed' as const } }],
      ['terms.caps.returnPercent', { caps: { returnPercent: 101 } }],
    ] as const)
      await expect(
        proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms: { ...terms, ...change } as typeof terms }),
      ).rejects.toMatchObject({ code: 'terms-invalid', details: { path } });
    await expect(proposeAgreement(vendor.ctx, { peerId: 'nobody.example', terms })).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await standings(vendor, reseller)).toEqual([]);

    for (let n = 0; n < 21; n++) await proposeAgreement(vendor.ctx, { peerId: reseller.nodeId, terms });
    await world.settle();
    expect(await standings(reseller, vendor)).toHaveLength(20);
    const [flood] = world.wire.calls.filter(({ status }) => status === 429);
    expect(flood?.answer).toContain('<l:Code>rate</l:Code>');
    const first = world.wire.calls[0]!;
    expect((await receiveMessage(reseller.ctx, Buffer.from(first.xml))).xml).toBe(first.answer);
  });
});
