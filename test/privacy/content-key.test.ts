import { createSecretKey } from 'node:crypto';
import { expect, it } from 'vitest';
import {
  destroyContentKey,
  makeContentKey,
  openBytes,
  openText,
  sealBytes,
  sealText,
} from '../../node/leads/content-key.ts';
import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { isKeptSealed } from '../../node/federation/store/outbox-content.ts';
import { listQuestionsOf } from '../../node/federation/store/questions.ts';
import { migration as questionTexts } from '../../node/kernel/migrations/0023-question-texts.ts';
import { tellHistory } from '../../node/leads/change-lead.ts';
import { findOriginal, getLead, holdStill } from '../../node/leads/store.ts';
import { checkProof } from '../../protocol/index.ts';
import { complexTypes, messageTypes, simpleTypes } from '../../protocol/generated.ts';
import { messageTable } from '../../protocol/message-table.ts';
import { canary, type FederationNode } from '../support/federation.ts';
import { allOf, bytesOf, grace, openChain } from './chain.ts';

it('messages and originals lie sealed; with the key gone nothing of them can be read, and the signatures still prove them', async () => {
  await using world = await openChain();
  const { vendor, distributor, dealer } = world;
  const original = { mediaType: 'text/plain', bytes: Buffer.from(`Write to ${canary}.`) };
  const id = await vendor.receive({ original });
  const [kept] = await vendor.ctx.db.selectFrom('leadOriginal').selectAll().execute();
  expect(kept?.bytes.toString()).not.toContain(canary);
  expect(await findOriginal(vendor.ctx, id)).toEqual(original);

  const outbox = () =>
    vendor.ctx.db.selectFrom('outbox').selectAll().where('type', 'in', ['Offer', 'Release']).orderBy('seq').execute();
  const inbox = () =>
    distributor.ctx.db.selectFrom('inbox').selectAll().where('type', 'in', ['Offer', 'Release']).execute();
  const [sent, got] = [await outbox(), await inbox()];
  expect(sent).toHaveLength(2);
  for (const { document } of [...sent, ...got]) expect(document).toMatch(/^sealed:/);
  const release = sent.find(({ type }) => type === 'Release')!;
  expect(await openText(vendor.ctx, release.document)).toContain(canary);
  expect(await openText(distributor.ctx, got.find(({ type }) => type === 'Release')!.document)).toContain(canary);

  const { contentKeyId } = await getLead(vendor.ctx, world.idAt(vendor));
  await vendor.write((tx) => destroyContentKey(tx, contentKeyId!));
  expect(await openText(vendor.ctx, release.document)).toBeNull();

  await world.erase(vendor);
  await world.settle();
  for (const rows of [await outbox(), await inbox()])
    for (const { document, proof, digest, messageId } of rows) {
      // The other lead's stays.
      if (![...sent, ...got].some((one) => one.messageId === messageId)) continue;
      expect(document).toBeNull();
      expect(checkProof(proof ?? '', digest, vendor.ctx.keys.signing)).toBe(true);
      expect(checkProof(proof ?? '', digest, dealer.ctx.keys.signing)).toBe(false);
      expect(
        checkProof(
          proof ?? '',
          release.digest.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')),
          vendor.ctx.keys.signing,
        ),
      ).toBe(false);
    }
  expect(await allOf(vendor)).not.toContain(`sealed:${contentKeyId}`);
});

it('what may hold words of people is kept sealed', () => {
  const isFree = ({ kind, values, pattern }: (typeof simpleTypes)[string]) => kind === 'text' && !values && !pattern;
  const holdsWords = (name: string): boolean => {
    const { attributes = [], content, elements = [] } = complexTypes[name] ?? {};
    const simple = simpleTypes[name];
    if (simple) return isFree(simple);
    return [...attributes, ...(content ? [content] : []), ...elements].some(
      ({ type }) => type !== name && holdsWords(type),
    );
  };
  const wordy = messageTypes.filter((type) => messageTable[type].conversation && holdsWords(type));
  expect(wordy).toEqual(expect.arrayContaining(['Reject', 'RecallAnswer', 'ReturnAnswer', 'Return', 'Status']));
  expect(wordy.filter((type) => !isKeptSealed(type))).toEqual([]);
});

it('an answer in words lies sealed; one that waits when the lead is erased still arrives, and its words are gone then', async () => {
  await using world = await openChain();
  const { distributor, dealer } = world;
  const words = 'Miller-Rabenhorst';
  const refuse = async () => {
    const [question] = await listQuestionsOf(distributor.ctx, world.idAt(distributor));
    const answer = { questionId: question!.id, outcome: 'refused', text: `Ask ${words}.`, actor: grace } as const;
    await distributor.write((tx) => answerQuestion(tx, world.idAt(distributor), answer));
  };
  const ask = () =>
    dealer.write((tx) =>
      giveBack(tx, world.idAt(dealer), { reason: 'not-a-fit', text: `${words} said so.`, actor: grace }),
    );
  const answers = () =>
    distributor.ctx.db.selectFrom('outbox').selectAll().where('type', '=', 'ReturnAnswer').execute();
  await ask();
  await world.settle();
  await refuse();
  await world.settle();
  const kept = await dealer.ctx.db.selectFrom('inbox').selectAll().where('type', '=', 'ReturnAnswer').execute();
  for (const { document } of [...(await answers()), ...kept]) expect(document).toMatch(/^sealed:/);
  expect(kept).toHaveLength(1);

  await ask();
  await world.settle();
  world.wire.fault = ({ type }) => (type === 'ReturnAnswer' ? 'lost' : undefined);
  await refuse();
  await distributor.settle();
  expect((await answers()).map(({ state, document }) => [state, document?.startsWith('sealed:')])).toEqual([
    ['delivered', true],
    ['waiting', true],
  ]);
  await world.erase(distributor);
  world.wire.fault = () => undefined;
  await world.advance('1h');
  const arrived = world.wire.calls.filter(({ type, heard }) => type === 'ReturnAnswer' && heard);
  expect(arrived).toHaveLength(2);
  expect(arrived[1]?.xml).toContain(words);
  expect((await answers()).map(({ document }) => document)).toEqual([null, null]);
  for (const node of [distributor, dealer]) expect(await allOf(node)).not.toContain(words);
});

it('what was asked lies sealed, and is gone with the key; what earlier versions kept plain is sealed after the update', async () => {
  await using world = await openChain();
  const { distributor, dealer } = world;
  const [atDistributor, atDealer] = [world.idAt(distributor), world.idAt(dealer)];
  const [word, why, whyNot] = ['Rabenhorst', 'Miller-Rabenhorst moved', 'Miller-Rabenhorst stays'];
  const proofs = [{ url: 'https://files.example/Rabenhorst', title: 'Letter of Rabenhorst' }];
  await dealer.write((tx) => giveBack(tx, atDealer, { reason: 'other', text: why, proofs, actor: grace }));
  await world.settle();
  const [asked] = await listQuestionsOf(distributor.ctx, atDistributor);
  const answer = { questionId: asked!.id, outcome: 'refused', text: whyNot, actor: grace } as const;
  await distributor.write((tx) => answerQuestion(tx, atDistributor, answer));
  await world.settle();
  const rowsOf = (node: FederationNode) => node.ctx.db.selectFrom('leadQuestion').selectAll().execute();
  const texts = async (node: FederationNode) =>
    (await listQuestionsOf(node.ctx, world.idAt(node))).map(({ text, answerText }) => [text, answerText]);
  for (const node of [distributor, dealer]) {
    expect(JSON.stringify(await rowsOf(node))).not.toContain(word);
    expect(await texts(node)).toEqual([[why, whyNot]]);
    expect((await listQuestionsOf(node.ctx, world.idAt(node)))[0]?.proofs).toEqual(proofs);
  }
  // The side that was asked wrote these words nowhere else.
  expect(bytesOf(distributor)).not.toContain(word);

  const plain = { text: why, answerText: whyNot };
  for (const node of [distributor, dealer]) {
    await node.write(async (tx) => {
      await holdStill(tx, world.idAt(node));
      await tx.db.updateTable('leadQuestion').set(plain).execute();
      await tx.db.schema.alterTable('leadQuestion').dropColumn('proofs').execute();
      if (node === dealer) await tellHistory(tx, atDealer, 'forget', { fields: [] });
      await questionTexts.up(tx.db as never, { bytes: 'blob' });
      tx.bus.wake('jobs-run');
    });
  }
  await world.settle();
  expect(JSON.stringify(await rowsOf(distributor))).not.toContain(word);
  expect(await texts(distributor)).toEqual([[why, whyNot]]);
  // What was forgotten before had left them.
  expect(await texts(dealer)).toEqual([[null, null]]);

  const { contentKeyId } = await getLead(distributor.ctx, atDistributor);
  await distributor.write((tx) => destroyContentKey(tx, contentKeyId!));
  expect(await texts(distributor)).toEqual([[null, null]]);
});

it('a key opens what was sealed under it, in its place, and only with the secret of the node', async () => {
  await using world = await openChain();
  const { ctx, write } = world.vendor;
  const plain = Buffer.from([0, 255, 10, 58]);
  const [one, two] = await write(async (tx) => [await makeContentKey(tx, 'one'), await makeContentKey(tx, 'two')]);
  const text = await sealText(ctx, one, 'Grüße');
  const bytes = await sealBytes(ctx, two, plain);
  expect(await openText(ctx, text)).toBe('Grüße');
  expect(await openBytes(ctx, bytes!)).toEqual(plain);
  expect(await openText(ctx, '<l:Message/>')).toBe('<l:Message/>');
  expect(await openBytes(ctx, plain)).toEqual(plain);
  await expect(openText(ctx, text!.replace('one', 'two'))).rejects.toThrow();
  await expect(
    openText({ ...ctx, keys: { ...ctx.keys, secret: createSecretKey(Buffer.alloc(32, 1)) } }, text),
  ).rejects.toThrow();
  // Made twice it is the first, so that what is sealed stays readable.
  await write((tx) => makeContentKey(tx, 'one'));
  expect(await openText(ctx, text)).toBe('Grüße');
  await write((tx) => destroyContentKey(tx, 'one'));
  expect([await openText(ctx, text), await sealText(ctx, 'one', 'x'), await openBytes(ctx, bytes!)]).toEqual([
    null,
    null,
    plain,
  ]);
});
