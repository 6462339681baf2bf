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
import { findOriginal, getLead } from '../../node/leads/store.ts';
import { checkProof } from '../../protocol/index.ts';
import { canary } from '../support/federation.ts';
import { allOf, openChain } from './chain.ts';

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
