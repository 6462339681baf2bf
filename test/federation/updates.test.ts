import { describe, expect, it } from 'vitest';
import { setFieldPolicy } from '../../node/disclosure/set-field-policy.ts';
import { canary, sampleLead } from '../support/federation.ts';
import { grace, hedy, openAccepted, openHeld, type SharedLead } from './shared-lead.ts';
import { replayMessage } from '../../node/federation/sending/replay-message.ts';
import { listOutbox } from '../../node/federation/store/outbox.ts';
import { setFeedbackPolicy } from '../../node/federation/feedback/set-feedback-policy.ts';
import { whyChanged } from '../../node/leads/why-changed.ts';

const phones = [{ kind: 'work', value: '+49731555123' }];
const updates = ({ wire }: SharedLead) => wire.calls.filter(({ type }) => type === 'Update');

describe('what changes in a lead that a partner holds', () => {
  it('is told to the holder: the changed fields with their new values, and nothing else', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId } = world;
    await world.edit(vendor, { 'contact.phones': phones, 'contact.jobTitle': 'Buyer', 'interest.products': undefined });
    await world.settle();
    expect(updates(world)).toHaveLength(1);
    expect(updates(world)[0]?.xml).toContain('<l:Revision>1</l:Revision>');
    expect(updates(world)[0]?.xml).not.toContain(canary);
    const { document } = await reseller.lead(heldId);
    expect(document).toEqual({
      account: sampleLead.account,
      contact: { ...sampleLead.contact, phones, jobTitle: 'Buyer' },
    });
    const edit = (await reseller.history(heldId)).find(({ kind }) => kind === 'edit');
    expect(edit).toMatchObject({
      actor: { kind: 'peer', id: vendor.nodeId },
      facts: { fields: ['contact.jobTitle', 'contact.phones', 'interest.products'], reason: 'correction' },
    });
    expect(JSON.stringify(await reseller.history(heldId))).not.toContain('555123');
    // The holder took it over: it does not come back as news.
    await world.advance('1m');
    expect(updates(world)).toHaveLength(1);
  });

  it('is in the ledger before it leaves, by paths and not by values', async () => {
    await using world = await openHeld();
    const { vendor, wire } = world;
    const before = await vendor.ctx.db.selectFrom('ledgerPending').select('text').execute();
    wire.fault = ({ type }) => (type === 'Update' ? 'lost' : undefined);
    await world.edit(vendor, { 'contact.phones': phones });
    await world.settle();
    const leaves = (await vendor.ctx.db.selectFrom('ledgerPending').select('text').execute()).slice(before.length);
    const told = leaves.filter(({ text }) => text.includes('stage: updated'));
    expect(told.map(({ text }) => text).join()).toMatch(
      /recipient: peer:reseller\.localhost[^]*shown: contact\.phones\n/,
    );
    expect(leaves.map(({ text }) => text).join()).not.toContain('555123');
  });

  it('obeys the field policy of the stage “updated”: what is never shown is not even named', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId } = world;
    const never = { recipientKind: 'peer', target: 'group:phone', stage: 'updated', action: 'never' } as const;
    await vendor.write((tx) => setFieldPolicy(tx, never));
    await world.edit(vendor, { 'contact.phones': phones });
    await world.settle();
    expect(updates(world)).toEqual([]);
    await world.edit(vendor, { 'contact.phones': undefined, 'contact.jobTitle': 'Buyer' });
    await world.settle();
    expect(updates(world).map(({ xml }) => /<l:ChangedField>([^<]*)/.exec(xml)?.[1])).toEqual(['contact.jobTitle']);
    expect((await reseller.lead(heldId)).document.contact).toEqual({ ...sampleLead.contact, jobTitle: 'Buyer' });
  });

  it('before the release waits for it: Release opens the offered snapshot, and the change follows at once', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, heldId, wire } = world;
    await world.edit(vendor, { 'contact.phones': phones, 'account.name': 'Acme Ltd' }, 'merge');
    await world.settle();
    expect(wire.story().slice(2)).toEqual([
      'vendor>reseller Award',
      'vendor>reseller Release',
      'vendor>reseller Update',
      'reseller>vendor Status',
    ]);
    const [release] = wire.calls.filter(({ type }) => type === 'Release');
    expect(release?.xml).toContain('+491705550123');
    expect(release?.status).toBe(200);
    const { document } = await reseller.lead(heldId);
    expect(document).toMatchObject({ contact: { phones }, account: { name: 'Acme Ltd' } });
    expect(updates(world)[0]?.xml).toContain('<l:Reason>merge</l:Reason>');
  });

  it.each([
    [['merge', 'merge'], 'merge'],
    [['merge', 'correction'], undefined],
    [[], undefined],
  ])('edits for %s have one reason, or none: %s', (reasons, reason) => {
    expect(whyChanged(reasons.map((each) => ({ facts: { reason: each } })))).toBe(reason);
  });

  it('arrives in order and once, however lossy the wire; a lower revision is recorded and not applied', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId, wire } = world;
    let call = 0;
    wire.fault = ({ type }) =>
      type === 'Update' ? (['lost', 'answer-lost', 'twice', 'cut'] as const)[call++] : undefined;
    for (const jobTitle of ['One', 'Two', 'Three']) {
      await world.edit(vendor, { 'contact.jobTitle': jobTitle });
      await world.settle();
    }
    for (let n = 0; n < 6; n++) await world.advance('11m');
    expect((await reseller.lead(heldId)).document.contact?.jobTitle).toBe('Three');
    expect((await world.kinds(reseller)).filter((kind) => kind === 'edit')).toHaveLength(3);
    expect(
      await vendor.ctx.db.selectFrom('outbox').select('state').where('state', '<>', 'delivered').execute(),
    ).toEqual([]);
    const [conversation] = await reseller.ctx.db.selectFrom('conversation').select('receivedUpdate').execute();
    expect(conversation?.receivedUpdate).toBe(3);
    await reseller.meddle((tx) => tx.db.updateTable('conversation').set({ receivedUpdate: 9 }).execute());
    await world.edit(vendor, { 'contact.jobTitle': 'Late' });
    await world.settle();
    expect(updates(world).at(-1)?.status).toBe(200);
    expect((await reseller.lead(heldId)).document.contact?.jobTitle).toBe('Three');
  });

  it('is told as it is now when what nobody took for two weeks is sent again by hand, newer changes or not', async () => {
    await using world = await openHeld();
    const { vendor, reseller, heldId, wire } = world;
    wire.fault = ({ type }) => (type === 'Update' ? 'lost' : undefined);
    const steps = [{ 'contact.jobTitle': 'One' }, { 'contact.jobTitle': 'Two', 'account.name': undefined }];
    for (const step of steps) {
      await world.edit(vendor, step);
      for (let days = 0; days < 15; days++) await world.advance('24h');
    }
    wire.fault = () => undefined;
    await world.edit(vendor, { 'contact.phones': phones });
    await world.settle();
    const dead = (await listOutbox(vendor.ctx, { peerId: reseller.nodeId, limit: 9 })).filter(
      ({ state }) => state === 'dead',
    );
    expect(dead.map(({ type }) => type)).toEqual(['Update', 'Update']);
    for (const { messageId } of dead) {
      await replayMessage(vendor.ctx, reseller.nodeId, messageId);
      await world.settle();
    }
    const { document } = await reseller.lead(heldId);
    expect(document.contact).toMatchObject({ jobTitle: 'Two', phones });
    expect(document.account?.name).toBeUndefined();
  });

  it('is refused for a lead of a partner that is not released, and for a version that is gone', async () => {
    await using world = await openAccepted();
    const { vendor, reseller, leadId } = world;
    await expect(world.edit(reseller, { 'contact.jobTitle': 'Buyer' })).rejects.toMatchObject({
      code: 'illegal-change',
    });
    await expect(world.edit(vendor, { 'contact.shoeSize': '9' })).rejects.toMatchObject({ code: 'unknown-field' });
    await expect(world.edit(vendor, { 'contact.phones': 'none' })).rejects.toMatchObject({ code: 'schema' });
    expect((await vendor.lead(leadId)).document).toEqual(sampleLead);
  });
});

describe('what the holder corrects', () => {
  it('stays with it as long as its feedback policy for that partner does not say otherwise', async () => {
    await using world = await openHeld();
    await world.edit(world.reseller, { 'contact.phones': phones });
    await world.settle();
    expect(updates(world)).toEqual([]);
  });

  const tellUpdates = async ({ reseller, vendor }: SharedLead) =>
    setFeedbackPolicy(reseller.ctx, vendor.nodeId, { tell: { update: true } });

  it('is a suggestion where the lead came from: contact data only, and a person takes it over', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId } = world;
    await tellUpdates(world);
    await world.edit(reseller, { 'contact.phones': phones, 'interest.comments': 'Ours alone' });
    await world.settle();
    expect(updates(world).map(({ from, xml }) => [from, xml.includes('Ours alone')])).toEqual([['reseller', false]]);
    expect((await vendor.lead(leadId)).document).toEqual(sampleLead);
    await world.edit(reseller, { 'contact.jobTitle': 'Buyer' });
    await world.settle();
    const open = (await world.questions(vendor)).filter(({ state }) => state === 'open');
    expect(open).toMatchObject([
      {
        kind: 'correction',
        content: { fields: ['contact.phones', 'contact.jobTitle'] },
        askedBy: { id: reseller.nodeId },
      },
    ]);
    await world.answer(vendor, 'agreed');
    await world.settle();
    expect((await vendor.lead(leadId)).document.contact).toEqual({ ...sampleLead.contact, phones, jobTitle: 'Buyer' });
    const told = (await vendor.history(leadId)).filter(({ kind }) => ['suggest', 'edit', 'agree'].includes(kind));
    expect(told.map(({ kind, actor }) => [kind, actor.name])).toEqual([
      ['suggest', 'reseller'],
      ['suggest', 'reseller'],
      ['edit', grace.name],
      ['agree', grace.name],
    ]);
    // The holder had these values first: nothing goes back to it.
    expect(updates(world).filter(({ from }) => from === 'vendor')).toEqual([]);
    // No value stays in the question.
    expect((await world.questions(vendor)).map(({ content }) => content)).toEqual([undefined, undefined]);
  });

  it('can be dismissed: both keep what they have, and a later change of either is told', async () => {
    await using world = await openHeld();
    const { vendor, reseller, leadId, heldId } = world;
    await tellUpdates(world);
    await world.edit(reseller, { 'contact.phones': phones });
    await world.settle();
    await world.answer(vendor, 'refused');
    await world.edit(vendor, { 'contact.jobTitle': 'Buyer' });
    await world.settle();
    expect((await vendor.lead(leadId)).document.contact?.phones).toEqual(sampleLead.contact?.phones);
    expect((await reseller.lead(heldId)).document.contact).toMatchObject({ phones, jobTitle: 'Buyer' });
    const edits = (await reseller.history(heldId)).filter(({ kind }) => kind === 'edit');
    expect(edits.map(({ actor }) => actor.name)).toEqual([hedy.name, 'vendor']);
  });
});
