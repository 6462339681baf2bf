import { Textarea } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'react-router';
import { useSession } from '../api.ts';
import { Form } from '../parts/form.tsx';
import { describeTime, words } from '../parts/format.ts';
import { pagedQuery, PagedList } from '../parts/more.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Answer, Empty } from '../parts/query-state.tsx';
import { useRestoration } from '../parts/restored-banner.tsx';
import { Tag } from '../parts/state-badge.tsx';
import { useAct } from '../parts/use-act.ts';
import type { Restoration } from '../restoration-shape.ts';

/** After a backup was put back: which partners have told how things stand, and going on without the others. */
export function RestorationPage() {
  const restoration = useRestoration();
  return (
    <>
      <PageHead title="Restoration" back={{ to: '/partners', label: 'Partners' }} />
      <Answer query={restoration}>
        {(data) =>
          data.state === 'never' ? (
            <Empty title="This node was never restored from a backup" />
          ) : (
            <div className="lines">
              <Answered restoration={data} />
              {data.state === 'waiting' && <GoOn />}
              <Findings />
            </div>
          )
        }
      </Answer>
    </>
  );
}

function Answered({ restoration: { restoredAt, resumedAt, reason, partners } }: { restoration: Restoration }) {
  return (
    <section className="card">
      <h2 className="section-title">Restored {describeTime(restoredAt ?? '')}</h2>
      {resumedAt !== null && (
        <p className="text">
          Offers go on since {describeTime(resumedAt)}
          {reason === null ? '.' : `, without waiting any longer: ${reason}`}
        </p>
      )}
      {partners.length === 0 && <p className="quiet">There was no partner to ask.</p>}
      <ul className="plain">
        {partners.map(({ id, name, answer, returnedAt }) => (
          <li key={id} className="request">
            <div className="line-head">
              <Link to={`/partners/${encodeURIComponent(id)}`} className="text">
                <bdi>{name}</bdi>
              </Link>
              {answer === 'awaited' && <Tag tone="warn">has not answered</Tag>}
              {answer === 'unable' && <Tag>cannot answer: ask what it was given</Tag>}
              {returnedAt !== null && <Tag tone="good">answered {describeTime(returnedAt)}</Tag>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

function GoOn() {
  const { api, me } = useSession();
  const [reason, setReason] = useState('');
  const goOn = useAct({ act: () => api.goOn(reason.trim()), changes: ['restoration', 'peer', 'peers'] });
  if (me.user.role !== 'administrator') return null;
  return (
    <Form card title="Go on without the missing answers" label="Go on" plain act={goOn}>
      <p>
        What was awarded after the backup, to a partner that has not answered, may be given away a second time. Wait if
        you can.
      </p>
      <Textarea
        label="Why can it not wait? (kept as evidence)"
        required
        rows={2}
        maxLength={500}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </Form>
  );
}

function Findings() {
  const { api } = useSession();
  return (
    <section className="card">
      <h2 className="section-title">What stood otherwise at partners</h2>
      <PagedList
        query={pagedQuery(['restoration', 'findings'], api.findings)}
        empty={<p className="quiet">Nothing so far.</p>}
      >
        {(findings) => (
          <ul className="plain">
            {findings.map(({ id, partner, leadId, theirs, ours, outcome, at }) => (
              <li key={id} className="request">
                <p className="text">
                  {partner}: {words(theirs)} there, {ours === null ? 'unknown' : words(ours)} in the backup ·{' '}
                  {words(outcome)}
                </p>
                <p className="quiet small">
                  {describeTime(at)}
                  {leadId !== null && (
                    <>
                      {' · '}
                      <Link to={`/leads/${leadId}`}>Open the lead</Link>
                    </>
                  )}
                </p>
              </li>
            ))}
          </ul>
        )}
      </PagedList>
    </section>
  );
}
