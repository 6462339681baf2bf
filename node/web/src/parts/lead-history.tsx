import { Timeline } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { allPages, useSession } from '../api.ts';
import { describeTime } from './format.ts';
import { Answer, Empty } from './query-state.tsx';

/** Everything that happened to a lead, newest first. */
export function LeadHistory({ id }: { id: string }) {
  const { api } = useSession();
  const history = useQuery({
    queryKey: ['lead', id, 'history'],
    queryFn: () => allPages((cursor) => api.history(id, cursor)),
  });
  return (
    <Answer query={history}>
      {(entries) =>
        entries.length === 0 ? (
          <Empty title="Nothing happened yet." />
        ) : (
          <Timeline bulletSize={14} lineWidth={2}>
            {entries.toReversed().map(({ id: entryId, at, sentence, note }) => (
              <Timeline.Item key={entryId}>
                <p className="text">{sentence}</p>
                {note && (
                  <p className="text note-text" dir="auto">
                    {note}
                  </p>
                )}
                <p className="quiet small">
                  <time dateTime={at}>{describeTime(at)}</time>
                </p>
              </Timeline.Item>
            ))}
          </Timeline>
        )
      }
    </Answer>
  );
}
