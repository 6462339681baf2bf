import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useSession } from '../../api.ts';
import type { Disclosure } from '../../privacy-shapes.ts';
import type { LeadView } from '../../shapes.ts';
import { describeTime, words } from '../format.ts';
import { useLeadFields } from '../lead-document.tsx';
import { Answer, Failure } from '../query-state.tsx';
import { leadKeys, useAct } from '../use-act.ts';

/** Who got what of a person's data, here and as partners report it. */
export function AccessReport({ lead }: { lead: LeadView }) {
  const { api } = useSession();
  const [shows, setShows] = useState(false);
  const ask = useAct({ act: () => api.askReport(lead.id), changes: leadKeys, done: () => setShows(true) });
  return (
    <section className="card">
      <h2 className="section-title">What is held about the person</h2>
      <p className="quiet">
        For somebody who asks what is known about them: who got which fields when, from here and from partners.
      </p>
      {ask.error && <Failure error={ask.error} />}
      <div className="buttons">
        {!shows && (
          <Button variant="default" onClick={() => setShows(true)}>
            Show the report
          </Button>
        )}
        <Button variant="default" loading={ask.isPending} onClick={() => ask.mutate()}>
          Ask every partner that got it
        </Button>
      </div>
      {shows && <Report id={lead.id} />}
    </section>
  );
}

function Report({ id }: { id: string }) {
  const { api } = useSession();
  const report = useQuery({ queryKey: ['lead', id, 'access-report'], queryFn: () => api.report(id) });
  return (
    <Answer query={report}>
      {({ heldSince, disclosures, partners }) => (
        <div role="region" aria-label="The report">
          <h3 className="report-title">Here, since {describeTime(heldSince)}</h3>
          <Disclosures disclosures={disclosures} />
          {partners.map(({ partner, outcome, askedAt, answeredAt, purposes, ...said }) => (
            <div key={`${partner.peerId} ${askedAt}`}>
              <h3 className="report-title text">
                <bdi>{partner.name}</bdi>: {words(outcome)}
              </h3>
              <p className="quiet small">
                asked {describeTime(askedAt)}
                {answeredAt !== undefined && `, answered ${describeTime(answeredAt)}`}
                {said.heldSince !== undefined && `, has it since ${describeTime(said.heldSince)}`}
                {purposes.length > 0 && `, for ${purposes.join(', ')}`}
              </p>
              {answeredAt !== undefined && <Disclosures disclosures={said.disclosures} />}
            </div>
          ))}
        </div>
      )}
    </Answer>
  );
}

function Disclosures({ disclosures }: { disclosures: readonly Disclosure[] }) {
  const known = new Map((useLeadFields().data?.items ?? []).map(({ path, label }) => [path, label]));
  if (disclosures.length === 0) return <p>Given to nobody.</p>;
  return (
    <ul className="plain">
      {disclosures.map(({ recipient, at, fields, purpose }, index) => (
        <li key={index} className="request">
          <p className="text">
            <bdi>{recipient}</bdi>, {describeTime(at)}
            {purpose !== undefined && `, for ${purpose}`}
          </p>
          <p className="quiet small text">{fields.map((path) => known.get(path) ?? path).join(', ')}</p>
        </li>
      ))}
    </ul>
  );
}
