import { Badge } from '@mantine/core';
import { useNow } from '../live.ts';
import { describeRest } from './format.ts';

/** How long an offer stays open. Only the node decides when it is over: this is a clock on the wall. */
export function Countdown({ closesAt }: { closesAt: string }) {
  const rest = Date.parse(closesAt) - useNow();
  if (rest <= 0)
    return (
      <Badge color="gray" variant="light" tt="none">
        closing
      </Badge>
    );
  return (
    <Badge color={rest < 120_000 ? 'red' : 'gray'} variant="light" tt="none" style={{ flexShrink: 0 }}>
      {describeRest(rest)} left
    </Badge>
  );
}
