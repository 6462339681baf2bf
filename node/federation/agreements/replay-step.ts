import type { Message } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { sendBetweenNodes } from '../sending/send-between-nodes.ts';
import { findAgreement } from '../store/agreements.ts';
import { recordStep } from './record-step.ts';

/**
 * Signs and sends again what nobody answered: an acceptance, which binds us whether it was heard or not, or an end. Answers the
 * new message's id; undefined where that means nothing any more. A proposal is made anew, with its time.
 */
export async function replayStep(
  tx: Tx,
  { header, body }: Message<'Agreement'>,
  by: string | undefined,
): Promise<string | undefined> {
  const { step, proposal, endsAt } = body;
  const version = await findAgreement(tx, header.to, proposal ?? '');
  if (!version || step === 'propose') return undefined;
  const { acceptedAt, settledAt, endsAt: over } = version;
  if (step === 'accept' && (acceptedAt === null || settledAt !== null || over !== null)) return undefined;
  const sent = await sendBetweenNodes(tx, header.to, { type: 'Agreement', body });
  await recordStep(tx, version, { step, ...sent, signedBy: 'us', endsAt, by });
  return sent.messageId;
}
