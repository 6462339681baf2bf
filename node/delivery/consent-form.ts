import type { ConsentState, ContactChannel } from '../../protocol/index.ts';
import { html, type Html } from '../kernel/html.ts';

/** Where somebody of a partner tells what a lead's person decided about their data. */
const decidedPath = (token: string) => `/decided/${token}`;

const states: readonly (readonly [ConsentState, string])[] = [
  ['withdrawn', 'They agree no more'],
  ['refused', 'They do not agree'],
  ['granted', 'They agree'],
];

const ways: readonly (readonly [ContactChannel, string])[] = [
  ['phone', 'By phone'],
  ['email', 'By e-mail'],
  ['post', 'By post'],
  ['visit', 'By visits'],
  ['all', 'In any way'],
];

const choice = ([state, label]: (typeof states)[number]): Html =>
  html`<p>
    <label><input type="radio" name="state" value="${state}" required /> ${label}</label>
  </p>`;

/** Takes what the person of a lead decided about their data; shows nothing of what is known. */
export const consentForm = (token: string): Html =>
  html`<details class="card">
    <summary>The customer decided about their data</summary>
    <form method="post" action="${decidedPath(token)}">
      <input type="hidden" name="said" value="consent" />
      <h2>What they agree to</h2>
      ${states.map(choice)}
      <label for="purpose">What for <span class="soft">(for example marketing)</span></label
      ><input id="purpose" name="purpose" maxlength="100" required autocomplete="off" />
      <p><button class="quiet wide">Tell what they agree to</button></p>
    </form>
    <form method="post" action="${decidedPath(token)}">
      <input type="hidden" name="said" value="do-not-contact" />
      <h2>They do not want to be contacted any more</h2>
      <label for="channel">Which way</label>
      <select id="channel" name="channel">
        ${ways.map(([code, label]) => html`<option value="${code}">${label}</option>`)}
      </select>
      <p class="soft">Everybody who has this lead is told. Nobody can take it back.</p>
      <p><button class="quiet wide">Forbid this way for good</button></p>
    </form>
  </details>`;
