// One of several processes that race for the same offers, or route at the same time. Starts when told to on standard input.
import { once } from 'node:events';
import { transact } from '../../../node/kernel/context.ts';
import { claimOffer } from '../../../node/routing/claim-offer.ts';
import { expireOffer } from '../../../node/routing/expire-offer.ts';
import { rejectOffer } from '../../../node/routing/reject-offer.ts';
import { routeLead } from '../../../node/routing/route-lead.ts';
import { makeFakeClock } from '../../support/clock.ts';
import { openStore } from '../../support/store.ts';
import type { Place } from '../../support/store.ts';

export interface Race {
  readonly place: Place;
  readonly now: number;
  readonly claim?: readonly string[];
  readonly reject?: readonly string[];
  readonly expire?: readonly string[];
  readonly route?: readonly string[];
}

const race = JSON.parse(process.argv[2] ?? '') as Race;
const { ctx, close } = await openStore(race.place, { clock: makeFakeClock(race.now) });
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const codeOf = (error: unknown) => (error as { code?: string }).code ?? String(error);
const all = async (ids: readonly string[] | undefined, act: (id: string) => Promise<string>) =>
  Promise.all((ids ?? []).map((id) => act(id).catch(codeOf)));
const [claim, reject, expire, route] = await Promise.all([
  all(race.claim, async (recipientId) => (await transact(ctx, (tx) => claimOffer(tx, { recipientId }))).outcome),
  all(race.reject, async (recipientId) => {
    return (await transact(ctx, (tx) => rejectOffer(tx, { recipientId, reason: 'other' }))).outcome;
  }),
  all(race.expire, (id) => transact(ctx, (tx) => expireOffer(tx, id)).then(() => 'done')),
  all(race.route, (id) => transact(ctx, (tx) => routeLead(tx, id)).then(() => 'done')),
]);
await close();
process.stdout.write(`${JSON.stringify({ claim, reject, expire, route })}\n`);
process.exit(0);
