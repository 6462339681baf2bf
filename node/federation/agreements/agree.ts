import type { AgreementTerms } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { sendBetweenNodes } from '../sending/send-between-nodes.ts';
import { getAgreement, insertAgreement, listAccepted, updateAgreement } from '../store/agreements.ts';
import type { Agreement } from '../store/agreements.ts';
import { getPeer } from '../store/peers.ts';
import { checkTerms } from './check-terms.ts';
import { countEnd } from './count-end.ts';
import { decideState } from './decide-standing.ts';
import { newProposal } from './new-proposal.ts';
import { recordStep } from './record-step.ts';
import { signStep } from './sign-step.ts';

/** `by`, here and below: the administrator who says so. */
interface Saying {
  readonly peerId: string;
  readonly by?: string | undefined;
  /** In words, for the people on the other side. */
  readonly text?: string | undefined;
}

interface Proposal extends Saying {
  readonly terms: AgreementTerms;
  /** Of the agreement this would be a new version of. */
  readonly agreementId?: string | undefined;
}

/**
 * Proposes terms to a partner, signed. Errors: `not-found`, `peer-not-active`, `terms-invalid`. The partner may not speak
 * of agreements: then the proposal becomes `refused`.
 */
export async function proposeAgreement(ctx: Context, proposal: Proposal): Promise<Agreement> {
  const { peerId, text, by, agreementId = `agreement-${ctx.ids.uuid()}` } = proposal;
  const terms = checkTerms(proposal.terms, ctx.clock.now());
  return transact(ctx, async (tx) => {
    await needActive(tx, peerId);
    const body = { step: 'propose', agreementId, terms, ...(text !== undefined && { text }) } as const;
    const sent = await sendBetweenNodes(tx, peerId, { type: 'Agreement', body });
    const version = newProposal(tx, {
      peerId,
      digest: sent.digest,
      agreementId,
      proposedBy: 'us',
      terms,
      words: text ?? null,
    });
    await insertAgreement(tx, version);
    await recordStep(tx, version, { step: 'propose', ...sent, signedBy: 'us', by });
    await tellPeerChange(tx, peerId);
    return version;
  });
}

interface Choice extends Saying {
  /** The version, by its id here. */
  readonly id: string;
}

/**
 * Accepts what a partner proposed: from now on it binds both. Errors: `not-found`, `peer-not-active`, `agreement-not-open`
 * (it is no open proposal of the partner), `agreement-outdated` (its time is over, or a later version is in force).
 */
export function acceptAgreement(ctx: Context, { peerId, id, by }: Choice): Promise<Agreement> {
  return transact(ctx, async (tx) => {
    await needActive(tx, peerId);
    const version = await getAgreement(tx, peerId, id);
    const now = tx.clock.now();
    const accepted = await listAccepted(tx, peerId);
    if (version.proposedBy === 'us' || decideState(version, accepted, now) !== 'proposed')
      throw conflict('agreement-not-open', 'This is no proposal of the partner that waits for an answer.');
    const change = { acceptedAt: now };
    if (['ended', 'superseded'].includes(decideState({ ...version, ...change }, accepted, now)))
      throw conflict('agreement-outdated', 'Its time is over, or a later version is in force.');
    await updateAgreement(tx, version, change);
    await signStep(tx, version, { peerId, step: 'accept', by });
    await tellPeerChange(tx, peerId);
    return { ...version, ...change };
  });
}

interface Ending extends Choice {
  /** Epoch milliseconds; now when absent or past. */
  readonly endsAt?: number | undefined;
}

/**
 * Ends an agreement, declines a partner's proposal, or takes back one of ours. What was released goes on. Errors:
 * `not-found`, `peer-not-active`, `agreement-over`.
 */
export function endAgreement(ctx: Context, { peerId, id, endsAt, text, by }: Ending): Promise<Agreement> {
  return transact(ctx, async (tx) => {
    await needActive(tx, peerId);
    const version = await getAgreement(tx, peerId, id);
    const now = tx.clock.now();
    const state = decideState(version, await listAccepted(tx, peerId), now);
    const at = state === 'active' ? Math.max(endsAt ?? now, now) : now;
    const later = version.endsAt !== null && version.endsAt <= at;
    if (state === 'refused' || state === 'ended' || later)
      throw conflict('agreement-over', 'This has ended, or will have by then.');
    const said = { peerId, step: 'end', endsAt: new Date(at).toISOString(), text, by } as const;
    const createdAt = await signStep(tx, version, said);
    const ended = await countEnd(tx, version, { endsAt: at, createdAt, endedBy: 'us' });
    await tellPeerChange(tx, peerId);
    return ended;
  });
}

async function needActive(tx: Tx, peerId: string): Promise<void> {
  const { state, kind } = await getPeer(tx, peerId);
  if (kind !== 'node') throw conflict('peer-without-node', 'Agreements are signed by nodes; this partner has none.');
  if (state !== 'active')
    throw conflict('peer-not-active', 'This partner is not active: nothing is exchanged with it.');
}
