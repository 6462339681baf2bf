// What the delivery of a message costs when much was delivered before: leased, answered, stored, with 100 and with a million
// rows in the outbox. By hand: node test/bench/outbox-size.ts [--quick]
import { transact, type Context } from '../../node/kernel/context.ts';
import { insertOutbox, updateWaiting } from '../../node/federation/store/outbox.ts';
import { leaseDue, listPeersWithWaiting } from '../../node/federation/store/outbox-due.ts';
import { makeFolder, openStore } from '../support/store.ts';
import { quick, takeTurns, tell } from './rounds.ts';

const FEW = 100;
const MANY = quick ? 20_000 : 1_000_000;
const DELIVERIES = quick ? 100 : 1_000;
const AT_ONCE = 16;
const peerId = 'reseller.localhost';

const rowOf = (ctx: Context, state: 'waiting' | 'delivered', seq: number) => {
  const now = ctx.clock.now();
  const ids = { messageId: ctx.ids.uuid(), peerId, conversationId: ctx.ids.uuid(), seq };
  const times = { dueAt: now - 1_000, createdAt: now - 2_000, expiresAt: now + 3_600_000 };
  const answered = state === 'delivered' ? { answeredAt: now, answer: 'x'.repeat(1_500) } : {};
  return {
    ...ids,
    ...times,
    ...{
      type: 'Offer' as const,
      digest: 'd'.repeat(44),
      proof: null,
      document: state === 'waiting' ? 'x'.repeat(3_400) : null,
    },
    ...{ effectKey: ids.messageId, state, attempts: 0, departures: 0, answeredAt: null, answer: null, code: null },
    ...answered,
  };
};

/** A store whose outbox holds so many messages that were delivered. */
async function openFilled(rows: number) {
  const folder = makeFolder();
  const { ctx, close } = await openStore(folder);
  await transact(ctx, async (tx) => {
    const now = tx.clock.now();
    const peer = {
      nodeId: peerId,
      name: 'R',
      endpoint: 'https://r.example/lx',
      role: 'both',
      state: 'active',
    } as const;
    const nothing = { allowedRange: null, allowedPort: null, suspendedAt: null };
    await tx.db
      .insertInto('peer')
      .values({ ...peer, ...nothing, createdAt: now, activatedAt: now } as never)
      .execute();
  });
  for (let done = 0; done < rows; done += 1_000)
    await transact(ctx, async (tx) => {
      for (let at = 0; at < Math.min(1_000, rows - done); at++) await insertOutbox(tx, rowOf(tx, 'delivered', 1));
    });
  return { ctx, close: async () => { await close(); folder.remove(); } }; // prettier-ignore
}

/** Deliveries a second, without the network: what is due is leased in groups, each answer has a transaction. */
const deliver = (ctx: Context) => async () => {
  await transact(ctx, async (tx) => {
    for (let at = 0; at < DELIVERIES; at++) await insertOutbox(tx, rowOf(tx, 'waiting', 1));
  });
  const from = performance.now();
  for (let done = 0; done < DELIVERIES;) {
    const now = ctx.clock.now();
    await listPeersWithWaiting(ctx, now);
    const due = await transact(ctx, (tx) => leaseDue(tx, peerId, { limit: AT_ONCE, leaseEndsAt: now + 10_000 }));
    const answered = { state: 'delivered' as const, answer: 'x'.repeat(1_500), answeredAt: now };
    await Promise.all(due.map(({ messageId }) => transact(ctx, (tx) => updateWaiting(tx, messageId, answered))));
    done += due.length;
  }
  return (DELIVERIES * 1_000) / (performance.now() - from);
};

const few = await openFilled(FEW);
const many = await openFilled(MANY);
const rates = await takeTurns({ few: deliver(few.ctx), many: deliver(many.ctx) });
tell(`deliveries stored beside ${FEW} rows`, rates.few, 'messages/s');
tell(`deliveries stored beside ${MANY} rows`, rates.many, 'messages/s');
tell('many / few', rates.many / rates.few);
await Promise.all([few.close(), many.close()]);
