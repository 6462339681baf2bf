import type { Tx } from '../../kernel/context.ts';
import { hasDepartedBefore, hasDiedOnTheWay, type OutboxMessage } from '../store/outbox.ts';

/** What a message is refused for before it is recognised as a repetition (LX-041): the first attempt may have been taken. */
const foundFirst: readonly string[] = ['expired', 'key-revoked', 'audience'];

/**
 * Whether the peer may have the content of a message that it refused: from an earlier attempt whose answer was lost, or from the
 * message that this one was sent anew for.
 */
export async function mayHaveArrived(tx: Tx, message: OutboxMessage, code: string): Promise<boolean> {
  if (foundFirst.includes(code) && message.departures > 1) return true;
  return message.effectKey !== message.messageId && (await hasDepartedBefore(tx, message));
}

/**
 * Whether a refusal of what was sent anew counts as its delivery: the conversation went on, as far as it could only by the first
 * one (LX-136). Not of an Award, whose receipt decides (LX-115), nor of a Release, which the peer may have given up waiting for. A key
 * that was announced again is known from the first time (LX-165).
 */
export async function isThereAlready(tx: Tx, message: OutboxMessage, code: string): Promise<boolean> {
  if (message.type === 'KeyRollover') return code === 'conflict' && (await hasDiedOnTheWay(tx, message));
  if (message.type === 'Award' || message.type === 'Release') return false;
  return (code === 'illegal-transition' || code === 'stale-round') && (await mayHaveArrived(tx, message, code));
}
