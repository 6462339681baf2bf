import { html, page, type Html } from '../kernel/html.ts';
import { leadLines } from './lead-lines.ts';
import type { OfferedLead } from './offered-lead.ts';
import { describeDuration } from './plan-mail.ts';

/** Reasons a person can choose from, with the words of the page. */
export const rejectReasons = [
  ['not-a-fit', 'Not a fit for me'],
  ['no-capacity', 'No time right now'],
  ['out-of-territory', 'Outside my territory'],
  ['duplicate', 'We have this lead already'],
  ['already-customer', 'Already a customer'],
  ['not-reachable', 'Customer cannot be reached'],
  ['unclear', 'Too unclear'],
  ['other', 'Another reason'],
] as const;

const over: Readonly<Record<string, string>> = {
  accepted: 'You accepted this lead.',
  won: 'This lead is yours.',
  rejected: 'You passed on this lead.',
  expired: 'The offer closed before it was answered.',
  lost: 'This lead is no longer available.',
};

const facts = (offered: OfferedLead) =>
  html`<dl>
    ${leadLines(offered.lead ?? {}).map(
      ({ label, value }) =>
        html`<dt>${label}</dt>
          <dd>${value}</dd>`,
    )}
    ${offered.hidden.map(
      (label) =>
        html`<dt>${label}</dt>
          <dd class="soft">shown after you accept, if known</dd>`,
    )}
  </dl>`;

const forms = (action: string) =>
  html`<form method="post" action="${action}" class="card">
      <input type="hidden" name="answer" value="accept" /><button>Accept this lead</button>
    </form>
    <form method="post" action="${action}" class="card">
      <input type="hidden" name="answer" value="reject" />
      <label for="reason">Or pass on it, because</label>
      <select id="reason" name="reason">
        ${rejectReasons.map(([code, label]) => html`<option value="${code}">${label}</option>`)}
      </select>
      <label for="text">In your own words (optional)</label><input id="text" name="text" maxlength="500" />
      <p><button class="quiet">Reject</button></p>
    </form>`;

function frame(nodeName: string, title: string, body: Html): string {
  return page(
    title,
    html`<p class="soft">${nodeName}</p>
      ${body}`,
  );
}

/** The page behind an offer mail's link: shows the offer while it is open, and only what became of it afterwards. */
export function offerPage(
  nodeName: string,
  offered: OfferedLead,
  { action, now }: { action: string; now: number },
): string {
  const { title, recipient } = offered;
  if (recipient.state !== 'offered' || !offered.lead) {
    return frame(
      nodeName,
      title,
      html`<h1>${title}</h1>
        <p>${over[recipient.state] ?? 'This offer is over.'}</p>`,
    );
  }
  const closing =
    offered.closesAt > now
      ? `The offer closes in ${describeDuration(offered.closesAt - now)}.`
      : 'The offer has just closed.';
  const race =
    offered.mode === 'grab' ? 'It is up for grabs: the first to accept gets it.' : 'It is offered to you alone.';
  return frame(
    nodeName,
    title,
    html`<h1>${title}</h1>
      <p>${race} <b>${closing}</b></p>
      <section class="card">${facts(offered)}</section>
      ${forms(action)}`,
  );
}

/** What came of an answer, after the form was posted. */
export function outcomePage(
  nodeName: string,
  title: string,
  { sentence, link }: { sentence: string; link: string | undefined },
): string {
  const onward = link ? html`<p><a class="button" href="${link}">Open the lead</a></p>` : html``;
  return frame(
    nodeName,
    title,
    html`<h1>${title}</h1>
      <p role="status">${sentence}</p>
      ${onward}`,
  );
}
