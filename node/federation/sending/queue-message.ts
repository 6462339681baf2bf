import type { Tx } from '../../kernel/context.ts';
import { insertOutbox, type OutboxMessage } from '../store/outbox.ts';

/** What is known of a message when it is sealed. */
type SealedMessage = Omit<
  OutboxMessage,
  'state' | 'attempts' | 'departures' | 'createdAt' | 'answeredAt' | 'answer' | 'code'
>;

/** Puts a sealed message into the outbox; once this transaction commits, it is sent when it is due. */
export async function queueMessage(tx: Tx, message: SealedMessage): Promise<void> {
  await insertOutbox(tx, {
    ...message,
    state: 'waiting',
    attempts: 0,
    departures: 0,
    createdAt: tx.clock.now(),
    answeredAt: null,
    answer: null,
    code: null,
  });
  tx.afterCommit(() => tx.bus.wake('outbox'));
}
