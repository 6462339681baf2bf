import PostalMime, { type Address, type Email } from 'postal-mime';
import { checkLead, ProtocolError, type Lead } from '../../protocol/index.ts';
import { canonicalContact, type CleansingOptions } from '../cleansing/canonical-contact.ts';
import { decodeText } from './decode-text.ts';
import { clipText, oneLine } from './lead-draft.ts';
import { textOfHtml } from './loose-markup.ts';
import { isReachable } from './map-row.ts';
import { isTestLead, readAdf } from './read-adf.ts';
import { readContactMail, type ContactMail, type MailParties } from './read-contact-mail.ts';
import { readDateTime } from './read-date-time.ts';

/** Why a mail waits for a person instead of becoming a lead. */
export type TrayReason = 'no-lead-found' | 'incomplete' | 'does-not-fit' | 'automatic-reply' | 'unreadable';

export interface MailLead {
  readonly document: Lead;
  readonly test: boolean;
  /** ADF `status="resend"`. */
  readonly resent: boolean;
  /** The part of the message that is about this person only, when there is one: ADF markup. */
  readonly source?: string;
}

export interface ReadMail {
  readonly subject: string;
  readonly from?: string | undefined;
  readonly leads: readonly MailLead[];
  /** What a person should look at: why, and what was understood so far. */
  readonly unclear: readonly { readonly reason: TrayReason; readonly path?: string; readonly draft: Lead }[];
}

export interface MailOptions extends CleansingOptions {
  campaign?: string | undefined;
}

const mailboxOf = (address: Address | undefined): { name: string; address: string } | undefined => {
  const mailbox = address?.group ? address.group[0] : address;
  return mailbox?.address ? { name: mailbox.name, address: mailbox.address } : undefined;
};
const mailboxesOf = (addresses: readonly Address[] = []): string[] =>
  addresses.flatMap((address) =>
    (address.group ?? [address]).flatMap(({ address: text }) => (text ? [text.toLowerCase()] : [])),
  );

const headerOf = (mail: Email, key: string): string => mail.headers.find((header) => header.key === key)?.value ?? '';

/** Absences and bounces are no requests, whatever they quote. */
const isAutomaticReply = (mail: Email): boolean =>
  /auto-replied/i.test(headerOf(mail, 'auto-submitted')) ||
  headerOf(mail, 'x-autoreply') !== '' ||
  /multipart\/report/i.test(headerOf(mail, 'content-type')) ||
  /^(?:automatic reply|auto(?:matische antwort|reply|-reply)|out of (?:the )?office|abwesenheits|undelivered mail|delivery status notification|mail delivery (?:failed|subsystem))/i.test(
    mail.subject ?? '',
  );

function partiesOf(mail: Email): MailParties {
  return {
    subject: mail.subject ?? '',
    from: mailboxOf(mail.from),
    replyTo: mailboxOf(mail.replyTo?.[0]),
    others: [
      ...mailboxesOf(mail.to),
      ...mailboxesOf(mail.cc),
      ...(mail.deliveredTo ? [mail.deliveredTo.toLowerCase()] : []),
    ],
  };
}

/** Texts that may hold ADF: the bodies and attached XML or text files. */
function textsOf(mail: Email): string[] {
  const attached = mail.attachments
    .filter(
      ({ mimeType, filename }) =>
        /xml|adf|text\/plain|octet-stream/i.test(mimeType) && !/\.(?:pdf|png|jpe?g|zip)$/i.test(filename ?? ''),
    )
    .map(({ content }) => (typeof content === 'string' ? content : new TextDecoder().decode(content)));
  return [...attached, mail.text ?? '', mail.html ?? ''].filter((text) => /adf|prospect/i.test(text));
}

/** The same prospect in the text and in the HTML of a mail is one. */
function prospectsOf(mail: Email): MailLead[] {
  const seen = new Set<string>();
  return textsOf(mail)
    .flatMap((text) => readAdf(text))
    .filter(({ document }) => {
      const { contact, source } = document;
      const key = JSON.stringify([
        source?.externalId,
        contact?.emails,
        contact?.phones,
        contact?.familyName ?? contact?.fullName,
        document.createdAt,
      ]);
      return !seen.has(key) && seen.add(key);
    });
}

/** The better reading of the two bodies: the one that reaches the person, by labels if possible. */
function contactOf(mail: Email, parties: MailParties): ContactMail {
  const rank = ({ evidence }: ContactMail): number =>
    ['none', 'sender', 'text', 'sentence', 'labels'].indexOf(evidence);
  const bodies = [mail.text?.trim() ?? '', mail.html ? textOfHtml(mail.html) : ''].filter((text) => text !== '');
  const readings = (bodies.length > 0 ? bodies : ['']).map((text) => readContactMail(text, parties));
  return readings.reduce((best, reading) => (rank(reading) > rank(best) ? reading : best));
}

function complete(document: Lead, mail: Email, parties: MailParties, options: MailOptions): Lead {
  const source = document.source ?? {};
  const sentAt = readDateTime(
    headerOf(mail, 'date')
      .slice(0, 200)
      .replace(/\s*\([^)]*\)\s*$/, ''),
  );
  const name = source.name ?? (parties.from?.name.trim() || parties.from?.address.split('@')[1]);
  return {
    ...document,
    ...(document.createdAt === undefined && sentAt !== undefined && { createdAt: sentAt }),
    source: {
      ...source,
      kind: 'e-mail',
      ...(name && { name: clipText(oneLine(name), 300) }),
      ...campaignOf(document, options),
    },
  };
}

/** The parser takes some microseconds a line, so a message of nothing but line ends would hold up everyone. */
const mostLines = 200_000;

async function parse(bytes: Uint8Array): Promise<Email | undefined> {
  let lines = 0;
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) if (++lines > mostLines) return undefined;
  try {
    return await PostalMime.parse(bytes, { maxNestingDepth: 30 });
  } catch {
    return undefined;
  }
}

/** An ADF document by itself, without the mail around it, as gateways and people hand it in. */
function bareText(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 200))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  return /^\s*</.test(head) || /^(?:\xff\xfe|\xfe\xff)/.test(head) ? decodeText(bytes).text : undefined;
}

function readBare(text: string, options: MailOptions): ReadMail {
  const outcomes = readAdf(text).map(({ document, ...rest }) => {
    const source = { ...document.source, kind: 'other' as const, ...campaignOf(document, options) };
    return judge({ ...rest, document: { ...document, source } }, true, options);
  });
  if (outcomes.length === 0) outcomes.push({ unclear: { reason: 'no-lead-found', draft: {} } });
  return { subject: '', ...sortOut(outcomes) };
}

const campaignOf = ({ source }: Lead, { campaign }: MailOptions): { campaign?: string } =>
  source?.campaign === undefined && campaign !== undefined ? { campaign } : {};

const sortOut = (outcomes: readonly Outcome[]): Pick<ReadMail, 'leads' | 'unclear'> => ({
  leads: outcomes.flatMap((outcome) => ('lead' in outcome ? [outcome.lead] : [])),
  unclear: outcomes.flatMap((outcome) => ('unclear' in outcome ? [outcome.unclear] : [])),
});

type Outcome = { lead: MailLead } | { unclear: ReadMail['unclear'][number] };

function judge(found: MailLead, sure: boolean, options: MailOptions): Outcome {
  const draft = canonicalContact(found.document, options);
  const { contact } = draft;
  const named = contact?.fullName ?? contact?.givenName ?? contact?.familyName;
  if (!sure) return { unclear: { reason: named && !contact?.emails ? 'incomplete' : 'no-lead-found', draft } };
  if (!isReachable(draft, options)) return { unclear: { reason: 'incomplete', draft } };
  try {
    return { lead: { ...found, document: checkLead(draft) } };
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { unclear: { reason: 'does-not-fit', draft, ...(error.path !== undefined && { path: error.path }) } };
  }
}

/**
 * Reads one raw RFC 822 message, or an ADF document by itself: ADF in its body, HTML or attachments, else the notification of a form or portal. What is
 * not certain comes as `unclear`, for a person; nothing is dropped. Never throws on any bytes.
 */
export async function readMail(bytes: Uint8Array, options: MailOptions = {}): Promise<ReadMail> {
  const bare = bareText(bytes);
  if (bare !== undefined) return readBare(bare, options);
  const mail = await parse(bytes);
  if (!mail) return { subject: '', leads: [], unclear: [{ reason: 'unreadable', draft: {} }] };
  const parties = partiesOf(mail);
  const head = { subject: mail.subject ?? '', from: parties.from?.address };
  const automatic = isAutomaticReply(mail);
  const prospects = automatic ? [] : prospectsOf(mail);
  const outcomes: Outcome[] = prospects.map((found) =>
    judge({ ...found, document: complete(found.document, mail, parties, options) }, true, options),
  );
  if (prospects.length === 0) {
    const { document, evidence } = contactOf(mail, parties);
    const found = { document: complete(document, mail, parties, options), test: isTestLead(document), resent: false };
    const outcome = judge(found, evidence === 'labels' || evidence === 'sentence' || evidence === 'text', options);
    outcomes.push(
      automatic
        ? { unclear: { reason: 'automatic-reply', draft: canonicalContact(found.document, options) } }
        : outcome,
    );
  }
  return { ...head, ...sortOut(outcomes) };
}
