import { createHash } from 'node:crypto';
import { transact, type Context, type Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { announce } from '../kernel/live-events.ts';
import type { LeadActor } from '../leads/history.ts';
import { receiveLead } from '../leads/receive-lead.ts';
import type { LeadOriginal } from '../leads/store.ts';
import { clipText, oneLine } from './lead-draft.ts';
import { readMail, type MailOptions, type ReadMail } from './read-mail.ts';
import { intendTrim } from './trim-intake.ts';
import { claimMail, getOutcome, insertTrayEntry, recordOutcome, type MailOutcome } from './store.ts';

const adfType = 'application/x-adf+xml';

/** The message as it came; of one that is about several people, the part about this one. */
const originalOf = (bytes: Buffer, part: string | undefined): LeadOriginal =>
  part === undefined
    ? { mediaType: /^(?:\xef\xbb\xbf)?\s*</.test(bytes.toString('latin1', 0, 200)) ? adfType : 'message/rfc822', bytes }
    : { mediaType: `${adfType}; charset=utf-8`, bytes: Buffer.from(part) };

async function putIntoTray(tx: Tx, mail: ReadMail, bytes: Buffer): Promise<string[]> {
  const ids: string[] = [];
  for (const { reason, path = null, draft } of mail.unclear) {
    const subject = clipText(oneLine(mail.subject.replaceAll('\0', ' ')), 300);
    const sender = mail.from === undefined ? null : clipText(mail.from.replaceAll('\0', ' '), 300);
    ids.push(await insertTrayEntry(tx, { reason, path, subject, sender, draft, bytes }));
  }
  if (ids.length > 0) await announce(tx, { kind: 'tray' });
  return ids;
}

/**
 * Takes in one raw message: its leads, or an entry of the tray for a person; both when it holds both. The same bytes again
 * answer the first outcome (`again`). The message, or the part of it about one of several people, is kept with every lead. Throws `empty-mail`.
 */
export async function receiveMail(
  ctx: Context,
  bytes: Buffer,
  options: MailOptions & { readonly actor?: LeadActor | undefined } = {},
): Promise<MailOutcome & { readonly again: boolean }> {
  if (bytes.length === 0) throw new CodedError('empty-mail', 422, 'The message is empty.');
  const mail = await readMail(bytes, options);
  const digest = createHash('sha256').update(bytes).digest('base64url');
  return transact(ctx, async (tx) => {
    if (!(await claimMail(tx, digest))) return { ...(await getOutcome(tx, digest)), again: true };
    const leadIds: string[] = [];
    for (const { document, test, source } of mail.leads) {
      const original = originalOf(bytes, mail.leads.length > 1 ? source : undefined);
      leadIds.push(await receiveLead(tx, { document, origin: 'local', test, original, actor: options.actor }));
    }
    const outcome = { leadIds, trayIds: await putIntoTray(tx, mail, bytes) };
    await recordOutcome(tx, digest, outcome);
    await intendTrim(tx);
    return { ...outcome, again: false };
  });
}
