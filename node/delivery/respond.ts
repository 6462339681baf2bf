import type { RejectReason } from '../../protocol/index.ts';
import { transact, type Context, type Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { claimOffer } from '../routing/claim-offer.ts';
import { rejectOffer } from '../routing/reject-offer.ts';
import { findOfferedLead, type OfferedLead } from './offered-lead.ts';
import { readResponseToken } from './response-token.ts';

/** What came of an answer. `too-late`: a refusal of what was over; `unclear`: a mail that says neither; `noted`: what became of a lead. */
export const responseOutcomes = [
  'won',
  'already-yours',
  'taken',
  'expired',
  'recalled',
  'rejected',
  'already-rejected',
  'too-late',
  'not-open-yet',
  'unclear',
  'noted',
] as const;
export type ResponseOutcome = (typeof responseOutcomes)[number];

const unknownLink = () => new CodedError('link-unknown', 404, 'This link is not one of ours, or was cut off.');

/**
 * The offer behind a link's token. Throws `link-unknown`, also when its reader takes no leads any more: who left must not read
 * on.
 */
export async function getOfferByToken(ctx: Context, token: string): Promise<OfferedLead> {
  const recipientId = readResponseToken(ctx.keys.secret, token);
  if (recipientId === undefined) throw unknownLink();
  const offered = await findOfferedLead(ctx, recipientId).catch((error: unknown) => {
    if (error instanceof CodedError && error.code === 'not-found') throw unknownLink();
    throw error;
  });
  if (!offered?.to.mayAnswer) throw unknownLink();
  return offered;
}

/** Errors of a claim that changed nothing and are an answer, too. */
const outcomeOfError: Readonly<Record<string, ResponseOutcome>> = {
  'already-rejected': 'already-rejected',
  'offer-not-open': 'not-open-yet',
};

/** Accepts an offer for its recipient. Throws `answered-meanwhile`. */
export async function accept(tx: Tx, { recipient, round }: OfferedLead): Promise<ResponseOutcome> {
  try {
    return (await claimOffer(tx, { recipientId: recipient.id, round })).outcome;
  } catch (error) {
    const outcome = error instanceof CodedError ? outcomeOfError[error.code] : undefined;
    if (outcome === undefined) throw error;
    return outcome;
  }
}

interface Refusal {
  readonly reason: RejectReason;
  readonly text?: string | undefined;
}

/** Declines an offer for its recipient. */
export async function reject(tx: Tx, { recipient }: OfferedLead, refusal: Refusal): Promise<ResponseOutcome> {
  const { reason, text } = refusal;
  return (await rejectOffer(tx, { recipientId: recipient.id, reason, text })).outcome;
}

export const acceptByLink = (ctx: Context, offered: OfferedLead) => transact(ctx, (tx) => accept(tx, offered));
export const rejectByLink = (ctx: Context, offered: OfferedLead, refusal: Refusal) =>
  transact(ctx, (tx) => reject(tx, offered, refusal));

const sentences: Readonly<Record<ResponseOutcome, string>> = {
  won: 'You were first. The details follow in a mail of their own as soon as they are released.',
  'already-yours': 'You have already accepted this lead.',
  taken: 'Somebody else was first. Nothing is left for you to do.',
  expired: 'The offer had already closed. Nothing is left for you to do.',
  recalled: 'The offer was taken back. Nothing is left for you to do.',
  rejected: 'Noted: you pass on this lead.',
  'already-rejected': 'You have already passed on this lead.',
  'too-late': 'It was over before your answer: this lead is not with you. Nothing is left for you to do.',
  'not-open-yet': 'The offer is not open yet. Please answer again once it is.',
  unclear: 'We could not read your answer. Please answer with ACCEPT, or with REJECT and a reason, in the first line.',
  noted: 'Noted, thank you. Answer again whenever there is something new.',
};

/** The sentence a person reads about an outcome. */
export const describeOutcome = (outcome: ResponseOutcome) => sentences[outcome];
