import type { Header } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { makeContentKey, sealText } from '../../leads/content-key.ts';
import type { Arrival } from './receive-message.ts';
import { findConversation } from '../store/conversations.ts';

/** The key under which content of a lead is kept that comes with an Offer: the lead gets it. */
export const offeredKey = (peerId: string, { messageId }: Pick<Header, 'messageId'>): string =>
  `${peerId}/${messageId}`;

/** A document as it is kept: of a conversation under the key of its lead, between two nodes as it came. */
export async function sealArrival(tx: Tx, { sender, opened, document }: Arrival): Promise<string | null> {
  const { peer } = sender;
  const { type, conversation: conversationId } = opened.message.header;
  if (conversationId === undefined) return document;
  if (type === 'Offer')
    return sealText(tx, await makeContentKey(tx, offeredKey(peer.nodeId, opened.message.header)), document);
  const conversation = await findConversation(tx, { peerId: peer.nodeId, conversationId });
  const key = conversation?.contentKeyId ?? null;
  return key === null ? document : sealText(tx, key, document);
}
