import { Link } from 'react-router';
import { useSession } from '../api.ts';
import { privacyRequestsQuery, questionsQuery } from '../inbox-queries.ts';
import { pagedQuery, PagedList } from '../parts/more.tsx';
import { OpenQuestion } from '../parts/open-question.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { DeletionLine, RequestLine } from '../parts/privacy/requests.tsx';
import { Empty } from '../parts/query-state.tsx';
import type { ListedQuestion } from '../shapes.ts';

/** Everything between us and partners that waits for somebody's word. */
export function QuestionsPage() {
  const { api, me } = useSession();
  const answersForAll = me.user.role === 'administrator' || me.user.role === 'auditor';
  return (
    <>
      <PageHead title="Open questions">
        <p className="quiet">What partners ask about leads you share, and what they were asked.</p>
      </PageHead>
      <div className="lines">
        <PagedList
          query={questionsQuery(api)}
          empty={<Empty title="No question is open">What a partner asks appears here by itself.</Empty>}
        >
          {(questions) => (
            <>
              <Questions title="Waiting for an answer from here" of={questions.filter(({ ours }) => !ours)} />
              <Questions title="Waiting for partners" of={questions.filter(({ ours }) => ours)} />
            </>
          )}
        </PagedList>
        {answersForAll && <PrivacyQuestions />}
      </div>
    </>
  );
}

function Questions({ title, of }: { title: string; of: readonly ListedQuestion[] }) {
  if (of.length === 0) return null;
  return (
    <section>
      <h2 className="section-title">{title}</h2>
      {of.map((question) => (
        <OpenQuestion key={question.id} question={question}>
          <ToLead id={question.leadId} title={question.title} />
        </OpenQuestion>
      ))}
    </section>
  );
}

function ToLead({ id, title }: { id: string; title: string }) {
  if (id === '') return null;
  return (
    <p className="text">
      <Link to={`/leads/${id}`} dir="auto">
        {title}
      </Link>
    </p>
  );
}

function PrivacyQuestions() {
  const { api } = useSession();
  return (
    <>
      <section className="card">
        <h2 className="section-title">Requests about personal data</h2>
        <PagedList query={privacyRequestsQuery(api)} empty={<p className="quiet">None is open.</p>}>
          {(requests) =>
            requests.map((request) => (
              <RequestLine
                key={request.id}
                request={request}
                lead={<ToLead id={request.leadId} title="Open the lead" />}
              />
            ))
          }
        </PagedList>
      </section>
      <section className="card">
        <h2 className="section-title">Deletions that partners owe</h2>
        <PagedList
          query={pagedQuery(['privacy-requests', 'deletions'], api.overdueDeletions)}
          empty={<p className="quiet">Every partner has confirmed in time.</p>}
        >
          {(deletions) =>
            deletions.map((deletion) => (
              <DeletionLine
                key={`${deletion.leadId} ${deletion.partner.peerId} ${deletion.deleteBy}`}
                deletion={deletion}
                lead={<ToLead id={deletion.leadId} title="Open the lead" />}
              />
            ))
          }
        </PagedList>
      </section>
    </>
  );
}
