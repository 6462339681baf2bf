// First shape of the contract, to be replaced by the output of protocol/codegen.ts.

export type DateTime = string;

export interface Money {
  /** Decimal text as written, for example "1250.00". */
  amount: string;
  /** ISO 4217, for example "EUR". */
  currency: string;
}
export interface Email {
  kind?: 'work' | 'personal' | 'other';
  value: string;
}
export interface Phone {
  kind?: 'work' | 'mobile' | 'home' | 'fax' | 'other';
  value: string;
}
export interface Address {
  streets?: string[];
  city?: string;
  region?: string;
  postalCode?: string;
  /** ISO 3166-1 alpha-2. */
  country?: string;
}
export interface Contact {
  salutation?: string;
  givenName?: string;
  familyName?: string;
  fullName?: string;
  jobTitle?: string;
  language?: string;
  emails?: Email[];
  phones?: Phone[];
  address?: Address;
}
export interface Account {
  name?: string;
  domain?: string;
  duns?: string;
  industry?: string;
  employees?: string;
  annualRevenue?: Money;
  phone?: string;
  address?: Address;
}
export interface Product {
  name: string;
  sku?: string;
  quantity?: string;
}
export interface Interest {
  products?: Product[];
  opportunitySize?: Money;
  timeframe?: string;
  comments?: string;
}
export interface Qualification {
  interestLevel?: 'hot' | 'warm' | 'cold' | 'unknown';
  budget?: string;
  authority?: string;
  need?: string;
  competingProducts?: string[];
}
export interface ClickId {
  kind: string;
  value: string;
}
export interface Utm {
  source?: string;
  medium?: string;
  campaign?: string;
  term?: string;
  content?: string;
}
export interface Source {
  kind?: 'web-form' | 'e-mail' | 'phone' | 'list' | 'event' | 'partner' | 'api' | 'other';
  name?: string;
  externalId?: string;
  campaign?: string;
  medium?: string;
  keyword?: string;
  utm?: Utm;
  clickIds?: ClickId[];
  referrer?: string;
  landingPage?: string;
}
export interface Consent {
  purpose: string;
  state: 'granted' | 'refused' | 'withdrawn';
  at?: DateTime;
  wording?: string;
  evidenceUrl?: string;
}
export interface Attachment {
  url: string;
  mediaType?: string;
  title?: string;
}
export interface Field {
  name: string;
  type: 'text' | 'number' | 'boolean' | 'date' | 'date-time' | 'url';
  value: string;
}
/** The lead document, in the order of schemas/lead.xsd. */
export interface Lead {
  /** When the customer asked, with zone. */
  createdAt?: DateTime;
  contact?: Contact;
  account?: Account;
  interest?: Interest;
  qualification?: Qualification;
  source?: Source;
  consents?: Consent[];
  attachments?: Attachment[];
  fields?: Field[];
}

export type MessageType =
  | 'Capabilities' | 'Offer' | 'Accept' | 'Reject' | 'Award' | 'NoLongerAvailable' | 'Release' | 'Status' | 'Receipt' | 'Problem';

export interface InReplyTo {
  messageId: string;
  digest: string;
}
export interface Header {
  messageId: string;
  type: MessageType;
  from: string;
  to: string;
  conversation?: string;
  round?: number;
  seq?: number;
  prevDigest?: string;
  inReplyTo?: InReplyTo;
  created: DateTime;
  expires: DateTime;
  blind?: string;
}
/** One per schema field group, absent ones included. */
export interface Commitment {
  group: FieldGroup;
  value: string;
}
export interface Opening {
  group: FieldGroup;
  salt: string;
}
export type FieldGroup =
  | 'person' | 'email' | 'phone' | 'address' | 'account' | 'product' | 'opportunity' | 'comments'
  | 'qualification' | 'source' | 'consent' | 'attachment' | 'custom';

export interface Offer {
  mode: 'direct' | 'grab';
  opensAt?: DateTime;
  closesAt: DateTime;
  /** The visible fields only. */
  lead: Lead;
  /** Field paths shown in part, by policy. */
  maskedFields?: string[];
  /** Field paths that stay hidden until Release, by policy: says nothing of their presence. */
  withheldFields?: string[];
  commitments?: Commitment[];
}
export interface Accept {
  offerDigest: string;
}
export type RejectReason =
  | 'not-a-fit' | 'no-capacity' | 'out-of-territory' | 'duplicate' | 'already-customer' | 'not-reachable' | 'unclear' | 'other';
export interface Reject {
  reason: RejectReason;
  text?: string;
}
export interface Award {
  leaseUntil: DateTime;
}
export interface NoLongerAvailable {
  reason: 'taken' | 'expired' | 'recalled';
}
export interface Release {
  lead: Lead;
  openings?: Opening[];
}
export type Disposition = 'received' | 'assigned' | 'contacted' | 'working' | 'asleep' | 'won' | 'lost' | 'returned';
export interface Status {
  revision: number;
  disposition: Disposition;
  at: DateTime;
  until?: DateTime;
  assignedTo?: string;
  amount?: Money;
  reason?: string;
  note?: string;
}
export interface Receipt {
  receivedAt: DateTime;
}
export type ProblemCode =
  | 'schema' | 'key-revoked' | 'audience' | 'expired' | 'from-future' | 'conflict' | 'agreement-unknown' | 'agreement-ended'
  | 'not-understood' | 'illegal-transition' | 'stale-round' | 'erased' | 'legal-hold' | 'rate' | 'overloaded' | 'internal';
export interface Problem {
  code: ProblemCode;
  retryable: boolean;
  /** Seconds. */
  retryAfter?: number;
  text?: string;
}
export interface CapabilityKey {
  kid: string;
  algorithm: 'ecdsa-sha256' | 'rsa-sha256';
  /** SubjectPublicKeyInfo, DER, base64. */
  spki: string;
}
export interface Capabilities {
  name: string;
  endpoint: string;
  versions: string[];
  levels: string[];
  keys: CapabilityKey[];
  maxMessageBytes: number;
}
export interface Bodies {
  Capabilities: Capabilities;
  Offer: Offer;
  Accept: Accept;
  Reject: Reject;
  Award: Award;
  NoLongerAvailable: NoLongerAvailable;
  Release: Release;
  Status: Status;
  Receipt: Receipt;
  Problem: Problem;
}
export interface Message<T extends MessageType = MessageType> {
  header: Header & { type: T };
  body: Bodies[T];
}
export type AnyMessage = { [T in MessageType]: Message<T> }[MessageType];

/** One leaf of the lead document, or one repeated element as a whole. */
export interface LeadField {
  /** For example "contact.address.city" or "contact.phones". */
  path: string;
  label: string;
  group: FieldGroup;
  personal: boolean;
  example: string;
  /** Value kind, for forms and conditions. */
  kind: 'text' | 'enum' | 'number' | 'money' | 'date-time' | 'url' | 'list';
  values?: readonly string[];
  repeated: boolean;
}
