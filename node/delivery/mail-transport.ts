import nodemailer from 'nodemailer';
import type { Config } from '../kernel/config.ts';
import { CodedError } from '../kernel/errors.ts';
import type { MailTransport, OutgoingMail } from '../kernel/mail.ts';
import { storeMail, trimMailbox } from './mailbox.ts';

const forbidden = /[\r\n\0]/;
/** Nothing of a mail is a file name or an address to fetch. */
const closed = { disableFileAccess: true, disableUrlAccess: true };

const mailsBetweenTrims = 100;

/** The Message-ID of a mail: the same each time it is sent. */
export const messageIdOf = ({ nodeId }: Pick<Config, 'nodeId'>, mailId: string) => `<${mailId}@${nodeId}>`;

/** nodemailer's shape of a mail. A line break in a header field is refused: it would start a header of its own. */
function compose(config: Config, mail: OutgoingMail) {
  for (const text of [mail.to, mail.subject, mail.replyTo ?? '', ...Object.values(mail.headers ?? {})]) {
    if (forbidden.test(text))
      throw new CodedError('mail-header-injection', 422, 'A mail header may not hold line breaks.');
  }
  return {
    ...closed,
    messageId: messageIdOf(config, mail.id),
    from: { name: config.name, address: config.mailFrom },
    // Names with empty text are addresses as they are: nothing in them is parsed as a list.
    to: { name: '', address: mail.to },
    ...(mail.replyTo !== undefined && { replyTo: { name: config.name, address: mail.replyTo } }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    // Programs must not answer programs: RFC 3834, and Exchange's word for it.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All', ...mail.headers },
  };
}

function folderTransport(config: Config): MailTransport {
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  let sent = 0;
  return {
    async send(mail) {
      const { message } = await composer.sendMail(compose(config, mail));
      await storeMail(config, mail.id, message as Buffer);
      if (sent++ % mailsBetweenTrims === 0) await trimMailbox(config);
    },
  };
}

interface SmtpError {
  readonly code?: string;
  readonly responseCode?: number;
}

/**
 * What a failed delivery means for the next attempt: `mail-refused` stays so, `mail-server-unavailable` may pass. Replies of
 * servers quote addresses, so only their code is kept.
 */
function toCoded(error: unknown): unknown {
  const { code, responseCode } = error as SmtpError;
  if (!(error instanceof Error) || code === undefined) return error;
  const said = responseCode === undefined ? code : `${code} ${responseCode}`;
  const final = ['EENVELOPE', 'EMESSAGE'].includes(code) && !(responseCode !== undefined && responseCode < 500);
  return final
    ? new CodedError('mail-refused', 422, `The mail server refuses this mail for good (${said}).`)
    : new CodedError('mail-server-unavailable', 503, `The mail server did not take the mail now (${said}).`);
}

function smtpTransport(config: Config, url: string): MailTransport {
  const patience = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000, dnsTimeout: 10_000 };
  const transport = nodemailer.createTransport({ url, ...patience });
  return {
    async send(mail) {
      await transport.sendMail(compose(config, mail)).catch((error: unknown) => {
        throw error instanceof CodedError ? error : toCoded(error);
      });
    },
  };
}

/**
 * SMTP where a server is configured; otherwise mails are files in the data folder. Sending throws `mail-header-injection`,
 * `mail-refused`, `mail-server-unavailable`.
 */
export function makeMailTransport(config: Config): MailTransport {
  return config.smtpUrl ? smtpTransport(config, config.smtpUrl) : folderTransport(config);
}
