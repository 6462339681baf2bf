import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'react-router';
import { useSession } from '../api.ts';

/** The restoration of this node, for those who may know. */
export function useRestoration() {
  const { api, me } = useSession();
  const knows = me.user.role === 'administrator' || me.user.role === 'auditor';
  return useQuery({ queryKey: ['restoration'], queryFn: api.restoration, enabled: knows });
}

/** Says on every page that nothing is offered yet, because this node was put back to a backup. */
export function RestoredBanner() {
  const { data } = useRestoration();
  const { pathname } = useLocation();
  if (data?.state !== 'waiting') return null;
  const asked = data.partners.filter(({ answer }) => answer !== 'unable');
  const missing = asked.filter(({ answer }) => answer === 'awaited').length;
  return (
    <div className="banner banner-bad" role="status">
      <div>
        <p className="banner-title">This node was restored from a backup</p>
        <p>
          No lead is offered, awarded or released until its partners have told how things stand. {missing} of{' '}
          {asked.length} have not yet.
        </p>
      </div>
      {pathname !== '/restoration' && <Link to="/restoration">Who has answered</Link>}
    </div>
  );
}
