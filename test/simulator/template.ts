import { createSecretKey } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acceptAgreement, proposeAgreement } from '../../node/federation/agreements/agree.ts';
import { acceptInvitation, confirmPeer, createInvitation } from '../../node/federation/peers/introduce.ts';
import { listAgreements } from '../../node/federation/store/agreements.ts';
import type { PeerRole } from '../../node/federation/store/peers.ts';
import { transact } from '../../node/kernel/context.ts';
import { openDatabase } from '../../node/kernel/database.ts';
import type { NodeKeys } from '../../node/kernel/keys.ts';
import { migrate } from '../../node/kernel/migrate.ts';
import { createUser } from '../../node/people/create-user.ts';
import { openUserBox } from '../../node/routing/open-box.ts';
import { findBoxOf } from '../../node/routing/store/boxes.ts';
import { makeSigningKey, makeInvitation, writeInvitation, type SigningKey } from '../../protocol/index.ts';
import { installChronicle } from './chronicle.ts';
import { addressOf } from './node.ts';
import { makeRandom } from './random.ts';
import type { SimNode } from './station.ts';
import { makeTrace } from './trace.ts';
import { openWorld, type Home, type World } from './world.ts';

/** Who offers leads to whom; the last of a chain has people only. */
export const topologies = {
  pair: [['vendor', 'reseller']],
  fork: [['vendor', 'reseller'], ['vendor', 'dealer']],
  chain: [['vendor', 'distributor'], ['distributor', 'dealer']],
  tree: [['vendor', 'distributor'], ['vendor', 'reseller'], ['distributor', 'dealer']],
} as const satisfies Readonly<Record<string, readonly (readonly [string, string])[]>>; // prettier-ignore
export type Topology = keyof typeof topologies;

export interface TemplateWish {
  readonly topology: Topology;
  /** Every pair has an agreement; a chain cannot do without. */
  readonly agreements: boolean;
  /** The agreements have caps that a few leads reach. */
  readonly caps: boolean;
  /** Each node also knows a peer that keeps no rule. */
  readonly hostile: boolean;
}

export interface Resident {
  readonly name: string;
  readonly folder: string;
  readonly keys: NodeKeys;
  readonly users: readonly { readonly id: string; readonly name: string; readonly boxId: string }[];
  /** The boxes of the partners that it offers leads to. */
  readonly partners: readonly { readonly name: string; readonly boxId: string }[];
}

/** Nodes that know each other, as files to start any number of runs from. */
export interface Template {
  readonly residents: readonly Resident[];
  /** Epoch milliseconds. */
  readonly endedAt: number;
  readonly mallory: SigningKey | undefined;
}

const startsAt = Date.UTC(2026, 4, 4, 9);
const still = { lost: 0, answerLost: 0, twice: 0, cut: 0, sick: 0, slow: 0 };

/** Where databases of runs lie: in memory, where the system has such a place. */
export const makeRunFolder = () => mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'leadmesh-sim-'));

/** Keeps templates made before; `remove` deletes them. */
export function openTemplates() {
  const folder = makeRunFolder();
  const made = new Map<string, Promise<Template>>();
  return {
    get(wish: TemplateWish): Promise<Template> {
      const name = `${wish.topology}-${wish.agreements}-${wish.caps}-${wish.hostile}`;
      const found = made.get(name) ?? makeTemplate(join(folder, name), wish);
      made.set(name, found);
      return found;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
export type Templates = ReturnType<typeof openTemplates>;

/** Copies a resident's data to where a run may change it. */
export function moveIn({ name, folder }: Resident, into: string): string {
  const target = join(into, name);
  cpSync(folder, target, { recursive: true });
  return target;
}

async function makeTemplate(folder: string, wish: TemplateWish): Promise<Template> {
  const pairs = topologies[wish.topology];
  const names = [...new Set(pairs.flat())];
  const homes: Home[] = [];
  for (const name of names) homes.push(await furnish(join(folder, name), name));
  const world = await openWorld({
    ...{ startsAt, homes, random: makeRandom('template'), makeTrace: (now) => makeTrace(now, startsAt) },
    ...{ weather: () => still, cutOf: () => undefined, mortality: () => 0, rest: () => 0 },
    onFault: (fault) => {
      throw new Error(fault);
    },
  });
  const mallory = wish.hostile ? makeSigningKey() : undefined;
  for (const [first, second] of pairs) await introduce(world.node(first), world.node(second));
  if (mallory) for (const node of world.nodes) await pinMallory(node, mallory);
  await world.run(10_000);
  if (wish.agreements)
    for (const [first, second] of pairs) await agree(world, [world.node(first), world.node(second)], wish.caps);
  const residents: Resident[] = [];
  for (const home of homes) residents.push(await describe(world.node(home.name), home, wish));
  await world.run(60_000);
  const endedAt = world.timeline.now();
  await world.close();
  return { residents, endedAt, mallory };
}

async function furnish(folder: string, name: string): Promise<Home> {
  mkdirSync(folder, { recursive: true });
  const database = await openDatabase({ dataFolder: folder });
  await migrate(database, () => startsAt);
  await installChronicle(database);
  await database.close();
  const keys = { signing: makeSigningKey(), secret: createSecretKey(Buffer.alloc(32, name)) };
  return { name, folder, keys, skew: 0, messagesPerMinute: 6_000 };
}

async function pin(host: SimNode, guest: { nodeId: string; text: string; fingerprint: string }, role: PeerRole) {
  await acceptInvitation(host.ctx, { text: guest.text, role, allowedAddress: '127.0.0.0/8' });
  await confirmPeer(host.ctx, guest.nodeId, guest.fingerprint);
}

async function introduce(first: SimNode, second: SimNode): Promise<void> {
  await pin(first, { nodeId: second.nodeId, ...(await createInvitation(second.ctx)) }, 'secondary');
  await pin(second, { nodeId: first.nodeId, ...(await createInvitation(first.ctx)) }, 'primary');
}

async function pinMallory(node: SimNode, key: SigningKey): Promise<void> {
  const endpoint = `${addressOf('mallory')}/lead-exchange`;
  const facts = { nodeId: 'mallory.localhost', name: 'Mallory', endpoint, key, createdAt: startsAt };
  const invitation = makeInvitation(facts);
  const { nodeId, fingerprint } = invitation;
  await pin(node, { nodeId, fingerprint, text: writeInvitation(invitation) }, 'both');
}

/** The first offers, the second may pass leads on to anybody, and tells corrections. */
async function agree(world: World, [first, second]: readonly [SimNode, SimNode], capped: boolean): Promise<void> {
  await proposeAgreement(first.ctx, {
    peerId: second.nodeId,
    terms: {
      validFrom: new Date(world.timeline.now()).toISOString(),
      offers: 'proposer',
      purposes: ['Sales of pumps'],
      deleteShownHours: 24,
      retentionDays: 90,
      feedback: { assignedTo: true, amount: 'exact', reason: true, note: true, update: true },
      ...(capped && { caps: { openLeads: 1, releasesPerDay: 3 } }),
      onward: { to: 'any' },
    },
  });
  await world.run(5_000);
  const [proposal] = await listAgreements(second.ctx, { peerId: first.nodeId, limit: 1 });
  await acceptAgreement(second.ctx, { peerId: first.nodeId, id: proposal?.id ?? '' });
  await world.run(5_000);
}

async function describe(node: SimNode, { name, folder, keys }: Home, wish: TemplateWish): Promise<Resident> {
  const users = [];
  for (const userName of ['Ann', 'Bob']) {
    const input = {
      email: `${userName.toLowerCase()}@${name}.example`,
      name: userName,
      role: 'representative',
    } as const;
    const { id } = await transact(node.ctx, (tx) => createUser(tx, input));
    users.push({ id, name: userName, boxId: (await transact(node.ctx, (tx) => openUserBox(tx, id))).id });
  }
  const pairs: readonly (readonly [string, string])[] = topologies[wish.topology];
  const peers = [
    ...pairs.flatMap(([first, second]) => (first === name ? [second] : [])),
    ...(wish.hostile ? ['mallory'] : []),
  ];
  const partners = [];
  for (const peer of peers)
    partners.push({ name: peer, boxId: (await findBoxOf(node.ctx, { peerId: `${peer}.localhost` }))?.id ?? '' });
  return { name, folder, keys, users, partners };
}
