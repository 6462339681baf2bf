import { intend, type JobHandler } from '../kernel/jobs.ts';
import { announce } from '../kernel/live-events.ts';
import { changeLead } from './change-lead.ts';
import { getLeadHead, holdStill } from './store.ts';

/** Wakes a sleeping lead when its time has come, and tells its holder by notice and page. */
export const wakeLead: JobHandler = {
  kind: 'wake-lead',
  lock: (tx, payload) => holdStill(tx, (payload as { leadId: string }).leadId),
  async apply(tx, payload) {
    const { leadId } = payload as { leadId: string };
    const lead = await getLeadHead(tx, leadId);
    if (lead.state !== 'asleep' || (lead.asleepUntil ?? 0) > tx.clock.now()) return;
    const historyId = await changeLead(tx, leadId, 'wake');
    if (lead.holder?.kind !== 'user') return;
    const userId = lead.holder.id;
    await intend(tx, { kind: 'notify', payload: { kind: 'woken', userId, leadId, historyId } });
    await announce(tx, { userId, kind: 'woken', leadId });
  },
};
