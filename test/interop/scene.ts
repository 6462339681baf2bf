import { expect } from 'vitest';
import { makeApiClient } from '../../node/cli/api-client.ts';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { openCommandNode, type CommandNode } from '../cli/leadmesh.ts';
import { followEvents } from '../cli/live.ts';
import { startPythonPeer, type PythonPeer, type Told } from './python-peer.ts';

// A node of this repository and a peer that was written in Python from docs/protocol.md and schemas/ alone.
export const us = 'vendor.localhost';
export const them = 'nordwind.localhost';
const ours = 'administrator@vendor.localhost';
export const mediaType = 'application/vnd.lead-exchange+xml';

const rules = JSON.stringify(
  [
    ['FR', 'direct', [them]],
    ['IT', 'grab', [them, ours]],
    ['DE', 'direct', [ours]],
  ].map(([value, mode, to]) => ({
    name: `For ${String(value)}`,
    condition: { field: 'contact.address.country', op: 'equals', value },
    action: { assign: { mode, to, offerMinutes: 60 } },
  })),
);

/** Invitations as files, ten words compared on both sides. Answers the key of our invitation. */
async function introduce(node: CommandNode, peer: PythonPeer): Promise<string> {
  const accept = ['peer', 'accept', peer.invitation.file, '--role', 'both', '--allowed-address', '127.0.0.0/8'];
  const [mine, theirs] = await Promise.all([
    node.json<{ text: string; fingerprint: string }>(['peer', 'invite']),
    node.json<{ fingerprint: string }>(accept),
  ]);
  expect(theirs.fingerprint).toBe(peer.invitation.fingerprint);
  await peer.do('introduce', { text: mine.text, words: mine.fingerprint, role: 'both' });
  await node.ok(['peer', 'confirm', them, ...peer.invitation.fingerprint.split(' ')]);
  return (JSON.parse(mine.text) as { spki: string }).spki;
}

export interface LeadView {
  id: string;
  state: string;
  holder?: { id: string; name: string };
  document: Record<string, Record<string, unknown>>;
  won?: { amount?: { amount: string; currency: string } };
}
export interface InboxItem {
  leadId: string;
  recipientId: string;
  company?: string;
  hiddenFields: { path: string }[];
}

/** What a lead of ours has that nobody shows before it is released. */
export const secrets = ['Lovelace', 'ada@engines.example', '5550123', 'Hauptstr. 5', 'zwölf Pumpen'];
const ourLead = (company: string, country: string) => ({
  contact: {
    givenName: 'Ada',
    familyName: 'Lovelace',
    emails: [{ kind: 'work', value: 'ada@engines.example' }],
    phones: [{ kind: 'work', value: '+49 341 5550123' }],
    address: { streets: ['Hauptstr. 5'], city: 'Köln & <Umgebung>', country },
  },
  account: { name: company },
  interest: { products: [{ name: 'Pumpe', quantity: '12' }], comments: 'zwölf Pumpen\nbis Mai\tbitte' },
});

/** A lead of the peer, as it writes leads. */
export const foreignLead = (name: string) =>
  `<l:Lead xmlns:l="urn:lead-exchange:1"><l:CreatedAt>2026-03-14T09:26:53+01:00</l:CreatedAt><l:Contact>` +
  `<l:GivenName>Zoë</l:GivenName><l:FamilyName>Łukasiewicz</l:FamilyName><l:Email Kind="work">zoe@wide.example</l:Email>` +
  `<l:Address><l:City>Ulm</l:City><l:Country>DE</l:Country></l:Address></l:Contact>` +
  `<l:Account><l:Name>${name}</l:Name></l:Account>` +
  `<l:Interest><l:Comments>one &amp; two &lt;three&gt;</l:Comments></l:Interest></l:Lead>`;
export const withheld = ['contact.givenName', 'contact.familyName', 'contact.emails', 'interest.comments'];

/** Posts bytes as any program on the network could. */
export async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': mediaType, ...headers }, body });
  return { status: answer.status, text: await answer.text(), type: answer.headers.get('content-type') };
}

export const conversationOf = (told: Told) => ({ partner: us, conversation: String(told['conversation']) });

/** Starts both, introduces them, and says who is offered what: FR the peer, IT the peer and our user, DE our user. */
export async function openScene() {
  const [first, second] = [await findFreePort(), await findFreePort()];
  const node = openCommandNode('vendor', first);
  const [peer] = await Promise.all([startPythonPeer(them, second), node.start()]);
  const ourKey = await introduce(node, peer);
  const [token] = await Promise.all([
    node.ok(['token', 'add', ours, 'test']),
    node.ok(['box', 'rules', 'system', '-'], rules),
  ]);
  const api = makeApiClient(node.url, token);
  const live = await followEvents(node.url, token);
  const offeredTo = async (fits: (item: InboxItem) => boolean) => {
    const look = () => api.get<{ items: InboxItem[] }>('/api/inbox?state=open');
    const { items } = await live.until(look, (page) => page.items.some(fits));
    return items.find(fits)!;
  };
  let made = 0;
  return {
    node,
    peer,
    api,
    ourKey,
    /** Posts a lead of ours. */
    async bring(country: string) {
      const lead = ourLead(`Analytical "Engines" ${++made}`, country);
      const { id } = await api.send<{ id: string }>('POST', '/api/leads', { lead });
      return id;
    },
    /** The offer that the peer got for the lead that was brought last. */
    offerToPeer: () => peer.heard('offer', ({ lead }) => String(lead).includes(`Engines" ${made}<`)),
    offerToUser: (id: string) => offeredTo(({ leadId }) => leadId === id),
    /** The peer offers us a lead. */
    async offeredByPeer(name: string, facts: Record<string, unknown> = {}) {
      type Made = { lead: string; conversations: Record<string, string> };
      const offer = { partners: [us], lead: foreignLead(name), withheld, ...facts };
      const { lead, conversations } = await peer.do<Made>('offer', offer);
      return { lead, conversation: conversations[us]!, item: await offeredTo(({ company }) => company === name) };
    },
    /** Our user wants it: the outcome, or the code of the refusal. */
    acceptAsUser: ({ recipientId }: InboxItem) =>
      api.send<{ outcome: string }>('POST', `/api/offers/${recipientId}/accept`).then(
        ({ outcome }) => outcome,
        (error: unknown) => (error as { code?: string }).code,
      ),
    leadIs: (id: string, state: string) =>
      live.until(
        () => api.get<LeadView>(`/api/leads/${id}`),
        (lead) => lead.state === state,
      ),
    toNode: (body: string, headers?: Record<string, string>) => post(`${node.url}/lead-exchange`, body, headers),
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]();
      await Promise.all([peer[Symbol.asyncDispose](), node[Symbol.asyncDispose]()]);
    },
  };
}
