/** What a partner's node speaks, how it gets its messages, and its keys. */
export interface SpeechView {
  fetches: boolean;
  /** What it says of itself. */
  speaks: { levels: string[]; messagesPerMinute: number | null; learnedAt: string | null };
  keys: { kid: string; revokedAt: string | null; confirmedAt: string | null }[];
}
