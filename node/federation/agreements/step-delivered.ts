import type { Tx } from '../../kernel/context.ts';
import { findAgreement, findAgreementDocument, updateAgreement } from '../store/agreements.ts';
import type { OutboxMessage } from '../store/outbox.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { tellPartnerNews } from '../peers/tell-partner-news.ts';

type Delivered = Pick<OutboxMessage, 'peerId' | 'messageId'>;

/** The partner's node has a step of ours: an acceptance is known to both sides now. */
export async function onStepReceipted(tx: Tx, message: Delivered): Promise<void> {
  const { step, version } = await findStep(tx, message);
  if (step !== 'accept' || version?.settledAt !== null) return;
  await updateAgreement(tx, version, { settledAt: tx.clock.now() });
}

/**
 * The partner's node never answered a step of ours. An acceptance binds us, for it may have arrived, but we offer nothing under it;
 * a person may send it again. A proposal was none, and an end holds here all the same.
 */
export async function onStepDead(tx: Tx, message: Delivered): Promise<void> {
  const { step } = await findStep(tx, message);
  if (step !== 'accept') return onStepRefused(tx, message, 'expired');
  await tellPartnerNews(tx, { peerId: message.peerId, news: 'agreement-unanswered', reason: 'expired' });
}

/** The partner's node refused a step of ours: a proposal was none, and an acceptance binds nobody. An end holds here all the same. */
export async function onStepRefused(tx: Tx, message: Delivered, code: string): Promise<void> {
  const { peerId } = message;
  const { step, version } = await findStep(tx, message);
  if (!version || version.settledAt !== null || step === 'end') return;
  await updateAgreement(tx, version, { acceptedAt: null, refusedFor: code });
  await tellPeerChange(tx, peerId);
  await tellPartnerNews(tx, { peerId, news: 'agreement-refused', reason: code });
}

async function findStep(tx: Tx, { peerId, messageId }: Delivered) {
  const signed = await findAgreementDocument(tx, peerId, messageId);
  return { step: signed?.step, version: signed && (await findAgreement(tx, peerId, signed.proposal)) };
}
