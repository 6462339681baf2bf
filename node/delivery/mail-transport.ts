import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import nodemailer from 'nodemailer';
import type { Config } from '../kernel/config.ts';
import { CodedError } from '../kernel/errors.ts';
import type { MailTransport, OutgoingMail } from '../kernel/mail.ts';

const forbidden = /[\r\n\0]/;

/** nodemailer's shape of a mail. A line break in a header field is refused: it would start a header of its own. */
function compose(config: Config, mail: OutgoingMail) {
  for (const text of [mail.to, mail.subject, mail.replyTo ?? '', ...Object.values(mail.headers ?? {})]) {
    if (forbidden.test(text))
      throw new CodedError('mail-header-injection', 422, 'A mail header may not hold line breaks.');
  }
  return {
    messageId: `<${mail.id}@${config.nodeId}>`,
    from: { name: config.name, address: config.mailFrom },
    to: mail.to,
    replyTo: mail.replyTo,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: { 'Auto-Submitted': 'auto-generated', ...mail.headers },
  };
}

/** Folder of the mails a node without a mail server wrote, one `.eml` file each. */
export const mailboxFolder = (config: Config) => join(config.dataFolder, 'mailbox');

function folderTransport(config: Config): MailTransport {
  const composer = nodemailer.createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    async send(mail) {
      const { message } = await composer.sendMail(compose(config, mail));
      const folder = mailboxFolder(config);
      await mkdir(folder, { recursive: true });
      const path = join(folder, `${mail.id}.eml`);
      await writeFile(`${path}.part`, message as Buffer);
      await rename(`${path}.part`, path);
    },
  };
}

function smtpTransport(config: Config, url: string): MailTransport {
  const transport = nodemailer.createTransport({ url, connectionTimeout: 20_000, socketTimeout: 20_000 });
  return {
    async send(mail) {
      await transport.sendMail(compose(config, mail));
    },
  };
}

/** SMTP where a server is configured; otherwise mails are files in the data folder. */
export function makeMailTransport(config: Config): MailTransport {
  return config.smtpUrl ? smtpTransport(config, config.smtpUrl) : folderTransport(config);
}
