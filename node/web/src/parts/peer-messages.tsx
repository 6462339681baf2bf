import { Button, NativeSelect } from '@mantine/core';
import { useState } from 'react';
import { useSession } from '../api.ts';
import type { PeerMessage } from '../partner-shapes.ts';
import { describeTime, words } from './format.ts';
import { pagedQuery, PagedList } from './more.tsx';
import { Empty } from './query-state.tsx';
import { useAct } from './use-act.ts';

/** Messages to and from a partner: types and states, no content. */
export function PeerMessages({ id }: { id: string }) {
  const { api } = useSession();
  const [direction, setDirection] = useState('sent');
  const query = pagedQuery(['peer', id, 'messages', direction], (cursor) => api.messages(id, direction, cursor));
  return (
    <section className="card">
      <div className="line-head">
        <h2 className="section-title">Messages</h2>
        <NativeSelect
          size="xs"
          aria-label="Direction"
          data={['sent', 'received']}
          value={direction}
          onChange={(event) => setDirection(event.currentTarget.value)}
        />
      </div>
      <PagedList query={query} empty={<Empty title={`None ${direction} yet`} />}>
        {(messages) => (
          <ul className="plain">
            {messages.map((message) => (
              <Line key={message.id} id={id} message={message} />
            ))}
          </ul>
        )}
      </PagedList>
    </section>
  );
}

function Line({ id, message }: { id: string; message: PeerMessage }) {
  const { api, me } = useSession();
  const replay = useAct({ act: () => api.replay(id, message.id), changes: ['peer', 'peers'] });
  const stuck = me.user.role === 'administrator' && (message.state === 'dead' || message.state === 'refused');
  return (
    <li className="message">
      <span className="message-type">{message.type}</span>
      <span className="text">
        {words(message.state)}
        {message.code && `: ${words(message.code)}`}
        {replay.error && ` (${replay.error.message})`}
      </span>
      <time className="quiet small" dateTime={message.at}>
        {describeTime(message.at)}
      </time>
      {stuck && (
        <Button size="compact-xs" variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
          Send again
        </Button>
      )}
    </li>
  );
}
