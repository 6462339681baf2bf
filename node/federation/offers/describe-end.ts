import type { Disposition } from '../../../protocol/index.ts';

/** What a conversation notes of the holder's work: when and how it ended, or that it goes on. `now` in epoch milliseconds. */
export function describeEnd(
  disposition: Disposition | undefined,
  now: number,
): { endedAt: number | null; endedAs: string | null } {
  const ends = disposition === 'won' || disposition === 'lost' || disposition === 'returned';
  return { endedAt: ends ? now : null, endedAs: ends ? disposition : null };
}
