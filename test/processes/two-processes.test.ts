import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeApiClient } from '../../node/cli/api-client.ts';
import { onDatabase } from '../support/databases.ts';
import { makeFolder } from '../support/store.ts';
import { introduce, startCluster, type Cluster, type ClusterUser } from './cluster.ts';
import { acceptAll, feedAll } from './crowd.ts';
import { assignCampaigns, boxOf, enter } from './desk.ts';
import { isQuiet, listGaps, listRepeated, readLedger, tally } from './ledger.ts';
import { openPage } from './page.ts';
import { until } from '../support/until.ts';

const campaigns = ['partner', 'grab', 'rotation'] as const;
const leadsOfEach = 70;

onDatabase('postgres', (database) => {
  let vendor: Cluster;
  let reseller: Cluster;
  let people: ClusterUser[];
  let partners: ClusterUser[];

  beforeAll(async () => {
    [vendor, reseller] = await Promise.all([
      startCluster('vendor', await database.makePlace(), 2),
      startCluster('reseller', makeFolder(), 1),
    ]);
    await introduce(vendor, reseller);
    people = [await vendor.addUser('Ann'), await vendor.addUser('Ben'), await vendor.addUser('Cleo')];
    partners = [await reseller.addUser('Rita'), await reseller.addUser('Karl')];
    const ids = people.map(({ id }) => id);
    await until(() => boxOf(vendor.administrator, ids.at(-1)!).catch(() => undefined));
    await until(() => boxOf(reseller.administrator, partners.at(-1)!.id).catch(() => undefined));
    await assignCampaigns(vendor.administrator, [
      ['partner', 'direct', [reseller.nodeId], 600],
      ['grab', 'grab', [...ids, reseller.nodeId], 600],
      ['rotation', 'round-robin', ids, 600],
    ]);
    await assignCampaigns(reseller.administrator, [['*', 'round-robin', partners.map(({ id }) => id), 600]]);
  });
  afterAll(async () => {
    await Promise.all([vendor.stop(), reseller.stop()]);
  });

  const untilQuiet = () =>
    until(async () => (await isQuiet(vendor.store)) && (await isQuiet(reseller.store)), {
      withinMilliseconds: 90_000,
      describe: async () =>
        [await readLedger(vendor.store), await readLedger(reseller.store)].map(({ leads, failed, outbox }) => ({
          leads: tally(leads.map(({ state }) => state)),
          outbox: tally(outbox.map(({ state }) => state)),
          failed,
        })),
    });
  const troubles = () => [...vendor.processes, ...reseller.processes].flatMap((process) => process.troubles());

  it('two processes of one node share all work, and nothing happens twice', async () => {
    const total = leadsOfEach * campaigns.length;
    const leads = Array.from({ length: total }, (_, n) => ({ name: `Customer${n}`, campaign: campaigns[n % 3]! }));
    const pages = vendor.processes.map(({ url }) => openPage(url, vendor.token));
    const doors = vendor.processes.map(
      ({ url }) =>
        (key: string) =>
          makeApiClient(url, people[0]!.token, { 'idempotency-key': key }),
    );
    const closing = new AbortController();
    const playing = [...people, ...partners].map((person) => acceptAll(person, closing.signal));
    const ids = await feedAll(doors, leads);
    await untilQuiet();
    closing.abort();
    const outcomes = await Promise.all(playing);
    const ours = await readLedger(vendor.store);
    const theirs = await readLedger(reseller.store);

    // Every lead once, with one holder, on whom both nodes agree.
    expect(new Set(ids.values()).size).toBe(total);
    expect(ours.leads.map(({ id }) => id).sort()).toEqual([...ids.values()].sort());
    expect(tally(ours.leads.map(({ state }) => state))).toEqual({ assigned: total });
    const passedOn = ours.leads.filter(({ holderKind }) => holderKind === 'peer');
    const received = theirs.leads.filter(({ state }) => state === 'assigned');
    expect(received.map(({ contactName }) => contactName).sort()).toEqual(passedOn.map(({ contactName }) => contactName).sort()); // prettier-ignore
    expect(theirs.leads.filter(({ state }) => state !== 'assigned' && state !== 'withdrawn')).toEqual([]);

    // Every offer one winner, who was told so once.
    const winners = ours.recipients.filter(({ state }) => state === 'won');
    expect(winners.map(({ leadId }) => leadId).sort()).toEqual([...ids.values()].sort());
    expect(ours.recipients.filter(({ state }) => state === 'offered' || state === 'accepted')).toEqual([]);
    for (const [index, person] of people.entries()) {
      const told = [...outcomes[index]!].filter(([, all]) => all.includes('won'));
      for (const [, all] of told) expect(all.toSorted()).toEqual(['already-yours', 'won']);
      const won = winners.filter(({ userId }) => userId === person.id).map(({ leadId }) => leadId);
      expect(told.map(([leadId]) => leadId).sort()).toEqual(won.sort());
    }

    // No turn lost or taken twice.
    const rotated = new Set(leads.flatMap(({ name, campaign }) => (campaign === 'rotation' ? ids.get(name)! : [])));
    const served = tally(ours.recipients.flatMap(({ leadId, userId }) => (rotated.has(leadId) ? [userId ?? ''] : [])));
    expect(Object.values(served).sort()).toEqual([23, 23, 24]);
    expect(ours.turns).toEqual([{ number: leadsOfEach }]);

    // Every message one effect at the partner, numbered without gaps.
    expect([...listGaps(ours), ...listGaps(theirs)]).toEqual([]);
    for (const [sender, receiver] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      // prettier-ignore
      const delivered = sender.outbox.filter(({ state }) => state === 'delivered').map(({ messageId }) => messageId);
      const taken = receiver.inbox.filter(({ code }) => code === null).map(({ messageId }) => messageId);
      expect(taken.sort()).toEqual(delivered.sort());
    }
    expect([...listRepeated(ours), ...listRepeated(theirs)]).toEqual([]);
    expect([...ours.failed, ...theirs.failed]).toEqual([]);
    // A claim that crossed the end of its offer is refused; nothing else went wrong.
    expect(
      troubles().filter(({ event }) => event !== 'message-refused' && event !== 'message-refused-by-peer'),
    ).toEqual([]);

    // Pages of either process heard of everything, once.
    const events = await vendor.store.ctx.db
      .selectFrom('liveEvent')
      .select('id')
      .where('userId', 'is', null)
      .orderBy('id')
      .execute();
    for (const page of pages) {
      const expected = events.map(({ id }) => id).filter((id) => id > [...page.heard.keys()].sort()[0]!);
      await until(() => Promise.resolve(expected.every((id) => page.heard.has(id))));
      expect(page.repeated).toEqual([]);
      await page.close();
    }
  }, 180_000);

  it('a page hears at once what happens through the other process', async () => {
    const page = openPage(vendor.processes[1]!.url, vendor.token);
    const before = Date.now();
    await until(async () => page.heard.size > 0 || (await enter(vendor.at(0), 'Knock', 'nobody')) === '');
    expect(Date.now() - before).toBeLessThan(10_000);
    await page.close();
  });

  it('what a process had under way when it was killed, the other finishes', async () => {
    const closing = new AbortController();
    const playing = partners.map((person) => acceptAll(person, closing.signal));
    const before = (await readLedger(reseller.store)).leads.length;
    const entered = await Promise.all(
      Array.from({ length: 30 }, (_, n) => enter(vendor.at(0), `Orphan${n}`, 'partner')),
    );
    await vendor.processes[0]!.kill('SIGKILL');
    const passedOn = async () => {
      const { leads } = await readLedger(vendor.store);
      return entered.every((id) =>
        leads.some((lead) => lead.id === id && lead.holderKind === 'peer' && lead.state === 'assigned'),
      );
    };
    // The reseller may have met the dying process with so many messages that it lets the way rest for a minute.
    await until(passedOn, { withinMilliseconds: 120_000 });
    await vendor.restart(0);
    await untilQuiet();
    closing.abort();
    await Promise.all(playing);
    const [ours, theirs] = [await readLedger(vendor.store), await readLedger(reseller.store)];
    expect(theirs.leads.length - before).toBe(30);
    expect([...listGaps(ours), ...listGaps(theirs), ...listRepeated(ours), ...listRepeated(theirs)]).toEqual([]);
    expect(await vendor.at(0).get('/health')).toMatchObject({ status: 'up' });
  }, 240_000);
});
