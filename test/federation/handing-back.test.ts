import { describe, expect, it } from 'vitest';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { sendMessage } from '../../node/federation/sending/send-message.ts';
import { findHolding } from '../../node/federation/store/conversations.ts';
import { updatePeer } from '../../node/federation/store/peers.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { canary, openFederation } from '../support/federation.ts';
import { post } from '../support/foreign-peer.ts';
import { grace, openAccepted, openHeld } from './shared-lead.ts';

const canaryFree = async (world: Awaited<ReturnType<typeof openHeld>>) => {
  const { reseller, heldId } = world;
  const inbox = await reseller.ctx.db.selectFrom('inbox').select('document').execute();
  const rows = [await reseller.lead(heldId), await world.questions(reseller), inbox];
  return !JSON.stringify(rows).includes(canary);
};

describe('a lead that a partner holds and the vendor wants back', () => {
  it('comes back when the holder’s people agree: it is deleted there and routed again here', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId, wire } = world;
    const bob = await vendor.user('Bob');
    await vendor.offerAllTo([await vendor.partnerBox('reseller'), bob.boxId], { mode: 'direct' });
    await world.askBack('duplicate');
    await world.settle();
    expect(await world.conversations()).toEqual({ vendor: ['recall-asked'], reseller: ['recall-asked'] });
    expect((await reseller.lead(heldId)).state).toBe('assigned');
    await expect(world.askBack()).rejects.toMatchObject({ code: 'already-asked' });
    await expect(world.giveBack()).rejects.toMatchObject({ code: 'already-asked' });
    await world.answer(reseller, 'agreed');
    await world.settle();
    expect(wire.story().slice(-2)).toEqual(['vendor>reseller Recall', 'reseller>vendor RecallAnswer']);
    expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
    expect(await canaryFree(world)).toBe(true);
    // Not to the same partner again.
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'offered', holder: undefined });
    expect(await vendor.recipients(leadId)).toMatchObject([{ userId: bob.id }]);
    expect(await world.kinds(vendor)).toEqual(expect.arrayContaining(['ask-recall', 'agree', 'take-back']));
    expect((await world.kinds(reseller)).slice(-4)).toEqual(['ask-recall', 'agree', 'give-back', 'forget']);
    expect(wire.calls.every(({ status }) => status === 200)).toBe(true);
  });

  it('stays where it is when they refuse, with words; the vendor may ask again', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId } = world;
    await world.askBack();
    await world.settle();
    await expect(world.answer(reseller, 'refused')).rejects.toMatchObject({ code: 'fact-missing' });
    await world.answer(reseller, 'refused', 'We have an appointment tomorrow.');
    await world.settle();
    expect(await world.conversations()).toEqual({ vendor: ['released'], reseller: ['released'] });
    expect((await world.questions(vendor))[0]).toMatchObject({
      state: 'refused',
      answerText: 'We have an appointment tomorrow.',
    });
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned', holder: { id: reseller.nodeId } });
    await expect(world.answer(reseller, 'agreed')).rejects.toMatchObject({ code: 'question-over' });
    await world.askBack();
    await world.settle();
    await world.answer(reseller, 'agreed');
    await world.settle();
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
  });

  it('is remembered before its time, stays with the holder after it, and a late answer still counts', async () => {
    await using world = await openHeld();
    const { vendor, reseller, ann, leadId, heldId, clock } = world;
    await world.askBack('mistake', clock.now() + 48 * 3_600_000);
    await world.settle();
    const topics = async (node: typeof vendor) => {
      const events = await node.ctx.db.selectFrom('liveEvent').selectAll().where('kind', '=', 'shared-lead').execute();
      return events.map(({ payload, userId }) => [userId, (JSON.parse(payload) as { topic: string }).topic]);
    };
    expect(await topics(reseller)).toEqual([[ann.id, 'recall-asked']]);
    await world.advance('25h');
    expect(await topics(reseller)).toEqual([
      [ann.id, 'recall-asked'],
      [ann.id, 'remind'],
    ]);
    await world.advance('24h');
    expect((await world.kinds(reseller)).at(-1)).toBe('unanswered');
    expect((await vendor.history(leadId)).at(-1)).toMatchObject({
      kind: 'unanswered',
      facts: { recipient: { name: 'reseller' }, holder: { name: 'reseller' } },
    });
    expect(await topics(vendor)).toEqual([[grace.id, 'unanswered']]);
    expect(await vendor.lead(leadId)).toMatchObject({ holder: { id: reseller.nodeId } });
    await world.answer(reseller, 'agreed');
    await world.settle();
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted', holder: undefined });
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
  });

  it('is called back at once before the release', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, leadId, heldId, wire } = world;
    await expect(world.askBack()).rejects.toMatchObject({ code: 'not-with-partner' });
    const [offer] = await listOffers(vendor.ctx, leadId);
    await vendor.write((tx) => recallOffer(tx, offer?.id ?? '', grace));
    await world.settle();
    expect(wire.story()).not.toContain('vendor>reseller Release');
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
    expect(await canaryFree(world)).toBe(true);
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });
  });

  it('is not lost on a lossy wire', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId, wire } = world;
    const seen = new Map<string, number>();
    wire.fault = ({ type }) => {
      const times = (seen.get(type) ?? 0) + 1;
      seen.set(type, times);
      return type.startsWith('Recall') ? (['answer-lost', 'twice', 'lost', 'cut'] as const)[times - 1] : undefined;
    };
    await world.askBack();
    for (let n = 0; n < 5; n++) await world.advance('11m');
    await world.answer(reseller, 'agreed');
    for (let n = 0; n < 5; n++) await world.advance('11m');
    expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
    expect((await world.kinds(vendor)).filter((kind) => kind === 'take-back')).toHaveLength(1);
    expect((await world.kinds(reseller)).filter((kind) => kind === 'ask-recall')).toHaveLength(1);
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted' });
  });

  it('may be asked for anew when the question never arrived', async () => {
    await using world = await openHeld();
    const { vendor, wire } = world;
    wire.fault = ({ type }) => (type === 'Recall' ? 'lost' : undefined);
    await world.askBack();
    for (let day = 0; day < 16; day++) await world.advance('24h');
    expect(await world.conversations()).toEqual({ vendor: ['released'], reseller: ['released'] });
    expect((await world.questions(vendor))[0]).toMatchObject({ state: 'void' });
    expect((await world.kinds(vendor)).at(-1)).toBe('unheard');
    wire.fault = () => undefined;
    await world.askBack();
    await world.settle();
    expect(await world.conversations()).toEqual({ vendor: ['recall-asked'], reseller: ['recall-asked'] });
  });
});

describe('a lead that its holder gives back', () => {
  it('goes back when the vendor’s people agree, and not to the same partner at once', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId, wire } = world;
    await world.giveBack('wrong-data', 'The number belongs to somebody else.');
    await world.settle();
    expect((await world.questions(vendor))[0]).toMatchObject({
      ...{ kind: 'return', reason: 'wrong-data', text: 'The number belongs to somebody else.', ours: false },
    });
    await world.answer(vendor, 'agreed');
    await world.settle();
    expect(wire.story().slice(-2)).toEqual(['reseller>vendor Return', 'vendor>reseller ReturnAnswer']);
    expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted', holder: undefined });
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
    expect(await canaryFree(world)).toBe(true);
  });

  it('stays when they refuse', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId } = world;
    await world.giveBack();
    await world.settle();
    await world.answer(vendor, 'refused', 'It is yours: the budget is confirmed.');
    await world.settle();
    expect(await world.conversations()).toEqual({ vendor: ['released'], reseller: ['released'] });
    expect((await reseller.lead(heldId)).state).toBe('assigned');
    expect((await reseller.history(heldId)).at(-1)).toMatchObject({ kind: 'refuse', actor: { id: vendor.nodeId } });
  });

  it('is taken back without asking anybody for the reasons the vendor agreed to beforehand', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId } = world;
    await vendor.write((tx) => updatePeer(tx, reseller.nodeId, { agreeReturns: JSON.stringify(['duplicate']) }));
    await world.giveBack('duplicate');
    await world.settle();
    expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
    expect((await reseller.lead(heldId)).state).toBe('withdrawn');
  });

  it('can be given back for thirty days after its release; people decide about a later return, whatever was agreed to', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId } = world;
    await vendor.write((tx) => updatePeer(tx, reseller.nodeId, { agreeReturns: JSON.stringify(['duplicate']) }));
    await world.advance('721h');
    await expect(world.giveBack()).rejects.toMatchObject({ code: 'return-window-over' });
    // A holder that does not mind the window.
    await reseller.meddle(async (tx) => {
      const held = (await findHolding(tx, heldId))!;
      await sendMessage(tx, held, { type: 'Return', body: { reason: 'duplicate' } });
    });
    await world.settle();
    expect(await world.conversations()).toEqual({ vendor: ['return-asked'], reseller: ['return-asked'] });
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'assigned', holder: { id: reseller.nodeId } });
    expect(await world.questions(vendor)).toMatchObject([{ kind: 'return', state: 'open' }]);
    await world.answer(vendor, 'refused', 'You had a month.');
    expect((await world.conversations()).vendor).toEqual(['released']);
  });

  it('cannot be asked about with a node that said what it speaks, and not this; nor is that one told of changes', async () => {
    await using world = await openHeld();
    const { vendor, reseller, wire } = world;
    const capabilities = JSON.stringify({ levels: ['Core'] });
    const said = { peerId: reseller.nodeId, capabilities, saidAt: 1, learnedAt: 1, askAt: 9e15, error: null };
    await vendor.write(async (tx) => {
      await tx.db.deleteFrom('peerSpeech').where('peerId', '=', reseller.nodeId).execute();
      await tx.db.insertInto('peerSpeech').values(said).execute();
    });
    await expect(world.askBack()).rejects.toMatchObject({ code: 'partner-cannot-answer' });
    await world.edit(vendor, { 'contact.jobTitle': 'Buyer' });
    await world.settle();
    expect(wire.story()).not.toContain('vendor>reseller Update');
  });

  it('is one that came from a partner; others cannot be given back', async () => {
    await using world = await openHeld();
    const own = await world.reseller.receive();
    const asking = world.reseller.write((tx) => giveBack(tx, own, { reason: 'other', actor: grace }));
    await expect(asking).rejects.toMatchObject({ code: 'not-from-partner' });
  });
});

describe('questions that cross', () => {
  it('both want the lead back where it came from: it is, whoever’s answer comes first', async () => {
    for (const slow of ['Recall', 'Return'] as const) {
      await using world = await openHeld();
      const { vendor, reseller, leadId, heldId, wire } = world;
      wire.fault = ({ type }) => (type === 'Recall' || type === 'Return' ? 'lost' : undefined);
      await world.askBack();
      await world.giveBack();
      await world.settle();
      expect(await world.conversations()).toEqual({ vendor: ['recall-asked'], reseller: ['return-asked'] });
      wire.fault = ({ type }) => (type === slow ? 'lost' : undefined);
      await world.advance('6s');
      wire.fault = () => undefined;
      for (let n = 0; n < 4; n++) await world.advance('1m');
      expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
      expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted', holder: undefined });
      expect((await reseller.lead(heldId)).state).toBe('withdrawn');
      expect((await world.kinds(vendor)).filter((kind) => kind === 'take-back')).toHaveLength(1);
      expect(
        [...(await world.questions(vendor)), ...(await world.questions(reseller))].filter(
          ({ state }) => state === 'open',
        ),
      ).toEqual([]);
      const failed = wire.calls.filter(({ status }) => status !== undefined && status !== 200);
      expect(failed).toEqual([]);
    }
  });

  it('a status and a correction on their way when the lead went back change nothing', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId, wire } = world;
    await world.askBack();
    await world.settle();
    wire.fault = ({ type }) => (type === 'Status' ? 'lost' : undefined);
    await reseller.write((tx) => changeLead(tx, heldId, 'work'));
    await world.settle();
    await world.answer(reseller, 'agreed');
    await world.settle();
    // The answer waits behind the status.
    expect(await world.conversations()).toEqual({ vendor: ['recall-asked'], reseller: ['returned'] });
    wire.fault = () => undefined;
    await world.advance('1m');
    expect(await vendor.lead(leadId)).toMatchObject({ state: 'unrouted', holder: undefined });
    expect(wire.calls.filter(({ status }) => status !== undefined && status !== 200)).toEqual([]);
  });

  it('values on their way when the lead went back are not kept, in whatever order they come', async () => {
    for (const lost of [[], ['Recall']]) {
      await using world = await openHeld();
      const { vendor, wire } = world;
      wire.fault = ({ type }) => (type === 'Update' || lost.includes(type) ? 'lost' : undefined);
      await world.edit(vendor, { 'contact.familyName': `King ${canary}` });
      await world.askBack();
      await world.giveBack();
      await world.settle();
      wire.fault = () => undefined;
      for (let n = 0; n < 4; n++) await world.advance('1m');
      expect(wire.story()).toContain('vendor>reseller Update');
      expect(await world.conversations()).toEqual({ vendor: ['returned'], reseller: ['returned'] });
      expect(await canaryFree(world)).toBe(true);
    }
  });

  it('an update is told in between', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId } = world;
    await world.askBack();
    await world.settle();
    await world.edit(vendor, { 'contact.jobTitle': 'Buyer' });
    await world.settle();
    expect((await reseller.lead(heldId)).document.contact?.jobTitle).toBe('Buyer');
  });
});

describe('a lead that nobody wants', () => {
  it('is declined also when that arrives only after what was seen of it is deleted', async () => {
    await using world = await openFederation({ nodes: ['vendor', 'reseller'] });
    await world.introduce('vendor', 'reseller');
    const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
    const ann = await reseller.user('Ann');
    await vendor.offerAllTo([await vendor.partnerBox('reseller')], { offerMinutes: 600 });
    await reseller.offerAllTo([ann.boxId], { offerMinutes: 600 });
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    world.wire.fault = ({ type }) => (type === 'Reject' ? 'lost' : undefined);
    await reseller.reject(offered!.id, ann.id);
    for (let n = 0; n < 4; n++) await world.advance('3m');
    expect(await reseller.ctx.db.selectFrom('conversation').select('deletedAt').executeTakeFirst()).not.toMatchObject({
      deletedAt: null,
    });
    world.wire.fault = () => undefined;
    for (let n = 0; n < 4; n++) await world.advance('15m');
    expect(await vendor.recipients(leadId)).toMatchObject([{ state: 'rejected' }]);
    const sent = await reseller.ctx.db.selectFrom('outbox').select(['type', 'state']).orderBy('seq').execute();
    expect(sent).toEqual([
      { type: 'Reject', state: 'delivered' },
      { type: 'ErasureStatus', state: 'delivered' },
    ]);
  });
});

describe('messages that somebody on the way lets arrive out of their order', () => {
  it('an answer and a question behind it have their effect all the same, once each', async () => {
    await using world = await openHeld();
    const { vendor, reseller, wire } = world;
    await world.giveBack();
    await world.settle();
    wire.fault = ({ from }) => (from === 'vendor' ? 'lost' : undefined);
    await world.edit(vendor, { 'contact.jobTitle': 'Buyer' });
    await world.answer(vendor, 'refused', 'You wanted it.');
    await world.askBack();
    await world.edit(vendor, { 'contact.jobTitle': 'Chief buyer' });
    await world.settle();
    const said = wire.calls.filter(({ type, from }) => from === 'vendor' && ['Update', 'Recall'].includes(type));
    const last = said.findLast(({ type }) => type === 'Update');
    expect((await post(reseller, last?.xml ?? '')).status).toBe(200);
    wire.fault = () => undefined;
    for (let minute = 0; minute < 15; minute++) await world.advance('1m');
    expect(await world.conversations()).toEqual({ vendor: ['recall-asked'], reseller: ['recall-asked'] });
    expect((await reseller.lead(world.heldId)).document).toMatchObject({ contact: { jobTitle: 'Chief buyer' } });
    const refused = await vendor.ctx.db.selectFrom('outbox').select('type').where('state', '=', 'refused').execute();
    expect(refused).toEqual([]);
    expect((await world.questions(reseller)).map(({ kind, state }) => [kind, state]).sort()).toEqual([
      ['recall', 'open'],
      ['return', 'refused'],
    ]);
  });
});
