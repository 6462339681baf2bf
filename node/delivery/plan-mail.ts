import { html, type Html } from '../kernel/html.ts';

/** What a mail tells of a lead: only what the recipient may see at that moment. */
export interface MailFacts {
  nodeName: string;
  /** Name and company as far as they may be seen, for example "Acme, Hamburg". */
  title: string;
  lines: readonly { label: string; value: string }[];
  /** Labels of fields that open on acceptance. */
  hidden: readonly string[];
  /** Page of the offer or of the lead. */
  link: string;
}
export interface OfferFacts extends MailFacts {
  mode: 'direct' | 'grab';
  closesAt: number;
  now: number;
}
export interface Draft {
  subject: string;
  text: string;
  html: string;
}

/** A subject line holds no line breaks and is not endless, whatever a lead's fields hold. */
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 120);

function layout(title: string, body: Html): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${html`${title}`.markup}</title></head>
<body style="font:16px/1.5 system-ui,sans-serif;color:#1b2430;max-width:36rem">${body.markup}</body></html>`;
}

const table = (facts: MailFacts) =>
  html`<table style="border-collapse:collapse">
    ${facts.lines.map(
      ({ label, value }) =>
        html`<tr>
          <td style="color:#5b6675;padding:2px 16px 2px 0;vertical-align:top">${label}</td>
          <td style="padding:2px 0">${value}</td>
        </tr>`,
    )}
  </table>`;

const textLines = (facts: MailFacts) => facts.lines.map(({ label, value }) => `${label}: ${value}`).join('\n');
const buttonStyle =
  'background:#1763b6;color:#fff;padding:10px 18px;border-radius:8px;text-decoration:none;font-weight:600';
const button = (link: string, label: string): Html =>
  html`<p><a href="${link}" style="${buttonStyle}">${label}</a></p>`;

/** "in 25 minutes", "in 3 hours": how long an offer stays open. */
export function describeDuration(milliseconds: number): string {
  const minutes = Math.max(1, Math.round(milliseconds / 60_000));
  if (minutes < 120) return `${minutes} minute${minutes === 1 ? '' : 's'}`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** A lead is offered: see it, accept or reject it, by link or by answering. */
export function planOfferMail(facts: OfferFacts): Draft {
  const closing = describeDuration(facts.closesAt - facts.now);
  const race =
    facts.mode === 'grab' ? 'It is up for grabs: the first to accept gets it.' : 'It is offered to you alone.';
  const hidden = facts.hidden.length > 0 ? `Shown after you accept: ${facts.hidden.join(', ')}.` : '';
  const answer = 'Or answer this mail with ACCEPT, or with REJECT and a reason.';
  return {
    subject: oneLine(`New lead: ${facts.title}`),
    text: `A lead for you: ${facts.title}\n${race} The offer closes in ${closing}.\n\n${textLines(facts)}\n\n${hidden}\n\nSee it, accept or reject it:\n${facts.link}\n\n${answer}\n\n${facts.nodeName}\n`,
    html: layout(
      facts.title,
      html`<h2 style="margin:0 0 4px">${facts.title}</h2>
        <p style="margin:0 0 12px">${race} The offer closes in <b>${closing}</b>.</p>
        ${table(facts)}
        <p style="color:#5b6675">${hidden}</p>
        ${button(facts.link, 'See the lead and answer')}
        <p style="color:#5b6675">${answer}</p>
        <p style="color:#5b6675">${facts.nodeName}</p>`,
    ),
  };
}

/** The lead is yours: every field that was released. */
export function planReleasedMail(facts: MailFacts): Draft {
  return {
    subject: oneLine(`Your lead: ${facts.title}`),
    text: `The lead is yours: ${facts.title}\n\n${textLines(facts)}\n\nWork on it:\n${facts.link}\n\n${facts.nodeName}\n`,
    html: layout(
      facts.title,
      html`<h2 style="margin:0 0 12px">${facts.title} is yours</h2>
        ${table(facts)} ${button(facts.link, 'Open the lead')}
        <p style="color:#5b6675">${facts.nodeName}</p>`,
    ),
  };
}

const endings: Readonly<Record<string, string>> = {
  taken: 'Somebody else was first.',
  expired: 'The offer closed before it was answered.',
  recalled: 'The offer was taken back.',
};

/** An offer is over without you; says nothing of who got it. */
export function planClosedMail(facts: { nodeName: string; title: string; reason: string }): Draft {
  const why = endings[facts.reason] ?? 'The offer is over.';
  return {
    subject: oneLine(`No longer available: ${facts.title}`),
    text: `${facts.title} is no longer available. ${why}\n\n${facts.nodeName}\n`,
    html: layout(
      facts.title,
      html`<p><b>${facts.title}</b> is no longer available. ${why}</p>
        <p style="color:#5b6675">${facts.nodeName}</p>`,
    ),
  };
}
