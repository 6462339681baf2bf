import type { StoredLead } from '../leads/store.ts';
import type { LeadFacts } from '../rules/index.ts';

/** What conditions of policies may know of a lead besides its document: what stays the same from offer to release. */
export const factsOf = ({
  test,
  origin,
  originPeer,
}: Pick<StoredLead, 'test' | 'origin' | 'originPeer'>): LeadFacts => ({
  'lead.test': test,
  'lead.origin': origin,
  ...(originPeer !== null && { 'lead.originPeer': originPeer }),
});
