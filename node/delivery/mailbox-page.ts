import { html, page } from '../kernel/html.ts';
import { describeTime } from './describe-time.ts';
import { oneLine } from './lead-lines.ts';
import type { StoredMail } from './mailbox.ts';

const receiver = ({ mail }: StoredMail) => mail.to?.map((entry) => entry.address ?? '').join(', ') ?? '';
const subjectOf = ({ mail }: StoredMail) => oneLine(mail.subject ?? '') || '(no subject)';

const entry = (stored: StoredMail) =>
  html`<li>
    <a href="/demo/mailbox/${stored.id}"><b>${subjectOf(stored)}</b></a>
    <span class="soft">to ${receiver(stored)} · ${describeTime(stored.at)}</span>
  </li>`;

interface MailboxPage {
  readonly nodeName: string;
  readonly mails: readonly StoredMail[];
  /** From 0. */
  readonly number: number;
  /** Whether there are older mails. */
  readonly more: boolean;
}

/** The mails of a demonstration node, newest first. */
export function mailboxPage({ nodeName, mails, number, more }: MailboxPage): string {
  const none = html`<p class="card">No mail yet. Offers to representatives arrive here within seconds.</p>`;
  const list = html`<ul class="card list">
    ${mails.map(entry)}
  </ul>`;
  return page(
    `Mailbox of ${nodeName}`,
    html`<p class="brand">${nodeName}</p>
      <h1>Every mail this node sent</h1>
      <p class="soft">A demonstration sends no real mail. Links and answers work as they would.</p>
      ${mails.length > 0 ? list : none}
      <nav class="row" aria-label="Pages of the mailbox">
        ${number > 0 && html`<a class="button quiet" href="/demo/mailbox?page=${number - 1}">Newer</a>`}
        ${more && html`<a class="button quiet" href="/demo/mailbox?page=${number + 1}">Older</a>`}
        <a class="button quiet" href="/demo/mailbox">Look again</a>
      </nav>`,
  );
}

const answerForm = (id: string) =>
  html`<form method="post" action="/demo/mailbox/${id}/answer" class="card">
    <label for="text">Answer this mail</label>
    <textarea id="text" name="text" rows="3" maxlength="2000" required aria-describedby="hint"></textarea>
    <p class="soft" id="hint">As the mail says: ACCEPT, or REJECT and a reason.</p>
    <p><button>Send the answer</button></p>
  </form>`;

/** About the height of a mail in pixels: pages without scripts cannot measure it, and a frame too long is better than one cut off. */
function heightOf({ mail }: StoredMail): number {
  const lines = (mail.text ?? '').split('\n').reduce((sum, line) => sum + Math.ceil(line.length / 44), 0);
  return Math.min(1_600, 210 + lines * 30);
}

/** One mail as its reader sees it, with a box to answer. */
export function mailPage(nodeName: string, stored: StoredMail, sentence?: string): string {
  const answerable = stored.mail.replyTo?.[0]?.address !== undefined;
  return page(
    subjectOf(stored),
    html`<p class="brand"><a href="/demo/mailbox">Mailbox of ${nodeName}</a></p>
      <h1>${subjectOf(stored)}</h1>
      <p class="soft">to ${receiver(stored)} · ${describeTime(stored.at)}</p>
      ${sentence !== undefined && html`<p class="card" role="status">${sentence}</p>`}
      <iframe
        title="The mail"
        height="${heightOf(stored)}"
        src="/demo/mailbox/${stored.id}/body"
        sandbox="allow-top-navigation-by-user-activation"
      ></iframe>
      ${answerable && answerForm(stored.id)}`,
  );
}
