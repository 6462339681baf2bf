import { createSecretKey } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { appendLeaf } from '../../node/ledger/append-leaf.ts';
import { checkpointKey, readCheckpoint, signCheckpoint } from '../../node/ledger/checkpoint.ts';
import { openLedger } from '../../node/ledger/open-ledger.ts';
import { proveConsistency, proveInclusion, rootAt } from '../../node/ledger/proofs.ts';
import { closeLedger } from '../../node/ledger/sequencer.ts';
import { findNewestCheckpoint, listCheckpoints } from '../../node/ledger/store/checkpoints.ts';
import { countPending, listLeaves } from '../../node/ledger/store/leaves.ts';
import { findTile } from '../../node/ledger/store/tiles.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { verifyConsistency, verifyInclusion } from '../../node/ledger/verify-proof.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onDatabase, onEachDatabase } from '../support/databases.ts';
import { startProgram } from '../support/program.ts';
import { listUnindexed, recordStatements } from '../support/statements.ts';
import { append, loggedNumbers, sequence } from './log.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const program = join(import.meta.dirname, 'programs', 'append-and-number.ts');

onEachDatabase((database) => {
  const withClock = (body: Parameters<typeof database.withStore>[0], clock = makeFakeClock()) =>
    database.withStore(body, { clock });

  describe('the sequencer', () => {
    it('numbers leaves in the order in which they were committed, from 0 without gaps', () =>
      withClock(async ({ ctx }) => {
        await append(ctx, 300);
        expect(await loggedNumbers(ctx)).toEqual([]);
        await sequence(ctx);
        await append(ctx, 5, 300);
        await sequence(ctx);
        expect(await loggedNumbers(ctx)).toEqual(numbers(305));
        expect((await listLeaves(ctx, 0, 1_000)).map(({ position }) => position)).toEqual(numbers(305));
        expect(await countPending(ctx)).toBe(0);
        expect(await verifyLedger(ctx)).toMatchObject({ isWhole: true, size: 305 });
      }));

    it('loses a leaf with its fact, and only with it', () =>
      withClock(async ({ ctx }) => {
        const failing = transact(ctx, async (tx) => {
          await appendLeaf(tx, 'rules-set', { version: 1 });
          throw new Error('on purpose');
        });
        await expect(failing).rejects.toThrow('on purpose');
        await append(ctx, 1, 2);
        await sequence(ctx);
        expect(await loggedNumbers(ctx)).toEqual([2]);
      }));

    it('signs a checkpoint every ten seconds at most, when there is something new, and at the end', async () => {
      const clock = makeFakeClock();
      await withClock(async ({ ctx }) => {
        const sizes = async () => (await listCheckpoints(ctx, -1, 100)).map(({ size }) => size);
        await sequence(ctx);
        expect(await sizes()).toEqual([]);
        for (const number of numbers(25)) {
          await append(ctx, 1, number);
          await sequence(ctx);
          clock.advance('1s');
        }
        expect(await sizes()).toEqual([1, 11, 21]);
        await closeLedger(ctx);
        await closeLedger(ctx);
        clock.advance('1h');
        await sequence(ctx);
        expect(await sizes()).toEqual([1, 11, 21, 25]);
      }, clock);
    });

    it('makes proofs of any leaf and any older tree from the tiles', () =>
      withClock(async ({ ctx }) => {
        for (const [from, count] of [
          [0, 255],
          [255, 1],
          [256, 2],
          [258, 400],
        ] as const) {
          // prettier-ignore
          await append(ctx, count, from);
          await sequence(ctx);
        }
        const readTile = (level: number, place: number) => findTile(ctx, level, place);
        const size = 658;
        const root = await rootAt(readTile, size);
        const leaves = await listLeaves(ctx, 0, 1_000);
        for (const at of [0, 1, 255, 256, 511, 512, 657]) {
          const leaf = Buffer.from(leaves[at]!.text);
          expect(verifyInclusion({ leaf, at, size, root, path: await proveInclusion(readTile, at, size) })).toBe(true);
        }
        for (const oldSize of [1, 255, 256, 257, 512, 658]) {
          const proof = await proveConsistency(readTile, oldSize, size);
          const oldRoot = await rootAt(readTile, oldSize);
          expect(verifyConsistency({ oldSize, oldRoot, size, root, proof })).toBe(true);
        }
        await closeLedger(ctx);
        const newest = await findNewestCheckpoint(ctx);
        expect(readCheckpoint(newest!.note).root).toEqual(root);
      }));

    it('is one process at a time: another goes on after its lease, or at once when it stopped', async () => {
      const clock = makeFakeClock();
      await withClock(async ({ ctx }, { open }) => {
        const other = (await open()).ctx;
        await append(ctx, 1, 0);
        await sequence(ctx);
        await append(ctx, 1, 1);
        await sequence(other);
        expect(await loggedNumbers(ctx)).toEqual([0]);
        clock.advance('15s');
        await sequence(other);
        await sequence(ctx);
        expect(await loggedNumbers(ctx)).toEqual([0, 1]);
        await append(ctx, 1, 2);
        await sequence(ctx);
        expect(await loggedNumbers(ctx)).toEqual([0, 1]);
        await closeLedger(other);
        await append(ctx, 1, 3);
        await sequence(ctx);
        expect(await loggedNumbers(ctx)).toEqual([0, 1, 2, 3]);
      }, clock);
    });

    it('stops at a tile that was changed and builds nothing on it', () =>
      withClock(async ({ ctx }) => {
        await append(ctx, 3);
        await sequence(ctx);
        await transact(ctx, (tx) =>
          tx.db
            .updateTable('ledgerTile')
            .set({ hashes: Buffer.alloc(32) })
            .execute(),
        );
        await append(ctx, 1, 3);
        await expect(sequence(ctx)).rejects.toMatchObject({ code: 'ledger-damaged' });
        expect(await countPending(ctx)).toBe(1);
        expect(await loggedNumbers(ctx)).toEqual([0, 1, 2]);
      }));
  });

  it('several processes that append and number at once, one of which is killed, make one log without gaps', () =>
    database.withStore(async ({ ctx }, { place }) => {
      const programs = [0, 1, 2].map((me) => startProgram(program, place, me * 1_000, 400));
      await programs[0]!.whenLines(1);
      programs[0]!.kill();
      await programs[0]!.ended;
      expect(await Promise.all(programs.slice(1).map((each) => each.ended))).toEqual([0, 0]);
      // Whoever was killed may have left leaves and its lease behind.
      await transact(ctx, (tx) => tx.db.updateTable('ledgerHead').set({ leaseUntil: 0 }).execute());
      await closeLedger(ctx);
      const logged = await loggedNumbers(ctx);
      const committed = [...programs[0]!.lines.map(Number), ...numbers(400).flatMap((at) => [1_000 + at, 2_000 + at])];
      expect(new Set(logged).size).toBe(logged.length);
      expect(committed.filter((each) => !logged.includes(each))).toEqual([]);
      expect((await verifyLedger(ctx)).findings).toEqual([]);
    }));

  it('says once which keys the node uses, and again when they are others', () =>
    withClock(async ({ ctx }, { open }) => {
      await openLedger(ctx);
      await openLedger(ctx);
      await sequence(ctx);
      const texts = (await listLeaves(ctx, 0, 10)).map(({ text }) => text);
      expect(texts).toHaveLength(2);
      expect(texts[0]).toContain(`use: messages\nkid: ${ctx.keys.signing.kid}\n`);
      expect(texts[1]).toContain(`use: checkpoints\nkey: ${checkpointKey(ctx).text}\n`);
      await closeLedger(ctx);
      const { note: since = '' } = (await findNewestCheckpoint(ctx)) ?? {};
      const { signing } = (await open()).ctx.keys;
      const withSecret = (byte: number) => ({ ...ctx, keys: { signing, secret: createSecretKey(Buffer.alloc(32, byte)) } }); // prettier-ignore
      const changed = withSecret(1);
      // Nobody has told of the new keys yet: what they did not sign is nobody's.
      await transact(ctx, (tx) => tx.db.deleteFrom('ledgerKey').execute());
      expect((await verifyLedger(changed, { since })).findings.map(({ code }) => code)).toContain('since-unsigned');
      // A node that started before keys were kept: the last it told of is known.
      await openLedger(changed);
      await sequence(changed);
      expect(await verifyLedger(changed, { since })).toMatchObject({ isWhole: true, since: { isKept: true } });
      const third = withSecret(2);
      await openLedger(third);
      expect(await verifyLedger(third, { since })).toMatchObject({ isWhole: true });
      const { size, root } = readCheckpoint(since);
      const forged = signCheckpoint({ origin: ctx.config.nodeId, size, root }, checkpointKey(withSecret(3)));
      expect((await verifyLedger(third, { since: forged })).findings).toMatchObject([{ code: 'since-unsigned' }]);
      expect((await listLeaves(ctx, 2, 10)).map(({ text }) => /^kid: .*$/m.exec(text)?.[0])).toContain(
        `kid: ${signing.kid}`,
      );
    }));
});

onDatabase('sqlite', (database) => {
  it('reads nothing whole, sorts nothing without an index, and appends with one statement', () =>
    database.withStore(async (opened) => {
      const { ctx, statements, queries } = recordStatements(opened);
      await append(ctx, 1);
      expect(queries.filter(({ sql }) => !/savepoint|begin|commit|release/.test(sql))).toHaveLength(1);
      await append(ctx, 300, 1);
      await sequence(ctx);
      await closeLedger(ctx);
      await openLedger(ctx);
      await verifyLedger(ctx);
      expect(statements.size).toBeGreaterThan(12);
      expect(listUnindexed(opened, statements)).toEqual([]);
    }));
});
