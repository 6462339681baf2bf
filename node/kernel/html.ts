/** Markup that is already safe; made by `html` only. */
export interface Html {
  readonly markup: string;
}
type Part = string | number | Html | readonly (string | Html)[] | undefined | false;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

function markupOf(part: Part): string {
  if (part === undefined || part === false) return '';
  if (Array.isArray(part)) return part.map((entry: string | Html) => markupOf(entry)).join('');
  if (typeof part === 'object') return (part as Html).markup;
  return escapeHtml(String(part));
}

/** A template whose every value is escaped, unless it is markup made by `html` itself. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Html {
  return { markup: strings.map((text, index) => text + markupOf(parts[index])).join('') };
}

const style = `
:root { color-scheme: light; --ink: #1b2430; --soft: #5b6675; --line: #d9dfe6; --accent: #1763b6; --back: #f5f7fa; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 40rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; }
.soft { color: var(--soft); }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; margin: 1rem 0; }
dl { display: grid; grid-template-columns: minmax(7rem, 1fr) 2fr; gap: .35rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; font-weight: 600; margin: .9rem 0 .25rem; }
input, select, textarea { width: 100%; padding: .6rem .7rem; font: inherit; border: 1px solid #8a95a3; border-radius: 8px; background: #fff; }
input[type=checkbox] { width: auto; }
button, .button { display: inline-block; font: inherit; font-weight: 600; padding: .65rem 1.2rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: #fff; text-decoration: none; cursor: pointer; }
button.quiet, .button.quiet { background: #fff; color: var(--accent); }
.error { color: #a3161f; font-weight: 600; }
.gone { position: absolute; left: -10000px; width: 1px; height: 1px; overflow: hidden; }
a { color: var(--accent); } iframe { width: 100%; min-height: 26rem; border: 1px solid var(--line); border-radius: 8px; background: #fff; }
table { width: 100%; border-collapse: collapse; } td, th { text-align: left; padding: .5rem .4rem; border-bottom: 1px solid var(--line); vertical-align: top; }
`;

/** The style of the few server-rendered pages, served as a file so that the content security policy stays strict. */
export const pageStyle = { path: '/page.css', css: style } as const;

/** A whole server-rendered page: works without JavaScript, at phone width, with a strict content security policy. */
export function page(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><link rel="stylesheet" href="${pageStyle.path}"></head>
<body><main>${body.markup}</main></body></html>
`;
}
