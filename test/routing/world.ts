import type { Lead } from '../../protocol/index.ts';
import { transact } from '../../node/kernel/context.ts';
import type { Context, Tx } from '../../node/kernel/context.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import type { JobHandler } from '../../node/kernel/jobs.ts';
import { settle } from '../../node/kernel/workers.ts';
import { receiveLead } from '../../node/leads/receive-lead.ts';
import type { ArrivingLead } from '../../node/leads/receive-lead.ts';
import { getLead } from '../../node/leads/store.ts';
import { createUser } from '../../node/people/create-user.ts';
import { routingHandlers } from '../../node/routing/handlers.ts';
import { openPartnerBox, openUserBox } from '../../node/routing/open-box.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { insertBox, systemBoxId } from '../../node/routing/store/boxes.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { listRules, replaceRules } from '../../node/routing/store/rules.ts';
import { listTraces } from '../../node/routing/store/traces.ts';
import type { Assign, Condition, Rule } from '../../node/rules/index.ts';
import { makeFakeClock } from '../support/clock.ts';
import type { DatabaseUnderTest } from '../support/databases.ts';

/** What routing asks of other rooms; recorded instead of carried out. */
const foreignKinds = [
  'notify',
  'offer-to-peer',
  'award-to-peer',
  'close-to-peer',
  'accept-to-peer',
  'reject-to-peer',
  'status-to-peer',
] as const;

interface Told {
  kind: (typeof foreignKinds)[number];
  payload: Record<string, unknown>;
}

export const acme: Lead = {
  contact: {
    givenName: 'Ada',
    familyName: 'Lovelace',
    emails: [{ kind: 'work', value: 'ada@acme.example' }],
    address: { city: 'Ulm', country: 'DE' },
  },
  account: { name: 'Acme' },
};

interface RuleSpec extends Partial<Assign> {
  when?: Condition;
  to: string[];
  name?: string;
}

/** A node's routing with its database, and nothing above it. */
export function makeWorld(ctx: Context, clock = ctx.clock as ReturnType<typeof makeFakeClock>) {
  const told: Told[] = [];
  const recorders = foreignKinds.map((kind): JobHandler => {
    const record = (payload: unknown) => {
      told.push({ kind, payload: payload as Record<string, unknown> });
      return Promise.resolve();
    };
    return kind === 'notify'
      ? { kind, run: (_ctx, payload) => record(payload) }
      : { kind, apply: (_tx, payload) => record(payload) };
  });
  const workers = makeJobWorkers([...routingHandlers, ...recorders]);
  const write = <T>(work: (tx: Tx) => Promise<T>) => transact(ctx, work);
  const world = {
    ctx,
    clock,
    told,
    write,
    settle: () => settle(ctx, workers),
    /** What was told to others since the last call. */
    heard: (kind?: Told['kind']) => told.splice(0).filter((one) => kind === undefined || one.kind === kind),
    async user(name: string, managerId?: string) {
      return write(async (tx) => {
        const email = `${name.toLowerCase()}@test.example`;
        const user = await createUser(tx, { email, name, role: 'representative', managerId });
        return { ...user, boxId: (await openUserBox(tx, user.id)).id };
      });
    },
    manager: (name: string) =>
      write((tx) => createUser(tx, { email: `${name.toLowerCase()}@test.example`, name, role: 'manager' })),
    async partner(peerId: string) {
      return { peerId, boxId: (await write((tx) => openPartnerBox(tx, { peerId, name: peerId }))).id };
    },
    async team(name: string, ownerId?: string, parentId = systemBoxId) {
      return write(async (tx) => {
        const id = tx.ids.make('box');
        await insertBox(tx, { id, kind: 'team', name, parentId, ownerId });
        return id;
      });
    },
    async rules(boxId: string, ...specs: RuleSpec[]): Promise<Rule[]> {
      await write((tx) =>
        replaceRules(
          tx,
          boxId,
          specs.map((spec, position) => makeRule(tx, boxId, position, spec)),
        ),
      );
      return listRules(ctx, boxId);
    },
    receive: (lead: Partial<ArrivingLead> = {}) =>
      write((tx) => receiveLead(tx, { document: acme, origin: 'local', ...lead })),
    async lead(id: string) {
      return getLead(ctx, id);
    },
    async offer(leadId: string) {
      const [offer] = await listOffers(ctx, leadId);
      if (!offer) throw new Error('The lead was never offered.');
      return { ...offer, recipients: await listRecipients(ctx, offer.id) };
    },
    async lastTrace(leadId: string) {
      const [trace] = await listTraces(ctx, leadId, { limit: 1 });
      if (!trace) throw new Error('The lead has no trace.');
      return trace;
    },
  };
  return world;
}
export type World = ReturnType<typeof makeWorld>;

function makeRule(tx: Tx, boxId: string, position: number, spec: RuleSpec): Rule {
  const {
    when = { all: [] },
    to,
    mode = 'direct',
    offerMinutes = 60,
    opensInMinutes,
    name = `rule ${position}`,
  } = spec;
  return {
    id: tx.ids.make('rule'),
    boxId,
    position,
    name,
    event: 'enter',
    condition: when,
    action: { assign: { mode, to, offerMinutes, ...(opensInMinutes !== undefined && { opensInMinutes }) } },
    enabled: true,
  };
}

/** A world on a fresh database of this kind, with a clock that stands still until it is told. */
export function withWorld(database: DatabaseUnderTest, body: (world: World) => Promise<void>): Promise<void> {
  const clock = makeFakeClock();
  return database.withStore((store) => body(makeWorld(store.ctx, clock)), { clock });
}
