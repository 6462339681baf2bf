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
:root { color-scheme: light; --ink: #1b2430; --soft: #56616f; --line: #d9dfe6; --edge: #7d8895; --accent: #1763b6; --press: #0f4f96; --back: #f5f7fa; }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
main { max-width: 42rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
p { margin: .5rem 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.soft { color: var(--soft); }
.brand { margin: 0 0 1rem; padding-bottom: .6rem; border-bottom: 1px solid var(--line); color: var(--soft); font-weight: 600; }
.card { background: #fff; border: 1px solid var(--line); border-radius: 10px; padding: 1rem 1.25rem; margin: 1rem 0; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: 10rem 1fr; gap: 0 1rem; padding: .4rem 0; border-bottom: 1px solid var(--line); }
dl > div:last-child { border-bottom: 0; }
dt { color: var(--soft); } dd { margin: 0; white-space: pre-line; }
dl + p { margin: .5rem 0 0; padding-top: .75rem; border-top: 1px solid var(--line); }
label { display: block; font-weight: 600; margin: .9rem 0 .25rem; }
input, select, textarea { width: 100%; padding: .6rem .7rem; font: inherit; color: inherit; border: 1px solid var(--edge); border-radius: 8px; background: #fff; }
input[type=checkbox], input[type=radio] { width: auto; }
label:has(> input[type=radio]) { font-weight: 400; margin: 0; padding: .25rem 0; }
button, .button { display: inline-block; min-height: 2.75rem; font: inherit; font-weight: 600; padding: .6rem 1.2rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: #fff; text-align: center; text-decoration: none; cursor: pointer; }
button:hover, .button:hover { background: var(--press); border-color: var(--press); }
button.quiet, .button.quiet { background: #fff; color: var(--accent); }
button.quiet:hover, .button.quiet:hover { background: #eaf2fb; }
p > .button { margin-top: .5rem; }
.row { display: flex; flex-wrap: wrap; gap: .75rem; }
.list { list-style: none; padding: .25rem 1.25rem; }
.list li { padding: .7rem 0; border-bottom: 1px solid var(--line); }
.list li:last-child { border-bottom: 0; }
.list a { text-decoration: none; } .list a:hover { text-decoration: underline; }
.list .soft { display: block; font-size: .9rem; }
summary { font-weight: 600; color: var(--accent); cursor: pointer; padding: .35rem 0; }
.error { color: #a3161f; font-weight: 600; }
.gone { position: absolute; left: -10000px; width: 1px; height: 1px; overflow: hidden; }
iframe { display: block; width: 100%; min-height: 20rem; border: 1px solid var(--line); border-radius: 10px; background: #fff; }
.at-hand { position: sticky; bottom: 0; margin: 1rem -1rem; padding: .75rem 1rem; background: var(--back); }
@media (max-width: 30rem) {
  main { padding-top: 1rem; }
  dl > div { display: block; }
  .wide { display: block; width: 100%; }
}
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
