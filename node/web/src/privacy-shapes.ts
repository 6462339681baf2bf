import type { Consent, ContactChannel, ErasureReason } from '../../../protocol/index.ts';
import type { Page } from './shapes.ts';

export type { Consent, ConsentState, ContactChannel, ErasureReason } from '../../../protocol/index.ts';

interface Partner {
  peerId: string;
  name: string;
}
/** What was asked of a partner, or by it, about personal data. */
export interface PrivacyRequest {
  id: string;
  leadId: string;
  kind: 'erasure' | 'access';
  partner: Partner;
  /** We asked; otherwise the partner did. */
  ours: boolean;
  reason?: string;
  askedAt: string;
  answerBy: string;
  overdue: boolean;
  /** A person here may say that the partner did it. */
  confirmable: boolean;
  /** A person here decides on it. */
  decidable: boolean;
  outcome: 'open' | 'pending' | 'done' | 'partial' | 'refused' | 'unreached';
  holdUntil?: string;
  text?: string;
  /** Recipients further on, and what they said. */
  onwards: { recipient: string; outcome: string }[];
  answeredAt?: string;
}
/** A partner that was offered a lead, did not get it, and has to delete what it saw. */
export interface Deletion {
  leadId: string;
  partner: Partner;
  deleteBy: string;
  deletedAt?: string;
  overdue: boolean;
  silent: boolean;
}
export interface Privacy {
  erasedAt?: string;
  heldUntil?: string;
  holdReason?: string;
  requests: PrivacyRequest[];
  deletions: Deletion[];
}
export interface Disclosure {
  recipient: string;
  at: string;
  fields: string[];
  purpose?: string;
}
export interface AccessReport {
  heldSince: string;
  disclosures: Disclosure[];
  partners: {
    partner: Partner;
    outcome: string;
    askedAt: string;
    answeredAt?: string;
    heldSince?: string;
    purposes: string[];
    disclosures: Disclosure[];
  }[];
}

export interface Decision {
  outcome: 'agreed' | 'refused';
  text?: string;
}
export interface Hold {
  until: string | null;
  reason?: string;
}
/** The calls of the privacy routes. */
export interface PrivacyApi {
  privacy: (leadId: string) => Promise<Privacy>;
  privacyRequests: (cursor?: string) => Promise<Page<PrivacyRequest>>;
  overdueDeletions: (cursor?: string) => Promise<Page<Deletion>>;
  erase: (leadId: string, reason: ErasureReason) => Promise<unknown>;
  hold: (leadId: string, hold: Hold) => Promise<unknown>;
  answerPrivacy: (leadId: string, requestId: string, decision: Decision) => Promise<unknown>;
  confirmErased: (leadId: string, requestId: string, text: string) => Promise<unknown>;
  doNotContact: (leadId: string, channels: readonly ContactChannel[]) => Promise<unknown>;
  decideConsent: (leadId: string, consent: Consent) => Promise<unknown>;
  askReport: (leadId: string) => Promise<unknown>;
  report: (leadId: string) => Promise<AccessReport>;
}
