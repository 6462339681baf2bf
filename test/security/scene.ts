import type { Lead } from '../../protocol/index.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { makeForeignPeer } from '../support/foreign-peer.ts';
import { startNetwork, type NetworkPlan, type TestNode } from '../support/network.ts';

/** Every value of a lead that only its holder may see holds this word. */
export const canary = 'Kanarienvogel';

const secretLead = (campaign: string): Lead => ({
  contact: {
    givenName: `Ada${canary}`,
    familyName: `Lovelace${canary}`,
    emails: [{ kind: 'work', value: `ada@${canary.toLowerCase()}.example` }],
    phones: [{ kind: 'mobile', value: '+491705550123' }],
    address: { streets: [`${canary}gasse 1`], city: 'Ulm', country: 'DE' },
  },
  account: { name: 'Acme' },
  interest: { products: [{ name: 'Pump' }], comments: `${canary} sings` },
  source: { kind: 'api', campaign },
});

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Of a problem. */
  readonly code: string | undefined;
}

/** Two branches of people: Mia below Marta, Nora below Nils; Olaf below nobody; an auditor. */
export const people = ['administrator', 'auditor', 'marta', 'mia', 'nils', 'nora', 'olaf'] as const;
export type Person = (typeof people)[number];
export const roleOf: Readonly<Record<Person, string>> = {
  administrator: 'administrator',
  auditor: 'auditor',
  marta: 'manager',
  nils: 'manager',
  mia: 'representative',
  nora: 'representative',
  olaf: 'representative',
};

interface Token extends Omit<Parameters<typeof createApiToken>[1], 'userId' | 'name'> {
  readonly of: Person;
}

/** A whole node with its people, and one lead in every situation somebody could pry into. */
export async function openScene(plan: Omit<NetworkPlan, 'nodes'> = {}) {
  const network = await startNetwork({ ...plan, nodes: ['vendor'] });
  const node = network.node('vendor');
  const ids = await addPeople(node);
  const partner = makeForeignPeer('partner.localhost', network.clock.now);
  await partner.introduceTo(node);
  await network.settle();
  await node.administrator.api.send('PUT', '/api/boxes/box_system/rules', await rootRules(node, ids));
  const tokens = new Map<Person, string>();
  for (const person of people) tokens.set(person, await makeToken(node, ids, { of: person }));

  const ask = async (who: Person | { token: string } | undefined, request: string, body?: unknown, headers = {}) => {
    const [method = '', path = ''] = request.split(' ');
    const token = typeof who === 'string' ? tokens.get(who) : who?.token;
    const bearer: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const raw = typeof body === 'string';
    const response = await fetch(node.url + path, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && !raw && { 'content-type': 'application/json' }), ...bearer, ...headers },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
    const code = isProblem ? (JSON.parse(text) as { code: string }).code : undefined;
    return { status: response.status, text, headers: response.headers, code } satisfies Answer;
  };
  const enter = async (campaign: string): Promise<string> => {
    const { text } = await ask('administrator', 'POST /api/leads', { lead: secretLead(campaign) });
    await network.settle();
    return (JSON.parse(text) as { id: string }).id;
  };
  return {
    ...network,
    node,
    ids,
    partner,
    ask,
    enter,
    makeToken: (token: Token) => makeToken(node, ids, token),
    /** The recipient of the newest open offer of a lead to somebody. */
    async recipientOf(person: Person, leadId: string): Promise<string> {
      const { text } = await ask(person, 'GET /api/inbox');
      const { items } = JSON.parse(text) as { items: { leadId: string; recipientId: string }[] };
      return items.find((entry) => entry.leadId === leadId)?.recipientId ?? '';
    },
  };
}
export type Scene = Awaited<ReturnType<typeof openScene>>;

type Ids = Readonly<Record<Person, string>>;

async function addPeople(node: TestNode): Promise<Ids> {
  const marta = await node.addUser('Marta', 'manager');
  const nils = await node.addUser('Nils', 'manager');
  const mia = await node.addUser('Mia', 'representative', marta.id);
  const nora = await node.addUser('Nora', 'representative', nils.id);
  const olaf = await node.addUser('Olaf');
  const auditor = await node.addUser('Aud', 'auditor');
  const all = { administrator: node.administrator, auditor, marta, mia, nils, nora, olaf };
  return Object.fromEntries(Object.entries(all).map(([name, { id }]) => [name, id])) as Record<Person, string>;
}

const makeToken = async (node: TestNode, ids: Ids, { of, ...rest }: Token): Promise<string> =>
  (await createApiToken(node.ctx, { ...rest, userId: ids[of], name: 'test' })).token;

interface BoxLine {
  readonly id: string;
  readonly version: number;
  readonly userId?: string;
  readonly peerId?: string;
}

/** Leads go where their campaign says: to Mia or Nora, to both at once (`grab`), to the partner, or nowhere. */
async function rootRules({ administrator }: TestNode, ids: Ids) {
  const { items } = await administrator.api.get<{ items: BoxLine[] }>('/api/boxes');
  const boxOf = (id: string) => items.find(({ userId, peerId }) => id === userId || id === peerId)?.id ?? '';
  const rule = (campaign: string, mode: 'direct' | 'grab', to: readonly string[]) => ({
    name: campaign,
    condition: { field: 'source.campaign', op: 'equals', value: campaign },
    action: { assign: { mode, to: to.map(boxOf), offerMinutes: 600 } },
  });
  const rules = [
    rule('mia', 'direct', [ids.mia]),
    rule('nora', 'direct', [ids.nora]),
    rule('grab', 'grab', [ids.mia, ids.nora]),
    rule('partner', 'direct', ['partner.localhost']),
  ];
  return { version: items.find(({ id }) => id === 'box_system')?.version, rules };
}
