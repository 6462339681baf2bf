import type { Peer } from '../partner-shapes.ts';
import { Tag } from './state-badge.tsx';

/** How the way to a partner fares, in a word. */
export function HealthBadge({ peer: { state, health } }: { peer: Peer }) {
  if (state === 'pending') return <Tag tone="warn">to confirm</Tag>;
  if (state === 'suspended') return <Tag>suspended</Tag>;
  if (health.reach === 'good') return <Tag tone="good">good</Tag>;
  return health.reach === 'failing' ? <Tag tone="warn">failing</Tag> : <Tag tone="bad">unreachable</Tag>;
}
