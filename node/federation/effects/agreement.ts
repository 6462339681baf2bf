import type { Tx } from '../../kernel/context.ts';
import { countEnd } from '../agreements/count-end.ts';
import { newProposal } from '../agreements/new-proposal.ts';
import { recordStep } from '../agreements/record-step.ts';
import { signStep } from '../agreements/sign-step.ts';
import { tellAgreement } from '../agreements/tell-agreement.ts';
import { Refusal } from '../receiving/refusal.ts';
import {
  countOpenProposals,
  findAgreement,
  insertAgreement,
  updateAgreement,
  type Agreement,
} from '../store/agreements.ts';
import type { HeardBetweenNodes, NodeEffects } from './effect.ts';

/** So many proposals of one partner may wait for an answer. */
const mostOpenProposals = 20;
const patienceSeconds = 24 * 3600;

type Heard = HeardBetweenNodes<'Agreement'>;

/** What a partner says about agreements. What holds is made of what both signed, so that crossing steps end alike on both sides. */
export const agreementEffects = {
  async Agreement(tx, heard) {
    const { step } = heard.message.body;
    const version = step === 'propose' ? await takeProposal(tx, heard) : await findQuoted(tx, heard);
    if (step === 'accept') await takeAcceptance(tx, heard, version);
    if (step === 'end') await takeEnd(tx, version, heard);
    const { peer, digest, document, message } = heard;
    const { messageId } = message.header;
    await recordStep(tx, version, { step, messageId, digest, document, signedBy: 'them', endsAt: message.body.endsAt });
    await tellAgreement(tx, peer.nodeId, step);
  },
} satisfies NodeEffects;

async function takeProposal(tx: Tx, { peer, message: { body }, digest }: Heard): Promise<Agreement> {
  const { agreementId, terms, text } = body;
  if (!terms) throw new Refusal('schema', 'A proposal needs terms.');
  if ((await countOpenProposals(tx, peer.nodeId, mostOpenProposals)) === mostOpenProposals)
    throw new Refusal('rate', 'Too many proposals wait for an answer.', { retryAfter: patienceSeconds });
  const version = newProposal(tx, {
    peerId: peer.nodeId,
    digest,
    agreementId,
    proposedBy: 'them',
    terms,
    words: text ?? null,
  });
  await insertAgreement(tx, version);
  return version;
}

async function findQuoted(tx: Tx, { peer, message: { body } }: Heard): Promise<Agreement> {
  const version = await findAgreement(tx, peer.nodeId, body.proposal ?? '');
  if (version?.agreementId !== body.agreementId)
    throw new Refusal('agreement-unknown', 'No proposal with this id and digest.');
  return version;
}

/** Ours is accepted. An end of ours that the partner may not have heard is said again. */
async function takeAcceptance(tx: Tx, { peer }: Heard, version: Agreement): Promise<void> {
  if (version.proposedBy === 'them')
    throw new Refusal('agreement-unknown', 'This is a proposal of yours: it is for this side to accept it.');
  const now = tx.clock.now();
  await updateAgreement(tx, version, { acceptedAt: version.acceptedAt ?? now, settledAt: version.settledAt ?? now });
  if (version.endedBy !== 'us' || version.acceptedAt !== null) return;
  const endsAt = new Date(version.endsAt ?? now).toISOString();
  await signStep(tx, version, { peerId: peer.nodeId, step: 'end', endsAt });
}

/**
 * Either side may end it; of several ends the earliest counts. What we have seen begin did begin, whenever the partner says it
 * signed the end: a false date brings no earlier version back.
 */
async function takeEnd(tx: Tx, version: Agreement, { message: { header, body } }: Heard): Promise<void> {
  const validFrom = Date.parse(version.terms.validFrom);
  const hasBegun = version.acceptedAt !== null && validFrom <= tx.clock.now();
  const said = body.endsAt === undefined ? undefined : Date.parse(body.endsAt);
  const endsAt = hasBegun ? Math.max(said ?? 0, validFrom) : said;
  await countEnd(tx, version, { endsAt, createdAt: Date.parse(header.created), endedBy: 'them' });
}
