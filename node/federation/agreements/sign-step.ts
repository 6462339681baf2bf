import type { Agreement as Step } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { sendBetweenNodes } from '../sending/send-between-nodes.ts';
import type { Agreement } from '../store/agreements.ts';
import { recordStep } from './record-step.ts';

interface OwnStep {
  readonly peerId: string;
  readonly step: 'accept' | 'end';
  readonly endsAt?: string | undefined;
  readonly text?: string | undefined;
  readonly by?: string | undefined;
}

/**
 * Says to the partner, signed, that we accept a proposal or end what was proposed or agreed; answers when it was signed
 * (epoch milliseconds).
 */
export async function signStep(
  tx: Tx,
  version: Agreement,
  { peerId, step, endsAt, text, by }: OwnStep,
): Promise<number> {
  const body: Step = {
    step,
    agreementId: version.agreementId,
    proposal: version.digest,
    ...(endsAt !== undefined && { endsAt }),
    ...(text !== undefined && { text }),
  };
  const sent = await sendBetweenNodes(tx, peerId, { type: 'Agreement', body });
  await recordStep(tx, version, { step, ...sent, signedBy: 'us', endsAt, by });
  return sent.createdAt;
}
