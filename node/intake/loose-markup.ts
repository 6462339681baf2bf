/** An element of XML or HTML as found in mails: names in lower case, mixed content in order. */
export interface LooseElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (LooseElement | string)[];
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: '\u00a0',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  bull: '•',
  middot: '·',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  laquo: '«',
  raquo: '»',
  euro: '€',
  pound: '£',
  copy: '©',
  reg: '®',
  trade: '™',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  ecirc: 'ê',
  agrave: 'à',
  acirc: 'â',
  ccedil: 'ç',
  iacute: 'í',
  oacute: 'ó',
  uacute: 'ú',
  aacute: 'á',
  ntilde: 'ñ',
  oslash: 'ø',
  aring: 'å',
  zwnj: '\u200c',
};

function codePoint(code: number): string {
  const allowed = code === 9 || code === 10 || (code >= 0x20 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
  return allowed ? String.fromCodePoint(code) : code === 13 ? '\n' : '\ufffd';
}

/** Character references of HTML; the ones that are not known stay as they are, and nothing declared in the text expands. */
export function decodeReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]{2,8}));?/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (hex) return codePoint(Number.parseInt(hex, 16));
      if (decimal) return codePoint(Number(decimal));
      return (name && (named[name] ?? named[name.toLowerCase()])) ?? whole;
    },
  );
}

/** Elements that have no content in HTML. */
const voids = new Set('br hr img meta link input col area base wbr source'.split(' '));
const deepest = 200;

const tag =
  /<(?:!--([\s\S]*?)(?:-->|$)|!\[CDATA\[([\s\S]*?)(?:\]\]>|$)|[!?][^>]*>?|(\/?)([A-Za-z_][\w:.-]{0,60})([^<>]*)>)/g;

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [, name = '', double, single, bare] of text.matchAll(
    /(?<![\w:.-])([\w:.-]{1,60})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/g,
  )) {
    attributes[name.toLowerCase()] = decodeReferences(double ?? single ?? bare ?? '');
  }
  return attributes;
}

const localName = (name: string): string => name.slice(name.lastIndexOf(':') + 1).toLowerCase();

/** Which elements an element can only stand in: where it starts, whatever else is still open was not closed. */
export type Homes = Readonly<Record<string, readonly string[]>>;

function close(stack: LooseElement[], name: string): void {
  const at = stack.findLastIndex((element) => element.name === name);
  if (at > 0) stack.length = at;
}

function goHome(stack: LooseElement[], homes: readonly string[] | undefined): void {
  const at = homes ? stack.findLastIndex((element) => homes.includes(element.name)) : -1;
  if (at > 0) stack.length = at + 1;
}

/**
 * Reads markup that need not be well-formed into a tree: unquoted attributes, missing and crossed end tags, bare ampersands
 * and signs are taken as meant; declarations, processing instructions and comments are left out, and no entity is ever declared. Never throws.
 */
export function readLooseMarkup(text: string, homes: Homes = {}): LooseElement {
  const root: LooseElement = { name: '', attributes: {}, children: [] };
  const stack: LooseElement[] = [root];
  const add = (child: LooseElement | string): void => void (stack.at(-1) ?? root).children.push(child);
  let from = 0;
  for (const found of text.matchAll(tag)) {
    if (found.index > from) add(decodeReferences(text.slice(from, found.index)));
    from = found.index + found[0].length;
    const [, , data, slash, rawName, rest = ''] = found;
    if (data !== undefined) add(data);
    if (rawName === undefined) continue;
    const name = localName(rawName);
    if (slash) {
      close(stack, name);
      continue;
    }
    goHome(stack, Object.hasOwn(homes, name) ? homes[name] : undefined);
    const element: LooseElement = { name, attributes: readAttributes(rest), children: [] };
    add(element);
    if (!rest.trimEnd().endsWith('/') && !voids.has(name) && stack.length < deepest) stack.push(element);
  }
  if (from < text.length) add(decodeReferences(text.slice(from)));
  return root;
}

/** All text inside, in order; `<br>` is a line end. */
export function textOf(element: LooseElement): string {
  return element.children
    .map((child) => (typeof child === 'string' ? child : child.name === 'br' ? '\n' : textOf(child)))
    .join('');
}

const elementsOf = (element: LooseElement): LooseElement[] =>
  element.children.filter((child) => typeof child !== 'string');

/** The children with a name. */
export const childrenOf = (element: LooseElement | undefined, name: string): LooseElement[] =>
  element ? elementsOf(element).filter((child) => child.name === name) : [];

/** Every element with a name, at any depth, outermost only. */
export function findAll(element: LooseElement, name: string): LooseElement[] {
  return elementsOf(element).flatMap((child) => (child.name === name ? [child] : findAll(child, name)));
}

/** The text of the first child with a name, trimmed; undefined when absent or empty. */
export function childText(element: LooseElement | undefined, name: string): string | undefined {
  for (const child of childrenOf(element, name)) {
    const text = textOf(child).trim();
    if (text !== '') return text;
  }
  return undefined;
}

const blocks = new Set(
  'p div tr table li ul ol h1 h2 h3 h4 h5 h6 section article header footer blockquote dt dd dl form fieldset pre center'.split(
    ' ',
  ),
);
const hidden = new Set('script style head title template noscript'.split(' '));

/** Without the blanks and tabs around it; other white space has a meaning. */
function trimBlanks(line: string): string {
  const isBlank = (at: number): boolean => line[at] === ' ' || line[at] === '\t';
  let start = 0;
  let end = line.length;
  while (isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return line.slice(start, end);
}

/** HTML as lines of text: a block begins a line, table cells of a row are parted by tabs. */
export function textOfHtml(html: string): string {
  const write = (element: LooseElement): string =>
    element.children
      .map((child) => {
        if (typeof child === 'string') return child.replace(/[\s\u200b\u200c]+/g, ' ');
        if (hidden.has(child.name)) return '';
        if (child.name === 'br') return '\n';
        const inner = write(child);
        if (child.name === 'td' || child.name === 'th') return `${inner.trim()}\t`;
        return blocks.has(child.name) ? `\n${inner}\n` : inner;
      })
      .join('');
  const lines = write(readLooseMarkup(html)).split('\n').map(trimBlanks);
  return lines
    .filter((line, at) => line !== '' || lines[at - 1] !== '')
    .join('\n')
    .trim();
}
