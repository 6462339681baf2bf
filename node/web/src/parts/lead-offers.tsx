import { useQuery } from '@tanstack/react-query';
import { useSession } from '../api.ts';
import type { FieldName, LeadOffer, Recipient } from '../shapes.ts';
import { capital, describeTime, words } from './format.ts';
import { Icon } from './icons.tsx';
import { Answer, Empty } from './query-state.tsx';
import { StateBadge } from './state-badge.tsx';

/** To whom the lead was offered, and which fields each of them saw. */
export function LeadOffers({ id }: { id: string }) {
  const { api } = useSession();
  const offers = useQuery({ queryKey: ['lead', id, 'offers'], queryFn: () => api.offers(id) });
  return (
    <Answer query={offers}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty title="It was never offered to anybody." />
        ) : (
          <div className="lines">
            {items.map((offer) => (
              <Offer key={offer.id} offer={offer} />
            ))}
          </div>
        )
      }
    </Answer>
  );
}

function Offer({ offer: { mode, round, state, closesAt, recipients } }: { offer: LeadOffer }) {
  const until = state === 'open' ? `, until ${describeTime(closesAt)}` : '';
  return (
    <section className="card">
      <h2 className="section-title">
        {mode === 'grab' ? 'Up for grabs' : 'Offered'}, round {round}: {words(state)}
        {until}
      </h2>
      {recipients.map((recipient) => (
        <Sight key={recipient.id} recipient={recipient} />
      ))}
    </section>
  );
}

function Sight({ recipient }: { recipient: Recipient }) {
  const { name, kind, state, rejectReason, rejectText, answeredAt, shown, masked, withheld, never } = recipient;
  const answer = [rejectReason && capital(words(rejectReason)), rejectText && `“${rejectText}”`].filter(Boolean);
  return (
    <div className="sight">
      <div className="line-head">
        <h3 className="text sight-name" dir="auto">
          {name}
          {kind === 'peer' && <span className="quiet"> · partner</span>}
        </h3>
        <StateBadge state={state} offer />
      </div>
      {(answer.length > 0 || answeredAt) && (
        <p className="quiet small text">
          {[...answer, answeredAt && describeTime(answeredAt)].filter(Boolean).join(' · ')}
        </p>
      )}
      <dl className="facts">
        <Fields label="Shown" fields={shown} />
        <Fields label="Shown in part" fields={masked} locked />
        <Fields label="Withheld until acceptance" fields={withheld} locked />
        <Fields label="Never shown" fields={never} locked />
      </dl>
    </div>
  );
}

function Fields({ label, fields, locked }: { label: string; fields: readonly FieldName[]; locked?: boolean }) {
  if (fields.length === 0) return null;
  return (
    <div className="fact">
      <dt>
        {locked && <Icon name="lock" size={14} />} {label}
      </dt>
      <dd className="text">{fields.map((field) => field.label).join(', ')}</dd>
    </div>
  );
}
