import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../kernel/errors.ts';
import { makeApiClient, type ApiClient } from '../api-client.ts';
import { makeForm } from './feed.ts';
import { setPolicies, staffReseller, staffVendor, type Staff } from './organisations.ts';
import { findFreePort, startProcess, untilReady, type DemoProcess } from './processes.ts';
import { tokenByLink } from './session.ts';

/** What a second start needs to go on: kept beside the nodes' data. */
interface DemoState {
  ports: { vendor: number; reseller: number; peer: number };
  vendor?: { administrator: string; staff: Staff };
  reseller?: { administrator: string; staff: Staff };
  /** Everything was introduced and set up. */
  ready: boolean;
  /** Numbers given to customers and mails so far. */
  sequence: number;
}

/** One organisation of the demo with its own Leadmesh node. */
export interface DemoNode {
  name: string;
  /** For people: `http://vendor.localhost:…`. */
  url: string;
  /** For programs, which need not know names under `localhost`. */
  address: string;
  token: string;
  administrator: ApiClient;
  staff: Staff;
}

export interface DemoNetwork {
  vendor: DemoNode;
  reseller: DemoNode;
  peerAddress: string;
  resumed: boolean;
  nextNumber(): number;
  stop(): Promise<void>;
}

const peerId = 'nordwind.localhost';
const resellerId = 'reseller.localhost';

export interface DemoPlan {
  folder: string;
  offerMinutes: number;
  peerPaceMilliseconds: number;
  /** 8601 and on, easy to remember; otherwise any free ones. */
  usualPorts: boolean;
  say: (line: string) => void;
}

function loadState(folder: string): DemoState | undefined {
  const file = join(folder, 'demo.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as DemoState) : undefined;
}

const saveState = (folder: string, state: DemoState) =>
  writeFileSync(join(folder, 'demo.json'), JSON.stringify(state, undefined, 2), { mode: 0o600 });

function startNode(folder: string, name: string, title: string, port: number): DemoProcess {
  return startProcess({
    name,
    script: 'node/main.ts',
    folder,
    env: {
      LEADMESH_NODE_ID: `${name}.localhost`,
      LEADMESH_NAME: title,
      LEADMESH_DATA_FOLDER: join(folder, name),
      LEADMESH_PORT: String(port),
      LEADMESH_PUBLIC_URL: `http://${name}.localhost:${String(port)}`,
      LEADMESH_DEMO: 'true',
      LEADMESH_LOG_LEVEL: 'warn',
      LEADMESH_REQUESTS_PER_MINUTE: '60000',
    },
  });
}

function startPeer({ folder, peerPaceMilliseconds }: DemoPlan, port: number): DemoProcess {
  return startProcess({
    name: 'nordwind',
    script: 'protocol/reference-peer/main.ts',
    folder,
    env: {
      LEADMESH_PEER_NODE_ID: peerId,
      LEADMESH_PEER_NAME: 'Nordwind Systems (foreign software)',
      LEADMESH_PEER_PORT: String(port),
      LEADMESH_PEER_DATA: join(folder, 'nordwind'),
      LEADMESH_PEER_PACE_MS: String(peerPaceMilliseconds),
    },
  });
}

interface Invitation {
  text: string;
}

const invitationOf = async (node: ApiClient) => (await node.send<Invitation>('POST', '/api/peers/invitations')).text;

/** One administrator takes the other's invitation and types the ten words that were read out to her. */
async function acceptPeer(host: ApiClient, invitation: string, role: string): Promise<void> {
  const peer = await host.send<{ id: string; fingerprint: string }>('POST', '/api/peers/invitations/accept', {
    invitation,
    role,
    allowedAddress: '127.0.0.0/8',
  });
  await host.send('POST', `/api/peers/${peer.id}/confirm`, { fingerprint: peer.fingerprint });
}

interface Introduced {
  vendor: ApiClient;
  reseller: ApiClient;
  vendorAddress: string;
  peer: DemoProcess;
}

/** Everybody knows everybody afterwards: a partner that does not know us yet would refuse the first offers. */
async function introduce(folder: string, { vendor, reseller, vendorAddress, peer }: Introduced): Promise<void> {
  const vendorInvitation = await invitationOf(vendor);
  await acceptPeer(vendor, await invitationOf(reseller), 'secondary');
  await acceptPeer(reseller, vendorInvitation, 'primary');
  await acceptPeer(vendor, readFileSync(join(folder, 'nordwind', 'invitation.json'), 'utf8'), 'secondary');
  // The foreign software asks the system for addresses, and few systems know names under localhost.
  const forPeer = { ...(JSON.parse(vendorInvitation) as object), endpoint: `${vendorAddress}/lead-exchange` };
  const partners = join(folder, 'nordwind', 'partners');
  // Under its final name only when it is whole.
  writeFileSync(join(partners, 'vendor.part'), JSON.stringify(forPeer));
  renameSync(join(partners, 'vendor.part'), join(partners, 'vendor.json'));
  await peer.printed(/"event":"partner",.*/);
}

/** The one-time link that a node prints on its first start, a moment after it is ready. */
async function firstToken(running: DemoProcess, address: string): Promise<string> {
  const link = await running.printed(/https?:\/\/\S+\/sign-in#token=\S+/);
  return tokenByLink(address, link);
}

const address = (port: number) => `http://127.0.0.1:${String(port)}`;

interface Running {
  vendor: DemoProcess;
  reseller: DemoProcess;
  peer: DemoProcess;
}

/** Onboarding and everything an administrator would load by hand, on the first start. */
async function setUp(plan: DemoPlan, state: DemoState, running: Running): Promise<void> {
  const { folder, offerMinutes, say } = plan;
  const [vendorAt, resellerAt] = [address(state.ports.vendor), address(state.ports.reseller)];
  const vendorToken = await firstToken(running.vendor, vendorAt);
  const resellerToken = await firstToken(running.reseller, resellerAt);
  const vendor = makeApiClient(vendorAt, vendorToken);
  const reseller = makeApiClient(resellerAt, resellerToken);
  say('Introducing them: invitations exchanged, ten words compared, both sides confirm …');
  await introduce(folder, { vendor, reseller, vendorAddress: vendorAt, peer: running.peer });
  say('Loading people, lead boxes, rules, field policies and a form …');
  const partners = { resellerId, foreignId: peerId };
  const vendorStaff = await staffVendor({ administrator: vendor, url: vendorAt, ...partners, offerMinutes });
  state.vendor = { administrator: vendorToken, staff: vendorStaff };
  const resellerStaff = await staffReseller(reseller, resellerAt, offerMinutes);
  state.reseller = { administrator: resellerToken, staff: resellerStaff };
  await setPolicies(vendor);
  await makeForm(vendor);
  state.ready = true;
  saveState(folder, state);
}

async function startAll(plan: DemoPlan, { ports }: DemoState): Promise<Running> {
  const running: Running = {
    vendor: startNode(plan.folder, 'vendor', 'Atlas Devices', ports.vendor),
    reseller: startNode(plan.folder, 'reseller', 'Rheintal Vertrieb', ports.reseller),
    peer: startPeer(plan, ports.peer),
  };
  try {
    await Promise.all([
      untilReady(running.vendor, `${address(ports.vendor)}/ready`),
      untilReady(running.reseller, `${address(ports.reseller)}/ready`),
      untilReady(running.peer, `${address(ports.peer)}/`),
    ]);
  } catch (error) {
    await stopAll(running);
    throw error;
  }
  return running;
}

const stopAll = async (running: Running) => {
  await Promise.all(Object.values(running).map((each: DemoProcess) => each.stop()));
};

const anyPorts = { vendor: 0, reseller: 0, peer: 0 };

async function openState({ folder, usualPorts }: DemoPlan): Promise<DemoState> {
  const earlier = loadState(folder);
  const wanted = earlier?.ports ?? (usualPorts ? { vendor: 8601, reseller: 8602, peer: 8603 } : anyPorts);
  const ports = {
    vendor: await findFreePort(wanted.vendor),
    reseller: await findFreePort(wanted.reseller),
    peer: await findFreePort(wanted.peer),
  };
  const moved = earlier && Object.entries(ports).some(([name, port]) => port !== wanted[name as keyof typeof ports]);
  if (moved)
    throw new CodedError(
      'demo-ports-taken',
      500,
      `The demo in ${folder} runs already, or something else uses its ports (${Object.values(wanted).join(', ')}). Stop that, or start with --fresh.`,
    );
  return { ready: false, sequence: 0, ...earlier, ports };
}

function describeNode(state: DemoState, name: 'vendor' | 'reseller'): DemoNode {
  const kept = state[name];
  if (!kept) throw new CodedError('demo-incomplete', 500, 'The first start did not finish; start with --fresh.');
  const port = state.ports[name];
  return {
    name,
    url: `http://${name}.localhost:${String(port)}`,
    address: address(port),
    token: kept.administrator,
    administrator: makeApiClient(address(port), kept.administrator),
    staff: kept.staff,
  };
}

/** Starts the three processes, makes them known to each other and loads people, rules and policies; or resumes. */
export async function startDemoNetwork(plan: DemoPlan): Promise<DemoNetwork> {
  const { folder, say } = plan;
  mkdirSync(folder, { recursive: true });
  const state = await openState(plan);
  const resumed = state.ready;
  say('Starting three processes: vendor, reseller, and a foreign CRM …');
  const running = await startAll(plan, state);
  try {
    if (!resumed) await setUp(plan, state, running);
    return {
      vendor: describeNode(state, 'vendor'),
      reseller: describeNode(state, 'reseller'),
      peerAddress: address(state.ports.peer),
      resumed,
      nextNumber() {
        state.sequence += 1;
        saveState(folder, state);
        return state.sequence;
      },
      stop: () => stopAll(running),
    };
  } catch (error) {
    await stopAll(running);
    throw error;
  }
}
