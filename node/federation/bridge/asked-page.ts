import type { RecallReason } from '../../../protocol/index.ts';
import { describeTime } from '../../delivery/describe-time.ts';
import { html, page, type Html } from '../../kernel/html.ts';

interface AskedBack {
  readonly reason: string;
  readonly text: string | null;
  /** Epoch milliseconds. */
  readonly answerBy: number | null;
}

interface AskedPage {
  readonly nodeName: string;
  readonly title: string;
  /** Where the forms post to. */
  readonly action: string;
  /** What they have of the lead has to be deleted: until when they should say so, in epoch milliseconds. */
  readonly eraseBy?: number | undefined;
  /** The lead is asked back. */
  readonly back?: AskedBack | undefined;
  /** What went wrong. */
  readonly said?: string | undefined;
}

const whys: Readonly<Record<RecallReason, string>> = {
  'lease-lapsed': 'it was not confirmed in time',
  mistake: 'it was given to you by mistake',
  duplicate: 'it exists twice',
  'customer-wish': 'the customer wishes so',
  agreement: 'our agreement says so',
  other: 'for another reason',
};

/** What somebody of a partner is asked about a lead; shows no customer data beyond its title. */
export const askedPage = ({ nodeName, title, action, eraseBy, back, said }: AskedPage): string =>
  page(
    title,
    html`<p class="brand">${nodeName}</p>
      <h1>${title}</h1>
      ${said !== undefined && html`<p class="error" role="alert">${said}</p>`}
      ${eraseBy === undefined ? back && askedBack(back, action) : toErase(eraseBy, action)}
      ${
        eraseBy === undefined &&
        !back &&
        html`<p role="status">Nothing is asked of you about this lead, or not any more.</p>`
      }`,
  );

function askedBack({ reason, text, answerBy }: AskedBack, action: string): Html {
  const why = (whys as Readonly<Record<string, string>>)[reason] ?? whys.other;
  return html`<p>
      We ask you to give this lead back${answerBy !== null && ` by ${describeTime(answerBy)}`}: ${why}. It stays yours
      until you agree.
    </p>
    ${text !== null && html`<p class="card">${text}</p>`}
    <form method="post" action="${action}" class="card">
      <input type="hidden" name="answer" value="agree" />
      <p><button class="wide">Give it back</button></p>
    </form>
    <form method="post" action="${action}" class="card">
      <input type="hidden" name="answer" value="refuse" />
      <label for="text">Why you keep it</label
      ><input id="text" name="text" maxlength="500" required autocomplete="off" />
      <p><button class="quiet wide">Keep it</button></p>
    </form>`;
}

const toErase = (eraseBy: number, action: string): Html =>
  html`<p>
      Please delete this lead wherever you keep it: mails about it, contacts, notes, other programs. Please tell us by
      ${describeTime(eraseBy)} that it is gone.
    </p>
    <form method="post" action="${action}" class="card">
      <input type="hidden" name="answer" value="erased" />
      <p><button class="wide">It is gone</button></p>
    </form>`;
