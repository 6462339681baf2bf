import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeApiClient, type ApiClient } from '../../node/cli/api-client.ts';
import { addPerson, tokenByLink, type DemoPerson } from '../../node/cli/demo/session.ts';
import { findLastingPort, makeKillableNode, type KillableNode } from './killable-node.ts';
import { startRecordingProxy, type RecordingProxy } from './recording-proxy.ts';

/** One organisation: its process, its administrator and its representatives. */
export interface Organisation {
  readonly node: KillableNode;
  readonly administrator: ApiClient;
  readonly people: readonly DemoPerson[];
}

/** A vendor and its reseller in two processes; all they say to each other goes through two recorders. */
export interface TwoNodes extends AsyncDisposable {
  readonly vendor: Organisation;
  readonly reseller: Organisation;
  /** What the vendor posts, with the reseller's answers; and the other way round. */
  readonly fromVendor: RecordingProxy;
  readonly fromReseller: RecordingProxy;
}

/** Whom the vendor's rules offer a lead to, by campaign. */
export const campaigns = ['partner only', 'own people', 'up for grabs'] as const;

/** Starts both nodes and makes them partners by the real onboarding, with people and rules. */
export async function openTwoNodes(): Promise<TwoNodes> {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-faults-'));
  const open = async (name: string) => makeKillableNode({ name, folder, port: await findLastingPort() });
  const nodes = [await open('vendor'), await open('reseller')] as const;
  const proxies: RecordingProxy[] = [];
  const dispose = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
    for (const proxy of proxies) await proxy.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [vendor, reseller] = [await begin(nodes[0]), await begin(nodes[1])];
    const fromVendor = await startRecordingProxy(portOf(nodes[1]));
    proxies.push(fromVendor);
    const fromReseller = await startRecordingProxy(portOf(nodes[0]));
    proxies.push(fromReseller);
    await acceptPeer(vendor, { guest: reseller, role: 'secondary', through: fromVendor });
    await acceptPeer(reseller, { guest: vendor, role: 'primary', through: fromReseller });
    return {
      vendor: await staff(nodes[0], vendor, ruleForVendor),
      reseller: await staff(nodes[1], reseller, ruleForReseller),
      fromVendor,
      fromReseller,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

const portOf = ({ url }: KillableNode) => Number(new URL(url).port);

/** First start: the administrator signs in by the link that the node prints. */
async function begin(node: KillableNode): Promise<ApiClient> {
  node.start();
  await node.whenListening();
  const link = /https?:\/\/\S+\/sign-in#token=\S+/.exec(node.output())?.[0] ?? '';
  return makeApiClient(node.url, await tokenByLink(node.url, link));
}

interface Introduction {
  readonly guest: ApiClient;
  readonly role: 'primary' | 'secondary';
  readonly through: RecordingProxy;
}

async function acceptPeer(host: ApiClient, { guest, role, through }: Introduction): Promise<void> {
  const { text: invitation } = await guest.send<{ text: string }>('POST', '/api/peers/invitations');
  const allowedAddress = '127.0.0.0/8';
  const accepted = { invitation, role, allowedAddress };
  const peer = await host.send<{ id: string; fingerprint: string }>('POST', '/api/peers/invitations/accept', accepted);
  await host.send('POST', `/api/peers/${peer.id}/confirm`, { fingerprint: peer.fingerprint });
  await host.send('PATCH', `/api/peers/${peer.id}`, { endpoint: `${through.url}/lead-exchange`, allowedAddress });
}

interface Box {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
}
type RulesFor = (own: readonly string[], partner: string) => object[];

async function staff(node: KillableNode, administrator: ApiClient, rulesFor: RulesFor): Promise<Organisation> {
  const people: DemoPerson[] = [];
  const own: string[] = [];
  for (const name of ['Ann', 'Ben']) {
    const email = `${name}@${node.name}.example`.toLowerCase();
    const person = await addPerson(administrator, node.url, { name, email, role: 'representative' });
    people.push(person);
    own.push((await administrator.send<Box>('POST', '/api/boxes', { kind: 'user', userId: person.id })).id);
  }
  const { items } = await administrator.get<{ items: Box[] }>('/api/boxes');
  const boxOf = (kind: string) => items.find((box) => box.kind === kind) ?? { id: '', version: 0 };
  const root = boxOf('system');
  const rules = rulesFor(own, boxOf('partner').id);
  await administrator.send('PUT', `/api/boxes/${root.id}/rules`, { version: root.version, rules });
  return { node, administrator, people };
}

const rule = (name: string, condition: object, assign: object) => ({
  name,
  condition,
  action: { assign: { offerMinutes: 600, ...assign } },
});
const campaignIs = (value: string) => ({ field: 'source.campaign', op: 'equals', value });

const ruleForVendor: RulesFor = (own, partner) => [
  rule('Partner', campaignIs(campaigns[0]), { mode: 'direct', to: [partner] }),
  rule('Own', campaignIs(campaigns[1]), { mode: 'round-robin', to: own }),
  rule('Race', campaignIs(campaigns[2]), { mode: 'grab', to: [...own, partner] }),
];

const ruleForReseller: RulesFor = (own) => [
  rule('Race', campaignIs(campaigns[2]), { mode: 'grab', to: own }),
  rule('In turn', { all: [] }, { mode: 'round-robin', to: own }),
];
