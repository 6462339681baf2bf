import { CompiledQuery } from 'kysely';
import { describe, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import type { Context, Tx } from '../../node/kernel/context.ts';
import { applyPartnerStatus } from '../../node/routing/apply-partner-status.ts';
import { assignLead } from '../../node/routing/assign-lead.ts';
import { completeRelease, confirmAward, lapseAward } from '../../node/routing/award.ts';
import { addTeam, editBox, removeTeam } from '../../node/routing/change-box.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { expireOffer } from '../../node/routing/expire-offer.ts';
import { listInboxEntries } from '../../node/routing/inbox.ts';
import { suspendPartnerBox } from '../../node/routing/open-box.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { rejectOffer } from '../../node/routing/reject-offer.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import { routeLead } from '../../node/routing/route-lead.ts';
import { setRules } from '../../node/routing/set-rules.ts';
import { getBox, systemBoxId } from '../../node/routing/store/boxes.ts';
import { countWaiting } from '../../node/routing/store/inbox.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { listTraces } from '../../node/routing/store/traces.ts';
import { withdrawLead } from '../../node/routing/withdraw-lead.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { recordStatements } from '../support/statements.ts';
import { makeWorld } from './world.ts';

const ours = ['leadBox', 'boxRule', 'offer', 'offerRecipient', 'turn', 'trace'];
/** Configuration is read whole: there are few boxes, rules and rotations, and a decision looks at all of them. */
const readWhole =
  /^select [^(]*(count\(\*\) as "count" )?from "(leadBox|boxRule|turn)"( group by "boxId"| order by [^?]*)?$/;

onEachDatabase((database) => {
  describe('every statement of routing', () => {
    it('finds its rows by an index', async () => {
      const clock = makeFakeClock();
      await database.withStore(
        async (store) => {
          const { ctx: read, queries } = recordStatements(store);
          const world = makeWorld(store.ctx, clock);
          const write = <T>(work: (tx: Tx) => Promise<T>) => transact(read, work);
          const root = { userId: 'user_root', role: 'administrator' } as const;
          const boss = { kind: 'user', id: 'user_boss' } as const;

          const ann = await world.user('Ann');
          const bob = await world.user('Bob');
          const partner = await world.partner('reseller.example');
          const to = [ann.boxId, bob.boxId, partner.boxId];
          const setMode = (mode: 'grab' | 'round-robin') =>
            write(async (tx) =>
              setRules(tx, root, {
                boxId: systemBoxId,
                version: (await getBox(tx, systemBoxId)).version,
                rules: [
                  {
                    name: mode,
                    event: 'enter',
                    enabled: true,
                    condition: { all: [] },
                    action: { assign: { mode, to, offerMinutes: 5 } },
                  },
                ],
              }),
            );
          const recipientOf = async (leadId: string, kind: 'user' | 'peer') => {
            const [offer] = await listOffers(read, leadId);
            return (await listRecipients(read, offer!.id)).find((one) => one.kind === kind && one.state === 'offered')!
              .id;
          };
          const open = async (facts = {}) => {
            const leadId = await world.receive(facts);
            await write((tx) => routeLead(tx, leadId));
            return leadId;
          };

          await setMode('round-robin');
          await open();
          await setMode('grab');
          const won = await open();
          const recipientId = await recipientOf(won, 'user');
          await write((tx) => claimOffer(tx, { recipientId }));
          await write((tx) => claimOffer(tx, { recipientId }));
          const released = await open();
          const peer = await recipientOf(released, 'peer');
          await write((tx) => claimOffer(tx, { recipientId: peer }));
          await write((tx) => confirmAward(tx, peer));
          await write((tx) => completeRelease(tx, peer));
          const status = { leadId: released, peerId: partner.peerId, disposition: 'returned' } as const;
          await write((tx) => applyPartnerStatus(tx, status));
          const lapsed = await open();
          const silent = await recipientOf(lapsed, 'peer');
          await write((tx) => claimOffer(tx, { recipientId: silent }));
          await write((tx) => lapseAward(tx, silent));
          const rejected = await open();
          await write(async (tx) =>
            rejectOffer(tx, { recipientId: await recipientOf(rejected, 'user'), reason: 'other', text: 'no' }),
          );
          await write((tx) => rerouteLead(tx, rejected, { actor: boss }));
          await write((tx) => assignLead(tx, { leadId: rejected, userId: ann.id, actor: boss }));
          const recalled = await open();
          await write(async (tx) => recallOffer(tx, (await listOffers(tx, recalled))[0]!.id, boss));
          const foreign = await open({ origin: 'peer', originPeer: 'v.example', originClosesAt: clock.now() + 60_000 });
          await write((tx) => withdrawLead(tx, foreign, 'taken'));
          const expired = await open();
          clock.advance('1h');
          await write(async (tx) => expireOffer(tx, (await listOffers(tx, expired))[0]!.id));
          await write(async (tx) => {
            const team = await addTeam(tx, { name: 'Team', parentId: systemBoxId });
            await editBox(tx, team.id, { name: 'North' });
            await removeTeam(tx, team.id);
            await suspendPartnerBox(tx, partner.peerId, true);
          });
          for (const state of ['open', 'mine', 'closed', 'missed'] as const)
            await listInboxEntries(read, root, {
              userId: ann.id,
              state,
              limit: 10,
              ...(state === 'open' && { cursor: 'x' }),
            });
          await countWaiting(read, [ann.id]);
          await listTraces(read, won, { limit: 5, before: 'trace_z' });

          const bySql = new Map(queries.map((query) => [query.sql, query]));
          const mine = [...bySql.values()].filter(({ sql }) =>
            ours.some((table) => new RegExp(`(from|update|join|into) "${table}"`).test(sql)),
          );
          expect(mine.length).toBeGreaterThan(40);
          const bad: string[] = [];
          for (const { sql, parameters } of mine) {
            if (sql.startsWith('insert') || readWhole.test(sql)) continue;
            for (const step of await planOf(store.ctx, database.kind, sql, parameters)) bad.push(`${step} in ${sql}`);
          }
          expect(bad).toEqual([]);
        },
        { clock },
      );
    });
  });
});

/** The steps of a statement's plan that read a whole table; on PostgreSQL, where there is no other way. */
async function planOf(
  ctx: Context,
  kind: 'sqlite' | 'postgres',
  sql: string,
  parameters: readonly unknown[],
): Promise<string[]> {
  const explain = kind === 'sqlite' ? 'explain query plan ' : 'explain ';
  const plan = await transact(ctx, async (tx) => {
    if (kind === 'postgres') await tx.db.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'));
    return tx.db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(explain + sql, [...parameters]));
  });
  const steps = plan.rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']));
  expect(steps.length).toBeGreaterThan(0);
  return steps.filter((step) => (kind === 'sqlite' ? /^SCAN (?!CONSTANT)/.test(step) : /Seq Scan/.test(step)));
}
