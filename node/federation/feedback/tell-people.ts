import type { SharedTopic } from '../../delivery/plan-shared-mail.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { announce } from '../../kernel/live-events.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getLead } from '../../leads/store.ts';
import { listKeepers } from '../../routing/tell-unrouted.ts';
import { getPeer } from '../store/peers.ts';

interface Telling {
  readonly leadId: string;
  readonly peerId: string;
  readonly topic: SharedTopic;
  /** Who is told; whoever holds or answers for the lead when absent. */
  readonly to?: LeadActor | undefined;
  /** Epoch milliseconds: until when an answer is expected. */
  readonly until?: number | undefined;
}

/** Tells people by notice and page: the one who asked, else the holder of the lead, else whoever answers for its box. */
export async function tellPeople(tx: Tx, { leadId, peerId, topic, to, until }: Telling): Promise<void> {
  const { name: partner } = await getPeer(tx, peerId);
  const about = tx.ids.make('told');
  for (const userId of await listConcerned(tx, leadId, to)) {
    const payload = {
      kind: 'shared-lead',
      topic,
      userId,
      leadId,
      partner,
      about,
      ...(until !== undefined && { until }),
    };
    await intend(tx, { kind: 'notify', payload });
    await announce(tx, { userId, kind: 'shared-lead', leadId, payload: { topic } });
  }
}

async function listConcerned(tx: Tx, leadId: string, to: LeadActor | undefined): Promise<readonly string[]> {
  if (to?.kind === 'user' && to.id !== undefined) return [to.id];
  const { holder, boxUserId } = await getLead(tx, leadId);
  return holder?.kind === 'user' ? [holder.id] : listKeepers(tx, boxUserId ?? undefined);
}
