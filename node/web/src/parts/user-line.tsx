import { Button } from '@mantine/core';
import { useSession } from '../api.ts';
import type { User } from '../shapes.ts';
import { CopyText } from './copy-text.tsx';
import { describeTime } from './format.ts';
import { Failure } from './query-state.tsx';
import { Tag } from './state-badge.tsx';
import { useAct } from './use-act.ts';

/** A user as administrators see one, with what they may do. */
export function UserLine({ user, manager }: { user: User; manager: User | undefined }) {
  const { api, me } = useSession();
  const { id, name, email, role, active, availability, signedInAt } = user;
  const link = useAct({ act: () => api.signInLink(id), changes: [] });
  const change = useAct({ act: () => api.changeUser(id, { active: !active }), changes: ['users', 'inboxes', 'boxes'] });
  const error = link.error ?? change.error;
  return (
    <li className="card stack">
      <div className="line-head">
        <h2 className="line-title text" dir="auto">
          {name}
        </h2>
        <span className="tags">
          {!active && <Tag tone="bad">not active</Tag>}
          {active && availability === 'absent' && <Tag tone="warn">absent</Tag>}
          <Tag tone="busy">{role}</Tag>
        </span>
      </div>
      <p className="quiet small text">
        {[
          email,
          manager && `below ${manager.name}`,
          signedInAt ? `signed in ${describeTime(signedInAt)}` : 'never signed in',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      <div className="buttons">
        {active && (
          <Button size="xs" variant="default" loading={link.isPending} onClick={() => link.mutate()}>
            Make a sign-in link
          </Button>
        )}
        {id !== me.user.id && (
          <Button size="xs" variant="default" loading={change.isPending} onClick={() => change.mutate()}>
            {active ? 'Deactivate' : 'Activate'}
          </Button>
        )}
      </div>
      {error && <Failure error={error} />}
      {link.data && (
        <CopyText
          label={`Sign-in link for ${name}`}
          text={link.data.url}
          advice={`Works once, until ${describeTime(link.data.expiresAt)}. It is shown only now: send it to nobody else.`}
        />
      )}
    </li>
  );
}
