import { mkdirSync } from 'node:fs';
import { fetch as undiciFetch } from 'undici';
import { deliveryHandlers } from '../../node/delivery/handlers.ts';
import { makeMailTransport } from '../../node/delivery/mail-transport.ts';
import { federationHandlers } from '../../node/federation/handlers.ts';
import { acceptInvitation, confirmPeer, createInvitation } from '../../node/federation/peers/introduce.ts';
import { makeFetchWorker } from '../../node/federation/sending/fetch-messages.ts';
import { makeSpeechWorker } from '../../node/federation/peers/learn-speech.ts';
import { makeRefusalWorker } from '../../node/federation/receiving/count-refusals.ts';
import { makeOutboxWorker } from '../../node/federation/sending/outbox-worker.ts';
import { routes } from '../../node/federation/routes.ts';
import type { PeerRole } from '../../node/federation/store/peers.ts';
import { transact, type Context, type Tx } from '../../node/kernel/context.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { createApp } from '../../node/kernel/http.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { listen } from '../../node/kernel/server.ts';
import { settle } from '../../node/kernel/workers.ts';
import { receiveLead, type ArrivingLead } from '../../node/leads/receive-lead.ts';
import { getLead, listHistory, listLeads } from '../../node/leads/store.ts';
import { makeAuthenticate } from '../../node/people/authenticate.ts';
import { createUser } from '../../node/people/create-user.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { routingHandlers } from '../../node/routing/handlers.ts';
import { openUserBox } from '../../node/routing/open-box.ts';
import { rejectOffer } from '../../node/routing/reject-offer.ts';
import { findBoxOf, systemBoxId } from '../../node/routing/store/boxes.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { replaceRules } from '../../node/routing/store/rules.ts';
import type { Assign } from '../../node/rules/index.ts';
import { batchMediaType, readBatch, type Lead, type RejectReason } from '../../protocol/index.ts';
import { makeFakeClock, type FakeClock } from './clock.ts';
import { watchRowOrder } from './row-order.ts';
import { makeFolder, openStore, type Place } from './store.ts';

/** One request from node to node, as it went over the wire. */
export interface Call {
  readonly from: string;
  readonly to: string;
  /** Message type, read from the document. */
  readonly type: string;
  readonly xml: string;
  /** Set once it was answered. */
  status?: number;
  answer?: string;
  /** The whole answer reached the sender. */
  heard?: true;
}

/** What the network does to a request: `lost`: no connection; `answer-lost`; `twice`: arrives twice; `cut`: half an answer. */
export type Fault = 'lost' | 'answer-lost' | 'twice' | 'cut' | { status: number; headers?: Record<string, string> };

export interface Wire {
  readonly calls: Call[];
  /** How many documents each request brought. */
  readonly requests: number[];
  fault: (call: Call) => Fault | undefined | Promise<Fault | undefined>;
  /** Types in the order they were sent, as `from>to Type`. */
  story(): string[];
}

export type FederationNode = Awaited<ReturnType<typeof openNode>>;

/** What the tests call the lead: every value of it that is withheld by default holds the word. */
export const canary = 'Kanarienvogel';

export const sampleLead: Lead = {
  contact: {
    givenName: `Ada ${canary}`,
    familyName: `Lovelace ${canary}`,
    emails: [{ kind: 'work', value: `ada@${canary.toLowerCase()}.example` }],
    phones: [{ kind: 'mobile', value: '+491705550123' }],
    address: { streets: [`${canary}gasse 1`], city: 'Ulm', country: 'DE' },
  },
  account: { name: 'Acme' },
  interest: { products: [{ name: 'Pump', quantity: '3' }] },
};

export interface FederationPlan {
  readonly nodes: readonly string[];
  readonly place?: (name: string) => Place;
}

/** Real nodes' routing and federation, each with its own database and port, on one fake clock. */
export async function openFederation(plan: FederationPlan) {
  const clock = makeFakeClock();
  const wire = makeWire();
  const folder = makeFolder();
  const nodes = new Map<string, FederationNode>();
  const placeOf = (name: string) => plan.place?.(name) ?? { dataFolder: `${folder.dataFolder}/${name}` };
  for (const name of plan.nodes) nodes.set(name, await openNode(name, { place: placeOf(name), clock, wire }));
  const node = (name: string) => {
    const found = nodes.get(name);
    if (!found) throw new Error(`No node ${name}.`);
    return found;
  };
  const settleAll = async () => {
    for (let quiet = false; !quiet;) {
      const before = wire.calls.length;
      for (const each of nodes.values()) await each.settle();
      quiet = wire.calls.length === before;
    }
  };
  return {
    clock,
    wire,
    node,
    settle: settleAll,
    async advance(duration: string) {
      clock.advance(duration);
      await settleAll();
    },
    /** A second process of a node: the same database and identity, another port. */
    async twin(name: string) {
      const { keys } = node(name).ctx;
      const twin = await openNode(name, { place: placeOf(name), clock, wire, keys });
      nodes.set(`${name} again`, twin);
      return twin;
    },
    /** The second becomes a secondary of the first. */
    async introduce(first: string, second: string) {
      await pin(node(first), node(second), 'secondary');
      await pin(node(second), node(first), 'primary');
    },
    async [Symbol.asyncDispose]() {
      for (const each of nodes.values()) await each.close();
      folder.remove();
    },
  };
}
export type Federation = Awaited<ReturnType<typeof openFederation>>;

async function pin(host: FederationNode, guest: FederationNode, role: PeerRole) {
  const { text, fingerprint } = await createInvitation(guest.ctx);
  await acceptInvitation(host.ctx, { text, role, allowedAddress: '127.0.0.0/8' });
  await confirmPeer(host.ctx, guest.nodeId, fingerprint);
}

function makeWire(): Wire {
  const calls: Call[] = [];
  return {
    calls,
    requests: [],
    fault: () => undefined,
    story: () => calls.map(({ from, to, type }) => `${from}>${to} ${type}`),
  };
}

const unreachable = new CodedError('peer-unreachable', 502, 'On purpose.');

/** The node's way out: the real one, with the faults a test plans. A frame is a call for each of its documents. */
function faultyFetch(from: string, wire: Wire): typeof fetch {
  return (async (url: string, init: RequestInit & { body?: string | Uint8Array }) => {
    const { body } = init;
    if (body === undefined) return undiciFetch(url, init as never);
    const calls = (typeof body === 'string' ? [body] : readBatch(body).map(toText)).map((xml) =>
      describeCall(from, xml),
    );
    wire.calls.push(...calls);
    wire.requests.push(calls.length);
    let fault: Fault | undefined;
    for (const call of calls) {
      const planned = await wire.fault(call);
      fault ??= planned;
    }
    if (fault === 'lost') throw new TypeError('fetch failed', { cause: unreachable });
    if (typeof fault === 'object') return new Response('gone', fault);
    if (fault === 'twice') await (await undiciFetch(url, init as never)).arrayBuffer();
    const response = await undiciFetch(url, init as never);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const framed = response.headers.get('content-type') === batchMediaType;
    const answers = framed ? readBatch(bytes).map(toText) : [toText(bytes)];
    for (const [place, call] of calls.entries())
      Object.assign(call, { status: response.status, answer: answers[place] ?? '' });
    if (fault === 'answer-lost') throw new TypeError('fetch failed');
    const told = fault === 'cut' ? bytes.slice(0, bytes.length / 2) : bytes;
    if (fault !== 'cut') for (const call of calls) call.heard = true;
    return new Response(told, { status: response.status, headers: [...response.headers] });
  }) as unknown as typeof fetch;
}

const toText = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

function describeCall(from: string, xml: string): Call {
  const named = (tag: string) => new RegExp(`<l:${tag}>([^<]*)</l:${tag}>`).exec(xml)?.[1] ?? '';
  return { from, to: named('To').replace('.localhost', ''), type: named('Type'), xml };
}

interface Surroundings {
  readonly place: Place;
  readonly clock: FakeClock;
  readonly wire: Wire;
  /** Of the process whose database and identity this one shares. */
  readonly keys?: Context['keys'] | undefined;
}

async function openNode(name: string, { place, clock, wire, keys }: Surroundings) {
  mkdirSync(place.dataFolder, { recursive: true });
  const store = await openStore(place, { clock });
  const { trust } = watchRowOrder(store.database.writerConnection);
  const config = { ...store.ctx.config, nodeId: `${name}.localhost`, name, publicUrl: '' };
  const fetch = faultyFetch(name, wire);
  const mail = makeMailTransport(config);
  const ctx: Context = { ...store.ctx, config, fetch, mail, keys: keys ?? store.ctx.keys };
  const workers = [
    ...makeJobWorkers([...routingHandlers, ...deliveryHandlers, ...federationHandlers]),
    makeOutboxWorker(),
    makeRefusalWorker(),
    makeSpeechWorker(),
    makeFetchWorker(),
  ];
  const closing = new AbortController();
  const app = createApp(ctx, routes, { authenticate: makeAuthenticate(), closing: closing.signal });
  const server = await listen(config, app, closing);
  config.publicUrl = `http://127.0.0.1:${server.port}`;
  const write = <T>(work: (tx: Tx) => Promise<T>) => transact(ctx, work);
  const recipients = async (leadId: string) => {
    const [offer] = await listOffers(ctx, leadId);
    return offer ? listRecipients(ctx, offer.id) : [];
  };
  return {
    name,
    nodeId: config.nodeId,
    ctx,
    app,
    write,
    /** The same for what no verb of ours would do: an administrator's own statement, or a message out of turn. */
    meddle: <T>(work: (tx: Tx) => Promise<T>) =>
      write((tx) => {
        trust();
        return work(tx);
      }),
    url: config.publicUrl,
    settle: () => settle(ctx, workers),
    async user(userName: string) {
      const email = `${userName.toLowerCase()}@${name}.example`;
      return write(async (tx) => {
        const { id } = await createUser(tx, { email, name: userName, role: 'representative' });
        return { id, boxId: (await openUserBox(tx, id)).id };
      });
    },
    partnerBox: async (peer: string) => (await findBoxOf(ctx, { peerId: `${peer}.localhost` }))?.id ?? '',
    /** One rule at the root: offer every lead to these boxes. */
    offerAllTo: (to: string[], assign: Partial<Assign> = {}) =>
      write((tx) =>
        replaceRules(tx, systemBoxId, [
          {
            id: tx.ids.make('rule'),
            boxId: systemBoxId,
            position: 0,
            name: 'all',
            event: 'enter',
            condition: { all: [] },
            action: { assign: { mode: 'grab', offerMinutes: 60, ...assign, to } },
            enabled: true,
          },
        ]),
      ),
    receive: (lead: Partial<ArrivingLead> = {}) =>
      write((tx) => receiveLead(tx, { document: sampleLead, origin: 'local', ...lead })),
    lead: (id: string) => getLead(ctx, id),
    leads: async () => {
      const { items } = await listLeads(ctx, { kind: 'all' }, { limit: 50 });
      return Promise.all(items.map(({ id }) => getLead(ctx, id)));
    },
    history: async (leadId: string) => (await listHistory(ctx, leadId, { limit: 100 })).items,
    recipients,
    /** A user answers the newest offer of a lead. */
    async accept(leadId: string, userId: string) {
      const mine = (await recipients(leadId)).find((one) => one.userId === userId);
      return write((tx) => claimOffer(tx, { recipientId: mine?.id ?? '' }));
    },
    async reject(leadId: string, userId: string, reason: RejectReason = 'not-a-fit') {
      const mine = (await recipients(leadId)).find((one) => one.userId === userId);
      return write((tx) => rejectOffer(tx, { recipientId: mine?.id ?? '', reason }));
    },
    async close() {
      await server.stop();
      await store.close();
    },
  };
}
