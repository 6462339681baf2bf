import { Badge } from '@mantine/core';
import type { Peer } from '../api.ts';

/** How the way to a partner fares, in a word. */
export function HealthBadge({ peer }: { peer: Peer }) {
  const [colour, label] = look(peer);
  return (
    <Badge color={colour} variant="light" tt="none" style={{ flexShrink: 0 }}>
      {label}
    </Badge>
  );
}

const reaches = { good: ['teal', 'good'], failing: ['orange', 'failing'], resting: ['red', 'unreachable'] } as const;

function look({ state, health }: Peer): readonly [string, string] {
  if (state === 'pending') return ['orange', 'to confirm'];
  return state === 'suspended' ? ['gray', 'suspended'] : reaches[health.reach];
}
