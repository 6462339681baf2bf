import { useParams } from 'react-router';
import { useSession } from '../api.ts';
import { AvailabilitySwitch } from '../parts/availability-switch.tsx';
import { InboxList } from '../parts/inbox-list.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { useUsers } from '../parts/use-users.ts';

/** Somebody else's inbox, to look at. */
export function TeamInboxPage() {
  const { me } = useSession();
  const { id = '' } = useParams();
  const user = useUsers().data?.find((each) => each.id === id);
  return (
    <>
      <PageHead title={user ? `Inbox of ${user.name}` : 'Inbox'} back={{ to: '/team', label: 'Team' }}>
        {user && me.user.role !== 'auditor' && <AvailabilitySwitch user={user} />}
      </PageHead>
      <InboxList userId={id} />
    </>
  );
}
