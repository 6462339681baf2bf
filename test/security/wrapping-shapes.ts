import { open, seal } from '../../protocol/envelope.ts';
import { forge } from '../protocol/forge.ts';
import { findKey, message, reseller, vendor } from '../protocol/messages.ts';

// A good message of the vendor, and the pieces of which an attacker makes others: the attacker has seen this message and
// has no key of the vendor, but one of another partner.

/** The message, its signed text, and the pieces of both. */
const { xml: good } = seal(message('Reject'), vendor.key);
export const original = { xml: good, opened: open(Buffer.from(good), findKey) };
const { canonical } = original.opened;

const between = (text: string, from: string, to: string) =>
  text.slice(text.indexOf(from), text.indexOf(to, text.indexOf(from)) + to.length);
const rootTag = canonical.slice(0, canonical.indexOf('>') + 1);
const close = '</l:Message>';
const header = between(canonical, '<l:Header>', '</l:Header>');
const body = between(canonical, '<l:Body>', '</l:Body>');
const signature = between(good, '<ds:Signature ', '</ds:Signature>');
const evilBody = body.replace('no-capacity', 'not-relevant').replace('Nobody', 'Somebody');
const evilHeader = header.replace('<l:Round>1<', '<l:Round>2<');
const evil = rootTag + header + evilBody + close;
/** The forged content with a signature that is good, by a partner that is pinned, in the vendor's name. */
const signatureOfAnother = between(forge(evil, reseller.key), '<ds:Signature ', '</ds:Signature>');
const bare = (xml: string) => xml.replaceAll(/ xmlns:\w+="[^"]*"/g, '');
const empty = '<l:Extensions></l:Extensions>';

/** Every list of up to `most` of the pieces. */
function* listsOf(pieces: readonly string[], most: number): Generator<string> {
  if (most === 0) return;
  for (const piece of pieces) {
    yield piece;
    for (const rest of listsOf(pieces, most - 1)) yield piece + rest;
  }
}

/** All orders of parts below the root, each missing, once or several times. */
export function* arrangements(): Generator<string> {
  const few = [header, body, signature, evilHeader, evilBody];
  const many = [...few, signatureOfAnother, good, bare(good), empty];
  for (const inner of listsOf(few, 4)) yield rootTag + inner + close;
  for (const inner of listsOf(many, 3)) yield rootTag + inner + close;
  for (const inner of listsOf([good, evil, signature, canonical], 3)) yield inner;
}

const wrappers: readonly ((inner: string) => string)[] = [
  (inner) => inner,
  (inner) => `<l:Extensions>${inner}</l:Extensions>`,
  (inner) => `<l:Extensions><l:Extension Uri="urn:example:x">${inner}</l:Extension></l:Extensions>`,
  (inner) => `${rootTag}${inner}${close}`,
  (inner) => `<ds:Object>${inner}</ds:Object>`,
];

/** The places between two tags, and before and after the document. */
const placesOf = (xml: string) => [...xml.matchAll(/(?=<)|$/g)].map(({ index }) => index);
const insert = (xml: string, at: number, text: string) => xml.slice(0, at) + text + xml.slice(at);

/** The original, or a part of it, wrapped or not, at every place of a forged document, signed or not, and of itself. */
export function* insertions(): Generator<string> {
  const hidden = [good, bare(good), canonical, bare(canonical), body, signature, bare(signature), signatureOfAnother];
  const bases = [evil, evil.replace(close, signature + close), evil.replace(close, signatureOfAnother + close), good];
  for (const base of bases) {
    for (const place of placesOf(base)) {
      for (const payload of hidden) for (const wrap of wrappers) yield insert(base, place, wrap(payload));
    }
  }
}

/** Where each element of a document starts and ends. */
function elementsOf(xml: string): { start: number; end: number }[] {
  const open: number[] = [];
  const found: { start: number; end: number }[] = [];
  for (const { 0: tag, index } of xml.matchAll(/<[^>]*>/g)) {
    if (!tag.startsWith('</')) open.push(index);
    else found.push({ start: open.pop() ?? 0, end: index + tag.length });
  }
  return found;
}

/** Every element of the original moved to, or doubled at, every other place; and every one left out. */
export function* moves(): Generator<string> {
  for (const { start, end } of elementsOf(good)) {
    const element = good.slice(start, end);
    const rest = good.slice(0, start) + good.slice(end);
    yield rest;
    for (const place of placesOf(rest)) yield insert(rest, place, element);
    for (const place of placesOf(good)) yield insert(good, place, element);
  }
}

/** What XML can put between two characters without most readers noticing. */
const unseen = [
  '<!---->', '<!-- x -->', '<?x?>', '<?x y?>', '<![CDATA[]]>', '<![CDATA[x]]>', '&x;', '&nbsp;', '&#0;', '&#13;', '\r', '\r\n',
  '\u0000', '\u0085', '\u2028', '\u200b', '\u00ad', '\ufeff', ' ', '\n', '\t', '&#32;', '&#x20;', '&#10;', '&#8203;',
  '<l:X></l:X>', '<l:X/>', '<ds:X/>', '%', '%20', '</l:Text><l:Text>',
]; // prettier-ignore

/** Each of them at each character of every text and of every attribute's value, signed or in the signature. */
export function* textForms(): Generator<string> {
  for (const { 0: text, index } of good.matchAll(/(?<=>)[^<]+(?=<)|(?<=")[^"]+(?=")/g)) {
    const step = Math.max(1, Math.ceil(text.length / 8));
    for (let at = 0; at <= text.length; at += step) {
      for (const form of unseen) yield insert(good, index + at, form);
    }
    yield insert(good, index + text.length, '<!---->x');
  }
}

/** Identities on every element, and references to each: the reference is not signed anew. */
export function* identities(): Generator<string> {
  const names = ['Id', 'ID', 'id', 'xml:id', 'wsu:Id', 'MessageId', 'AssertionID'];
  const uris = ['#x', '#xpointer(/)', "#xpointer(id('x'))", '#xpointer(//l:Body)', 'x', '?', '#', 'cid:x', 'file:///x'];
  for (const name of names) {
    for (const { 0: tag, index } of good.matchAll(/<[^/>]+(?=>)/g)) {
      const identified = insert(good, index + tag.length, ` ${name}="x"`);
      yield identified;
      yield identified.replace(body, evilBody);
      for (const uri of uris) yield identified.replace('URI=""', `URI="${uri}"`);
    }
  }
}
