import { Switch } from '@mantine/core';
import { useSession } from '../api.ts';
import type { User } from '../shapes.ts';
import { Failure } from './query-state.tsx';
import { useAct } from './use-act.ts';

/** Whether new leads are offered to somebody. */
export function AvailabilitySwitch({ user }: { user: User }) {
  const { api } = useSession();
  const change = useAct({
    act: (available: boolean) => api.changeUser(user.id, { availability: available ? 'available' : 'absent' }),
    changes: ['me', 'users', 'boxes'],
  });
  const available = change.isPending ? change.variables : user.availability === 'available';
  return (
    <>
      <Switch
        label={available ? 'Available: new leads are offered' : 'Absent: no new leads are offered'}
        checked={available}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
      {change.error && <Failure error={change.error} />}
    </>
  );
}
