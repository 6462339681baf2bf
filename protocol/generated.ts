// Written by protocol/codegen.ts from the files in schemas/. Change those, then run it.

import type { ComplexType, SimpleType } from './descriptor.ts';

/** A point in time with its zone (ISO 8601, seconds or finer). */
export type DateTime = string;

/** What an e-mail address is for. */
export const emailKinds = [
  'work',
  'personal',
  'other',
] as const;
export type EmailKind = (typeof emailKinds)[number];

/** What a telephone number is for. */
export const phoneKinds = [
  'work',
  'mobile',
  'home',
  'fax',
  'other',
] as const;
export type PhoneKind = (typeof phoneKinds)[number];

/** How warm a lead is. */
export const interestLevels = [
  'hot',
  'warm',
  'cold',
  'unknown',
] as const;
export type InterestLevel = (typeof interestLevels)[number];

/** Kinds of channels. */
export const sourceKinds = [
  'web-form',
  'e-mail',
  'phone',
  'list',
  'event',
  'partner',
  'api',
  'other',
] as const;
export type SourceKind = (typeof sourceKinds)[number];

/** What was decided. */
export const consentStates = [
  'granted',
  'refused',
  'withdrawn',
] as const;
export type ConsentState = (typeof consentStates)[number];

/** How the text of a custom field is meant. */
export const fieldTypes = [
  'text',
  'number',
  'boolean',
  'date',
  'date-time',
  'url',
] as const;
export type FieldType = (typeof fieldTypes)[number];

/** The groups of lead fields: a withheld field is committed to with its whole group. */
export const fieldGroups = [
  'person',
  'email',
  'phone',
  'address',
  'account',
  'product',
  'opportunity',
  'comments',
  'qualification',
  'source',
  'consent',
  'attachment',
  'custom',
] as const;
export type FieldGroup = (typeof fieldGroups)[number];

/** A point in time in UTC with milliseconds. */
export type UtcTime = string;

/** Signature algorithms; a key fixes exactly one. */
export const keyAlgorithms = [
  'ecdsa-sha256',
  'rsa-sha256',
] as const;
export type KeyAlgorithm = (typeof keyAlgorithms)[number];

/** All messages. */
export const messageTypes = [
  'Capabilities',
  'Offer',
  'Accept',
  'Reject',
  'Award',
  'NoLongerAvailable',
  'Release',
  'Status',
  'Receipt',
  'Problem',
  'Update',
  'Recall',
  'RecallAnswer',
  'Return',
  'ReturnAnswer',
  'Erasure',
  'ErasureStatus',
  'ConsentChange',
  'AccessRequest',
  'AccessReport',
  'Agreement',
  'KeyRollover',
  'Pull',
  'States',
] as const;
export type MessageType = (typeof messageTypes)[number];

/** To one recipient, or to whoever is first. */
export const offerModes = [
  'direct',
  'grab',
] as const;
export type OfferMode = (typeof offerModes)[number];

/** Why an offer is over. */
export const closeReasons = [
  'taken',
  'expired',
  'recalled',
] as const;
export type CloseReason = (typeof closeReasons)[number];

/** Why a lead is not wanted. */
export const rejectReasons = [
  'not-a-fit',
  'no-capacity',
  'out-of-territory',
  'duplicate',
  'already-customer',
  'not-reachable',
  'unclear',
  'other',
] as const;
export type RejectReason = (typeof rejectReasons)[number];

/** State of a lead at its holder. */
export const dispositions = [
  'received',
  'assigned',
  'contacted',
  'working',
  'asleep',
  'won',
  'lost',
  'returned',
] as const;
export type Disposition = (typeof dispositions)[number];

/** What is wrong with a message of a proven sender. */
export const problemCodes = [
  'schema',
  'key-revoked',
  'audience',
  'expired',
  'from-future',
  'conflict',
  'agreement-unknown',
  'agreement-ended',
  'not-understood',
  'illegal-transition',
  'stale-round',
  'erased',
  'legal-hold',
  'rate',
  'overloaded',
  'internal',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** A state of a conversation. */
export const stateNames = [
  'offered',
  'claimed',
  'awarded',
  'released',
  'recall-asked',
  'return-asked',
  'returned',
  'rejected',
  'closed',
  'erased',
] as const;
export type StateName = (typeof stateNames)[number];

/** A side of a conversation. */
export const sideNames = [
  'offering',
  'holding',
] as const;
export type SideName = (typeof sideNames)[number];

/** Why fields changed. */
export const updateReasons = [
  'correction',
  'addition',
  'merge',
  'other',
] as const;
export type UpdateReason = (typeof updateReasons)[number];

/** Why a lead is called back. */
export const recallReasons = [
  'lease-lapsed',
  'mistake',
  'duplicate',
  'customer-wish',
  'agreement',
  'other',
] as const;
export type RecallReason = (typeof recallReasons)[number];

/** Why a lead is returned. */
export const returnReasons = [
  'not-reachable',
  'wrong-data',
  'duplicate',
  'already-customer',
  'not-a-fit',
  'no-interest',
  'other',
] as const;
export type ReturnReason = (typeof returnReasons)[number];

/** What the other side decided. */
export const answerOutcomes = [
  'agreed',
  'refused',
] as const;
export type AnswerOutcome = (typeof answerOutcomes)[number];

/** Why data is deleted. */
export const erasureReasons = [
  'person-asked',
  'consent-withdrawn',
  'retention-over',
  'unlawful',
  'other',
] as const;
export type ErasureReason = (typeof erasureReasons)[number];

/** What became of the data. */
export const erasureOutcomes = [
  'pending',
  'done',
  'partial',
  'refused',
  'offer-deleted',
] as const;
export type ErasureOutcome = (typeof erasureOutcomes)[number];

/** Ways to contact a person. */
export const contactChannels = [
  'all',
  'email',
  'phone',
  'post',
  'visit',
] as const;
export type ContactChannel = (typeof contactChannels)[number];

/** Steps of an agreement. */
export const agreementSteps = [
  'propose',
  'accept',
  'end',
] as const;
export type AgreementStep = (typeof agreementSteps)[number];

/** Who offers leads. */
export const agreementSides = [
  'proposer',
  'accepter',
  'both',
] as const;
export type AgreementSide = (typeof agreementSides)[number];

/** What is shown of a field. */
export const fieldHandlings = [
  'shown',
  'masked',
  'withheld',
  'never',
] as const;
export type FieldHandling = (typeof fieldHandlings)[number];

/** How exactly an order value is reported. */
export const amountFeedbacks = [
  'exact',
  'band',
  'none',
] as const;
export type AmountFeedback = (typeof amountFeedbacks)[number];

/** Whether a lead may be offered on. */
export const onwardRules = [
  'none',
  'listed',
  'any',
] as const;
export type OnwardRule = (typeof onwardRules)[number];

/** A person or company that may want to buy, with what is known of the interest. */
export interface Lead {
  /** When the customer asked, with zone. */
  createdAt?: DateTime;
  /** The person to talk to. */
  contact?: Contact;
  /** The company the person asks for. */
  account?: Account;
  /** What is wanted. */
  interest?: Interest;
  /** What is known of the chance to sell. */
  qualification?: Qualification;
  /** Where the lead came from. */
  source?: Source;
  /** A permission given, refused or withdrawn. */
  consents?: Consent[];
  /** A file that belongs to the lead. */
  attachments?: Attachment[];
  /** A field this schema does not name. */
  fields?: Field[];
}

/** A natural person. All names as the person writes them. */
export interface Contact {
  /** Form of address or title before the name. */
  salutation?: string;
  /** Given name or names. */
  givenName?: string;
  /** Family name or names. */
  familyName?: string;
  /** The whole name, where its parts are not known. */
  fullName?: string;
  /** Position in the company. */
  jobTitle?: string;
  /** Preferred language, BCP 47. */
  language?: string;
  /** An e-mail address. */
  emails?: Email[];
  /** A telephone number. */
  phones?: Phone[];
  /** Where the person lives or works. */
  address?: Address;
}

/** A company or other organisation. */
export interface Account {
  /** Name of the company. */
  name?: string;
  /** Internet domain of the company, lower case. */
  domain?: string;
  /** Nine digits. */
  duns?: string;
  /** Line of business, in words or as a code. */
  industry?: string;
  /** Number of employees, as given: a number or a range. */
  employees?: string;
  /** Turnover of a year. */
  annualRevenue?: Money;
  /** Switchboard, not a person. */
  phone?: string;
  /** Seat of the company or the site in question. */
  address?: Address;
}

/** A postal address. */
export interface Address {
  /** One line of the street address. */
  streets?: string[];
  /** Town or city. */
  city?: string;
  /** State, province or county, name or code. */
  region?: string;
  /** Text: leading zeros count. */
  postalCode?: string;
  /** ISO 3166-1 alpha-2. */
  country?: string;
}

/** What the customer wants. */
export interface Interest {
  /** A product or service asked for. */
  products?: Product[];
  /** Expected order value. */
  opportunitySize?: Money;
  /** When the customer means to buy, as given. */
  timeframe?: string;
  /** What the customer wrote. May hold anything, so it counts as personal. */
  comments?: string;
}

/** A product or service. */
export interface Product {
  /** Name of the product. */
  name: string;
  /** The vendor's number of the product. */
  sku?: string;
  /** How many, as given. */
  quantity?: string;
}

/** Answers from screening. */
export interface Qualification {
  /** How warm the lead is. */
  interestLevel?: InterestLevel;
  /** What may be spent, as given. */
  budget?: string;
  /** The contact's part in the decision. */
  authority?: string;
  /** The problem to be solved. */
  need?: string;
  /** A product also considered. */
  competingProducts?: string[];
}

/** How the lead came in. */
export interface Source {
  /** Kind of channel. */
  kind?: SourceKind;
  /** Name of the channel or list. */
  name?: string;
  /** The id of the lead in the system it came from. */
  externalId?: string;
  /** Marketing campaign. */
  campaign?: string;
  /** Kind of advertising. */
  medium?: string;
  /** Search words that led here. */
  keyword?: string;
  /** The utm_ parameters of the landing page. */
  utm?: Utm;
  /** An advertiser's id of the click. */
  clickIds?: ClickId[];
  /** Address of the page before, as reported. */
  referrer?: string;
  /** First page visited. Its query may hold identifiers. */
  landingPage?: string;
}

/** Campaign parameters as the page received them. */
export interface Utm {
  /** utm_source. */
  source?: string;
  /** utm_medium. */
  medium?: string;
  /** utm_campaign. */
  campaign?: string;
  /** utm_term. */
  term?: string;
  /** utm_content. */
  content?: string;
}

/** One decision of the person on one use of the data. */
export interface Consent {
  /** What the data may be used for. */
  purpose: string;
  /** What was decided. */
  state: ConsentState;
  /** When it was decided, with zone. */
  at?: DateTime;
  /** The words the person saw. */
  wording?: string;
  /** Where the proof lies. */
  evidenceUrl?: string;
}

/** A reference to a file; the file itself travels separately. */
export interface Attachment {
  /** Where the file can be fetched. */
  url: string;
  /** For example application/pdf. */
  mediaType?: string;
  /** What the file is called. */
  title?: string;
}

/** An amount of money. */
export interface Money {
  /** ISO 4217. */
  currency: string;
  /** A decimal number as written, not negative. */
  amount: string;
}

/** An e-mail address and what it is for. */
export interface Email {
  /** What the address is for. */
  kind?: EmailKind;
  /** An e-mail address, or a masked one. */
  value: string;
}

/** A telephone number and what it is for. */
export interface Phone {
  /** What the number is for. */
  kind?: PhoneKind;
  /** A telephone number as given, E.164 where it is known. */
  value: string;
}

/** An advertiser's id of a click. */
export interface ClickId {
  /** The name of the parameter. */
  kind: string;
  /** A line of text. */
  value: string;
}

/** A named, typed value this schema has no element for. */
export interface Field {
  /** The name of the field as its owner writes it. */
  name: string;
  /** How the text is meant; it stays text. */
  type: FieldType;
  /** Some lines of text. */
  value: string;
}

/** What later or private agreements add. Ignored where it is not known; stored, never passed on. */
export interface Extensions {
  /** One addition. */
  extensions?: Extension[];
}

/** An addition, by its URI; structured content is written as text, for example as JSON. */
export interface Extension {
  /** true: whoever does not know the URI refuses the message with Problem not-understood. */
  mustUnderstand?: boolean;
  /** What the addition is. */
  uri: string;
  /** Free text. */
  value: string;
}

/** Who says what to whom, when, and in which conversation. */
export interface Header {
  /** Unique per sender; the same on every retry. */
  messageId: string;
  /** The name of the element in Body. */
  type: MessageType;
  /** The sending node; it owns the signing key. */
  from: string;
  /** The receiving node; * in Capabilities only. */
  to: string;
  /** The agreement this is sent under; with AgreementDigest. */
  agreement?: string;
  /** Digest of the accepted proposal. */
  agreementDigest?: string;
  /** One lead with one peer; fresh per recipient. */
  conversation?: string;
  /** Round of a re-opened offer. */
  round?: number;
  /** The sender's counter in this conversation, from 1. */
  seq?: number;
  /** Digest of the sender's previous message in the conversation. */
  prevDigest?: string;
  /** What is answered. */
  inReplyTo?: InReplyTo;
  /** When the message was signed. */
  created: UtcTime;
  /** When the message loses its effect; at most 14 days after Created. */
  expires: UtcTime;
  /** 32 random bytes in every message with personal data, so that its digest hides them. */
  blind?: string;
  /** The sender's last signed checkpoint. */
  log?: LogCheckpoint;
  /** Rises when the sender was restored from a backup; absent: 0. */
  epoch?: number;
}

/** A checkpoint of the log of disclosures; never one that holds this message. */
export interface LogCheckpoint {
  /** Number of leaves. */
  size: number;
  /** Root of the Merkle tree (RFC 6962). */
  root: string;
  /** Signature of the note: From, Size and Root, one a line. */
  noteSignature: string;
}

/** A message, by id and digest. */
export interface InReplyTo {
  /** Its id. */
  messageId: string;
  /** Its digest. */
  digest: string;
}

/** What a node speaks. */
export interface Capabilities {
  /** What the node calls itself. */
  name: string;
  /** Where messages are posted. */
  endpoint: string;
  /** A version of the protocol it accepts. */
  versions: string[];
  /** A level it speaks. */
  levels: string[];
  /** A key it signs with. */
  keys: CapabilityKey[];
  /** The longest message it accepts. */
  maxMessageBytes: number;
  /** The most documents in a frame it accepts. */
  maxBatchMessages?: number;
  /** The longest frame it accepts. */
  maxBatchBytes?: number;
  /** How many messages it takes from one partner. */
  messagesPerMinute?: number;
  /** How many bytes one partner may have under way to it. */
  bytesInFlight?: number;
  /** A signature algorithm it verifies; absent: ecdsa-sha256 and rsa-sha256. */
  algorithms?: string[];
  /** An extension it understands. */
  extensions?: string[];
  /** A schema it checks with. */
  schemas?: SchemaDigest[];
  /** The key that signs its checkpoints. */
  logKey?: string;
}

/** SHA-256 of the bytes of a schema file. */
export interface SchemaDigest {
  /** The file. */
  name: string;
  /** 32 bytes in base64. */
  digest: string;
}

/** A public key: SubjectPublicKeyInfo, DER, base64. Never trusted by being here. */
export interface CapabilityKey {
  /** What it signs with. */
  algorithm: KeyAlgorithm;
  /** Key id: base64url(SHA-256(SPKI)), 22 characters. */
  kid: string;
  /** Base64. */
  spki: string;
}

/** A lead on offer. */
export interface Offer {
  /** To one recipient, or to whoever is first. */
  mode: OfferMode;
  /** Not to be accepted before. */
  opensAt?: UtcTime;
  /** Not to be accepted after; the offering node decides. */
  closesAt: UtcTime;
  /** SHA-256 of the terms of this offer, such as a price list; the Accept quotes it. */
  termsDigest?: string;
  /** What the digests of the nodes passed hang on; with Hop. */
  hopNonce?: string;
  /** A node the lead came through before this offer, its origin included. */
  hops?: string[];
  /** The visible fields only. */
  lead: Lead;
  /** A field shown in part, by policy. */
  maskedFields?: string[];
  /** A field that stays hidden until Release, by policy: says nothing of its presence. */
  withheldFields?: string[];
  /** One per field group, absent ones included. */
  commitments?: Commitment[];
}

/** A promise of what Release will open. */
export interface Commitment {
  /** The field group. */
  group: FieldGroup;
  /** 32 bytes in base64. */
  value: string;
}

/** What opens a commitment. */
export interface Opening {
  /** The field group. */
  group: FieldGroup;
  /** 32 bytes in base64. */
  salt: string;
}

/** The offered node claims the lead; no effect on ownership. */
export interface Accept {
  /** Digest of the Offer that is accepted. */
  offerDigest: string;
  /** The terms of the offer, as the offer has them. */
  termsDigest?: string;
}

/** The offered node does not want the lead. */
export interface Reject {
  /** Why. */
  reason: RejectReason;
  /** Why, in words; private by default. */
  text?: string;
}

/** The claim was first. Provisional until its receipt. */
export interface Award {
  /** Until when the receipt is awaited. */
  leaseUntil: UtcTime;
}

/** The offer is over for this recipient; what was seen is deleted. */
export interface NoLongerAvailable {
  /** Why. */
  reason: CloseReason;
}

/** The whole lead, as offered; ownership is final. */
export interface Release {
  /** The lead with the withheld fields. */
  lead: Lead;
  /** Salt of a commitment. */
  openings?: Opening[];
}

/** What the holder did with the lead. */
export interface Status {
  /** Rises with every status; lower ones are ignored. */
  revision: number;
  /** State of the lead. */
  disposition: Disposition;
  /** Since when. */
  at: UtcTime;
  /** Until when it sleeps. */
  until?: UtcTime;
  /** Who works on it. */
  assignedTo?: string;
  /** Order value, when won. */
  amount?: Money;
  /** Order value as a range, instead of Amount. */
  amountBand?: AmountBand;
  /** Why, when lost or returned. */
  reason?: string;
  /** Anything else. */
  note?: string;
}

/** A range of amounts of one currency. */
export interface AmountBand {
  /** The lower end, included. */
  atLeast: Money;
  /** The upper end, excluded; open if absent. */
  below?: Money;
}

/** Durably stored, will be processed. */
export interface Receipt {
  /** When it was stored. */
  receivedAt: UtcTime;
}

/** The message answered had no effect. */
export interface Problem {
  /** What is wrong. */
  code: ProblemCode;
  /** Whether the same message may succeed later. */
  retryable: boolean;
  /** Seconds to wait. */
  retryAfter?: number;
  /** For people; without any value of the message. */
  text?: string;
}

/** Fields of a released lead that changed; the other fields stay as they were. */
export interface Update {
  /** Rises with every Update of this sender in the conversation; lower ones are recorded and not applied. */
  revision: number;
  /** Why. */
  reason: UpdateReason;
  /** A field this is about. Absent in Lead: the field has no value any more. */
  changedFields: string[];
  /** The new values of the changed fields, and nothing else. */
  lead: Lead;
}

/** The offering node wants the lead back. Before Release it is back at once; afterwards the holder answers. */
export interface Recall {
  /** Why. */
  reason: RecallReason;
  /** When an answer is expected at the latest. */
  answerBy?: UtcTime;
  /** Why, in words. */
  text?: string;
}

/** Whether the holder gives the lead back. */
export interface RecallAnswer {
  /** agreed: the lead is back and the holder deletes what it holds as agreed. */
  outcome: AnswerOutcome;
  /** In words. */
  text?: string;
}

/** The holder wants to give the lead back. */
export interface Return {
  /** Why. */
  reason: ReturnReason;
  /** Why, in words. */
  text?: string;
  /** What shows it, such as a log of calls. */
  proofs?: Attachment[];
}

/** Whether the offering node takes the lead back. */
export interface ReturnAnswer {
  /** agreed: the lead is back and the holder deletes what it holds as agreed. */
  outcome: AnswerOutcome;
  /** In words. */
  text?: string;
}

/** Delete what this conversation disclosed. Binding from the party that disclosed it; a request from below. */
export interface Erasure {
  /** Why. */
  reason: ErasureReason;
  /** When a final answer is expected at the latest. */
  answerBy?: UtcTime;
}

/** What became of an Erasure, or of the deletion at the end of an offer. */
export interface ErasureStatus {
  /** What was done. */
  outcome: ErasureOutcome;
  /** When. */
  at: UtcTime;
  /** Until when a legal duty keeps what was not deleted. */
  holdUntil?: UtcTime;
  /** What remains and why, without personal values. */
  text?: string;
  /** A recipient the data was passed to. */
  onwards?: OnwardErasure[];
}

/** Whether a further recipient deleted the data. */
export interface OnwardErasure {
  /** Who, by name. */
  recipient: string;
  /** Its node, if it has one. */
  nodeId?: string;
  /** What it said. */
  outcome: ErasureOutcome;
}

/** A person changed what the data may be used for. Travels to every node that holds the data. */
export interface ConsentChange {
  /** When the person said so. */
  at: UtcTime;
  /** A decision, as it stands now. */
  consents?: Consent[];
  /** A way in which the person may not be contacted any more. */
  doNotContacts?: ContactChannel[];
}

/** A person asks what is held. */
export interface AccessRequest {
  /** When the report is needed at the latest. */
  answerBy?: UtcTime;
}

/** What is held of a lead, and who got it. */
export interface AccessReport {
  /** Since when. */
  heldSince?: UtcTime;
  /** What it is used for. */
  purposes?: string[];
  /** What is held; nothing held: absent. */
  lead?: Lead;
  /** A recipient it was passed to. */
  disclosures?: AccessDisclosure[];
}

/** Who got which fields, and when. */
export interface AccessDisclosure {
  /** Who, by name. */
  recipient: string;
  /** Its node, if it has one. */
  nodeId?: string;
  /** When. */
  at: UtcTime;
  /** A field it got. */
  fields: string[];
  /** What for. */
  purpose?: string;
}

/** A step of a bilateral agreement. The digest of the accepted proposal is the digest of the agreement. */
export interface Agreement {
  /** propose, accept or end. */
  step: AgreementStep;
  /** Which agreement. */
  agreementId: string;
  /** Digest of the proposal that is accepted or ended. */
  proposal?: string;
  /** What is proposed. */
  terms?: AgreementTerms;
  /** From when on no new offers are made under it. */
  endsAt?: UtcTime;
  /** In words. */
  text?: string;
}

/** What may be shared, for what, and for how long. */
export interface AgreementTerms {
  /** From when on. */
  validFrom: UtcTime;
  /** Until when; open if absent. */
  validUntil?: UtcTime;
  /** Who offers leads to whom. */
  offers: AgreementSide;
  /** What the data may be used for. */
  purposes: string[];
  /** What is shown of a field. A field without a term is withheld in offers and released. */
  fieldTerms?: FieldTerm[];
  /** Hours after the end of an offer in which the loser deletes what it saw. */
  deleteShownHours: number;
  /** Days after its end that the holder may keep a lead. */
  retentionDays: number;
  /** Days after Release in which a lead may be returned. */
  returnWindowDays?: number;
  /** What the holder reports. */
  feedback: FeedbackTerms;
  /** Limits against harvesting. */
  caps?: AgreementCaps;
  /** Whether leads may be passed on. */
  onward: OnwardTerms;
  /** SHA-256 of a written contract this refers to. */
  contractDigest?: string;
}

/** What is shown of one field. */
export interface FieldTerm {
  /** The field. */
  field: string;
  /** In the Offer. */
  inOffer: FieldHandling;
  /** In the Release: shown or never. */
  inRelease: FieldHandling;
}

/** What the holder reports in Status and Update. Dispositions are always reported. */
export interface FeedbackTerms {
  /** Who works on the lead. */
  assignedTo: boolean;
  /** The order value. */
  amount: AmountFeedback;
  /** Why it was lost. */
  reason: boolean;
  /** Notes. */
  note: boolean;
  /** Corrected and added fields. */
  update: boolean;
}

/** Beyond these the offering node pauses offers and tells both administrators. */
export interface AgreementCaps {
  /** Releases in 24 hours. */
  releasesPerDay?: number;
  /** Released leads without an end. */
  openLeads?: number;
  /** Returned leads of a hundred released ones. */
  returnPercent?: number;
}

/** To whom a released lead may be offered on. */
export interface OnwardTerms {
  /** none, listed or any. */
  to: OnwardRule;
  /** A node it may be offered to, when listed. */
  partners?: string[];
  /** For what; all purposes of the agreement if absent. */
  purposes?: string[];
}

/** A new signing key, announced under the old one. Takes effect only when the operator on the other side confirmed it. */
export interface KeyRollover {
  /** The new key. */
  newKey: CapabilityKey;
  /** From when on it may sign. */
  validFrom: UtcTime;
  /** Until when the old key may sign; at least 30 days after ValidFrom. */
  oldKeyUntil: UtcTime;
  /** Signature by the new key over the old kid, the new key and the node id. */
  proof: string;
}

/** Hand over the messages that wait for this node. The answer is a batch. */
export interface Pull {
  /** At most so many, up to 100. */
  maxMessages: number;
  /** At most so many bytes, up to 1048576. */
  maxBytes: number;
}

/** To a node that was restored from a backup: how the conversations with it stand on this side. */
export interface States {
  /** The Epoch of the receiver that this answers. */
  ofEpoch: number;
  /** Which of the parts this is, from 1. */
  part: number;
  /** How many there are. */
  parts: number;
  /** One conversation. */
  states?: StateOfConversation[];
}

/** A conversation, by its id, as it stands on the sender's side. */
export interface StateOfConversation {
  /** The state of the sender's machine. */
  is: StateName;
  /** Seq of the receiver's last message that was applied; 0: none. */
  received: number;
  /** The current round. */
  round: number;
  /** Which side of it the sender is. */
  side: SideName;
  /** Chosen by the offering node. */
  conversation: string;
}

/** What each message holds. */
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
  Update: Update;
  Recall: Recall;
  RecallAnswer: RecallAnswer;
  Return: Return;
  ReturnAnswer: ReturnAnswer;
  Erasure: Erasure;
  ErasureStatus: ErasureStatus;
  ConsentChange: ConsentChange;
  AccessRequest: AccessRequest;
  AccessReport: AccessReport;
  Agreement: Agreement;
  KeyRollover: KeyRollover;
  Pull: Pull;
  States: States;
}

/** A message: what is sent, before it is signed. */
export interface Message<T extends MessageType = MessageType> {
  header: Header & { type: T };
  body: Bodies[T];
  extensions?: Extension[];
}
export type AnyMessage = { [T in MessageType]: Message<T> }[MessageType];

/** What is known of a lead field besides its value. */
export interface LeadField {
  /** For example "contact.address.city" or "contact.phones". */
  path: string;
  label: string;
  group: FieldGroup;
  /** Can identify or reach a person by itself. */
  personal: boolean;
  example: string;
  /** Value kind, for forms and conditions. */
  kind: 'text' | 'enum' | 'number' | 'money' | 'date-time' | 'url' | 'list';
  values?: readonly string[];
  /** Characters a text may have. */
  maxLength?: number;
  /** May be more than one line. */
  lines?: true;
  repeated: boolean;
  /** What one entry of a list is made of; absent where it is a line of text. */
  parts?: readonly LeadFieldPart[];
}

/** A part of an entry of a list: the address and the kind of an e-mail address. */
export interface LeadFieldPart {
  /** The property of the entry. */
  name: string;
  label: string;
  required: boolean;
  kind: LeadField['kind'];
  values?: readonly string[];
  maxLength?: number;
  lines?: true;
}

/** Every field of a lead: one leaf of the document, or one repeated element as a whole. */
export const leadFields: readonly LeadField[] = [
  { path: 'createdAt', label: 'Created', group: 'source', personal: false,
    example: '2026-03-14T09:26:53+01:00', kind: 'date-time', maxLength: 35, repeated: false },
  { path: 'contact.salutation', label: 'Salutation', group: 'person', personal: true,
    example: 'Dr.', kind: 'text', maxLength: 100, repeated: false },
  { path: 'contact.givenName', label: 'First name', group: 'person', personal: true,
    example: 'Ada', kind: 'text', maxLength: 100, repeated: false },
  { path: 'contact.familyName', label: 'Last name', group: 'person', personal: true,
    example: 'Lovelace', kind: 'text', maxLength: 100, repeated: false },
  { path: 'contact.fullName', label: 'Full name', group: 'person', personal: true,
    example: 'Ada Lovelace', kind: 'text', maxLength: 300, repeated: false },
  { path: 'contact.jobTitle', label: 'Job title', group: 'person', personal: false,
    example: 'Head of Purchasing', kind: 'text', maxLength: 300, repeated: false },
  { path: 'contact.language', label: 'Language', group: 'person', personal: false,
    example: 'de', kind: 'text', maxLength: 35, repeated: false },
  { path: 'contact.emails', label: 'E-mail', group: 'email', personal: true,
    example: 'ada@example.com', kind: 'list', repeated: true,
    parts: [
      { name: 'value', label: 'E-mail', required: true, kind: 'text', maxLength: 254 },
      { name: 'kind', label: 'Kind', required: false, kind: 'enum', values: ['work', 'personal', 'other'] },
    ] },
  { path: 'contact.phones', label: 'Phone', group: 'phone', personal: true,
    example: '+49 341 5550123', kind: 'list', repeated: true,
    parts: [
      { name: 'value', label: 'Phone', required: true, kind: 'text', maxLength: 40 },
      { name: 'kind', label: 'Kind', required: false, kind: 'enum', values: ['work', 'mobile', 'home', 'fax', 'other'] },
    ] },
  { path: 'contact.address.streets', label: 'Street', group: 'address', personal: true,
    example: 'Hauptstr. 5', kind: 'list', maxLength: 300, repeated: true },
  { path: 'contact.address.city', label: 'City', group: 'address', personal: false,
    example: 'Leipzig', kind: 'text', maxLength: 100, repeated: false },
  { path: 'contact.address.region', label: 'Region', group: 'address', personal: false,
    example: 'SN', kind: 'text', maxLength: 100, repeated: false },
  { path: 'contact.address.postalCode', label: 'Postal code', group: 'address', personal: true,
    example: '04109', kind: 'text', maxLength: 20, repeated: false },
  { path: 'contact.address.country', label: 'Country', group: 'address', personal: false,
    example: 'DE', kind: 'text', maxLength: 2, repeated: false },
  { path: 'account.name', label: 'Company name', group: 'account', personal: false,
    example: 'Analytical Engines GmbH', kind: 'text', maxLength: 300, repeated: false },
  { path: 'account.domain', label: 'Company domain', group: 'account', personal: false,
    example: 'engines.example', kind: 'text', maxLength: 253, repeated: false },
  { path: 'account.duns', label: 'Company D-U-N-S number', group: 'account', personal: false,
    example: '004412345', kind: 'text', maxLength: 9, repeated: false },
  { path: 'account.industry', label: 'Company industry', group: 'account', personal: false,
    example: 'Mechanical engineering', kind: 'text', maxLength: 300, repeated: false },
  { path: 'account.employees', label: 'Company size', group: 'account', personal: false,
    example: '51-200', kind: 'text', maxLength: 100, repeated: false },
  { path: 'account.annualRevenue', label: 'Company annual revenue', group: 'account', personal: false,
    example: '12000000.00 EUR', kind: 'money', repeated: false },
  { path: 'account.phone', label: 'Company phone', group: 'account', personal: false,
    example: '+49 341 5550100', kind: 'text', maxLength: 40, repeated: false },
  { path: 'account.address.streets', label: 'Company Street', group: 'account', personal: false,
    example: 'Hauptstr. 5', kind: 'list', maxLength: 300, repeated: true },
  { path: 'account.address.city', label: 'Company City', group: 'account', personal: false,
    example: 'Leipzig', kind: 'text', maxLength: 100, repeated: false },
  { path: 'account.address.region', label: 'Company Region', group: 'account', personal: false,
    example: 'SN', kind: 'text', maxLength: 100, repeated: false },
  { path: 'account.address.postalCode', label: 'Company Postal code', group: 'account', personal: false,
    example: '04109', kind: 'text', maxLength: 20, repeated: false },
  { path: 'account.address.country', label: 'Company Country', group: 'account', personal: false,
    example: 'DE', kind: 'text', maxLength: 2, repeated: false },
  { path: 'interest.products', label: 'Products', group: 'product', personal: false,
    example: 'Difference engine', kind: 'list', repeated: true,
    parts: [
      { name: 'name', label: 'Product', required: true, kind: 'text', maxLength: 300 },
      { name: 'sku', label: 'Article number', required: false, kind: 'text', maxLength: 100 },
      { name: 'quantity', label: 'Quantity', required: false, kind: 'text', maxLength: 100 },
    ] },
  { path: 'interest.opportunitySize', label: 'Opportunity size', group: 'opportunity', personal: false,
    example: '1250.00 EUR', kind: 'money', repeated: false },
  { path: 'interest.timeframe', label: 'Timeframe', group: 'opportunity', personal: false,
    example: 'within 3 months', kind: 'text', maxLength: 300, repeated: false },
  { path: 'interest.comments', label: 'Comments', group: 'comments', personal: true,
    example: 'Please call after 5 pm.', kind: 'text', maxLength: 16000, lines: true, repeated: false },
  { path: 'qualification.interestLevel', label: 'Interest level', group: 'qualification', personal: false,
    example: 'warm', kind: 'enum', values: ['hot', 'warm', 'cold', 'unknown'], repeated: false },
  { path: 'qualification.budget', label: 'Budget', group: 'qualification', personal: false,
    example: 'approved, 50k', kind: 'text', maxLength: 300, repeated: false },
  { path: 'qualification.authority', label: 'Authority', group: 'qualification', personal: false,
    example: 'decides alone', kind: 'text', maxLength: 300, repeated: false },
  { path: 'qualification.need', label: 'Need', group: 'qualification', personal: false,
    example: 'Replaces a broken machine', kind: 'text', maxLength: 4000, lines: true, repeated: false },
  { path: 'qualification.competingProducts', label: 'Competing products', group: 'qualification', personal: false,
    example: 'Jacquard 3000', kind: 'list', maxLength: 300, repeated: true },
  { path: 'source.kind', label: 'Source kind', group: 'source', personal: false,
    example: 'web-form', kind: 'enum', values: ['web-form', 'e-mail', 'phone', 'list', 'event', 'partner', 'api', 'other'], repeated: false },
  { path: 'source.name', label: 'Source', group: 'source', personal: false,
    example: 'Contact form', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.externalId', label: 'External id', group: 'source', personal: false,
    example: '00Q5e00001AbCdE', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.campaign', label: 'Campaign', group: 'source', personal: false,
    example: 'Spring fair', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.medium', label: 'Medium', group: 'source', personal: false,
    example: 'cpc', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.keyword', label: 'Keyword', group: 'source', personal: false,
    example: 'mechanical computer', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.utm.source', label: 'UTM source', group: 'source', personal: false,
    example: 'newsletter', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.utm.medium', label: 'UTM medium', group: 'source', personal: false,
    example: 'email', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.utm.campaign', label: 'UTM campaign', group: 'source', personal: false,
    example: 'spring', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.utm.term', label: 'UTM term', group: 'source', personal: false,
    example: 'engine', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.utm.content', label: 'UTM content', group: 'source', personal: false,
    example: 'button-2', kind: 'text', maxLength: 300, repeated: false },
  { path: 'source.clickIds', label: 'Click ids', group: 'source', personal: true,
    example: 'gclid: EAIaIQob', kind: 'list', repeated: true,
    parts: [
      { name: 'value', label: 'Click ids', required: true, kind: 'text', maxLength: 300 },
      { name: 'kind', label: 'Kind', required: true, kind: 'text', maxLength: 100 },
    ] },
  { path: 'source.referrer', label: 'Referrer', group: 'source', personal: true,
    example: 'https://www.example.com/search', kind: 'text', maxLength: 2000, repeated: false },
  { path: 'source.landingPage', label: 'Landing page', group: 'source', personal: true,
    example: 'https://www.example.com/engines', kind: 'url', maxLength: 2000, repeated: false },
  { path: 'consents', label: 'Consents', group: 'consent', personal: true,
    example: 'marketing: granted', kind: 'list', repeated: true,
    parts: [
      { name: 'purpose', label: 'Purpose', required: true, kind: 'text', maxLength: 300 },
      { name: 'state', label: 'State', required: true, kind: 'enum', values: ['granted', 'refused', 'withdrawn'] },
      { name: 'at', label: 'When', required: false, kind: 'date-time', maxLength: 35 },
      { name: 'wording', label: 'Wording', required: false, kind: 'text', maxLength: 4000, lines: true },
      { name: 'evidenceUrl', label: 'Evidence', required: false, kind: 'url', maxLength: 2000 },
    ] },
  { path: 'attachments', label: 'Attachments', group: 'attachment', personal: true,
    example: 'https://files.example.com/plan.pdf', kind: 'list', repeated: true,
    parts: [
      { name: 'url', label: 'Address', required: true, kind: 'url', maxLength: 2000 },
      { name: 'mediaType', label: 'Media type', required: false, kind: 'text', maxLength: 127 },
      { name: 'title', label: 'Title', required: false, kind: 'text', maxLength: 300 },
    ] },
  { path: 'fields', label: 'Custom fields', group: 'custom', personal: true,
    example: 'Roof area: 140', kind: 'list', repeated: true,
    parts: [
      { name: 'value', label: 'Custom fields', required: true, kind: 'text', maxLength: 4000, lines: true },
      { name: 'name', label: 'Name', required: true, kind: 'text', maxLength: 300 },
      { name: 'type', label: 'Type', required: true, kind: 'enum', values: ['text', 'number', 'boolean', 'date', 'date-time', 'url'] },
    ] },
];

export const simpleTypes: Readonly<Record<string, SimpleType>> = {
  ShortText: { kind: 'text', minLength: 1, maxLength: 100, pattern: /^(?:[^\t\n]+)$/ },
  Text: { kind: 'text', minLength: 1, maxLength: 300, pattern: /^(?:[^\t\n]+)$/ },
  LongText: { kind: 'text', minLength: 1, maxLength: 4000 },
  Prose: { kind: 'text', minLength: 1, maxLength: 16000 },
  Url: { kind: 'url', minLength: 1, maxLength: 2000, pattern: /^(?:[Hh][Tt][Tt][Pp][Ss]?:\/\/[^\t\n <>"]+)$/ },
  UrlText: { kind: 'text', minLength: 1, maxLength: 2000, pattern: /^(?:[^\t\n]+)$/ },
  DateTime: { kind: 'date-time', minLength: 1, maxLength: 35, pattern: /^(?:[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+\-](0[0-9]|1[0-4]):[0-5][0-9]))$/ },
  Decimal: { kind: 'number', minLength: 1, maxLength: 20, pattern: /^(?:[0-9]{1,15}(\.[0-9]{1,4})?)$/ },
  CurrencyCode: { kind: 'text', minLength: 1, maxLength: 3, pattern: /^(?:[A-Z]{3})$/ },
  CountryCode: { kind: 'text', minLength: 1, maxLength: 2, pattern: /^(?:[A-Z]{2})$/ },
  LanguageTag: { kind: 'text', minLength: 1, maxLength: 35, pattern: /^(?:[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)$/ },
  PostalCode: { kind: 'text', minLength: 1, maxLength: 20, pattern: /^(?:[^\t\n]+)$/ },
  Domain: { kind: 'text', minLength: 1, maxLength: 253, pattern: /^(?:[^\t\n /@:]+)$/ },
  Duns: { kind: 'text', minLength: 1, maxLength: 9, pattern: /^(?:[0-9]{9})$/ },
  EmailAddress: { kind: 'text', minLength: 1, maxLength: 254, pattern: /^(?:[^@\t\n ]+@[^@\t\n ]+)$/ },
  PhoneNumber: { kind: 'text', minLength: 1, maxLength: 40, pattern: /^(?:[^\t\n]+)$/ },
  MediaType: { kind: 'text', minLength: 1, maxLength: 127, pattern: /^(?:[A-Za-z0-9!#$&^_.+\-]+\/[A-Za-z0-9!#$&^_.+\-]+)$/ },
  EmailKind: { kind: 'enum', minLength: 0, maxLength: 8, values: ['work', 'personal', 'other'] },
  PhoneKind: { kind: 'enum', minLength: 0, maxLength: 6, values: ['work', 'mobile', 'home', 'fax', 'other'] },
  InterestLevel: { kind: 'enum', minLength: 0, maxLength: 7, values: ['hot', 'warm', 'cold', 'unknown'] },
  SourceKind: { kind: 'enum', minLength: 0, maxLength: 8, values: ['web-form', 'e-mail', 'phone', 'list', 'event', 'partner', 'api', 'other'] },
  ConsentState: { kind: 'enum', minLength: 0, maxLength: 9, values: ['granted', 'refused', 'withdrawn'] },
  FieldType: { kind: 'enum', minLength: 0, maxLength: 9, values: ['text', 'number', 'boolean', 'date', 'date-time', 'url'] },
  FieldGroup: { kind: 'enum', minLength: 0, maxLength: 13, values: ['person', 'email', 'phone', 'address', 'account', 'product', 'opportunity', 'comments', 'qualification', 'source', 'consent', 'attachment', 'custom'] },
  Version: { kind: 'text', minLength: 1, maxLength: 10, pattern: /^(?:[1-9][0-9]*(\.[0-9]+)?)$/ },
  MessageId: { kind: 'text', minLength: 1, maxLength: 36, pattern: /^(?:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/ },
  NodeId: { kind: 'text', minLength: 1, maxLength: 253, pattern: /^(?:[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*)$/ },
  Audience: { kind: 'text', minLength: 1, maxLength: 253, pattern: /^(?:\*|[a-z0-9]+(-+[a-z0-9]+)*(\.[a-z0-9]+(-+[a-z0-9]+)*)*)$/ },
  ConversationId: { kind: 'text', minLength: 1, maxLength: 64, pattern: /^(?:[A-Za-z0-9][A-Za-z0-9._\-]*)$/ },
  Count: { kind: 'integer', minLength: 1, maxLength: 9, pattern: /^(?:0|[1-9][0-9]*)$/ },
  Boolean: { kind: 'boolean', minLength: 0, maxLength: 5, values: ['true', 'false'] },
  Bytes32: { kind: 'text', minLength: 1, maxLength: 44, pattern: /^(?:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=)$/ },
  UtcTime: { kind: 'date-time', minLength: 1, maxLength: 24, pattern: /^(?:[0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z)$/ },
  Kid: { kind: 'text', minLength: 1, maxLength: 22, pattern: /^(?:[A-Za-z0-9_\-]{22})$/ },
  PublicKey: { kind: 'text', minLength: 1, maxLength: 1000, pattern: /^(?:[A-Za-z0-9+/]+={0,2})$/ },
  LevelName: { kind: 'text', minLength: 1, maxLength: 40, pattern: /^(?:[A-Za-z][A-Za-z0-9]*)$/ },
  FieldPath: { kind: 'text', minLength: 1, maxLength: 100, pattern: /^(?:[a-z][A-Za-z]*(\.[a-z][A-Za-z]*)*)$/ },
  KeyAlgorithm: { kind: 'enum', minLength: 0, maxLength: 12, values: ['ecdsa-sha256', 'rsa-sha256'] },
  AgreementId: { kind: 'text', minLength: 1, maxLength: 64, pattern: /^(?:[A-Za-z0-9][A-Za-z0-9._\-]*)$/ },
  LogSize: { kind: 'integer', minLength: 1, maxLength: 15, pattern: /^(?:0|[1-9][0-9]*)$/ },
  NoteSignature: { kind: 'text', minLength: 1, maxLength: 92, pattern: /^(?:[A-Za-z0-9+/]{90}[AEIMQUYcgkosw048]=)$/ },
  NoteKey: { kind: 'text', minLength: 1, maxLength: 350, pattern: /^(?:[a-z0-9.\-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44})$/ },
  SignatureBytes: { kind: 'text', minLength: 1, maxLength: 1400, pattern: /^(?:[A-Za-z0-9+/]+={0,2})$/ },
  Uri: { kind: 'text', minLength: 1, maxLength: 300, pattern: /^(?:[a-z][a-z0-9+.\-]*:[!-~]+)$/ },
  SchemaName: { kind: 'text', minLength: 1, maxLength: 60, pattern: /^(?:[a-z][a-z0-9.\-]*)$/ },
  AlgorithmName: { kind: 'text', minLength: 1, maxLength: 40, pattern: /^(?:[a-z][a-z0-9\-]*)$/ },
  MessageVersion: { kind: 'text', minLength: 1, maxLength: 5, pattern: /^(?:1(\.[0-9]{1,3})?)$/ },
  MessageType: { kind: 'enum', minLength: 0, maxLength: 17, values: ['Capabilities', 'Offer', 'Accept', 'Reject', 'Award', 'NoLongerAvailable', 'Release', 'Status', 'Receipt', 'Problem', 'Update', 'Recall', 'RecallAnswer', 'Return', 'ReturnAnswer', 'Erasure', 'ErasureStatus', 'ConsentChange', 'AccessRequest', 'AccessReport', 'Agreement', 'KeyRollover', 'Pull', 'States'] },
  OfferMode: { kind: 'enum', minLength: 0, maxLength: 6, values: ['direct', 'grab'] },
  CloseReason: { kind: 'enum', minLength: 0, maxLength: 8, values: ['taken', 'expired', 'recalled'] },
  RejectReason: { kind: 'enum', minLength: 0, maxLength: 16, values: ['not-a-fit', 'no-capacity', 'out-of-territory', 'duplicate', 'already-customer', 'not-reachable', 'unclear', 'other'] },
  Disposition: { kind: 'enum', minLength: 0, maxLength: 9, values: ['received', 'assigned', 'contacted', 'working', 'asleep', 'won', 'lost', 'returned'] },
  ProblemCode: { kind: 'enum', minLength: 0, maxLength: 18, values: ['schema', 'key-revoked', 'audience', 'expired', 'from-future', 'conflict', 'agreement-unknown', 'agreement-ended', 'not-understood', 'illegal-transition', 'stale-round', 'erased', 'legal-hold', 'rate', 'overloaded', 'internal'] },
  StateName: { kind: 'enum', minLength: 0, maxLength: 12, values: ['offered', 'claimed', 'awarded', 'released', 'recall-asked', 'return-asked', 'returned', 'rejected', 'closed', 'erased'] },
  SideName: { kind: 'enum', minLength: 0, maxLength: 8, values: ['offering', 'holding'] },
  UpdateReason: { kind: 'enum', minLength: 0, maxLength: 10, values: ['correction', 'addition', 'merge', 'other'] },
  RecallReason: { kind: 'enum', minLength: 0, maxLength: 13, values: ['lease-lapsed', 'mistake', 'duplicate', 'customer-wish', 'agreement', 'other'] },
  ReturnReason: { kind: 'enum', minLength: 0, maxLength: 16, values: ['not-reachable', 'wrong-data', 'duplicate', 'already-customer', 'not-a-fit', 'no-interest', 'other'] },
  AnswerOutcome: { kind: 'enum', minLength: 0, maxLength: 7, values: ['agreed', 'refused'] },
  ErasureReason: { kind: 'enum', minLength: 0, maxLength: 17, values: ['person-asked', 'consent-withdrawn', 'retention-over', 'unlawful', 'other'] },
  ErasureOutcome: { kind: 'enum', minLength: 0, maxLength: 13, values: ['pending', 'done', 'partial', 'refused', 'offer-deleted'] },
  ContactChannel: { kind: 'enum', minLength: 0, maxLength: 5, values: ['all', 'email', 'phone', 'post', 'visit'] },
  AgreementStep: { kind: 'enum', minLength: 0, maxLength: 7, values: ['propose', 'accept', 'end'] },
  AgreementSide: { kind: 'enum', minLength: 0, maxLength: 8, values: ['proposer', 'accepter', 'both'] },
  FieldHandling: { kind: 'enum', minLength: 0, maxLength: 8, values: ['shown', 'masked', 'withheld', 'never'] },
  AmountFeedback: { kind: 'enum', minLength: 0, maxLength: 5, values: ['exact', 'band', 'none'] },
  OnwardRule: { kind: 'enum', minLength: 0, maxLength: 6, values: ['none', 'listed', 'any'] },
};

export const complexTypes: Readonly<Record<string, ComplexType>> = {
  Lead: {
    attributes: [],
    elements: [
      { name: 'CreatedAt', property: 'createdAt', type: 'DateTime', min: 0, max: 1 },
      { name: 'Contact', property: 'contact', type: 'Contact', min: 0, max: 1 },
      { name: 'Account', property: 'account', type: 'Account', min: 0, max: 1 },
      { name: 'Interest', property: 'interest', type: 'Interest', min: 0, max: 1 },
      { name: 'Qualification', property: 'qualification', type: 'Qualification', min: 0, max: 1 },
      { name: 'Source', property: 'source', type: 'Source', min: 0, max: 1 },
      { name: 'Consent', property: 'consents', type: 'Consent', min: 0, max: 20 },
      { name: 'Attachment', property: 'attachments', type: 'Attachment', min: 0, max: 25 },
      { name: 'Field', property: 'fields', type: 'Field', min: 0, max: 100 },
    ],
  },
  Contact: {
    attributes: [],
    elements: [
      { name: 'Salutation', property: 'salutation', type: 'ShortText', min: 0, max: 1 },
      { name: 'GivenName', property: 'givenName', type: 'ShortText', min: 0, max: 1 },
      { name: 'FamilyName', property: 'familyName', type: 'ShortText', min: 0, max: 1 },
      { name: 'FullName', property: 'fullName', type: 'Text', min: 0, max: 1 },
      { name: 'JobTitle', property: 'jobTitle', type: 'Text', min: 0, max: 1 },
      { name: 'Language', property: 'language', type: 'LanguageTag', min: 0, max: 1 },
      { name: 'Email', property: 'emails', type: 'Email', min: 0, max: 10 },
      { name: 'Phone', property: 'phones', type: 'Phone', min: 0, max: 10 },
      { name: 'Address', property: 'address', type: 'Address', min: 0, max: 1 },
    ],
  },
  Account: {
    attributes: [],
    elements: [
      { name: 'Name', property: 'name', type: 'Text', min: 0, max: 1 },
      { name: 'Domain', property: 'domain', type: 'Domain', min: 0, max: 1 },
      { name: 'Duns', property: 'duns', type: 'Duns', min: 0, max: 1 },
      { name: 'Industry', property: 'industry', type: 'Text', min: 0, max: 1 },
      { name: 'Employees', property: 'employees', type: 'ShortText', min: 0, max: 1 },
      { name: 'AnnualRevenue', property: 'annualRevenue', type: 'Money', min: 0, max: 1 },
      { name: 'Phone', property: 'phone', type: 'PhoneNumber', min: 0, max: 1 },
      { name: 'Address', property: 'address', type: 'Address', min: 0, max: 1 },
    ],
  },
  Address: {
    attributes: [],
    elements: [
      { name: 'Street', property: 'streets', type: 'Text', min: 0, max: 5 },
      { name: 'City', property: 'city', type: 'ShortText', min: 0, max: 1 },
      { name: 'Region', property: 'region', type: 'ShortText', min: 0, max: 1 },
      { name: 'PostalCode', property: 'postalCode', type: 'PostalCode', min: 0, max: 1 },
      { name: 'Country', property: 'country', type: 'CountryCode', min: 0, max: 1 },
    ],
  },
  Interest: {
    attributes: [],
    elements: [
      { name: 'Product', property: 'products', type: 'Product', min: 0, max: 50 },
      { name: 'OpportunitySize', property: 'opportunitySize', type: 'Money', min: 0, max: 1 },
      { name: 'Timeframe', property: 'timeframe', type: 'Text', min: 0, max: 1 },
      { name: 'Comments', property: 'comments', type: 'Prose', min: 0, max: 1 },
    ],
  },
  Product: {
    attributes: [],
    elements: [
      { name: 'Name', property: 'name', type: 'Text', min: 1, max: 1 },
      { name: 'Sku', property: 'sku', type: 'ShortText', min: 0, max: 1 },
      { name: 'Quantity', property: 'quantity', type: 'ShortText', min: 0, max: 1 },
    ],
  },
  Qualification: {
    attributes: [],
    elements: [
      { name: 'InterestLevel', property: 'interestLevel', type: 'InterestLevel', min: 0, max: 1 },
      { name: 'Budget', property: 'budget', type: 'Text', min: 0, max: 1 },
      { name: 'Authority', property: 'authority', type: 'Text', min: 0, max: 1 },
      { name: 'Need', property: 'need', type: 'LongText', min: 0, max: 1 },
      { name: 'CompetingProduct', property: 'competingProducts', type: 'Text', min: 0, max: 20 },
    ],
  },
  Source: {
    attributes: [],
    elements: [
      { name: 'Kind', property: 'kind', type: 'SourceKind', min: 0, max: 1 },
      { name: 'Name', property: 'name', type: 'Text', min: 0, max: 1 },
      { name: 'ExternalId', property: 'externalId', type: 'Text', min: 0, max: 1 },
      { name: 'Campaign', property: 'campaign', type: 'Text', min: 0, max: 1 },
      { name: 'Medium', property: 'medium', type: 'Text', min: 0, max: 1 },
      { name: 'Keyword', property: 'keyword', type: 'Text', min: 0, max: 1 },
      { name: 'Utm', property: 'utm', type: 'Utm', min: 0, max: 1 },
      { name: 'ClickId', property: 'clickIds', type: 'ClickId', min: 0, max: 20 },
      { name: 'Referrer', property: 'referrer', type: 'UrlText', min: 0, max: 1 },
      { name: 'LandingPage', property: 'landingPage', type: 'Url', min: 0, max: 1 },
    ],
  },
  Utm: {
    attributes: [],
    elements: [
      { name: 'Source', property: 'source', type: 'Text', min: 0, max: 1 },
      { name: 'Medium', property: 'medium', type: 'Text', min: 0, max: 1 },
      { name: 'Campaign', property: 'campaign', type: 'Text', min: 0, max: 1 },
      { name: 'Term', property: 'term', type: 'Text', min: 0, max: 1 },
      { name: 'Content', property: 'content', type: 'Text', min: 0, max: 1 },
    ],
  },
  Consent: {
    attributes: [],
    elements: [
      { name: 'Purpose', property: 'purpose', type: 'Text', min: 1, max: 1 },
      { name: 'State', property: 'state', type: 'ConsentState', min: 1, max: 1 },
      { name: 'At', property: 'at', type: 'DateTime', min: 0, max: 1 },
      { name: 'Wording', property: 'wording', type: 'LongText', min: 0, max: 1 },
      { name: 'EvidenceUrl', property: 'evidenceUrl', type: 'Url', min: 0, max: 1 },
    ],
  },
  Attachment: {
    attributes: [],
    elements: [
      { name: 'Url', property: 'url', type: 'Url', min: 1, max: 1 },
      { name: 'MediaType', property: 'mediaType', type: 'MediaType', min: 0, max: 1 },
      { name: 'Title', property: 'title', type: 'Text', min: 0, max: 1 },
    ],
  },
  Money: {
    attributes: [
      { name: 'Currency', property: 'currency', type: 'CurrencyCode', required: true },
    ],
    content: { property: 'amount', type: 'Decimal' },
    elements: [],
  },
  Email: {
    attributes: [
      { name: 'Kind', property: 'kind', type: 'EmailKind', required: false },
    ],
    content: { property: 'value', type: 'EmailAddress' },
    elements: [],
  },
  Phone: {
    attributes: [
      { name: 'Kind', property: 'kind', type: 'PhoneKind', required: false },
    ],
    content: { property: 'value', type: 'PhoneNumber' },
    elements: [],
  },
  ClickId: {
    attributes: [
      { name: 'Kind', property: 'kind', type: 'ShortText', required: true },
    ],
    content: { property: 'value', type: 'Text' },
    elements: [],
  },
  Field: {
    attributes: [
      { name: 'Name', property: 'name', type: 'Text', required: true },
      { name: 'Type', property: 'type', type: 'FieldType', required: true },
    ],
    content: { property: 'value', type: 'LongText' },
    elements: [],
  },
  Extensions: {
    attributes: [],
    elements: [
      { name: 'Extension', property: 'extensions', type: 'Extension', min: 0, max: 16 },
    ],
  },
  Extension: {
    attributes: [
      { name: 'MustUnderstand', property: 'mustUnderstand', type: 'Boolean', required: false },
      { name: 'Uri', property: 'uri', type: 'Uri', required: true },
    ],
    content: { property: 'value', type: 'Prose' },
    elements: [],
  },
  Header: {
    attributes: [],
    elements: [
      { name: 'MessageId', property: 'messageId', type: 'MessageId', min: 1, max: 1 },
      { name: 'Type', property: 'type', type: 'MessageType', min: 1, max: 1 },
      { name: 'From', property: 'from', type: 'NodeId', min: 1, max: 1 },
      { name: 'To', property: 'to', type: 'Audience', min: 1, max: 1 },
      { name: 'Agreement', property: 'agreement', type: 'AgreementId', min: 0, max: 1 },
      { name: 'AgreementDigest', property: 'agreementDigest', type: 'Bytes32', min: 0, max: 1 },
      { name: 'Conversation', property: 'conversation', type: 'ConversationId', min: 0, max: 1 },
      { name: 'Round', property: 'round', type: 'Count', min: 0, max: 1 },
      { name: 'Seq', property: 'seq', type: 'Count', min: 0, max: 1 },
      { name: 'PrevDigest', property: 'prevDigest', type: 'Bytes32', min: 0, max: 1 },
      { name: 'InReplyTo', property: 'inReplyTo', type: 'InReplyTo', min: 0, max: 1 },
      { name: 'Created', property: 'created', type: 'UtcTime', min: 1, max: 1 },
      { name: 'Expires', property: 'expires', type: 'UtcTime', min: 1, max: 1 },
      { name: 'Blind', property: 'blind', type: 'Bytes32', min: 0, max: 1 },
      { name: 'Log', property: 'log', type: 'LogCheckpoint', min: 0, max: 1 },
      { name: 'Epoch', property: 'epoch', type: 'Count', min: 0, max: 1 },
    ],
  },
  LogCheckpoint: {
    attributes: [],
    elements: [
      { name: 'Size', property: 'size', type: 'LogSize', min: 1, max: 1 },
      { name: 'Root', property: 'root', type: 'Bytes32', min: 1, max: 1 },
      { name: 'NoteSignature', property: 'noteSignature', type: 'NoteSignature', min: 1, max: 1 },
    ],
  },
  InReplyTo: {
    attributes: [],
    elements: [
      { name: 'MessageId', property: 'messageId', type: 'MessageId', min: 1, max: 1 },
      { name: 'Digest', property: 'digest', type: 'Bytes32', min: 1, max: 1 },
    ],
  },
  Capabilities: {
    attributes: [],
    elements: [
      { name: 'Name', property: 'name', type: 'Text', min: 1, max: 1 },
      { name: 'Endpoint', property: 'endpoint', type: 'Url', min: 1, max: 1 },
      { name: 'Version', property: 'versions', type: 'Version', min: 1, max: 10 },
      { name: 'Level', property: 'levels', type: 'LevelName', min: 1, max: 20 },
      { name: 'Key', property: 'keys', type: 'CapabilityKey', min: 1, max: 10 },
      { name: 'MaxMessageBytes', property: 'maxMessageBytes', type: 'Count', min: 1, max: 1 },
      { name: 'MaxBatchMessages', property: 'maxBatchMessages', type: 'Count', min: 0, max: 1 },
      { name: 'MaxBatchBytes', property: 'maxBatchBytes', type: 'Count', min: 0, max: 1 },
      { name: 'MessagesPerMinute', property: 'messagesPerMinute', type: 'Count', min: 0, max: 1 },
      { name: 'BytesInFlight', property: 'bytesInFlight', type: 'Count', min: 0, max: 1 },
      { name: 'Algorithm', property: 'algorithms', type: 'AlgorithmName', min: 0, max: 10 },
      { name: 'Extension', property: 'extensions', type: 'Uri', min: 0, max: 50 },
      { name: 'Schema', property: 'schemas', type: 'SchemaDigest', min: 0, max: 10 },
      { name: 'LogKey', property: 'logKey', type: 'NoteKey', min: 0, max: 1 },
    ],
  },
  SchemaDigest: {
    attributes: [
      { name: 'Name', property: 'name', type: 'SchemaName', required: true },
    ],
    content: { property: 'digest', type: 'Bytes32' },
    elements: [],
  },
  CapabilityKey: {
    attributes: [
      { name: 'Algorithm', property: 'algorithm', type: 'KeyAlgorithm', required: true },
      { name: 'Kid', property: 'kid', type: 'Kid', required: true },
    ],
    content: { property: 'spki', type: 'PublicKey' },
    elements: [],
  },
  Offer: {
    attributes: [],
    elements: [
      { name: 'Mode', property: 'mode', type: 'OfferMode', min: 1, max: 1 },
      { name: 'OpensAt', property: 'opensAt', type: 'UtcTime', min: 0, max: 1 },
      { name: 'ClosesAt', property: 'closesAt', type: 'UtcTime', min: 1, max: 1 },
      { name: 'TermsDigest', property: 'termsDigest', type: 'Bytes32', min: 0, max: 1 },
      { name: 'HopNonce', property: 'hopNonce', type: 'Bytes32', min: 0, max: 1 },
      { name: 'Hop', property: 'hops', type: 'Bytes32', min: 0, max: 5 },
      { name: 'Lead', property: 'lead', type: 'Lead', min: 1, max: 1 },
      { name: 'MaskedField', property: 'maskedFields', type: 'FieldPath', min: 0, max: 100 },
      { name: 'WithheldField', property: 'withheldFields', type: 'FieldPath', min: 0, max: 100 },
      { name: 'Commitment', property: 'commitments', type: 'Commitment', min: 0, max: 13 },
    ],
  },
  Commitment: {
    attributes: [
      { name: 'Group', property: 'group', type: 'FieldGroup', required: true },
    ],
    content: { property: 'value', type: 'Bytes32' },
    elements: [],
  },
  Opening: {
    attributes: [
      { name: 'Group', property: 'group', type: 'FieldGroup', required: true },
    ],
    content: { property: 'salt', type: 'Bytes32' },
    elements: [],
  },
  Accept: {
    attributes: [],
    elements: [
      { name: 'OfferDigest', property: 'offerDigest', type: 'Bytes32', min: 1, max: 1 },
      { name: 'TermsDigest', property: 'termsDigest', type: 'Bytes32', min: 0, max: 1 },
    ],
  },
  Reject: {
    attributes: [],
    elements: [
      { name: 'Reason', property: 'reason', type: 'RejectReason', min: 1, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
    ],
  },
  Award: {
    attributes: [],
    elements: [
      { name: 'LeaseUntil', property: 'leaseUntil', type: 'UtcTime', min: 1, max: 1 },
    ],
  },
  NoLongerAvailable: {
    attributes: [],
    elements: [
      { name: 'Reason', property: 'reason', type: 'CloseReason', min: 1, max: 1 },
    ],
  },
  Release: {
    attributes: [],
    elements: [
      { name: 'Lead', property: 'lead', type: 'Lead', min: 1, max: 1 },
      { name: 'Opening', property: 'openings', type: 'Opening', min: 0, max: 13 },
    ],
  },
  Status: {
    attributes: [],
    elements: [
      { name: 'Revision', property: 'revision', type: 'Count', min: 1, max: 1 },
      { name: 'Disposition', property: 'disposition', type: 'Disposition', min: 1, max: 1 },
      { name: 'At', property: 'at', type: 'UtcTime', min: 1, max: 1 },
      { name: 'Until', property: 'until', type: 'UtcTime', min: 0, max: 1 },
      { name: 'AssignedTo', property: 'assignedTo', type: 'Text', min: 0, max: 1 },
      { name: 'Amount', property: 'amount', type: 'Money', min: 0, max: 1 },
      { name: 'AmountBand', property: 'amountBand', type: 'AmountBand', min: 0, max: 1 },
      { name: 'Reason', property: 'reason', type: 'Text', min: 0, max: 1 },
      { name: 'Note', property: 'note', type: 'LongText', min: 0, max: 1 },
    ],
  },
  AmountBand: {
    attributes: [],
    elements: [
      { name: 'AtLeast', property: 'atLeast', type: 'Money', min: 1, max: 1 },
      { name: 'Below', property: 'below', type: 'Money', min: 0, max: 1 },
    ],
  },
  Receipt: {
    attributes: [],
    elements: [
      { name: 'ReceivedAt', property: 'receivedAt', type: 'UtcTime', min: 1, max: 1 },
    ],
  },
  Problem: {
    attributes: [],
    elements: [
      { name: 'Code', property: 'code', type: 'ProblemCode', min: 1, max: 1 },
      { name: 'Retryable', property: 'retryable', type: 'Boolean', min: 1, max: 1 },
      { name: 'RetryAfter', property: 'retryAfter', type: 'Count', min: 0, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
    ],
  },
  Update: {
    attributes: [],
    elements: [
      { name: 'Revision', property: 'revision', type: 'Count', min: 1, max: 1 },
      { name: 'Reason', property: 'reason', type: 'UpdateReason', min: 1, max: 1 },
      { name: 'ChangedField', property: 'changedFields', type: 'FieldPath', min: 1, max: 100 },
      { name: 'Lead', property: 'lead', type: 'Lead', min: 1, max: 1 },
    ],
  },
  Recall: {
    attributes: [],
    elements: [
      { name: 'Reason', property: 'reason', type: 'RecallReason', min: 1, max: 1 },
      { name: 'AnswerBy', property: 'answerBy', type: 'UtcTime', min: 0, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
    ],
  },
  RecallAnswer: {
    attributes: [],
    elements: [
      { name: 'Outcome', property: 'outcome', type: 'AnswerOutcome', min: 1, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
    ],
  },
  Return: {
    attributes: [],
    elements: [
      { name: 'Reason', property: 'reason', type: 'ReturnReason', min: 1, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
      { name: 'Proof', property: 'proofs', type: 'Attachment', min: 0, max: 5 },
    ],
  },
  ReturnAnswer: {
    attributes: [],
    elements: [
      { name: 'Outcome', property: 'outcome', type: 'AnswerOutcome', min: 1, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
    ],
  },
  Erasure: {
    attributes: [],
    elements: [
      { name: 'Reason', property: 'reason', type: 'ErasureReason', min: 1, max: 1 },
      { name: 'AnswerBy', property: 'answerBy', type: 'UtcTime', min: 0, max: 1 },
    ],
  },
  ErasureStatus: {
    attributes: [],
    elements: [
      { name: 'Outcome', property: 'outcome', type: 'ErasureOutcome', min: 1, max: 1 },
      { name: 'At', property: 'at', type: 'UtcTime', min: 1, max: 1 },
      { name: 'HoldUntil', property: 'holdUntil', type: 'UtcTime', min: 0, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
      { name: 'Onward', property: 'onwards', type: 'OnwardErasure', min: 0, max: 100 },
    ],
  },
  OnwardErasure: {
    attributes: [],
    elements: [
      { name: 'Recipient', property: 'recipient', type: 'Text', min: 1, max: 1 },
      { name: 'NodeId', property: 'nodeId', type: 'NodeId', min: 0, max: 1 },
      { name: 'Outcome', property: 'outcome', type: 'ErasureOutcome', min: 1, max: 1 },
    ],
  },
  ConsentChange: {
    attributes: [],
    elements: [
      { name: 'At', property: 'at', type: 'UtcTime', min: 1, max: 1 },
      { name: 'Consent', property: 'consents', type: 'Consent', min: 0, max: 20 },
      { name: 'DoNotContact', property: 'doNotContacts', type: 'ContactChannel', min: 0, max: 5 },
    ],
  },
  AccessRequest: {
    attributes: [],
    elements: [
      { name: 'AnswerBy', property: 'answerBy', type: 'UtcTime', min: 0, max: 1 },
    ],
  },
  AccessReport: {
    attributes: [],
    elements: [
      { name: 'HeldSince', property: 'heldSince', type: 'UtcTime', min: 0, max: 1 },
      { name: 'Purpose', property: 'purposes', type: 'Text', min: 0, max: 10 },
      { name: 'Lead', property: 'lead', type: 'Lead', min: 0, max: 1 },
      { name: 'Disclosure', property: 'disclosures', type: 'AccessDisclosure', min: 0, max: 100 },
    ],
  },
  AccessDisclosure: {
    attributes: [],
    elements: [
      { name: 'Recipient', property: 'recipient', type: 'Text', min: 1, max: 1 },
      { name: 'NodeId', property: 'nodeId', type: 'NodeId', min: 0, max: 1 },
      { name: 'At', property: 'at', type: 'UtcTime', min: 1, max: 1 },
      { name: 'Field', property: 'fields', type: 'FieldPath', min: 1, max: 100 },
      { name: 'Purpose', property: 'purpose', type: 'Text', min: 0, max: 1 },
    ],
  },
  Agreement: {
    attributes: [],
    elements: [
      { name: 'Step', property: 'step', type: 'AgreementStep', min: 1, max: 1 },
      { name: 'AgreementId', property: 'agreementId', type: 'AgreementId', min: 1, max: 1 },
      { name: 'Proposal', property: 'proposal', type: 'Bytes32', min: 0, max: 1 },
      { name: 'Terms', property: 'terms', type: 'AgreementTerms', min: 0, max: 1 },
      { name: 'EndsAt', property: 'endsAt', type: 'UtcTime', min: 0, max: 1 },
      { name: 'Text', property: 'text', type: 'LongText', min: 0, max: 1 },
    ],
  },
  AgreementTerms: {
    attributes: [],
    elements: [
      { name: 'ValidFrom', property: 'validFrom', type: 'UtcTime', min: 1, max: 1 },
      { name: 'ValidUntil', property: 'validUntil', type: 'UtcTime', min: 0, max: 1 },
      { name: 'Offers', property: 'offers', type: 'AgreementSide', min: 1, max: 1 },
      { name: 'Purpose', property: 'purposes', type: 'Text', min: 1, max: 10 },
      { name: 'FieldTerm', property: 'fieldTerms', type: 'FieldTerm', min: 0, max: 100 },
      { name: 'DeleteShownHours', property: 'deleteShownHours', type: 'Count', min: 1, max: 1 },
      { name: 'RetentionDays', property: 'retentionDays', type: 'Count', min: 1, max: 1 },
      { name: 'ReturnWindowDays', property: 'returnWindowDays', type: 'Count', min: 0, max: 1 },
      { name: 'Feedback', property: 'feedback', type: 'FeedbackTerms', min: 1, max: 1 },
      { name: 'Caps', property: 'caps', type: 'AgreementCaps', min: 0, max: 1 },
      { name: 'Onward', property: 'onward', type: 'OnwardTerms', min: 1, max: 1 },
      { name: 'ContractDigest', property: 'contractDigest', type: 'Bytes32', min: 0, max: 1 },
    ],
  },
  FieldTerm: {
    attributes: [],
    elements: [
      { name: 'Field', property: 'field', type: 'FieldPath', min: 1, max: 1 },
      { name: 'InOffer', property: 'inOffer', type: 'FieldHandling', min: 1, max: 1 },
      { name: 'InRelease', property: 'inRelease', type: 'FieldHandling', min: 1, max: 1 },
    ],
  },
  FeedbackTerms: {
    attributes: [],
    elements: [
      { name: 'AssignedTo', property: 'assignedTo', type: 'Boolean', min: 1, max: 1 },
      { name: 'Amount', property: 'amount', type: 'AmountFeedback', min: 1, max: 1 },
      { name: 'Reason', property: 'reason', type: 'Boolean', min: 1, max: 1 },
      { name: 'Note', property: 'note', type: 'Boolean', min: 1, max: 1 },
      { name: 'Update', property: 'update', type: 'Boolean', min: 1, max: 1 },
    ],
  },
  AgreementCaps: {
    attributes: [],
    elements: [
      { name: 'ReleasesPerDay', property: 'releasesPerDay', type: 'Count', min: 0, max: 1 },
      { name: 'OpenLeads', property: 'openLeads', type: 'Count', min: 0, max: 1 },
      { name: 'ReturnPercent', property: 'returnPercent', type: 'Count', min: 0, max: 1 },
    ],
  },
  OnwardTerms: {
    attributes: [],
    elements: [
      { name: 'To', property: 'to', type: 'OnwardRule', min: 1, max: 1 },
      { name: 'Partner', property: 'partners', type: 'NodeId', min: 0, max: 50 },
      { name: 'Purpose', property: 'purposes', type: 'Text', min: 0, max: 10 },
    ],
  },
  KeyRollover: {
    attributes: [],
    elements: [
      { name: 'NewKey', property: 'newKey', type: 'CapabilityKey', min: 1, max: 1 },
      { name: 'ValidFrom', property: 'validFrom', type: 'UtcTime', min: 1, max: 1 },
      { name: 'OldKeyUntil', property: 'oldKeyUntil', type: 'UtcTime', min: 1, max: 1 },
      { name: 'Proof', property: 'proof', type: 'SignatureBytes', min: 1, max: 1 },
    ],
  },
  Pull: {
    attributes: [],
    elements: [
      { name: 'MaxMessages', property: 'maxMessages', type: 'Count', min: 1, max: 1 },
      { name: 'MaxBytes', property: 'maxBytes', type: 'Count', min: 1, max: 1 },
    ],
  },
  States: {
    attributes: [],
    elements: [
      { name: 'OfEpoch', property: 'ofEpoch', type: 'Count', min: 1, max: 1 },
      { name: 'Part', property: 'part', type: 'Count', min: 1, max: 1 },
      { name: 'Parts', property: 'parts', type: 'Count', min: 1, max: 1 },
      { name: 'State', property: 'states', type: 'StateOfConversation', min: 0, max: 800 },
    ],
  },
  StateOfConversation: {
    attributes: [
      { name: 'Is', property: 'is', type: 'StateName', required: true },
      { name: 'Received', property: 'received', type: 'Count', required: true },
      { name: 'Round', property: 'round', type: 'Count', required: true },
      { name: 'Side', property: 'side', type: 'SideName', required: true },
    ],
    content: { property: 'conversation', type: 'ConversationId' },
    elements: [],
  },
};

/** SHA-256 of the schema files this was made from. */
export const schemaDigests: readonly SchemaDigest[] = [
  { name: 'lead.xsd', digest: '/0FAWEz5/3osmVA/Gd2A4n32z4ycT8dg3Jw1lzxAiv0=' },
  { name: 'types.xsd', digest: 't6eTmN3B+iLxz0kw0soU5BhBTpHV3m2y9L/XT0zorV8=' },
  { name: 'exchange.xsd', digest: 'RfB8eZIe59JuvWiSVKUqK2/opRHqTL7YFR0WFaENVdw=' },
  { name: 'levels.xsd', digest: '1oCVuMLN9o+vPwsLu0kpujB18S/TCV7lU73vEFlmDPU=' },
  { name: 'signature.xsd', digest: 'jcaGTU3VNhEq3Zk0vpVMqMEzjFEw/mieNVZdPWZpaJs=' },
];
