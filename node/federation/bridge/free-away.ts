import type { Tx } from '../../kernel/context.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getRecipient } from '../../routing/store/recipients.ts';
import { closeQuestion } from '../store/questions.ts';
import { withdrawPosted } from '../store/webhooks.ts';
import { findAsked } from './ask-away.ts';
import { freeByMail } from './offer-by-mail.ts';
import { closeByWebhook } from './offer-by-webhook.ts';
import { wayTo } from './way-to.ts';

/**
 * A lead was taken from a partner without its answer: where it has no node, it is told so, and nothing is asked of it any more.
 * What of the lead still waited for it does not leave. A partner with a node: changes nothing.
 */
export async function freeAway(tx: Tx, recipientId: string, actor: LeadActor): Promise<void> {
  const recipient = await getRecipient(tx, recipientId);
  const way = await wayTo(tx, recipient);
  if (way !== 'mail' && way !== 'webhook') return;
  const question = await findAsked(tx, recipient);
  if (question) await closeQuestion(tx, question.id, { state: 'void', by: actor });
  await withdrawPosted(tx, recipientId);
  if (way === 'mail') await freeByMail(tx, recipient);
  else await closeByWebhook(tx, recipient, 'recalled');
}
