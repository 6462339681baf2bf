/** What a partner's node speaks, how it gets its messages, and its keys. */
export interface SpeechView {
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
