import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { systemActor } from '../../leads/history.ts';
import { findLeadHead, getLead } from '../../leads/store.ts';
import { setHold } from '../../leads/store/privacy.ts';
import { eraseLead } from '../privacy/erase-lead.ts';
import type { Noted, NotedErasure } from './read-erasures.ts';

/**
 * After the data was put back to a backup: what was erased since it was made is erased again, here and at the partners, each in
 * a transaction of its own. Repeated: goes on where it stopped. Answers how many leads it was.
 */
export async function eraseAgain(ctx: Context, { erasures }: Pick<Noted, 'erasures'>): Promise<number> {
  let erased = 0;
  for (const noted of erasures) if (await transact(ctx, (tx) => eraseOne(tx, noted))) erased++;
  return erased;
}

/** Erases a lead that the backup brought back; false when it did not. A legal hold was over when it was erased first. */
export async function eraseOne(tx: Tx, { leadId, reason }: NotedErasure): Promise<boolean> {
  if (!(await findLeadHead(tx, leadId)) || (await getLead(tx, leadId)).erasedAt !== null) return false;
  await setHold(tx, leadId, { heldUntil: null, holdReason: null });
  await eraseLead(tx, leadId, { reason, actor: systemActor });
  return true;
}
