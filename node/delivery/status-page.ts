import type { ReturnReason } from '../../protocol/index.ts';
import { html, page, type Html } from '../kernel/html.ts';
import type { LeadState } from '../leads/life-cycle.ts';

interface StatusPage {
  readonly nodeName: string;
  readonly title: string;
  /** Where the form posts to. */
  readonly action: string;
  /** What became of the lead, as far as we know. */
  readonly state: LeadState;
  /** What was just noted, for example. */
  readonly said?: string | undefined;
  /** Takes what else they may tell. */
  readonly more: Html | false;
}

/** Why a lead is given back, as people say it; the most general first. */
const returnWhys: readonly (readonly [ReturnReason, string])[] = [
  ['other', 'Another reason'],
  ['not-reachable', 'The customer cannot be reached'],
  ['wrong-data', 'The data is wrong'],
  ['duplicate', 'We have this lead already'],
  ['already-customer', 'It is a customer of ours already'],
  ['not-a-fit', 'It does not fit what we do'],
  ['no-interest', 'The customer is not interested'],
];

const known: Readonly<Partial<Record<LeadState, string>>> = {
  contacted: 'customer reached',
  working: 'in work',
  asleep: 'put off',
  won: 'won',
  lost: 'lost',
};

const choice = (value: string, label: string, checked = false): Html =>
  html`<p>
    <label
      ><input type="radio" name="disposition" value="${value}" required ${checked && html`checked`} /> ${label}</label
    >
  </p>`;

/** Somebody of a partner holds the lead: the page takes what became of it, and shows no customer data. */
export const statusPage = ({ nodeName, title, action, state, said, more }: StatusPage): string =>
  page(
    title,
    html`<p class="brand">${nodeName}</p>
      <h1>${title}</h1>
      <p role="status">${said ?? 'This lead is yours. Its details went to your mail address.'}</p>
      ${known[state] !== undefined && html`<p>Told last: ${known[state]}.</p>`}
      <form method="post" action="${action}" class="card">
        <input type="hidden" name="answer" value="status" />
        <h2>What became of it?</h2>
        ${choice('contacted', 'I have reached the customer')} ${choice('working', 'I am working on it')}
        ${choice('won', 'Won')} ${choice('lost', 'Lost')} ${choice('returned', 'I give it back')}
        <label for="reason">Why, if you give it back</label
        ><select id="reason" name="reason">
          ${returnWhys.map(([code, label]) => html`<option value="${code}">${label}</option>`)}
        </select>
        <label for="amount">Order value, if won <span class="soft">(for example 1250.00 EUR)</span></label
        ><input id="amount" name="amount" maxlength="40" autocomplete="off" />
        <label for="note">In your own words <span class="soft">(optional)</span></label
        ><input id="note" name="note" maxlength="500" autocomplete="off" />
        <p><button class="wide">Tell</button></p>
      </form>
      ${more}`,
  );
