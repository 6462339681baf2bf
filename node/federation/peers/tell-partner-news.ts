import type { PartnerNews } from '../../delivery/plan-partner-mail.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { listAdministrators } from '../../people/store.ts';
import { getPeer } from '../store/peers.ts';

/** Plans one mail to every administrator. */
export async function tellPartnerNews(
  tx: Tx,
  { peerId, news, reason }: { peerId: string; news: PartnerNews; reason?: string },
): Promise<void> {
  const { name } = await getPeer(tx, peerId);
  for (const { id: userId } of await listAdministrators(tx)) {
    const noticeId = tx.ids.make('notice');
    await intend(tx, {
      kind: 'notify',
      payload: { kind: 'partner', noticeId, userId, peerId, peerName: name, news, reason },
    });
  }
}
