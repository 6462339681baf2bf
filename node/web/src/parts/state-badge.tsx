import { Badge } from '@mantine/core';
import { words } from './format.ts';

const colours: Readonly<Record<string, string>> = {
  new: 'gray',
  offered: 'blue',
  claimed: 'violet',
  accepted: 'violet',
  assigned: 'cyan',
  contacted: 'cyan',
  working: 'indigo',
  asleep: 'gray',
  won: 'teal',
  lost: 'red',
  unrouted: 'orange',
  withdrawn: 'gray',
  rejected: 'red',
  expired: 'orange',
};
const labels: Readonly<Record<string, string>> = {
  unrouted: 'nobody took it',
  claimed: 'waiting for release',
  lost: 'lost',
};

/** A lead's or offer's state in a word. `taken`: an offer that somebody else got. */
export function StateBadge({ state, offer }: { state: string; offer?: boolean }) {
  const label = offer && state === 'lost' ? 'taken' : (labels[state] ?? words(state));
  return (
    <Badge
      color={offer && state === 'lost' ? 'gray' : (colours[state] ?? 'gray')}
      variant="light"
      tt="none"
      style={{ flexShrink: 0 }}
    >
      {label}
    </Badge>
  );
}
