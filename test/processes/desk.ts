import type { ApiClient } from '../../node/cli/api-client.ts';
import type { Lead } from '../../protocol/index.ts';

/** What people do at a node, through its public API. */

interface Box {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly userId?: string;
  readonly peerId?: string;
}
export interface Entry {
  readonly leadId: string;
  readonly recipientId: string;
  readonly hiddenFields: readonly { readonly path: string }[];
}
export interface LeadPage {
  readonly id: string;
  readonly state: string;
  readonly document: Lead;
  readonly holder?: { readonly kind: 'user' | 'peer'; readonly id: string };
  readonly won?: { readonly amount?: { readonly amount: string; readonly currency: string } };
}

/** The box of a user or peer of this id, or the root. */
export async function boxOf(admin: ApiClient, owner: string): Promise<Box> {
  const { items } = await admin.get<{ items: Box[] }>('/api/boxes');
  const found = items.find((box) => [box.userId, box.peerId, box.kind].includes(owner));
  if (!found) throw new Error(`There is no box of ${owner}.`);
  return found;
}

export type Mode = 'direct' | 'round-robin' | 'grab';
/** A campaign, how its leads are given out, to which users and peers, and for how many minutes. */
export type Assignment = readonly [campaign: string, mode: Mode, owners: readonly string[], minutes: number];

/** One rule of the root for each campaign; `*` is every campaign. */
export async function assignCampaigns(admin: ApiClient, assignments: readonly Assignment[]): Promise<void> {
  const rules: object[] = [];
  for (const [campaign, mode, owners, offerMinutes] of assignments) {
    const to: string[] = [];
    for (const owner of owners) to.push((await boxOf(admin, owner)).id);
    const condition = campaign === '*' ? { all: [] } : { field: 'source.campaign', op: 'equals', value: campaign };
    rules.push({ name: campaign, condition, action: { assign: { mode, to, offerMinutes } } });
  }
  const { id, version } = await boxOf(admin, 'system');
  await admin.send('PUT', `/api/boxes/${id}/rules`, { version, rules });
}

/** A lead of a customer whose name tells it from all others. */
export const leadOf = (name: string, campaign: string): Lead => ({
  contact: {
    givenName: 'Ada',
    familyName: name,
    emails: [{ kind: 'work', value: `${name.toLowerCase()}@customer.example` }],
    address: { city: 'Zürich', country: 'CH' },
  },
  account: { name: 'Ærø Værft' },
  interest: { products: [{ name: 'Pump', quantity: '3' }], comments: 'Line one\nline two' },
  source: { kind: 'api', campaign },
});

export const enter = async (api: ApiClient, name: string, campaign: string): Promise<string> =>
  (await api.send<{ id: string }>('POST', '/api/leads', { lead: leadOf(name, campaign) })).id;

export const readLead = (api: ApiClient, id: string): Promise<LeadPage> => api.get(`/api/leads/${id}`);

/** A person's offers to answer. */
export const offersTo = async (api: ApiClient): Promise<readonly Entry[]> =>
  (await api.get<{ items: Entry[] }>('/api/inbox?state=open&limit=200')).items;

/** The only offer someone has to answer. */
export async function onlyOffer(api: ApiClient): Promise<Entry> {
  const offers = await offersTo(api);
  if (offers.length !== 1) throw new Error(`There are ${offers.length} offers.`);
  return offers[0] as Entry;
}

export const accept = async (api: ApiClient, { recipientId }: { recipientId: string }): Promise<string> =>
  (await api.send<{ outcome: string }>('POST', `/api/offers/${recipientId}/accept`)).outcome;

export const reject = async (api: ApiClient, { recipientId }: { recipientId: string }): Promise<string> =>
  (await api.send<{ outcome: string }>('POST', `/api/offers/${recipientId}/reject`, { reason: 'no-capacity' })).outcome;

export const change = (api: ApiClient, leadId: string, body: object): Promise<unknown> =>
  api.send('POST', `/api/leads/${leadId}/changes`, body);

/** The kinds of what happened to a lead, oldest first. */
export const storyOf = async (api: ApiClient, leadId: string): Promise<string[]> =>
  (await api.get<{ items: { kind: string }[] }>(`/api/leads/${leadId}/history`)).items.map(({ kind }) => kind);
