import { useQuery } from '@tanstack/react-query';
import { useSession } from '../../api.ts';
import type { LeadView } from '../../shapes.ts';
import { Answer, Empty } from '../query-state.tsx';
import { AccessReport } from './access-report.tsx';
import { Consents } from './consents.tsx';
import { EraseLead } from './erase-lead.tsx';
import { LegalHold } from './legal-hold.tsx';
import { NoContact } from './no-contact.tsx';
import { DeletionLine, RequestLine } from './requests.tsx';

/** All that concerns the person behind a lead: contact, erasure, holds, and what is held where. */
export function PrivacyPanel({ lead }: { lead: LeadView }) {
  const { me } = useSession();
  const oversees = me.user.role !== 'representative';
  return (
    <div className="lines">
      {lead.erasedAt === undefined && <NoContact lead={lead} />}
      {lead.erasedAt === undefined && <Consents lead={lead} />}
      {oversees && <Overseen lead={lead} />}
    </div>
  );
}

function Overseen({ lead }: { lead: LeadView }) {
  const { api, me } = useSession();
  const privacy = useQuery({ queryKey: ['lead', lead.id, 'privacy'], queryFn: () => api.privacy(lead.id) });
  const administers = me.user.role === 'administrator';
  return (
    <Answer query={privacy}>
      {(data) => (
        <>
          <section className="card">
            <h2 className="section-title">Asked for and promised</h2>
            {data.requests.length + data.deletions.length === 0 && <Empty title="Nothing was asked of anybody." />}
            {data.requests.map((request) => (
              <RequestLine key={request.id} request={request} />
            ))}
            {data.deletions.map((deletion) => (
              <DeletionLine key={`${deletion.partner.peerId} ${deletion.deleteBy}`} deletion={deletion} />
            ))}
          </section>
          {administers && <AccessReport lead={lead} />}
          {administers && data.erasedAt === undefined && <LegalHold lead={lead} privacy={data} />}
          {administers && <EraseLead lead={lead} privacy={data} />}
        </>
      )}
    </Answer>
  );
}
