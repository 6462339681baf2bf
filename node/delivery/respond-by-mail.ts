import { transact, type Context, type Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { withIdempotency } from '../kernel/idempotency.ts';
import { intend } from '../kernel/jobs.ts';
import type { OfferedLead } from './offered-lead.ts';
import { readAnswer, type Answer } from './read-answer.ts';
import { readAnswerMail } from './read-answer-mail.ts';
import { readStatus } from './read-status.ts';
import { isGoneFrom, mayReport, reportStatus, type SaidStatus } from './report-status.ts';
import { accept, getOfferByToken, reject, type ResponseOutcome } from './respond.ts';

/**
 * Acts on a mail that answers an offer. It counts only when it went to the offer's reply address and comes from the address
 * on file; what follows goes to that address alone. The same mail again gets its first outcome and no second mail. What a
 * program sent is `ignored`, and never answered. Throws `link-unknown`, `answer-ambiguous`, `sender-unknown`,
 * `idempotency-conflict` for another mail under the same Message-ID.
 */
export async function respondByMail(ctx: Context, raw: Uint8Array): Promise<ResponseOutcome | 'ignored'> {
  const mail = await readAnswerMail(raw);
  if (mail.automatic) return 'ignored';
  const [token = '', another] = mail.tokens;
  if (another !== undefined)
    throw new CodedError('answer-ambiguous', 422, 'The mail answers several offers at once; answer one by one.');
  const offered = await getOfferByToken(ctx, token);
  if (mail.from !== offered.to.email)
    throw new CodedError('sender-unknown', 403, 'The answer does not come from the address the offer was sent to.');
  const status = offered.to.user ? undefined : readStatus(mail.text);
  const answer = status ? ({ kind: 'status', ...status } as const) : readAnswer(mail.text);
  const once = { scope: `mail-answer:${offered.recipient.id}`, key: mail.key, digest: JSON.stringify(answer) };
  return transact(ctx, (tx) => withIdempotency(tx, once, () => carryOut(tx, offered, answer)));
}

type Said = Answer | ({ readonly kind: 'status' } & SaidStatus);

async function carryOut(tx: Tx, offered: OfferedLead, answer: Said): Promise<ResponseOutcome> {
  if (answer.kind === 'status') return takeStatus(tx, offered, answer);
  if (answer.kind === 'unclear') {
    // Asked back once: whoever answers without reading, a program perhaps, is not asked for ever.
    const once = { scope: 'unclear-answer', key: offered.recipient.id, digest: '' };
    await withIdempotency(tx, once, () => tellOutcome(tx, offered, 'unclear').then(() => true));
    return 'unclear';
  }
  const outcome = answer.kind === 'accept' ? await accept(tx, offered) : await reject(tx, offered, answer);
  await tellOutcome(tx, offered, outcome);
  return outcome;
}

/** Only whoever holds the lead says what became of it; from others it is no answer to an offer. */
async function takeStatus(tx: Tx, offered: OfferedLead, said: SaidStatus): Promise<ResponseOutcome> {
  const isTheirs = await mayReport(tx, offered);
  if (!isTheirs && !(await isGoneFrom(tx, offered))) return carryOut(tx, offered, { kind: 'unclear' });
  const { disposition, amount, note } = said;
  if (isTheirs) await reportStatus(tx, offered, { disposition, amount, note });
  const outcome = isTheirs ? 'noted' : 'too-late';
  await tellOutcome(tx, offered, outcome);
  return outcome;
}

async function tellOutcome(tx: Tx, { recipient }: OfferedLead, outcome: ResponseOutcome): Promise<void> {
  const { id: recipientId, userId, leadId } = recipient;
  const answerId = tx.ids.make('answer');
  await intend(tx, { kind: 'notify', payload: { kind: 'answered', userId, recipientId, leadId, outcome, answerId } });
}
