import { messageTable, type AnyMessage, type ConversationState } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { Refusal } from '../receiving/refusal.ts';
import type { ConversationType } from '../sending/send-message.ts';
import type { Peer } from '../store/peers.ts';
import { agreementEffects } from './agreement.ts';
import { coreEffects } from './core.ts';
import type { ConversationEffects, Heard, HeardBetweenNodes, NodeEffects } from './effect.ts';
import { privacyEffects } from './privacy.ts';
import { transportEffects } from './transport.ts';
import { updateEffects } from './update.ts';

/** One table for all levels that this node speaks; a type that is not here is answered `not-understood`. */
const conversationEffects: ConversationEffects = { ...coreEffects, ...updateEffects, ...privacyEffects };

const nodeEffects: NodeEffects = { ...agreementEffects, ...transportEffects };

/** Whether a message belongs to a conversation and this node does something with it. */
export const isOfConversation = (type: AnyMessage['header']['type']): type is ConversationType =>
  messageTable[type].conversation && type in conversationEffects;

type AnyConversationEffect = (tx: Tx, heard: Heard, before: ConversationState) => Promise<void>;
type AnyNodeEffect = (tx: Tx, heard: HeardBetweenNodes) => Promise<void>;

/** Does what an authenticated message of a conversation does here; throws a Refusal when it cannot. */
export async function haveEffect(tx: Tx, heard: Heard, before: ConversationState): Promise<void> {
  const effect = conversationEffects[heard.message.header.type] as AnyConversationEffect;
  await effect(tx, heard, before);
}

/** The same for a message about no lead. Error `not-understood` for what is no request, or of a level this node does not speak. */
export async function haveEffectBetweenNodes(
  tx: Tx,
  heard: { peer: Peer; message: AnyMessage; digest: string; kid: string; document: string },
): Promise<void> {
  const { type } = heard.message.header;
  const effect = (nodeEffects as Partial<Record<typeof type, AnyNodeEffect>>)[type];
  if (!effect) throw new Refusal('not-understood', `${type} is nothing this node acts on.`);
  await effect(tx, heard);
}
