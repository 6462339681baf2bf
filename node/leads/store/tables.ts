import type { Lead } from '../../../protocol/index.ts';
import type { Holder } from '../history.ts';
import type { LeadState } from '../life-cycle.ts';

declare module '../../kernel/database.ts' {
  interface Database {
    lead: LeadTable;
    leadToken: LeadTokenTable;
    leadHistory: LeadHistoryTable;
    leadNote: LeadNoteTable;
    leadOriginal: LeadOriginalTable;
  }
}

export interface LeadTable {
  id: string;
  state: LeadState;
  /** The lead document, JSON. */
  document: string;
  origin: 'local' | 'peer';
  originPeer: string | null;
  originName: string | null;
  originConversation: string | null;
  originClosesAt: number | null;
  boxId: string | null;
  boxName: string | null;
  /** In whose branch of the tree of people the lead lies while nobody holds it. */
  boxUserId: string | null;
  holderKind: 'user' | 'peer' | null;
  holderId: string | null;
  holderName: string | null;
  contactName: string | null;
  company: string | null;
  email: string | null;
  city: string | null;
  country: string | null;
  region: string | null;
  campaign: string | null;
  sourceKind: string | null;
  /** Field paths, JSON. */
  hiddenFields: string;
  maskedFields: string;
  test: number;
  receivedAt: number;
  updatedAt: number;
  releasedAt: number | null;
  closedAt: number | null;
  asleepUntil: number | null;
  wonAmount: string | null;
  wonCurrency: string | null;
  orderReference: string | null;
  lostReason: string | null;
  /** When all of it was deleted for good. */
  erasedAt: number | null;
  /** Until when a legal duty forbids that, and which. */
  heldUntil: number | null;
  holdReason: string | null;
  /** JSON: ways in which the person may not be contacted any more, as codes of the protocol. */
  doNotContact: string;
  contentKeyId: string | null;
  version: number;
}

interface LeadTokenTable {
  token: string;
  leadId: string;
}
export interface LeadHistoryTable {
  id: string;
  leadId: string;
  at: number;
  /** JSON: LeadActor. */
  actor: string;
  kind: string;
  /** JSON: HistoryFacts. */
  facts: string;
}
interface LeadNoteTable {
  id: string;
  leadId: string;
  text: string;
}
export interface LeadOriginalTable {
  id: string;
  leadId: string;
  mediaType: string;
  bytes: Buffer;
  receivedAt: number;
}

/** Columns that repeat a part of the document, for lists and rules; derived by `promoteFields`. */
export type PromotedColumns = Pick<
  LeadTable,
  'contactName' | 'company' | 'email' | 'city' | 'country' | 'region' | 'campaign' | 'sourceKind'
>;

/** A lead as it lies in the database, JSON parsed. */
export interface StoredLead extends Omit<
  LeadTable,
  'document' | 'hiddenFields' | 'maskedFields' | 'doNotContact' | 'test' | 'holderKind' | 'holderId' | 'holderName'
> {
  readonly document: Lead;
  /** Paths that the peer we have it from withholds from us. */
  readonly hiddenFields: readonly string[];
  readonly maskedFields: readonly string[];
  readonly doNotContact: readonly string[];
  readonly test: boolean;
  readonly holder: Holder | undefined;
}

export function holderOf(row: Pick<LeadTable, 'holderKind' | 'holderId' | 'holderName'>): Holder | undefined {
  if (row.holderKind === null || row.holderId === null) return undefined;
  return { kind: row.holderKind, id: row.holderId, ...(row.holderName !== null && { name: row.holderName }) };
}
