import type { ReactNode } from 'react';
import { words } from './format.ts';

type Tone = 'quiet' | 'open' | 'waiting' | 'busy' | 'good' | 'bad' | 'warn';

const tones: Readonly<Record<string, Tone>> = {
  offered: 'open',
  claimed: 'waiting',
  accepted: 'waiting',
  assigned: 'busy',
  contacted: 'busy',
  working: 'busy',
  won: 'good',
  lost: 'bad',
  rejected: 'bad',
  unrouted: 'warn',
  expired: 'warn',
};
const labels: Readonly<Record<string, string>> = {
  unrouted: 'nobody took it',
  claimed: 'being confirmed',
  accepted: 'being confirmed',
};

/** A word with a colour; the word alone says it. */
export function Tag({ tone = 'quiet', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`tag tag-${tone}`}>{children}</span>;
}

/** A lead's or offer's state in a word. `taken`: an offer that somebody else got. */
export function StateBadge({ state, offer }: { state: string; offer?: boolean }) {
  if (offer && state === 'lost') return <Tag>taken</Tag>;
  return <Tag tone={tones[state] ?? 'quiet'}>{labels[state] ?? words(state)}</Tag>;
}
