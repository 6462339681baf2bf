/** Whether this node was put back to a backup, and whom it waits for. */
export interface Restoration {
  state: 'never' | 'waiting' | 'over';
  restoredAt: string | null;
  resumedAt: string | null;
  reason: string | null;
  partners: { id: string; name: string; answer: 'returned' | 'awaited' | 'unable'; returnedAt: string | null }[];
}
/** A conversation that stood otherwise at a partner than in the backup. */
export interface Finding {
  id: string;
  partner: string;
  leadId: string | null;
  theirs: string;
  ours: string | null;
  outcome: string;
  at: string;
}
