import { makeHeader, seal, type AnyMessage, type Bodies } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { headerEpoch } from '../restoration/header-epoch.ts';
import { signingKeyFor } from '../keys/signing-key.ts';
import { findLastSeq } from '../store/outbox.ts';
import { queueMessage } from './queue-message.ts';

/** Messages about no lead that wait in the outbox like all others, and leave in their order. */
type BetweenNodesType = 'Agreement' | 'KeyRollover' | 'Capabilities' | 'States';

export interface SealedBetweenNodes {
  readonly messageId: string;
  readonly digest: string;
  /** `Created` of its header, in epoch milliseconds. */
  readonly createdAt: number;
  readonly document: string;
}

/** Stands in the outbox for the one line of messages that belong to no conversation. */
export const betweenNodes = '';

/** Seals a message to a partner about no lead, once, and puts it into the outbox. */
export async function sendBetweenNodes<T extends BetweenNodesType>(
  tx: Tx,
  peerId: string,
  { type, body }: { type: T; body: Bodies[T] },
): Promise<SealedBetweenNodes> {
  const now = tx.clock.now();
  const made = makeHeader({ type, from: tx.config.nodeId, to: peerId, now });
  const header = { ...made, messageId: tx.ids.uuid(), ...(await headerEpoch(tx)) };
  const {
    messageId,
    digest,
    xml: document,
  } = seal({ header, body } as unknown as AnyMessage, await signingKeyFor(tx, peerId));
  await queueMessage(tx, {
    messageId,
    peerId,
    conversationId: betweenNodes,
    seq: (await findLastSeq(tx, { peerId, conversationId: betweenNodes })) + 1,
    type,
    digest,
    document,
    effectKey: messageId,
    dueAt: now,
    expiresAt: Date.parse(header.expires),
    proof: null,
  });
  return { messageId, digest, createdAt: now, document };
}
