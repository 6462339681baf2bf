import { useSession } from '../api.ts';
import { LeadLines } from '../parts/lead-lines.tsx';
import { pagedQuery, PagedList } from '../parts/more.tsx';
import { PageHead } from '../parts/page-head.tsx';
import { Empty } from '../parts/query-state.tsx';

export function UnroutedPage() {
  const { api } = useSession();
  return (
    <>
      <PageHead title="Nobody took">
        <p className="quiet">
          Leads that no rule placed, or that everybody passed on. Open one to assign it or to route it again.
        </p>
      </PageHead>
      <PagedList
        query={pagedQuery(['leads', 'unrouted tray'], api.unrouted)}
        empty={<Empty title="Every lead found somebody">Nothing to decide here.</Empty>}
      >
        {(leads) => <LeadLines leads={leads} />}
      </PagedList>
    </>
  );
}
