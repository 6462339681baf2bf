import type { Tx } from '../../kernel/context.ts';
import type { Agreement } from '../store/agreements.ts';

/** A version of an agreement that one side proposed this moment, and nobody has answered. */
export const newProposal = (
  tx: Tx,
  facts: Pick<Agreement, 'peerId' | 'digest' | 'agreementId' | 'proposedBy' | 'terms' | 'words'>,
): Agreement => ({
  id: tx.ids.make('agreement'),
  ...facts,
  proposedAt: tx.clock.now(),
  acceptedAt: null,
  settledAt: null,
  endsAt: null,
  endedBy: null,
  refusedFor: null,
});
