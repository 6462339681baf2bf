import { useSession } from '../api.ts';
import type { Trace } from '../shapes.ts';
import { capital, describeTime, words } from './format.ts';
import { Icon, type IconName } from './icons.tsx';
import { pagedQuery, PagedList } from './more.tsx';
import { Empty } from './query-state.tsx';

/** Why the lead went where it went, decision by decision. */
export function LeadTraces({ id }: { id: string }) {
  const { api } = useSession();
  const query = pagedQuery(['lead', id, 'traces'], (cursor) => api.traces(id, cursor));
  const empty = <Empty title="No routing decision yet.">The rules decide within seconds of a lead’s coming in.</Empty>;
  return (
    <PagedList query={query} empty={empty}>
      {(traces) => (
        <div className="lines">
          {traces.map((trace) => (
            <Decision key={trace.id} trace={trace} />
          ))}
        </div>
      )}
    </PagedList>
  );
}

function Decision({ trace: { outcome, at, steps } }: { trace: Trace }) {
  return (
    <section className="card">
      <div className="line-head">
        <h2 className="section-title">{capital(words(outcome))}</h2>
        <time className="quiet small" dateTime={at}>
          {describeTime(at)}
        </time>
      </div>
      <ol className="steps">
        {steps.map((step, index) => (
          <Step key={index} step={step} />
        ))}
      </ol>
    </section>
  );
}

const icons: Readonly<Record<string, IconName>> = { yes: 'check', no: 'cross' };

function lookOf({ kind, matched }: Trace['steps'][number]): string {
  if (kind === 'chosen' || matched === true) return 'yes';
  return kind === 'excluded' || matched === false ? 'no' : kind;
}

function Step({ step }: { step: Trace['steps'][number] }) {
  const look = lookOf(step);
  const icon = icons[look];
  return (
    <li className={`step step-${look} text`}>
      {icon && <Icon name={icon} size={16} />}
      <span>{step.sentence}</span>
    </li>
  );
}
