export type { LeadField, LeadFieldPart } from '../../../protocol/index.ts';

/** What the node answers, as its routes declare it. Times are ISO 8601 text in UTC. */

export interface FieldName {
  path: string;
  label: string;
}
interface Named {
  id: string;
  name?: string;
}
interface Origin {
  peerId: string;
  name?: string;
}
export interface Page<T> {
  items: T[];
  nextCursor?: string;
}

export const roles = ['administrator', 'manager', 'representative', 'auditor'] as const;
export type Role = (typeof roles)[number];

export interface User {
  id: string;
  email: string;
  name: string;
  role: Role;
  managerId: string | null;
  active: boolean;
  availability: 'available' | 'absent';
  signedInAt: string | null;
  createdAt: string;
}
export interface Me {
  user: User;
  csrf: string | null;
  node: { id: string; name: string };
}
export interface Inbox {
  userId: string;
  name: string;
  waiting: number;
  held: number;
}
export interface ApiToken {
  id: string;
  name: string;
  expiresAt: string;
  usedAt: string | null;
}

export interface Money {
  amount: string;
  currency: string;
}

export type OfferMode = 'direct' | 'grab';
export interface InboxEntry {
  leadId: string;
  state: string;
  title: string;
  company?: string;
  city?: string;
  country?: string;
  product?: { name: string; quantity?: string; of: number };
  size?: Money;
  test: boolean;
  doNotContact: string[];
  peer?: Origin;
  hiddenFields: FieldName[];
  maskedFields: FieldName[];
  at: string;
  recipientId?: string;
  mode?: OfferMode;
  opensAt?: string;
  closesAt?: string;
  others?: number;
}
export interface OfferView {
  recipientId: string;
  leadId: string;
  user: Named;
  state: string;
  mode: OfferMode;
  opensAt: string;
  closesAt: string;
  title: string;
  document?: unknown;
  hiddenFields: FieldName[];
  maskedFields: FieldName[];
  peer?: Origin;
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
  doNotContact: string[];
  receivedAt: string;
  updatedAt: string;
}
export interface LeadEvent {
  event: string;
  label: string;
  needs: string[];
}
export interface LeadView extends LeadSummary {
  version: number;
  document: unknown;
  hiddenFields: FieldName[];
  maskedFields: FieldName[];
  events: LeadEvent[];
  hasOriginal: boolean;
  mayEdit: boolean;
  mayNoteConsent: boolean;
  erasedAt?: string;
  asleepUntil?: string;
  won?: { amount?: Money; orderReference?: string };
  lostReason?: string;
}
export interface HistoryEntry {
  id: string;
  at: string;
  kind: string;
  sentence: string;
  note?: string;
}
/** What was asked between us and a partner about a lead. */
export interface Question {
  id: string;
  leadId: string;
  kind: 'recall' | 'return' | 'correction';
  partner: { peerId: string; name: string };
  /** We asked; otherwise the partner did. */
  ours: boolean;
  reason: string;
  text?: string;
  proofs?: { url: string; mediaType?: string; title?: string }[];
  askedAt: string;
  answerBy?: string;
  overdue: boolean;
  state: 'open' | 'agreed' | 'refused' | 'void';
  suggestions?: (FieldName & { value?: unknown })[];
}
/** One of a list, with the lead it is about. */
export interface ListedQuestion extends Question {
  title: string;
}
export interface Questions {
  items: Question[];
  may: { askBack: boolean; giveBack: boolean; free: boolean };
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
  rejectText?: string;
  answeredAt?: string;
  shown: FieldName[];
  masked: FieldName[];
  withheld: FieldName[];
  never: FieldName[];
}
export interface LeadOffer {
  id: string;
  round: number;
  mode: OfferMode;
  state: string;
  closesAt: string;
  recipients: Recipient[];
}
export interface Box {
  id: string;
  kind: 'system' | 'user' | 'team' | 'partner';
  name: string;
  parentId?: string;
  closed: boolean;
  barred?: string;
  rules: number;
}
export interface RuleSet {
  boxId: string;
  items: { id: string; name: string; description: string; enabled: boolean }[];
}
