import { Button, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useParams } from 'react-router';
import { useSession } from '../api.ts';
import { Refusal } from '../call.ts';
import { EditLead } from '../parts/edit-lead.tsx';
import { describeMoney, describeTime, words } from '../parts/format.ts';
import { Icon } from '../parts/icons.tsx';
import { LeadActions } from '../parts/lead-actions.tsx';
import { LeadDocument } from '../parts/lead-document.tsx';
import { LeadHistory } from '../parts/lead-history.tsx';
import { LeadOffers } from '../parts/lead-offers.tsx';
import { LeadTraces } from '../parts/lead-traces.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { AskPartner, PartnerQuestions } from '../parts/partner-questions.tsx';
import { PolicyPreview } from '../parts/policy-preview.tsx';
import { NoContactTag } from '../parts/privacy/no-contact.tsx';
import { PrivacyPanel } from '../parts/privacy/privacy-panel.tsx';
import { Answer } from '../parts/query-state.tsx';
import { StateBadge, Tag } from '../parts/state-badge.tsx';
import type { LeadView } from '../shapes.ts';

export function LeadPage() {
  const { id = '' } = useParams();
  const { api } = useSession();
  const lead = useQuery({ queryKey: ['lead', id], queryFn: () => api.lead(id) });
  const { accepted = false } = useAcceptance();
  if (accepted && lead.error instanceof Refusal && lead.error.status === 404) return <TakenAfterAll />;
  const head = <PageHead title="Lead" back={{ to: '/leads', label: 'Leads' }} />;
  return (
    <Answer query={lead} head={head}>
      {(data) => <Lead key={id} lead={data} />}
    </Answer>
  );
}

function factsOf({ won, holder, origin, box, asleepUntil, lostReason, receivedAt }: LeadView): string {
  return [
    holder && `with ${holder.name ?? holder.id}`,
    origin.kind === 'peer' && `from ${origin.name ?? origin.peerId ?? 'a partner'}`,
    box && box.name !== holder?.name && `in “${box.name ?? box.id}”`,
    asleepUntil && `asleep until ${describeTime(asleepUntil)}`,
    won?.amount && describeMoney(won.amount),
    won?.orderReference && `order ${won.orderReference}`,
    lostReason && words(lostReason),
    `came in ${describeTime(receivedAt)}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

/** What the offer's page hands on when its lead was accepted: the fields that were withheld there. */
interface Acceptance {
  accepted?: boolean;
  hidden?: string[];
}
const useAcceptance = () => (useLocation().state ?? {}) as Acceptance;

/** First here, but not at the partner whose lead it is: only there it is decided. */
function TakenAfterAll() {
  return (
    <>
      <PageHead title="Taken" back={{ to: '/', label: 'My inbox' }} />
      <p className="banner" role="status">
        You were first here, but somebody else was faster at the partner that offered this lead. What you saw of it is
        gone.
      </p>
    </>
  );
}

/** Paths that were withheld or shown in part earlier in this visit and are not any more. */
function useOpened({ hiddenFields, maskedFields }: LeadView, before: readonly string[]): ReadonlySet<string> {
  const [once, setOnce] = useState(before);
  const hidden = [...hiddenFields, ...maskedFields].map(({ path }) => path);
  const added = hidden.filter((path) => !once.includes(path));
  if (added.length > 0) setOnce([...once, ...added]);
  return new Set(once.filter((path) => !hidden.includes(path)));
}

function Lead({ lead }: { lead: LeadView }) {
  const { me } = useSession();
  const { accepted = false, hidden = [] } = useAcceptance();
  const opened = useOpened(lead, hidden);
  const back = accepted ? { to: '/?state=mine', label: 'My inbox' } : { to: '/leads', label: 'Leads' };
  const oversees = me.user.role !== 'representative';
  return (
    <>
      <PageHead title={lead.title} back={back} aside={<StateBadge state={lead.state} />}>
        <p className="quiet text">{factsOf(lead)}</p>
        <div className="tags">
          {lead.test && <Tag>test lead</Tag>}
          {lead.erasedAt !== undefined && <Tag tone="bad">erased {describeTime(lead.erasedAt)}</Tag>}
          <NoContactTag codes={lead.doNotContact} />
        </div>
      </PageHead>
      <Welcome lead={lead} accepted={accepted} opened={opened.size > 0} />
      <div className="lead-work">
        <PartnerQuestions lead={lead} />
        <LeadActions lead={lead} />
        <AskPartner lead={lead} />
      </div>
      <Tabs defaultValue="lead" keepMounted={false} mt="lg">
        <Tabs.List mb="md" className="tabs">
          <Tabs.Tab value="lead">Lead</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
          <Tabs.Tab value="why">Why here</Tabs.Tab>
          <Tabs.Tab value="shown">Who saw what</Tabs.Tab>
          <Tabs.Tab value="privacy">Privacy</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="lead">
          <Content lead={lead} opened={opened} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <div className="card">
            <LeadHistory id={lead.id} />
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="why">
          <LeadTraces id={lead.id} />
        </Tabs.Panel>
        <Tabs.Panel value="shown">
          <div className="lines">
            <LeadOffers id={lead.id} />
            {oversees && <PolicyPreview lead={lead} />}
          </div>
        </Tabs.Panel>
        <Tabs.Panel value="privacy">
          <PrivacyPanel lead={lead} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function withheldUntil({ state, origin }: LeadView): string {
  if (origin.kind === 'local') return 'Withheld from you by a field policy';
  if (state === 'claimed') return 'Opens as soon as the partner confirms';
  const waits = ['new', 'offered', 'unrouted'].includes(state);
  return waits ? 'Opens when somebody here accepts' : 'Withheld by the partner, or by a field policy';
}

function Content({ lead, opened }: { lead: LeadView; opened: ReadonlySet<string> }) {
  const { document, hiddenFields, maskedFields } = lead;
  const [edit, setEdit] = useState<'open' | 'back' | number>();
  if (edit === 'open')
    return (
      <div className="card">
        <EditLead lead={lead} done={setEdit} back={() => setEdit('back')} />
      </div>
    );
  return (
    <div className="card">
      {lead.mayEdit && (
        <div className="card-tools">
          <span role="status">{typeof edit === 'number' && (edit > 0 ? 'Saved.' : 'Nothing was changed.')}</span>
          <Button size="xs" variant="default" autoFocus={edit !== undefined} onClick={() => setEdit('open')}>
            Edit …
          </Button>
        </div>
      )}
      <LeadDocument
        document={document}
        hiddenFields={hiddenFields}
        maskedFields={maskedFields}
        until={withheldUntil(lead)}
        opened={opened}
      />
      {lead.hasOriginal && (
        <p className="small">
          <a href={`/api/leads/${lead.id}/original`} download>
            Download the original
          </a>
        </p>
      )}
    </div>
  );
}

/** Says what an acceptance brought: at first that it is awaited, then that the lead is there. */
function Welcome({ lead, accepted, opened }: { lead: LeadView; accepted: boolean; opened: boolean }) {
  const { me } = useSession();
  const waits = lead.state === 'claimed' && lead.origin.kind === 'peer';
  const mine = lead.holder?.id === me.user.id;
  return (
    <div role="status">
      {waits && (
        <p className="banner">
          <span>
            Accepted. Waiting for {lead.origin.name ?? 'the partner'} to confirm: the withheld fields open by
            themselves.
          </span>
        </p>
      )}
      {!waits && (accepted || opened) && (
        <p className="banner banner-good">
          <span>
            <Icon name="unlock" size={18} /> {mine && 'This lead is yours. '}
            {opened && 'What was withheld is open now, and marked below.'}
          </span>
        </p>
      )}
    </div>
  );
}
