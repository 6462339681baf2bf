import { createContext, use } from 'react';
import { makeCall } from './call.ts';
import type * as partner from './partner-shapes.ts';
import type * as policy from './policy-shapes.ts';
import { makePrivacyApi } from './privacy-api.ts';
import type { Finding, Restoration } from './restoration-shape.ts';
import type * as shape from './shapes.ts';

const query = (values: Readonly<Record<string, string | undefined>>) => {
  const given = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
};
const at = (id: string) => encodeURIComponent(id);
/** Lines of a list asked for at once. */
const limit = '30';

/** A list to its end, for what is short: the users, the history of one lead. */
export async function allPages<T>(load: (cursor?: string) => Promise<shape.Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await load(cursor);
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return items;
}

export interface UserInput {
  name: string;
  email: string;
  role: shape.Role;
  managerId: string | null;
}
export type UserChange = Partial<UserInput & Pick<shape.User, 'active' | 'availability'>>;
export interface PreviewRequest {
  peerId?: string;
  userId?: string;
  mode: shape.OfferMode;
}

/** The public HTTP API, one function a question. `csrf`: of the session; null when nobody is signed in. */
export function makeApi(csrf: string | null) {
  const call = makeCall(csrf);
  const get = <T>(path: string) => call<T>('GET', path);
  const post = <T>(path: string, body?: unknown, headers?: Record<string, string>) =>
    call<T>('POST', path, body, headers);
  return {
    ...makePrivacyApi(call),
    me: () => get<shape.Me>('/api/me'),
    signInByLink: (token: string) => post<shape.Me>('/api/sign-in/link', { token }),
    signIn: (email: string, password: string) => post<shape.Me>('/api/sign-in', { email, password }),
    signOut: () => post('/api/sign-out'),
    setPassword: (body: { current?: string; password: string }) => post('/api/me/password', body),
    tokens: () => get<shape.Page<shape.ApiToken>>('/api/tokens?limit=100'),
    addToken: (body: { name: string; days: number; scopes?: string[] }) =>
      post<{ id: string; token: string; expiresAt: string }>('/api/tokens', body),
    revokeToken: (id: string) => call('DELETE', `/api/tokens/${at(id)}`),

    users: (cursor?: string) => get<shape.Page<shape.User>>(`/api/users${query({ cursor, limit: '100' })}`),
    addUser: (body: UserInput) => post<shape.User>('/api/users', body),
    changeUser: (id: string, change: UserChange) => call<shape.User>('PATCH', `/api/users/${at(id)}`, change),
    signInLink: (id: string) => post<{ url: string; expiresAt: string }>(`/api/users/${at(id)}/sign-in-link`),

    inbox: (state: string, user?: string, cursor?: string) =>
      get<shape.Page<shape.InboxEntry>>(`/api/inbox${query({ state, user, cursor, limit })}`),
    inboxes: (cursor?: string) => get<shape.Page<shape.Inbox>>(`/api/inboxes${query({ cursor, limit: '100' })}`),
    offer: (id: string) => get<shape.OfferView>(`/api/offers/${at(id)}`),
    accept: (id: string) => post<{ outcome: string; leadId: string }>(`/api/offers/${at(id)}/accept`),
    reject: (id: string, answer: { reason: string; text?: string }) => post(`/api/offers/${at(id)}/reject`, answer),

    fields: () => get<{ items: shape.LeadField[] }>('/api/lead-fields'),
    leads: (filter: { state?: string; q?: string; cursor?: string }) =>
      get<shape.Page<shape.LeadSummary>>(`/api/leads${query({ ...filter, limit })}`),
    unrouted: (cursor?: string) => get<shape.Page<shape.LeadSummary>>(`/api/unrouted${query({ cursor, limit })}`),
    /** Posting again with the same key makes no second lead. */
    addLead: (body: { lead: unknown; test?: boolean }, key: string) =>
      post<{ id: string }>('/api/leads', body, { 'idempotency-key': key }),
    lead: (id: string) => get<shape.LeadView>(`/api/leads/${at(id)}`),
    history: (id: string, cursor?: string) =>
      get<shape.Page<shape.HistoryEntry>>(`/api/leads/${at(id)}/history${query({ cursor, limit: '200' })}`),
    traces: (id: string, cursor?: string) =>
      get<shape.Page<shape.Trace>>(`/api/leads/${at(id)}/traces${query({ cursor, limit: '20' })}`),
    offers: (id: string) => get<shape.Page<shape.LeadOffer>>(`/api/leads/${at(id)}/offers`),
    preview: (id: string, asked: PreviewRequest) =>
      get<policy.Preview>(`/api/leads/${at(id)}/preview${query({ ...asked })}`),
    fieldPolicies: () => get<{ items: policy.FieldPolicy[] }>('/api/field-policies'),
    effectivePolicies: (peerId?: string) =>
      get<{ items: policy.EffectiveField[] }>(`/api/field-policies/effective${query({ peerId })}`),
    setFieldPolicies: (policies: policy.FieldPolicyChange[]) => call('PUT', '/api/field-policies', { policies }),
    editLead: (id: string, edit: { version: number; fields: Record<string, unknown> }) =>
      call<{ changed: string[] }>('PATCH', `/api/leads/${at(id)}`, edit),
    change: (id: string, change: Readonly<Record<string, unknown>>) => post(`/api/leads/${at(id)}/changes`, change),
    reroute: (id: string, reason?: string) => post(`/api/leads/${at(id)}/reroute`, { reason }),
    assign: (id: string, body: { userId: string; reason?: string }) => post(`/api/leads/${at(id)}/assign`, body),
    recall: (id: string) => post(`/api/leads/${at(id)}/recall`),
    questions: (id: string) => get<shape.Questions>(`/api/leads/${at(id)}/questions`),
    openQuestions: (cursor?: string) =>
      get<shape.Page<shape.ListedQuestion>>(`/api/questions${query({ cursor, limit })}`),
    askBack: (id: string, body: { reason: string; text?: string; answerBy?: string }) =>
      post(`/api/leads/${at(id)}/ask-back`, body),
    freeLead: (id: string, reason: string) => post(`/api/leads/${at(id)}/free`, { reason }),
    giveBack: (id: string, body: { reason: string; text?: string; proofs?: { url: string }[] }) =>
      post(`/api/leads/${at(id)}/give-back`, body),
    answerQuestion: (id: string, questionId: string, body: { outcome: string; text?: string }) =>
      post(`/api/leads/${at(id)}/questions/${at(questionId)}/answer`, body),

    boxes: () => get<{ items: shape.Box[] }>('/api/boxes'),
    rules: (boxId: string) => get<shape.RuleSet>(`/api/boxes/${at(boxId)}/rules`),

    peers: () => get<{ items: partner.Peer[] }>('/api/peers'),
    peer: (id: string) => get<partner.PeerView>(`/api/peers/${at(id)}`),
    messages: (id: string, direction: string, cursor?: string) =>
      get<shape.Page<partner.PeerMessage>>(`/api/peers/${at(id)}/messages${query({ direction, cursor, limit: '20' })}`),
    replay: (id: string, messageId: string) => post(`/api/peers/${at(id)}/messages/${at(messageId)}/replay`),
    invite: () => post<{ text: string; fingerprint: string }>('/api/peers/invitations'),
    acceptInvitation: (body: { invitation: string; role: string; allowedAddress?: string }) =>
      post<{ id: string; name: string; fingerprint: string }>('/api/peers/invitations/accept', body),
    addPartner: (body: object) => post<partner.NewPartner>('/api/partners', body),
    partnerPeople: (id: string) => get<shape.Page<partner.PartnerPerson>>(`/api/partners/${at(id)}/people?limit=200`),
    addPerson: (id: string, person: { name: string; email: string }) => post(`/api/partners/${at(id)}/people`, person),
    changePerson: (id: string, person: string, change: { active: boolean }) =>
      call('PATCH', `/api/partners/${at(id)}/people/${at(person)}`, change),
    mapping: (id: string) => get<{ mapping: unknown }>(`/api/partners/${at(id)}/mapping`),
    previewWebhook: (id: string, asked: { leadId: string; mode: shape.OfferMode; mapping: unknown }) =>
      post<{ offered: string; released: string; closed: string }>(`/api/partners/${at(id)}/preview`, asked),
    setMapping: (id: string, mapping: unknown) => call('PUT', `/api/partners/${at(id)}/mapping`, mapping),
    confirmPeer: (id: string, fingerprint: string) => post(`/api/peers/${at(id)}/confirm`, { fingerprint }),
    confirmPeerKey: (id: string, kid: string, fingerprint: string) =>
      post(`/api/peers/${at(id)}/keys/${at(kid)}/confirm`, { fingerprint }),
    changePeer: (id: string, change: { fetches?: boolean; requireAgreement?: boolean }) =>
      call('PATCH', `/api/peers/${at(id)}`, change),
    restoration: () => get<Restoration>('/api/restoration'),
    findings: (cursor?: string) => get<shape.Page<Finding>>(`/api/restoration/findings${query({ cursor, limit })}`),
    goOn: (reason: string) => post<Restoration>('/api/restoration/override', { reason }),
    feedbackPolicy: (id: string) => get<policy.FeedbackPolicy>(`/api/peers/${at(id)}/feedback-policy`),
    setFeedbackPolicy: (id: string, change: policy.FeedbackChange) =>
      call<policy.FeedbackPolicy>('PATCH', `/api/peers/${at(id)}/feedback-policy`, change),
    agreements: (id: string, cursor?: string) =>
      get<shape.Page<partner.Agreement>>(`/api/peers/${at(id)}/agreements${query({ cursor, limit: '10' })}`),
    proposeAgreement: (id: string, terms: partner.AgreementTerms) => post(`/api/peers/${at(id)}/agreements`, { terms }),
    acceptAgreement: (id: string, version: string) => post(`/api/peers/${at(id)}/agreements/${at(version)}/accept`),
    endAgreement: (id: string, version: string, text?: string) =>
      post(`/api/peers/${at(id)}/agreements/${at(version)}/end`, { text }),
    resumeOffers: (id: string) => post(`/api/peers/${at(id)}/resume-offers`),
    pausePeer: (id: string, pause: boolean) => post(`/api/peers/${at(id)}/${pause ? 'suspend' : 'resume'}`),
  };
}
export type Api = ReturnType<typeof makeApi>;

interface Session {
  api: Api;
  me: shape.Me;
  /** The place in the browser's history where the console was opened. */
  openedAt: string;
}
/** Who is signed in, and the API in her name. Set by the app; there is no console without one. */
export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession outside of the console');
  return session;
}
