import type { ErasureReason } from '../../../protocol/index.ts';
import { forgetRows } from '../../intake/store/lists.ts';
import { forgetTray } from '../../intake/store/tray.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { destroyContentKey } from '../../leads/content-key.ts';
import { eraseContent } from '../../leads/erase-lead.ts';
import type { LeadActor } from '../../leads/history.ts';
import { lockLead } from '../../leads/store.ts';
import { listRecipientsOfLead } from '../../routing/store/recipients.ts';
import { eraseFromRouting } from '../../routing/withdraw-lead.ts';
import { noteErasure } from '../restoration/erasures-file.ts';
import { listConversationsOf, updateConversation, type Conversation } from '../store/conversations.ts';
import { forgetConversation } from '../store/inbox.ts';
import { hasDeparted } from '../store/outbox.ts';
import {
  forgetReports,
  giveUpCancelled,
  listPrivacyRequestsOf,
  type PrivacyRequest,
} from '../store/privacy-requests.ts';
import { forgetQuestions } from '../store/questions.ts';
import { eraseWebhooks } from '../store/webhooks.ts';
import { askErasure } from './ask-erasure.ts';
import { askErasureAway } from './ask-erasure-away.ts';
import { cancelTold } from './cancel-told.ts';
import { overwriteErased } from './overwrite-erased.ts';

interface Erasing {
  readonly reason: ErasureReason;
  readonly actor: LeadActor;
  /** The request of another node that this follows. */
  readonly cause?: PrivacyRequest | undefined;
}

/** How long others have to answer where nobody says otherwise. */
const answerDays = 7;

/**
 * Deletes all content of a lead here, and asks every node that got it from us to do the same (binding for them), and the one
 * we have it from (a request, which people decide there). What stays are ids, digests, times, field paths and signatures.
 * Repeated: asks again those that did not say `done`. Throws `legal-hold`.
 */
export async function eraseLead(tx: Tx, leadId: string, { reason, actor, cause }: Erasing): Promise<void> {
  const { erasedAt, contentKeyId } = await lockLead(tx, leadId);
  const conversations = await listConversationsOf(tx, leadId);
  if (erasedAt === null) {
    await eraseContent(tx, leadId, { reason, actor });
    await eraseFromRouting(tx, leadId);
    await forgetTray(tx, leadId);
    await forgetRows(tx, leadId);
    await forgetQuestions(tx, leadId);
    await forgetReports(tx, leadId);
    await eraseWebhooks(
      tx,
      (await listRecipientsOfLead(tx, leadId)).map(({ id }) => id),
    );
    const by = actor.kind === 'user' ? actor.id : undefined;
    const { peerId: peer, conversationId: conversation, messageId: message, digest } = cause ?? {};
    await noteErasure(tx, { leadId, reason });
    await overwriteErased(tx, leadId);
    await appendLeaf(tx, 'lead-erased', { lead: leadId, reason, by, peer, conversation, message, digest });
  }
  const left: Conversation[] = [];
  for (const found of conversations) left.push(erasedAt === null ? await eraseConversation(tx, found) : found);
  if (erasedAt === null && contentKeyId !== null) await destroyContentKey(tx, contentKeyId);
  await askErasureAway(tx, leadId, { reason, actor, cause });
  await askOthers(tx, left, { reason, actor, cause });
}

/**
 * Under a legal hold all stays here. Whoever got the lead from us is bound all the same: the duty to keep it is ours, not
 * theirs.
 */
export async function eraseOnward(tx: Tx, leadId: string, erasing: Erasing): Promise<void> {
  const conversations = await listConversationsOf(tx, leadId);
  const onward = conversations.filter(({ side }) => side === 'offering');
  await askErasureAway(tx, leadId, { ...erasing, cause: erasing.cause });
  await askOthers(tx, onward, erasing);
}

/** Asks those that did not say `done`, nor are about to. */
async function askOthers(
  tx: Tx,
  conversations: readonly Conversation[],
  { reason, actor, cause }: Erasing,
): Promise<void> {
  const [first] = conversations;
  if (!first) return;
  const asked = await listPrivacyRequestsOf(tx, first.leadId);
  const answerBy = cause?.answerBy ?? tx.clock.now() + answerDays * dayMilliseconds;
  for (const conversation of conversations)
    if (await isToAsk(tx, conversation, { asked, cause }))
      await askErasure(tx, conversation, { reason, actor, answerBy, cause: cause?.id ?? null });
}

/** The documents of a conversation, and what commitments and digests could be guessed from. */
async function eraseConversation(tx: Tx, conversation: Conversation): Promise<Conversation> {
  await forgetConversation(tx, conversation);
  await cancelTold(tx, conversation);
  for (const requestId of await giveUpCancelled(tx, conversation))
    await intend(tx, { kind: 'settle-access', payload: { requestId } });
  const nothing = { offer: null, told: null, secret: null, hops: null, contentKeyId: null };
  return updateConversation(tx, conversation, { ...nothing, erasedAt: tx.clock.now() });
}

interface Asked {
  readonly asked: readonly PrivacyRequest[];
  readonly cause: PrivacyRequest | undefined;
}

/** Whoever may have something of it, and did not say that it is gone or about to be. */
async function isToAsk(tx: Tx, conversation: Conversation, { asked, cause }: Asked): Promise<boolean> {
  const { peerId, conversationId, side, state, deletedAt, releasedAt } = conversation;
  const here = (each: PrivacyRequest) => each.peerId === peerId && each.conversationId === conversationId;
  // A report of what is held says nothing of its end.
  const said = asked.filter((each) => each.ours && each.kind === 'erasure' && here(each));
  if (state === 'erased' || said.some(({ outcome }) => ['done', 'open', 'pending'].includes(outcome))) return false;
  if (side === 'holding') return releasedAt !== null && !(cause && here(cause));
  return deletedAt === null && hasDeparted(tx, conversation, 'Offer');
}
