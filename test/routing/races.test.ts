import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import { listTurns } from '../../node/routing/store/turns.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import type { Place } from '../support/store.ts';
import type { Race } from './programs/racer.ts';
import { makeWorld } from './world.ts';
import type { World } from './world.ts';

const script = fileURLToPath(new URL('programs/racer.ts', import.meta.url));
type Outcomes = Record<'claim' | 'reject' | 'expire' | 'route', string[]>;

/** Starts real processes on the same database, lets them go at the same moment, and answers what each got. */
async function race(place: Place, races: readonly Omit<Race, 'place'>[]): Promise<Outcomes[]> {
  const racers = races.map((one) => {
    const child = spawn(process.execPath, [script, JSON.stringify({ place: { ...place }, ...one })], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    return { child, lines: createInterface(child.stdout)[Symbol.asyncIterator]() };
  });
  try {
    for (const { lines } of racers) expect((await lines.next()).value).toBe('ready');
    for (const { child } of racers) child.stdin.write('go\n');
    const answers: Outcomes[] = [];
    for (const { lines } of racers) answers.push(JSON.parse(String((await lines.next()).value)) as Outcomes);
    return answers;
  } finally {
    for (const { child } of racers) child.kill();
  }
}

const leads = 40;

onEachDatabase((database) => {
  const inWorld = (body: (world: World, place: Place) => Promise<void>) => {
    const clock = makeFakeClock();
    return database.withStore((store, { place }) => body(makeWorld(store.ctx, clock), place), { clock });
  };

  async function openGrabs(world: World) {
    const ann = await world.user('Ann');
    const bob = await world.user('Bob');
    const partner = await world.partner('reseller.example');
    await world.rules(systemBoxId, { mode: 'grab', to: [ann.boxId, bob.boxId, partner.boxId] });
    const ids = await Promise.all(Array.from({ length: leads }, () => world.receive()));
    await world.settle();
    const offers: Awaited<ReturnType<World['offer']>>[] = [];
    for (const id of ids) offers.push(await world.offer(id));
    const of = (test: (one: (typeof offers)[number]['recipients'][number]) => boolean) =>
      offers.map((offer) => offer.recipients.find(test)!.id);
    return {
      ids,
      offers,
      ann: of((one) => one.userId === ann.id),
      bob: of((one) => one.userId === bob.id),
      partner: of((one) => one.peerId === partner.peerId),
    };
  }

  describe('two processes', () => {
    it('that accept the same offers at once make exactly one winner each', async () => {
      await inWorld(async (world, place) => {
        const { ids, offers, ann, bob, partner } = await openGrabs(world);
        const now = world.clock.now();
        const [first, second] = await race(place, [
          { now, claim: [...ann, ...partner] },
          { now, claim: [...bob, ...ann] },
        ]);
        for (const [n, offer] of offers.entries()) {
          const outcomes = [
            [ann[n], first!.claim[n]],
            [partner[n], first!.claim[leads + n]],
            [bob[n], second!.claim[n]],
            [ann[n], second!.claim[leads + n]],
          ];
          const winners = outcomes.filter(([, outcome]) => outcome === 'won');
          expect(winners).toHaveLength(1);
          for (const [id, outcome] of outcomes)
            expect(outcome).toMatch(id === winners[0]![0] ? /^(won|already-yours)$/ : /^taken$/);
          const after = await world.offer(offer.leadId);
          expect(after.winnerId).toBe(winners[0]![0]);
          expect(after.recipients.filter((one) => ['accepted', 'won'].includes(one.state))).toHaveLength(1);
          const lead = await world.lead(ids[n]!);
          expect(lead.state).toBe(winners[0]![0] === partner[n] ? 'claimed' : 'assigned');
        }
      });
    });

    it('that accept, decline and expire the same offers at once leave each in one state that fits', async () => {
      await inWorld(async (world, place) => {
        const { offers, ann, bob, partner } = await openGrabs(world);
        const now = world.clock.now();
        const end = offers[0]!.closesAt;
        const offerIds = offers.map((offer) => offer.id);
        const [first, second] = await race(place, [
          { now, claim: ann, reject: [...bob, ...partner] },
          { now: end, reject: [...ann, ...bob], expire: offerIds },
        ]);
        const known = /^(won|taken|expired|already-rejected|answered-meanwhile|rejected|too-late|done)$/;
        for (const outcome of Object.values(first!).concat(Object.values(second!)).flat())
          expect(outcome).toMatch(known);
        for (const [n, offer] of offers.entries()) {
          const after = await world.offer(offer.leadId);
          const lead = await world.lead(offer.leadId);
          const won = first!.claim[n] === 'won';
          expect(after.state).toMatch(won ? /^done$/ : /^(rejected|expired)$/);
          expect(lead.state).toBe(won ? 'assigned' : 'offered');
          expect(after.recipients.filter((one) => one.state === 'offered')).toEqual([]);
          expect(after.recipients.filter((one) => one.state === 'won')).toHaveLength(won ? 1 : 0);
        }
        await world.settle();
        for (const offer of offers)
          expect((await world.lead(offer.leadId)).state).toMatch(/^(assigned|unrouted|offered)$/);
      });
    });

    it('that route at once take every turn of a rotation exactly once', async () => {
      await inWorld(async (world, place) => {
        const users = [
          await world.user('Ann'),
          await world.user('Bob'),
          await world.user('Cid'),
          await world.user('Dee'),
        ];
        await world.rules(systemBoxId, { mode: 'round-robin', to: users.map((user) => user.boxId) });
        const ids = await Promise.all(Array.from({ length: leads }, () => world.receive()));
        const now = world.clock.now();
        // Both are given all leads: the same lead must not be offered twice either.
        const [first, second] = await race(place, [
          { now, route: ids },
          { now, route: ids.toReversed() },
        ]);
        for (const outcome of [...first!.route, ...second!.route])
          expect(outcome).toMatch(/^(done|lead-changed|23505|SQLITE_.*)$/);
        const counts = new Map<string, number>();
        for (const id of ids) {
          const offer = await world.offer(id);
          expect(offer).toMatchObject({ round: 1, state: 'open' });
          const userId = offer.recipients[0]!.userId!;
          counts.set(userId, (counts.get(userId) ?? 0) + 1);
        }
        expect([...counts.values()]).toEqual(users.map(() => leads / users.length));
        expect([...(await listTurns(world.ctx)).values()]).toMatchObject([{ number: leads }]);
      });
    });
  });

  describe('a bulk import', () => {
    it('takes one turn for each lead, not one for all; test leads take none', async () => {
      await inWorld(async (world) => {
        const users = [await world.user('Ann'), await world.user('Bob'), await world.user('Cid')];
        await world.rules(systemBoxId, { mode: 'round-robin', to: users.map((user) => user.boxId) });
        const ids = await Promise.all(Array.from({ length: 60 }, (_, n) => world.receive({ test: n % 2 === 1 })));
        await world.settle();
        const counts = new Map<string, number>();
        for (const id of ids) {
          const [recipient] = (await world.offer(id)).recipients;
          if (!(await world.lead(id)).test) counts.set(recipient!.userId!, (counts.get(recipient!.userId!) ?? 0) + 1);
        }
        expect([...counts.values()]).toEqual([10, 10, 10]);
        expect([...(await listTurns(world.ctx)).values()]).toMatchObject([{ number: 30 }]);
      });
    });
  });
});
