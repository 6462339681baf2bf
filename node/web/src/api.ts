/** The console's side of the public HTTP API: one function per question it asks, shapes as the routes declare them. */

export interface FieldName {
  path: string;
  label: string;
}
export interface Named {
  id: string;
  name?: string;
}
export interface Me {
  user: { id: string; name: string; email: string; role: 'administrator' | 'manager' | 'representative' | 'auditor' };
  csrf: string | null;
  node: { id: string; name: string };
}
export interface InboxEntry {
  leadId: string;
  state: string;
  title: string;
  company?: string;
  city?: string;
  country?: string;
  test: boolean;
  peer?: { peerId: string; name?: string };
  hiddenFields: FieldName[];
  maskedFields: FieldName[];
  at: string;
  recipientId?: string;
  mode?: 'direct' | 'grab';
  opensAt?: string;
  closesAt?: string;
  others?: number;
}
export interface OfferPage {
  recipientId: string;
  leadId: string;
  user: Named;
  state: string;
  mode: 'direct' | 'grab';
  opensAt: string;
  closesAt: string;
  title: string;
  document?: unknown;
  hiddenFields: FieldName[];
  maskedFields: FieldName[];
  peer?: { peerId: string; name?: string };
}
export interface LeadSummary {
  id: string;
  title: string;
  company?: string;
  city?: string;
  country?: string;
  state: string;
  box?: Named;
  holder?: Named & { kind: 'user' | 'peer' };
  origin: { kind: 'local' | 'peer'; peerId?: string; name?: string };
  test: boolean;
  receivedAt: string;
  updatedAt: string;
}
export interface LeadEvent {
  event: string;
  label: string;
  needs: string[];
}
export interface LeadPage extends LeadSummary {
  version: number;
  document: unknown;
  hiddenFields: FieldName[];
  maskedFields: FieldName[];
  events: LeadEvent[];
  hasOriginal?: boolean;
  asleepUntil?: string;
  won?: { amount?: { amount: string; currency: string }; orderReference?: string };
  lostReason?: string;
}
export interface HistoryEntry {
  id: string;
  at: string;
  kind: string;
  sentence: string;
  note?: string;
}
export interface Trace {
  id: string;
  at: string;
  outcome: string;
  steps: { kind: string; sentence: string; matched?: boolean }[];
}
export interface Recipient {
  id: string;
  kind: 'user' | 'peer';
  name: string;
  state: string;
  rejectReason?: string;
  answeredAt?: string;
  shown: FieldName[];
  masked: FieldName[];
  withheld: FieldName[];
  never: FieldName[];
}
export interface LeadOffer {
  id: string;
  round: number;
  mode: 'direct' | 'grab';
  state: string;
  closesAt: string;
  recipients: Recipient[];
}
export interface Peer {
  id: string;
  name: string;
  endpoint: string;
  role: 'primary' | 'secondary' | 'both';
  state: 'pending' | 'active' | 'suspended';
  health: {
    reach: 'good' | 'failing' | 'resting';
    lastSuccessAt: string | null;
    lastFailureAt: string | null;
    lastError: string | null;
    lastHeardAt: string | null;
    nextProbeAt: string | null;
  };
  outbox: { waiting: number; delivered: number; refused: number; dead: number };
}
export interface PeerPage extends Peer {
  fingerprint: string;
  keys: { kid: string; algorithm: string; revokedAt: string | null }[];
  securityEvents: { id: string; at: string; code: string }[];
}
export interface PeerMessage {
  id: string;
  type: string;
  state: string;
  attempts: number;
  at: string;
  code: string | null;
}
export interface LeadField {
  path: string;
  label: string;
  group: string;
  personal: boolean;
}
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

/** An answer that was not a success, with the node's own code and sentence. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

let csrfToken: string | null = null;
/** Writes of this session carry the token that `/api/me` answered. */
export function keepCsrf(token: string | null): void {
  csrfToken = token;
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrfToken !== null) headers['x-csrf-token'] = csrfToken;
  const init = { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  const response = await fetch(path, init).catch(() => {
    throw new Refusal(0, 'unreachable', 'The node cannot be reached. Check your connection; nothing was changed.');
  });
  const text = await response.text();
  const json = text === '' ? undefined : (JSON.parse(text) as unknown);
  if (response.ok) return json as T;
  const problem = (json ?? {}) as { code?: string; detail?: string; title?: string };
  throw new Refusal(response.status, problem.code ?? 'unknown', problem.detail ?? problem.title ?? response.statusText);
}

const get = <T>(path: string) => call<T>('GET', path);
const post = <T>(path: string, body?: unknown) => call<T>('POST', path, body);
const query = (values: Readonly<Record<string, string | undefined>>) => {
  const given = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};

export const api = {
  me: () => get<Me>('/api/me'),
  signInByLink: (token: string) => post<Me>('/api/sign-in/link', { token }),
  signIn: (email: string, password: string) => post<Me>('/api/sign-in', { email, password }),
  signOut: () => post('/api/sign-out'),
  fields: () => get<{ items: LeadField[] }>('/api/lead-fields'),
  inbox: (state: string, cursor?: string) =>
    get<Page<InboxEntry>>(`/api/inbox${query({ state, cursor, limit: '30' })}`),
  offer: (id: string) => get<OfferPage>(`/api/offers/${id}`),
  accept: (id: string) => post<{ outcome: string; leadId: string }>(`/api/offers/${id}/accept`),
  reject: (id: string, answer: { reason: string; text?: string }) => post(`/api/offers/${id}/reject`, answer),
  leads: (filter: { state?: string; q?: string; cursor?: string }) =>
    get<Page<LeadSummary>>(`/api/leads${query({ ...filter, limit: '30' })}`),
  lead: (id: string) => get<LeadPage>(`/api/leads/${id}`),
  history: (id: string) => get<Page<HistoryEntry>>(`/api/leads/${id}/history?limit=200`),
  traces: (id: string) => get<Page<Trace>>(`/api/leads/${id}/traces?limit=20`),
  offers: (id: string) => get<{ items: LeadOffer[] }>(`/api/leads/${id}/offers`),
  change: (id: string, change: Readonly<Record<string, unknown>>) => post(`/api/leads/${id}/changes`, change),
  reroute: (id: string, reason?: string) => post(`/api/leads/${id}/reroute`, reason ? { reason } : {}),
  unrouted: (cursor?: string) => get<Page<LeadSummary>>(`/api/unrouted${query({ cursor, limit: '30' })}`),
  peers: () => get<{ items: Peer[] }>('/api/peers'),
  peer: (id: string) => get<PeerPage>(`/api/peers/${id}`),
  messages: (id: string, direction: string, cursor?: string) =>
    get<Page<PeerMessage>>(`/api/peers/${id}/messages${query({ direction, cursor, limit: '20' })}`),
  replay: (id: string, messageId: string) => post(`/api/peers/${id}/messages/${messageId}/replay`),
  invite: () => post<{ text: string; fingerprint: string }>('/api/peers/invitations'),
  acceptInvitation: (body: { invitation: string; role: string; allowedAddress?: string }) =>
    post<{ id: string; name: string; fingerprint: string }>('/api/peers/invitations/accept', body),
  confirmPeer: (id: string, fingerprint: string) => post(`/api/peers/${id}/confirm`, { fingerprint }),
  pausePeer: (id: string, pause: boolean) => post(`/api/peers/${id}/${pause ? 'suspend' : 'resume'}`),
};
