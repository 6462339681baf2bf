import { html, page } from '../kernel/html.ts';
import type { StoredMail } from './mailbox.ts';

const time = (at: number) => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
const receiver = ({ mail }: StoredMail) => mail.to?.map((entry) => entry.address ?? '').join(', ') ?? '';

/** The mails of a demonstration node, newest first. */
export function mailboxPage(nodeName: string, mails: readonly StoredMail[], pageNumber: number): string {
  const rows = mails.map(
    (stored) =>
      html`<tr>
        <td>
          <a href="/demo/mailbox/${stored.id}">${stored.mail.subject ?? '(no subject)'}</a><br />
          <span class="soft">to ${receiver(stored)} · ${time(stored.at)} UTC</span>
        </td>
      </tr>`,
  );
  const none = html`<p>No mail yet. Offers to representatives arrive here within seconds.</p>`;
  return page(
    `Mailbox of ${nodeName}`,
    html`<p class="soft">${nodeName}</p>
      <h1>Every mail this node sent</h1>
      <p class="soft">A demonstration sends no real mail. Links and answers work as they would.</p>
      ${
        rows.length > 0
          ? html`<table class="card">
              ${rows}
            </table>`
          : none
      }
      <p>
        ${pageNumber > 0 && html`<a href="/demo/mailbox?page=${pageNumber - 1}">Newer</a> `}
        ${rows.length > 0 && html`<a href="/demo/mailbox?page=${pageNumber + 1}">Older</a>`}
      </p>`,
  );
}

/** One mail as its reader sees it, with a box to answer. */
export function mailPage(nodeName: string, stored: StoredMail, sentence?: string): string {
  const { mail, id } = stored;
  const answerable = mail.replyTo?.[0]?.address !== undefined;
  const subject = mail.subject ?? '(no subject)';
  return page(
    subject,
    html`<p class="soft"><a href="/demo/mailbox">Mailbox of ${nodeName}</a></p>
      <h1>${subject}</h1>
      <p class="soft">to ${receiver(stored)} · ${time(stored.at)} UTC</p>
      ${sentence !== undefined && html`<p class="card" role="status">${sentence}</p>`}
      <iframe
        title="The mail"
        src="/demo/mailbox/${id}/body"
        sandbox="allow-top-navigation-by-user-activation"
      ></iframe>
      ${
        answerable &&
        html`<form method="post" action="/demo/mailbox/${id}/answer" class="card">
          <label for="text">Answer this mail</label>
          <textarea id="text" name="text" rows="3" maxlength="2000" placeholder="ACCEPT"></textarea>
          <p><button>Send the answer</button></p>
        </form>`
      }`,
  );
}
