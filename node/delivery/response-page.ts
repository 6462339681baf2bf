import type { RejectReason } from '../../protocol/index.ts';
import { html, page, type Html } from '../kernel/html.ts';
import { describeClosing } from './describe-time.ts';
import { leadLines } from './lead-lines.ts';
import { isOpen, type OfferedLead } from './offered-lead.ts';
import { describeHidden, describeRace } from './plan-mail.ts';

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
] as const satisfies readonly (readonly [RejectReason, string])[];

const over: Readonly<Record<OfferedLead['recipient']['state'], readonly [title: string, sentence: string]>> = {
  offered: ['This offer has closed', 'Nobody answered it in time. Nothing is left for you to do.'],
  accepted: ['You accepted this lead', 'It is yours as soon as the partner it comes from releases it.'],
  won: ['This lead is yours', 'The details went to your mail address.'],
  rejected: ['You passed on this lead', 'Nothing is left for you to do.'],
  expired: ['This offer has closed', 'It was not answered in time. Nothing is left for you to do.'],
  lost: ['This lead is no longer available', 'Nothing is left for you to do.'],
};

interface PageFrame {
  readonly nodeName: string;
  readonly title: string;
  readonly body: Html;
}

const frame = ({ nodeName, title, body }: PageFrame) =>
  page(
    title,
    html`<p class="brand">${nodeName}</p>
      <h1>${title}</h1>
      ${body}`,
  );

const facts = (offered: OfferedLead): Html =>
  html`<dl>
    ${leadLines(offered.lead ?? {}, offered.maskedFields).map(
      ({ label, value, partly }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>${value}${partly && html` <span class="soft">(in part)</span>`}</dd>
        </div>`,
    )}
  </dl>`;

const acceptForm = (action: string) =>
  html`<form method="post" action="${action}" class="at-hand">
    <input type="hidden" name="answer" value="accept" /><button class="wide">Accept this lead</button>
  </form>`;

const rejectForm = (action: string) =>
  html`<details class="card">
    <summary>Pass on this lead</summary>
    <form method="post" action="${action}">
      <input type="hidden" name="answer" value="reject" />
      <label for="reason">Because</label>
      <select id="reason" name="reason">
        ${rejectReasons.map(([code, label]) => html`<option value="${code}">${label}</option>`)}
      </select>
      <label for="text">In your own words <span class="soft">(optional)</span></label
      ><input id="text" name="text" maxlength="500" autocomplete="off" />
      <p><button class="quiet wide">Reject</button></p>
    </form>
  </details>`;

interface OfferPageOptions {
  readonly nodeName: string;
  /** Where the forms post to. */
  readonly action: string;
  readonly now: number;
}

/** The page behind an offer mail's link: the offer while it is open; afterwards what became of it, and no customer data. */
export function offerPage(offered: OfferedLead, { nodeName, action, now }: OfferPageOptions): string {
  if (!isOpen(offered, now)) {
    const { state, leadId } = offered.recipient;
    const [title, sentence] = over[state];
    const mine = state === 'won' || state === 'accepted';
    const away = state === 'accepted' && !offered.to.user;
    return outcomePage({
      nodeName,
      title,
      sentence: away ? 'The details are on their way to your mail address.' : sentence,
      link: mine && offered.to.user ? `/leads/${leadId}` : undefined,
    });
  }
  const [hidden] = describeHidden(offered.hidden);
  const body = html`<p>${describeRace(offered)} <b>${describeClosing({ ...offered, now })}</b></p>
    <section class="card" aria-label="The lead">
      ${facts(offered)}${hidden !== undefined && html`<p class="soft">${hidden}</p>`}
    </section>
    ${offered.opensAt <= now && acceptForm(action)} ${rejectForm(action)}`;
  return frame({ nodeName, title: offered.title, body });
}

interface Outcome {
  readonly nodeName: string;
  readonly title: string;
  readonly sentence: string;
  /** Where to go on. */
  readonly link?: string | undefined;
  /** Takes what may still be told. */
  readonly more?: Html | false;
}

/** What came of an answer, or why there is none. */
export const outcomePage = ({ nodeName, title, sentence, link, more }: Outcome): string =>
  frame({
    nodeName,
    title,
    body: html`<p role="status">${sentence}</p>
      ${link !== undefined && html`<p><a class="button" href="${link}">Open the lead</a></p>`}${more}`,
  });
