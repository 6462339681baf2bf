import PostalMime from 'postal-mime';
import type { RejectReason } from '../../protocol/index.ts';
import { transact, type Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { claimOffer } from '../routing/claim-offer.ts';
import type { ClaimOutcome } from '../routing/decide-late-answer.ts';
import { rejectOffer, type RejectOutcome } from '../routing/reject-offer.ts';
import { findOfferedLead, type OfferedLead } from './offered-lead.ts';
import { readAnswer, type Answer } from './read-answer.ts';
import { readResponseToken } from './response-token.ts';

/** What came of an answer: of a claim its outcome, else what was said. */
export type ResponseOutcome = ClaimOutcome | RejectOutcome | 'unclear';

const unknownLink = () => new CodedError('link-unknown', 404, 'This link is not one of ours, or was cut off.');

/** The offer behind a link's token. Throws `link-unknown`. */
export async function getOfferByToken(ctx: Context, token: string): Promise<OfferedLead> {
  const recipientId = readResponseToken(ctx.keys.secret, token);
  const offered = recipientId === undefined ? undefined : await findOfferedLead(ctx, recipientId);
  if (!offered) throw unknownLink();
  return offered;
}

export async function acceptByLink(ctx: Context, offered: OfferedLead): Promise<ResponseOutcome> {
  const { recipient, round } = offered;
  const { outcome } = await transact(ctx, (tx) => claimOffer(tx, { recipientId: recipient.id, round }));
  return outcome;
}

export async function rejectByLink(
  ctx: Context,
  offered: OfferedLead,
  { reason, text }: { reason: RejectReason; text?: string },
): Promise<ResponseOutcome> {
  const recipientId = offered.recipient.id;
  const { outcome } = await transact(ctx, (tx) => rejectOffer(tx, { recipientId, reason, text }));
  return outcome;
}

const tokenIn = (address: string) => /^reply\+([^@]+)@/i.exec(address)?.[1];

function carryOut(ctx: Context, offered: OfferedLead, answer: Answer): Promise<ResponseOutcome> {
  if (answer.kind === 'accept') return acceptByLink(ctx, offered);
  if (answer.kind === 'reject') return rejectByLink(ctx, offered, answer);
  return Promise.resolve('unclear');
}

const told: Readonly<Record<ResponseOutcome, string>> = {
  won: 'You were first. The details follow in a mail of their own as soon as they are released.',
  'already-yours': 'You have already accepted this lead.',
  taken: 'Somebody else was first. Nothing is left for you to do.',
  expired: 'The offer had already closed.',
  recalled: 'The offer was taken back.',
  rejected: 'Noted: you pass on this lead.',
  'already-rejected': 'You have already passed on this lead.',
  'too-late': 'The offer was over before your answer. Nothing is left for you to do.',
  unclear: 'We could not read your answer. Please answer with ACCEPT, or with REJECT and a reason, in the first line.',
};

/**
 * Acts on a mail that answers an offer. It counts only when it holds the offer's token and comes from the address on file;
 * what follows goes to that address alone. Throws `link-unknown`, `sender-unknown`.
 */
export async function respondByMail(ctx: Context, raw: Uint8Array): Promise<ResponseOutcome> {
  const mail = await PostalMime.parse(raw);
  const addresses = [...(mail.to ?? []), ...(mail.cc ?? [])].flatMap((entry) => entry.address ?? []);
  const token = [...addresses, mail.deliveredTo ?? ''].map(tokenIn).find((found) => found !== undefined);
  const offered = await getOfferByToken(ctx, token ?? '');
  if (mail.from?.address?.toLowerCase() !== offered.user.email.toLowerCase())
    throw new CodedError('sender-unknown', 403, 'The answer does not come from the address the offer was sent to.');
  const outcome = await carryOut(ctx, offered, readAnswer(mail.text ?? ''));
  await ctx.mail.send({
    id: `${offered.recipient.id}-answer-${ctx.ids.make('mail')}`,
    to: offered.user.email,
    subject: `Re: ${offered.title}`.replace(/\s+/g, ' ').slice(0, 120),
    text: `${told[outcome]}\n\n${ctx.config.name}\n`,
  });
  return outcome;
}

/** The sentence a person reads about an outcome. */
export const describeOutcome = (outcome: ResponseOutcome) => told[outcome];
