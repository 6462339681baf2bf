export interface OutgoingMail {
  /** Stable id: the same mail sent twice after a crash carries the same Message-ID. */
  id: string;
  to: string;
  replyTo?: string;
  subject: string;
  text: string;
  html?: string;
  headers?: Record<string, string>;
}
/** Where mail goes: SMTP, or the node's own mailbox table when no server is configured. */
export interface MailTransport {
  send(mail: OutgoingMail): Promise<void>;
}
