import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { readConfig } from '../../node/kernel/config.ts';
import { transact } from '../../node/kernel/context.ts';
import type { Role } from '../../node/kernel/routes.ts';
import { createNode, type LeadmeshNode, type Overrides } from '../../node/node.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { createUser } from '../../node/people/create-user.ts';
import { chosenPlace } from './chosen-database.ts';
import { makeFakeClock, type FakeClock } from './clock.ts';
import { makeFolder, type FreshPlace } from './store.ts';

/** A user of a test node with an API client of his or her own. */
export interface TestUser {
  readonly id: string;
  readonly email: string;
  readonly token: string;
  readonly api: ApiClient;
}

/** A real node behind a real port of this process, on a fake clock. */
export interface TestNode extends LeadmeshNode {
  readonly nodeId: string;
  readonly url: string;
  readonly administrator: TestUser;
  addUser(name: string, role?: Role, managerId?: string): Promise<TestUser>;
  /** Stops it and starts it again on the same data and port; `meanwhile` happens while it is stopped. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
}

export interface TestNetwork extends AsyncDisposable {
  readonly clock: FakeClock;
  node(name: string): TestNode;
  /** Carries out what is due on every node, until nothing is. */
  settle(): Promise<void>;
  /** Moves the clock and settles. */
  advance(duration: string): Promise<void>;
  /** Makes two nodes partners by the real onboarding: invitations both ways, fingerprints compared, both confirm. */
  introduce(first: string, second: string): Promise<void>;
}

export interface NetworkPlan {
  /** Short names; the node ids are `<name>.localhost`. */
  readonly nodes: readonly string[];
  readonly overrides?: (name: string) => Omit<Overrides, 'clock'>;
  readonly env?: Readonly<Record<string, string>>;
  /** One that does not ring by default. */
  readonly clock?: FakeClock;
  /** Makes the place where a node keeps its data; SQLite by default. */
  readonly place?: () => Promise<FreshPlace>;
}

interface Surroundings {
  readonly place: FreshPlace;
  readonly clock: FakeClock;
}

async function startTestNode(name: string, plan: NetworkPlan, surroundings: Surroundings): Promise<TestNode> {
  const { clock } = surroundings;
  const place = await chosenPlace(surroundings.place);
  const port = await findFreePort();
  const url = `http://127.0.0.1:${port}`;
  const config = readConfig({
    LEADMESH_NODE_ID: `${name}.localhost`,
    LEADMESH_NAME: name,
    LEADMESH_DATA_FOLDER: place.dataFolder,
    ...(place.databaseUrl !== undefined && { LEADMESH_DATABASE_URL: place.databaseUrl }),
    LEADMESH_PORT: String(port),
    LEADMESH_PUBLIC_URL: url,
    LEADMESH_LOG_LEVEL: 'silent',
    LEADMESH_REQUESTS_PER_MINUTE: '1000000',
    LEADMESH_SECOND_OPINION_EVERY: '1',
    ...plan.env,
  });
  const open = () => createNode(config, { ...plan.overrides?.(name), clock });
  let node = await open();
  await node.listen();
  const addUser = async (userName: string, role: Role = 'representative', managerId?: string): Promise<TestUser> => {
    const email = `${userName.toLowerCase().replace(/[^a-z0-9]/g, '.')}@${name}.example`;
    const { id } = await transact(node.ctx, (tx) => createUser(tx, { email, name: userName, role, managerId }));
    const { token } = await createApiToken(node.ctx, { userId: id, name: 'test' });
    return { id, email, token, api: makeApiClient(url, token) };
  };
  const administrator = await addUser('Admin', 'administrator');
  return {
    get ctx() {
      return node.ctx;
    },
    get app() {
      return node.app;
    },
    nodeId: config.nodeId,
    url,
    administrator,
    addUser,
    start: () => node.start(),
    listen: () => node.listen(),
    settle: () => node.settle(),
    stop: () => node.stop(),
    async restart(meanwhile) {
      await node.stop();
      await meanwhile?.();
      node = await open();
      await node.listen();
    },
  };
}

interface InvitationReply {
  text: string;
}
interface PeerReply {
  fingerprint: string;
}

async function accept(host: TestNode, guest: TestNode): Promise<void> {
  const { text } = await guest.administrator.api.send<InvitationReply>('POST', '/api/peers/invitations');
  const invited = await host.administrator.api.send<PeerReply>('POST', '/api/peers/invitations/accept', {
    invitation: text,
    role: 'both',
    allowedAddress: '127.0.0.0/8',
  });
  await host.administrator.api.send('POST', `/api/peers/${guest.nodeId}/confirm`, { fingerprint: invited.fingerprint });
}

/** Starts real nodes in this process. Dispose of it at the end: `await using network = await startNetwork(…)`. */
export async function startNetwork(plan: NetworkPlan): Promise<TestNetwork> {
  const clock = plan.clock ?? makeFakeClock();
  const places: FreshPlace[] = [];
  const nodes = new Map<string, TestNode>();
  for (const name of plan.nodes) {
    const place = plan.place ? await plan.place() : makeFolder();
    places.push(place);
    nodes.set(name, await startTestNode(name, plan, { place, clock }));
  }
  const node = (name: string) => {
    const found = nodes.get(name);
    if (!found) throw new Error(`There is no node ${name} in this network.`);
    return found;
  };
  const settleAll = async () => {
    // What one node sends makes work on another: a few rounds reach every end.
    for (let round = 0; round < 12; round++) for (const each of nodes.values()) await each.settle();
  };
  return {
    clock,
    node,
    settle: settleAll,
    async advance(duration) {
      clock.advance(duration);
      await settleAll();
    },
    async introduce(first, second) {
      await accept(node(first), node(second));
      await accept(node(second), node(first));
    },
    async [Symbol.asyncDispose]() {
      for (const each of nodes.values()) await each.stop();
      for (const place of places) await place.remove();
    },
  };
}
