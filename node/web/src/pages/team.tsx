import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { allPages, useSession } from '../api.ts';
import { PageHead } from '../parts/page-head.tsx';
import { Answer, Empty } from '../parts/query-state.tsx';
import { useUsers } from '../parts/use-users.ts';
import { Tag } from '../parts/state-badge.tsx';
import type { Inbox } from '../shapes.ts';

/** The inboxes of those below the reader: who has what to answer, and how much each holds. */
export function TeamPage() {
  const { api, me } = useSession();
  // Who takes no leads stands aside.
  const idle = useUsers().data?.filter(({ active, role }) => !active || role === 'auditor') ?? [];
  const aside = new Set(idle.map(({ id }) => id));
  const inboxes = useQuery({ queryKey: ['inboxes'], queryFn: () => allPages(api.inboxes) });
  return (
    <>
      <PageHead title="Team">
        <p className="quiet">Whose offers wait, and who works on how many leads.</p>
      </PageHead>
      <Answer query={inboxes}>
        {(all) => {
          const others = all.filter(({ userId }) => userId !== me.user.id && !aside.has(userId));
          if (others.length === 0)
            return <Empty title="Nobody is below you yet">An administrator can change that.</Empty>;
          return (
            <ul className="lines">
              {others.map((inbox) => (
                <Line key={inbox.userId} inbox={inbox} />
              ))}
            </ul>
          );
        }}
      </Answer>
    </>
  );
}

function Line({ inbox: { userId, name, waiting, held } }: { inbox: Inbox }) {
  return (
    <li>
      <Link to={`/team/${encodeURIComponent(userId)}`} className="card line">
        <span className="line-head">
          <span className="line-title text" dir="auto">
            {name}
          </span>
          <span className="tags">
            <Tag tone={waiting > 0 ? 'open' : 'quiet'}>{waiting} to answer</Tag>
            <Tag tone={held > 0 ? 'busy' : 'quiet'}>{held} in work</Tag>
          </span>
        </span>
      </Link>
    </li>
  );
}
