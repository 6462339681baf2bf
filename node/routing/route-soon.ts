import type { Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';

/**
 * Has the lead routed in a transaction of its own. `because` (the offer that ended) is part of the key: an intent that is
 * being carried out at this moment must not swallow a newer one.
 */
export async function routeSoon(tx: Tx, leadId: string, because: string): Promise<void> {
  await intend(tx, { kind: 'route-lead', payload: { leadId }, key: `route-lead:${leadId}:${because}` });
}
