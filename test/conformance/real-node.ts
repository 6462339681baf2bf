import { endpointPath, makeSigningKey, readInvitation, writeInvitation } from '../../protocol/index.ts';
import { startKit, type Acts, type Kit } from '../../protocol/conformance/index.ts';
import type { Delivery } from '../../protocol/conformance/listener.ts';
import { startDoor, type Mutation } from './door.ts';
import { startRelay, type Meddle } from './relay.ts';
import { startNetwork, type TestNetwork, type TestNode, type TestUser } from '../support/network.ts';

/** A rule broken in what a node posts by itself, or in what it answers. */
export interface Wrong {
  readonly sends?: Meddle | undefined;
  readonly answers?: Mutation['answers'] | undefined;
  /** The check in the course of which the node does it. */
  readonly during?: string;
}
/** What the node does wrong, the check that must notice, what that check says. */
export type NodeMutant = readonly [what: string, caughtBy: string, why: string, wrong: Wrong];

interface Box {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly userId?: string;
  readonly peerId?: string;
}
interface Entry {
  readonly recipientId: string;
  readonly title: string;
}

/** What the people of a node do for the kit, through the API. */
function people(network: TestNetwork, node: TestNode, ann: TestUser): Acts {
  return {
    async offer({ company }) {
      await network.settle();
      const { items } = await ann.api.get<{ items: Entry[] }>('/api/inbox?state=open&limit=200');
      const found = items.find(({ title }) => title.includes(company));
      if (found) await ann.api.send('POST', `/api/offers/${found.recipientId}/accept`);
      await network.settle();
    },
    async lead() {
      const lead = {
        contact: {
          familyName: 'Petrov-Castillo',
          emails: [{ value: 'petrov@customer.example' }],
          address: { city: 'Bonn' },
        },
        account: { name: 'Customer Ltd' },
      };
      await node.administrator.api.send('POST', '/api/leads', { lead });
      await network.settle();
    },
    idle: () => network.advance('1m'),
  };
}

async function introduce(node: TestNode, kit: Kit): Promise<void> {
  const { api } = node.administrator;
  const invitation = writeInvitation(kit.invitation);
  const wish = { invitation, role: 'both', allowedAddress: '127.0.0.0/8' };
  const { fingerprint } = await api.send<{ fingerprint: string }>('POST', '/api/peers/invitations/accept', wish);
  await api.send('POST', `/api/peers/${kit.identity.nodeId}/confirm`, { fingerprint });
}

/** Every lead goes to the kit and to Ann, whoever is allowed to have it. */
async function offerToBoth(node: TestNode, kit: Kit, ann: TestUser): Promise<void> {
  const { api } = node.administrator;
  const { items } = await api.get<{ items: Box[] }>('/api/boxes');
  const to = items
    .filter(({ userId, peerId }) => userId === ann.id || peerId === kit.identity.nodeId)
    .map(({ id }) => id);
  const root = items.find(({ kind }) => kind === 'system');
  const action = { assign: { mode: 'grab', offerMinutes: 60, to } };
  const rules = [{ name: 'all', event: 'enter', condition: { all: [] }, action, enabled: true }];
  await api.send('PUT', `/api/boxes/${root?.id ?? ''}/rules`, { version: root?.version, rules });
}

/** A real node on a clock of its own, with a kit that reaches it through a door, and that it reaches through a relay. */
export async function startNodeUnderTest() {
  const network = await startNetwork({ nodes: ['tested'] });
  const node = network.node('tested');
  const ann = await node.addUser('Ann');
  const { text } = await node.administrator.api.send<{ text: string }>('POST', '/api/peers/invitations');
  const invitation = readInvitation(text);
  const identity = { nodeId: 'kit.localhost', key: makeSigningKey() };
  const relay = await startRelay(identity.key, network.clock.now);
  const door = await startDoor({ keys: { peer: node.ctx.keys.signing, kit: identity.key } });
  const kit = await startKit({
    ...{ identity, target: { ...invitation, endpoint: door.address + endpointPath }, port: 0 },
    endpoint: relay.endpoint,
    waitMs: 2_000,
    now: network.clock.now,
    acts: people(network, node, ann),
  });
  door.inner = new URL(invitation.endpoint).origin;
  relay.inner = kit.listener.address;
  relay.nodeKey = node.ctx.keys.signing;
  return {
    ...{ network, node, kit },
    async introduce() {
      await introduce(node, kit);
      await network.settle();
      await offerToBoth(node, kit, ann);
    },
    /** The kit has heard nothing yet. */
    forget: () => void (kit.listener.deliveries as Delivery[]).splice(0),
    /** From now on it breaks a rule, or none. */
    break({ sends, answers }: Wrong) {
      relay.meddle = sends;
      door.answers = answers;
    },
    async stop() {
      await kit.stop();
      await door.stop();
      await relay.stop();
      await network[Symbol.asyncDispose]();
    },
  };
}
