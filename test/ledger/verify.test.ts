import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transact, type Context, type Tx } from '../../node/kernel/context.ts';
import { checkpointKey, signCheckpoint } from '../../node/ledger/checkpoint.ts';
import { leafHash } from '../../node/ledger/hash.ts';
import { closeLedger } from '../../node/ledger/sequencer.ts';
import { findNewestCheckpoint } from '../../node/ledger/store/checkpoints.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';
import { emptyEdge, growEdge, writeEdge } from '../../node/ledger/tree.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase, type DatabaseUnderTest } from '../support/databases.ts';
import { append, sequence } from './log.ts';

const write = <T>(ctx: Context, work: (tx: Tx) => Promise<T>) => transact(ctx, work);
const readAll = (ctx: Context) => listLeaves(ctx, 0, 100_000);
const codes = async (ctx: Context, since?: string) =>
  (await verifyLedger(ctx, since === undefined ? {} : { since })).findings.map(({ code }) => code);

/** Puts these texts in the place of the whole log, numbered anew. */
const rewrite = (ctx: Context, texts: readonly string[]) =>
  write(ctx, async (tx) => {
    await tx.db.deleteFrom('ledgerLeaf').execute();
    const rows = texts.map((text, position) => ({ position, text }));
    await tx.db.insertInto('ledgerLeaf').values(rows).execute();
  });

/** Changes the text of a leaf, with the tiles and the head as if it had always been so. */
async function forge(ctx: Context, position: number): Promise<void> {
  const leaves = (await readAll(ctx)).map(({ text }, at) => (at === position ? 'forged\n' : text));
  await rewrite(ctx, leaves);
  const edge = emptyEdge();
  const nodes = new Map<number, Buffer[]>();
  const note = (height: number, place: number, hash: Buffer) => {
    if (height % 8 === 0) (nodes.get(height / 8) ?? nodes.set(height / 8, []).get(height / 8)!)[place] = hash;
  };
  for (const text of leaves) growEdge(edge, leafHash(text), note);
  await write(ctx, async (tx) => {
    for (const [level, hashes] of nodes)
      for (let place = 0; place * 256 < hashes.length; place++) {
        const tile = Buffer.concat(hashes.slice(place * 256, (place + 1) * 256));
        const row = tx.db.updateTable('ledgerTile').set({ hashes: tile });
        await row.where('level', '=', level).where('place', '=', place).execute();
      }
    await tx.db
      .updateTable('ledgerHead')
      .set({ edge: writeEdge(edge) })
      .execute();
  });
}

onEachDatabase((database: DatabaseUnderTest) => {
  const size = 600;
  /** A log of 600 leaves with checkpoints after 100, 300, 590 and 600 of them, verified before the body changes it. */
  const withLog = (body: (ctx: Context, saved: string) => Promise<void>) => {
    const clock = makeFakeClock();
    return database.withStore(
      async ({ ctx }) => {
        let saved = '';
        for (const [from, to] of [
          [0, 100],
          [100, 300],
          [300, 590],
        ] as const) {
          // prettier-ignore
          await append(ctx, to - from, from);
          await sequence(ctx);
          clock.advance('10s');
          saved = (await findNewestCheckpoint(ctx))!.note;
        }
        await append(ctx, 10, 590);
        await closeLedger(ctx);
        expect(await verifyLedger(ctx, { since: saved })).toMatchObject({
          ...{ isWhole: true, size, checkpoints: 4, signedSize: size, waiting: 0, findings: [] },
          since: { size: 590, isKept: true },
        });
        await body(ctx, saved);
      },
      { clock },
    );
  };
  const findings = async (ctx: Context, since?: string) =>
    (await verifyLedger(ctx, since === undefined ? {} : { since })).findings.map(({ message: _, ...rest }) => rest);

  describe('the verification of a ledger', () => {
    it('names a leaf whose text was changed, and that the saved checkpoint is not kept', () =>
      withLog(async (ctx, saved) => {
        await write(ctx, (tx) =>
          tx.db.updateTable('ledgerLeaf').set({ text: 'changed\n' }).where('position', '=', 150).execute(),
        );
        expect(await findings(ctx, saved)).toEqual([
          { code: 'leaf-changed', position: 150 },
          { code: 'since-differs', size: 590, after: 100 },
        ]);
      }));

    it('names leaves that were deleted, in the middle and at the end', () =>
      withLog(async (ctx, saved) => {
        const gone = [7, 8, 9, 598, 599];
        await write(ctx, (tx) => tx.db.deleteFrom('ledgerLeaf').where('position', 'in', gone).execute());
        expect(await findings(ctx, saved)).toEqual([
          { code: 'numbering-gap', position: 7, to: 9 },
          { code: 'numbering-gap', position: 598, to: 599 },
          { code: 'leaf-missing', position: 7, to: 9 },
          { code: 'leaf-missing', position: 598, to: 599 },
          { code: 'checkpoint-beyond-log', size: 600 },
          ...[{ code: 'since-differs', size: 590, after: 0 }],
        ].sort((one, other) => order.indexOf(one.code) - order.indexOf(other.code))); // prettier-ignore
      }));
    const order = ['numbering-gap', 'leaf-missing', 'since-differs', 'checkpoint-beyond-log'];

    it('names a deleted leaf also when the others were numbered anew', () =>
      withLog(async (ctx) => {
        const texts = (await readAll(ctx)).map(({ text }) => text);
        await rewrite(ctx, texts.toSpliced(42, 1));
        expect(await findings(ctx)).toContainEqual({ code: 'leaf-missing', position: 42 });
        expect((await codes(ctx)).filter((code) => code.startsWith('leaf-'))).toEqual(['leaf-missing']);
      }));

    it('names leaves that were inserted, in the middle and at the end', () =>
      withLog(async (ctx) => {
        const texts = (await readAll(ctx)).map(({ text }) => text);
        await rewrite(ctx, [...texts.toSpliced(42, 0, 'one\n', 'two\n'), 'three\n']);
        const leaves = (await findings(ctx)).filter(({ code }) => code.startsWith('leaf-'));
        expect(leaves).toEqual([
          { code: 'leaf-inserted', position: 42, to: 43 },
          { code: 'leaf-inserted', position: 602 },
        ]);
      }));

    it('names leaves that were moved and exchanged', () =>
      withLog(async (ctx) => {
        const texts = (await readAll(ctx)).map(({ text }) => text);
        const moved = texts.toSpliced(10, 1).toSpliced(29, 0, texts[10]!);
        [moved[200], moved[450]] = [moved[450]!, moved[200]!];
        await rewrite(ctx, moved);
        expect((await findings(ctx)).filter(({ code }) => code.startsWith('leaf-'))).toEqual([
          { code: 'leaf-moved', position: 29, from: 10 },
          { code: 'leaf-moved', position: 450, from: 200 },
          { code: 'leaf-moved', position: 200, from: 450 },
        ]);
      }));

    it('narrows a forgery of leaf, tiles and head down to what was signed last before', () =>
      withLog(async (ctx, saved) => {
        await forge(ctx, 310);
        expect(await findings(ctx, saved)).toEqual([
          { code: 'checkpoint-root-differs', size: 590, after: 300 },
          { code: 'since-differs', size: 590, after: 300 },
        ]);
        // Without the checkpoints that tell of it, the saved one still does.
        await write(ctx, (tx) => tx.db.deleteFrom('ledgerCheckpoint').where('size', '>', 100).execute());
        expect(await findings(ctx, saved)).toEqual([{ code: 'since-differs', size: 590, after: 100 }]);
        expect((await verifyLedger(ctx)).isWhole).toBe(true);
      }));

    it('tells tiles and head that were changed from leaves that were', () =>
      withLog(async (ctx) => {
        const tile = (level: number, place: number, hashes: Buffer) =>
          write(ctx, (tx) => {
            const row = tx.db.updateTable('ledgerTile').set({ hashes });
            return row.where('level', '=', level).where('place', '=', place).execute();
          });
        const before = await ctx.db.selectFrom('ledgerTile').selectAll().execute();
        await tile(0, 1, Buffer.alloc(256 * 32, 1));
        expect(await codes(ctx)).toEqual(['tile-changed', 'tile-changed']);
        await write(ctx, (tx) => tx.db.deleteFrom('ledgerTile').where('level', '=', 1).execute());
        for (const { level, place, hashes } of before.filter((each) => each.level === 0))
          await tile(level, place, hashes);
        expect((await verifyLedger(ctx)).findings[0]?.message).toContain('level 1');
        for (const row of before.filter((each) => each.level === 1))
          await write(ctx, (tx) => tx.db.insertInto('ledgerTile').values(row).execute());
        expect(await codes(ctx)).toEqual([]);
        await write(ctx, (tx) =>
          tx.db
            .updateTable('ledgerHead')
            .set({ edge: Buffer.alloc(4 * 32) })
            .execute(),
        );
        expect(await codes(ctx)).toEqual(['head-changed']);
      }));

    it('knows checkpoints that this node did not sign, and logs that were cut off', () =>
      withLog(async (ctx, saved) => {
        const stranger = { ...ctx, keys: { ...ctx.keys, secret: createSecretKey(Buffer.alloc(32, 9)) } };
        const note = signCheckpoint({ origin: ctx.config.nodeId, size: 100, root: Buffer.alloc(32) }, checkpointKey(stranger)); // prettier-ignore
        const set = (text: string) =>
          write(ctx, (tx) =>
            tx.db.updateTable('ledgerCheckpoint').set({ note: text }).where('size', '=', 100).execute(),
          );
        await set(note);
        expect(await findings(ctx)).toEqual([{ code: 'checkpoint-unsigned', size: 100 }]);
        expect(await codes(ctx, note)).toEqual(expect.arrayContaining(['since-unsigned', 'since-differs']));
        await set(saved);
        expect(await findings(ctx)).toEqual([{ code: 'checkpoint-malformed', size: 100 }]);
        await expect(verifyLedger(ctx, { since: 'nonsense' })).rejects.toMatchObject({ code: 'checkpoint-malformed' });
        await write(ctx, async (tx) => {
          const edge = { size: 0, edge: Buffer.alloc(0) };
          await tx.db.deleteFrom('ledgerLeaf').execute();
          await tx.db.deleteFrom('ledgerTile').execute();
          await tx.db.deleteFrom('ledgerCheckpoint').execute();
          await tx.db.updateTable('ledgerHead').set(edge).execute();
        });
        expect(await findings(ctx, saved)).toEqual([{ code: 'since-beyond-log', size: 590 }]);
      }));

    it('finds any one byte that changes in any leaf', () =>
      withLog(async (ctx) => {
        const leaves = await readAll(ctx);
        const set = ({ position, text }: { position: number; text: string }) =>
          write(ctx, (tx) => tx.db.updateTable('ledgerLeaf').set({ text }).where('position', '=', position).execute());
        await fc.assert(
          fc.asyncProperty(fc.nat({ max: size - 1 }), fc.nat(), async (position, where) => {
            const leaf = leaves[position]!;
            const at = where % leaf.text.length;
            const text = `${leaf.text.slice(0, at)}${leaf.text[at] === '!' ? '?' : '!'}${leaf.text.slice(at + 1)}`;
            await set({ position, text });
            expect(await findings(ctx)).toEqual([{ code: 'leaf-changed', position }]);
            await set(leaf);
          }),
          { numRuns: 20 },
        );
      }));

    it('tells of leaves that nobody numbers', async () => {
      const clock = makeFakeClock();
      await database.withStore(
        async ({ ctx }) => {
          await append(ctx, 2);
          expect(await verifyLedger(ctx)).toMatchObject({ isWhole: true, size: 0, waiting: 2 });
          clock.advance('6m');
          expect(await codes(ctx)).toEqual(['leaf-waits']);
        },
        { clock },
      );
    });

    it('ends its list after a thousand of a kind', () =>
      database.withStore(async ({ ctx }) => {
        await append(ctx, 2_400);
        await closeLedger(ctx);
        const odd = Array.from({ length: 1_200 }, (_, at) => at * 2 + 1);
        await write(ctx, (tx) => tx.db.deleteFrom('ledgerLeaf').where('position', 'in', odd).execute());
        const found = await codes(ctx);
        expect(found.filter((code) => code === 'numbering-gap')).toHaveLength(1_000);
        expect(found.filter((code) => code === 'leaf-missing')).toHaveLength(1_000);
        expect(found).toContain('checkpoint-beyond-log');
      }));

    it('is not disturbed by a log that grows meanwhile', () =>
      withLog(async (ctx) => {
        const growing = append(ctx, 300, size).then(() => sequence(ctx));
        const first = await verifyLedger(ctx);
        await growing;
        expect(first.findings).toEqual([]);
        expect(await codes(ctx)).toEqual([]);
      }));
  });
});
