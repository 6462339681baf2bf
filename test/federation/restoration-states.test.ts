import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { beginRestoration } from '../../node/federation/restoration/begin-restoration.ts';
import { listConversationsOf } from '../../node/federation/store/conversations.ts';
import { listFindings } from '../../node/federation/store/restorations.ts';
import { backup } from '../../node/kernel/backup.ts';
import { sqliteFile } from '../../node/kernel/database.ts';
import { insertRestoration, isRestoring } from '../../node/kernel/restoration.ts';
import { openFederation, sampleLead, type FederationNode } from '../support/federation.ts';

/** Answers what puts a node's data back to how they are now, all but its ledger. */
async function backUp({ ctx: { config } }: FederationNode) {
  const copy = join(config.dataFolder, 'backup.db');
  await backup(config, copy);
  return () => {
    const db = new Database(sqliteFile(config.dataFolder));
    db.pragma('foreign_keys = off');
    db.prepare('attach database ? as old').run(copy);
    const tables = db
      .prepare<[], { name: string }>(
        `select name from main.sqlite_master where type = 'table' and name not like 'ledger%'`,
      )
      .all();
    db.transaction(() => {
      for (const { name } of tables)
        if (name !== 'migration' && !name.startsWith('sqlite_'))
          db.exec(`delete from main."${name}"; insert into main."${name}" select * from old."${name}"`);
    })();
    db.close();
  };
}

/** The lead of a node's that came by the newest conversation, and how that stands. */
async function newestAt(node: FederationNode) {
  const [newest] = (await node.leads()).sort((one, other) => (one.id < other.id ? 1 : -1));
  return newest!;
}
const stateAt = async (node: FederationNode, leadId: string) =>
  (await listConversationsOf(node.ctx, leadId)).map(({ state }) => state).join();

it('what partners return counts: a claim while the offer is open, an award only while it can be opened, an erasure from above alone', async () => {
  await using world = await openFederation({ nodes: ['vendor', 'anna', 'bert'] });
  const [vendor, anna, bert] = [world.node('vendor'), world.node('anna'), world.node('bert')];
  const people = new Map<FederationNode, string>();
  for (const node of [anna, bert]) {
    await world.introduce('vendor', node.name);
    const { id, boxId } = await node.user('Rita');
    await node.offerAllTo([boxId]);
    people.set(node, id);
  }
  await vendor.offerAllTo([await vendor.partnerBox('anna'), await vendor.partnerBox('bert')]);
  const accept = (node: FederationNode, leadId: string) => node.accept(leadId, people.get(node)!);
  const released = await vendor.receive();
  await world.settle();
  const releasedAtAnna = (await newestAt(anna)).id;
  await accept(anna, releasedAtAnna);
  await world.settle();
  const claimed = await vendor.receive();
  await world.settle();
  const claimedAt = new Map([
    [anna, (await newestAt(anna)).id],
    [bert, (await newestAt(bert)).id],
  ]);
  const awarded = await vendor.receive();
  const putBack = await backUp(vendor);

  // The last lead is offered after the backup, and awarded to anna; both claim the one before, and hear nothing of that.
  await world.settle();
  world.wire.fault = ({ type }) => (type === 'Release' ? 'lost' : undefined);
  const awardedAtAnna = (await newestAt(anna)).id;
  await accept(anna, awardedAtAnna);
  await world.settle();
  world.wire.fault = ({ from }) => (from === 'vendor' ? 'lost' : undefined);
  for (const [node, leadId] of claimedAt) await accept(node, leadId);
  await world.settle();
  expect([await stateAt(anna, awardedAtAnna), await stateAt(anna, claimedAt.get(anna)!)]).toEqual([
    'awarded',
    'claimed',
  ]);
  await anna.meddle((tx) => tx.db.updateTable('conversation').set({ state: 'erased' }).where('leadId', '=', releasedAtAnna).execute()); // prettier-ignore
  putBack();
  expect(await stateAt(vendor, awarded)).toBe('');
  world.wire.calls.length = 0;
  world.wire.fault = () => undefined;
  await vendor.write((tx) => insertRestoration(tx, 7));
  const again = await world.twin('vendor');
  await beginRestoration(again.ctx);
  // The workers of the process that ran before run no more; it is but the door.
  for (let round = 0; round < 4; round++) for (const node of [again, anna, bert]) await node.settle();
  expect(await isRestoring(again.ctx)).toBe(false);
  const findings = await listFindings(again.ctx, { limit: 50 });
  const found = (leadId: string) =>
    findings.filter((each) => each.leadId === leadId).map(({ theirs, outcome }) => `${theirs}: ${outcome}`);

  // Whose states came first is the winner; the other one is told.
  expect(found(claimed).sort()).toEqual(['holding claimed: claimed', 'holding claimed: ended']);
  const states = await Promise.all([...claimedAt].map(async ([node, leadId]) => (await node.lead(leadId)).state));
  expect(states.sort()).toEqual(['assigned', 'withdrawn']);
  expect(await vendor.lead(claimed)).toMatchObject({ state: 'assigned', holder: { kind: 'peer' } });

  expect(found(awarded)).toContain('holding awarded: ended');
  expect(await stateAt(anna, awardedAtAnna)).toBe('closed');
  expect((await anna.lead(awardedAtAnna)).state).toBe('withdrawn');
  const [ended] = world.wire.calls.filter(({ to, type }) => to === 'anna' && type === 'NoLongerAvailable');
  expect(ended?.xml).toContain('<l:Reason>recalled</l:Reason>');

  expect(found(released)).toEqual(['holding erased: for-people']);
  expect(await vendor.lead(released)).toMatchObject({ erasedAt: null, document: sampleLead });
});
