import type { PersonStatus } from '../../delivery/report-status.ts';
import type { Tx } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { getRecipient } from '../../routing/store/recipients.ts';
import { getPeer } from '../store/peers.ts';
import { takeStatus } from './hear-report.ts';

/** Somebody of a partner said what became of a lead. What was overtaken by what others decided changes nothing. */
export async function statusOfPerson(tx: Tx, { recipientId, ...said }: PersonStatus): Promise<void> {
  const recipient = await getRecipient(tx, recipientId);
  const peer = await getPeer(tx, recipient.peerId ?? '');
  try {
    await takeStatus(tx, peer, recipient, { ...said, assignedTo: undefined });
  } catch (error) {
    if (!(error instanceof CodedError && error.code === 'not-the-holder')) throw error;
  }
}
