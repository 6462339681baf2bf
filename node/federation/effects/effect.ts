import type { ConversationState, Message, MessageType } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import type { ConversationType } from '../sending/send-message.ts';
import type { Conversation } from '../store/conversations.ts';
import type { Peer } from '../store/peers.ts';

/** An authenticated message of a conversation, with the peer it came from. */
export interface Heard<T extends ConversationType = ConversationType> {
  readonly peer: Peer;
  /** As it is after the message. */
  readonly conversation: Conversation;
  readonly message: Message<T>;
  readonly digest: string;
}

/** What a message of a conversation does here; the state machine has allowed it, and was in the state `before`. */
type ConversationEffect<T extends ConversationType> = (
  tx: Tx,
  heard: Heard<T>,
  before: ConversationState,
) => Promise<void>;
export type ConversationEffects = { readonly [T in ConversationType]?: ConversationEffect<T> };

/** An authenticated message between two nodes, about no lead. */
export interface HeardBetweenNodes<T extends MessageType = MessageType> {
  readonly peer: Peer;
  readonly message: Message<T>;
  readonly digest: string;
  /** The key that signed it. */
  readonly kid: string;
  /** As it came, signature and all. */
  readonly document: string;
}
type NodeEffect<T extends MessageType> = (tx: Tx, heard: HeardBetweenNodes<T>) => Promise<void>;
export type NodeEffects = { readonly [T in Exclude<MessageType, ConversationType>]?: NodeEffect<T> };
