import { useSession } from '../api.ts';
import { InboxList } from '../parts/inbox-list.tsx';
import { PageHead } from '../parts/page-head.tsx';

export function InboxPage() {
  const { me } = useSession();
  return (
    <>
      <PageHead title="My inbox" />
      <InboxList userId={me.user.id} />
    </>
  );
}
