import { html, type Html } from '../kernel/html.ts';
import { oneLine, type LeadLine } from './lead-lines.ts';

/** A mail without its addresses. */
export interface Draft {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What a mail says, in the order it says it. Strings are one paragraph each. */
export interface MailContent {
  readonly subject: string;
  readonly title: string;
  readonly intro: readonly string[];
  readonly lines?: readonly LeadLine[];
  readonly notes?: readonly string[];
  /** Where to go on. */
  readonly link?: { readonly url: string; readonly label: string };
  readonly outro?: readonly string[];
  readonly nodeName: string;
}

const soft = 'margin:0 0 12px;color:#5b6675';
const buttonStyle =
  'display:inline-block;background:#1763b6;color:#ffffff;padding:11px 20px;border-radius:8px;text-decoration:none;font-weight:600';
const labelStyle = 'color:#5b6675;padding:3px 16px 3px 0;vertical-align:top;width:34%';
const valueStyle = 'padding:3px 0;vertical-align:top;white-space:pre-line;overflow-wrap:anywhere;word-break:break-word';

const table = (lines: readonly LeadLine[]) =>
  html`<table role="presentation" style="border-collapse:collapse;width:100%;margin:0 0 16px">
    ${lines.map(
      ({ label, value, partly }) =>
        html`<tr>
          <td style="${labelStyle}">${label}</td>
          <td style="${valueStyle}">${value}${partly && html` <span style="color:#5b6675">(in part)</span>`}</td>
        </tr>`,
    )}
  </table>`;

const paragraphs = (texts: readonly string[] | undefined, style: string): Html[] =>
  (texts ?? []).map((text) => html`<p style="${style}">${text}</p>`);

/** Values keep their line breaks, set in so that none of them looks like a line of ours. */
const textLine = ({ label, value, partly }: LeadLine) =>
  `${label}: ${value.replaceAll('\n', '\n    ')}${partly ? ' (in part)' : ''}`;

function layText({ title, intro, lines, notes, link, outro, nodeName }: MailContent): string {
  const blocks = [
    [title, ...intro].join('\n'),
    (lines ?? []).map(textLine).join('\n'),
    ...(notes ?? []),
    link ? `${link.label}:\n${link.url}` : '',
    ...(outro ?? []),
    `-- \n${nodeName}`,
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** Plain text and HTML of the same content; every value is escaped. Widths and styles that mail programs understand. */
export function layMail(content: MailContent): Draft {
  const { title, intro, lines, notes, link, outro, nodeName } = content;
  const button =
    link && html`<p style="margin:0 0 16px"><a href="${link.url}" style="${buttonStyle}">${link.label}</a></p>`;
  const body = html`<h1 style="font-size:20px;line-height:1.3;margin:0 0 8px;overflow-wrap:anywhere">${title}</h1>
    ${paragraphs(intro, 'margin:0 0 12px')} ${lines && lines.length > 0 && table(lines)} ${paragraphs(notes, soft)}
    ${button} ${paragraphs(outro, soft)}
    <p style="margin:20px 0 0;padding:12px 0 0;border-top:1px solid #d9dfe6;color:#5b6675">${nodeName}</p>`;
  return {
    subject: oneLine(content.subject),
    text: layText(content),
    html: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${html`${title}`.markup}</title></head>
<body style="margin:0;background:#ffffff"><div style="font:16px/1.5 system-ui,-apple-system,'Segoe UI',sans-serif;color:#1b2430;max-width:36rem;padding:20px">${body.markup}</div></body></html>
`,
  };
}
