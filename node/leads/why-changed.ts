import type { HistoryEntry } from './history.ts';

/** Why fields changed, as a code: what all these edits give as their reason; undefined where they differ or say nothing. */
export function whyChanged(edits: readonly Pick<HistoryEntry, 'facts'>[]): string | undefined {
  const reasons = new Set(edits.map(({ facts }) => facts.reason));
  return reasons.size === 1 ? [...reasons][0] : undefined;
}
