import { join } from 'node:path';
import { expect, test } from 'vitest';
import { transact, type Context } from '../../node/kernel/context.ts';
import { intend } from '../../node/kernel/jobs.ts';
import { onEachDatabase } from '../support/databases.ts';
import { startProgram } from '../support/program.ts';
import { openStore, type Place } from '../support/store.ts';
import { migrations } from './tables.ts';

const program = (name: string) => join(import.meta.dirname, 'programs', `${name}.ts`);

async function readNotes(place: Place): Promise<Set<string>> {
  const store = await openStore(place, { migrations });
  const rows = await store.ctx.db.selectFrom('testNote').select('id').execute();
  await store.close();
  return new Set(rows.map((row) => row.id));
}

const insertCounts = (ctx: Context, ids: string[]) =>
  transact(ctx, (tx) =>
    tx.db
      .insertInto('testCount')
      .values(ids.map((id) => ({ id, value: 0, owner: null })))
      .execute(),
  );

onEachDatabase(({ withPlace, withStore }) => {
  test('whoever was answered is in the database, however the process dies', () =>
    withPlace(async (place) => {
      for (const lines of [1, 100, 1_000]) {
        const inserting = startProgram(program('insert-notes'), place);
        await inserting.whenLines(lines);
        inserting.kill();
        await inserting.ended;
        const kept = await readNotes(place);
        expect(inserting.lines.filter((id) => !kept.has(id))).toEqual([]);
      }
    }));

  test('of several processes exactly one is first at each row, and no update is lost', () =>
    withStore(
      async ({ ctx }, { place }) => {
        const ids = Array.from({ length: 200 }, (_, index) => `row-${index}`);
        await insertCounts(ctx, ['common', ...ids]);
        const claiming = ['a', 'b', 'c'].map((me) => startProgram(program('claim-counts'), place, me, ids));
        expect(await Promise.all(claiming.map((process) => process.ended))).toEqual([0, 0, 0]);
        expect(claiming.flatMap((process) => process.lines).sort()).toEqual(ids.toSorted());
        const common = ctx.db.selectFrom('testCount').select('value').where('id', '=', 'common');
        expect(await common.executeTakeFirst()).toEqual({ value: 600 });
      },
      { migrations },
    ));

  test('several processes carry out every job once, also when one is killed', () =>
    withStore(
      async ({ ctx }, { place }) => {
        const ids = Array.from({ length: 400 }, (_, index) => `job-${index}`);
        await transact(ctx, async (tx) => {
          for (const id of ids) await intend(tx, { kind: 'note', payload: { id } });
        });
        const draining = [1, 2, 3].map(() => startProgram(program('drain-jobs'), place));
        await draining[0]!.whenLines(1);
        draining[0]!.kill();
        await draining[0]!.ended;
        // What the dead process had leased is due again; its lease is not waited for.
        await transact(ctx, (tx) => tx.db.updateTable('job').set({ dueAt: 0 }).execute());
        expect(await Promise.all(draining.slice(1).map((process) => process.ended))).toEqual([0, 0]);
        const notes = await ctx.db.selectFrom('testNote').select('text').execute();
        expect(notes.map((note) => note.text).sort()).toEqual(ids.toSorted());
      },
      { migrations },
    ));
});
