import { useNow } from '../live.ts';
import { describeRest } from './format.ts';
import { Icon } from './icons.tsx';
import { Tag } from './state-badge.tsx';

/** How long an offer stays open. Only the node decides when it is over: this is a clock on the wall. */
export function Countdown({ closesAt }: { closesAt: string }) {
  const rest = Date.parse(closesAt) - useNow();
  if (rest <= 0) return <Tag>closing</Tag>;
  return (
    <Tag tone={rest < 120_000 ? 'bad' : rest < 900_000 ? 'warn' : 'quiet'}>
      <Icon name="clock" size={14} /> {describeRest(rest)} left
    </Tag>
  );
}
