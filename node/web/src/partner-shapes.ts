import type { AgreementTerms } from '../../../protocol/index.ts';

export type { AgreementTerms, FieldTerm } from '../../../protocol/index.ts';

export interface Peer {
  offersPausedAt: string | null;
  offersPausedFor: string | null;
  id: string;
  kind: 'node' | 'people' | 'webhook';
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
export interface PeerView extends Peer, SpeechView {
  fingerprint: string;
  securityEvents: { id: string; at: string; code: string }[];
}
/** A version of what was agreed or proposed. */
export interface Agreement {
  id: string;
  state: 'proposed' | 'active' | 'superseded' | 'ended' | 'refused';
  proposedBy: 'us' | 'them';
  proposedAt: string;
  endsAt: string | null;
  refusedFor: string | null;
  text: string | null;
  terms: AgreementTerms;
}

export interface PeerMessage {
  id: string;
  type: string;
  state: string;
  attempts: number;
  at: string;
  code: string | null;
}
/** What a partner's node speaks, how it gets its messages, and its keys. */
interface SpeechView {
  fetches: boolean;
  /** What it says of itself. */
  speaks: { levels: string[]; messagesPerMinute: number | null; learnedAt: string | null };
  requireAgreement: boolean;
  /** Messages a minute that we take of it, and how many could come at once now. */
  quota: { perMinute: number; left: number };
  /** The newest checkpoint of its log that it signed to us. */
  witnessed: { size: number; root: string; saidAt: string } | null;
  ownCheckpoint: { size: number; root: string } | null;
  logContradicts: { code: string; at: string } | null;
  keys: { kid: string; revokedAt: string | null; confirmedAt: string | null }[];
}

/** A partner that was just added; `webhook`: what is shown this once. */
export interface NewPartner {
  id: string;
  name: string;
  webhook?: { secret: string; reportSecret: string; token: string; reportUrl: string };
}

/** Somebody of a partner without a node. */
export interface PartnerPerson {
  id: string;
  name: string;
  email: string;
  active: boolean;
}
