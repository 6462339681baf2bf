import type { AgreementStep } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { insertAgreementDocument, type Agreement, type Side } from '../store/agreements.ts';

interface SignedStep {
  readonly step: AgreementStep;
  readonly messageId: string;
  readonly digest: string;
  /** The signed document. */
  readonly document: string;
  readonly signedBy: Side;
  readonly endsAt?: string | undefined;
  /** The administrator who said so here. */
  readonly by?: string | undefined;
}

/** Keeps the signed document of a step for ever, and says in the ledger that it was signed. */
export async function recordStep(tx: Tx, version: Agreement, signed: SignedStep): Promise<void> {
  const { peerId, agreementId, digest: proposal, terms } = version;
  const { step, messageId, digest, document, signedBy, endsAt, by } = signed;
  const [id, at] = [tx.ids.make('signed'), tx.clock.now()];
  await insertAgreementDocument(tx, { id, peerId, messageId, proposal, step, signedBy, at, document });
  const signature = { 'signed-by': signedBy === 'us' ? tx.config.nodeId : peerId, message: messageId, digest };
  await appendLeaf(tx, 'agreement-step', {
    ...{ peer: peerId, agreement: agreementId, proposal, step },
    ...signature,
    ...{ offers: terms.offers, 'valid-from': terms.validFrom, 'valid-until': terms.validUntil, 'ends-at': endsAt, by },
  });
}
