import fc from 'fast-check';
import { seal } from '../../protocol/envelope.ts';
import { scan } from '../../protocol/scan.ts';
import { writeElement } from '../../protocol/tree.ts';
import { anyMessage } from '../protocol/arbitraries.ts';
import { message, messageTypes, vendor } from '../protocol/messages.ts';
import { mutate } from '../protocol/mutations.ts';

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What makes parsers differ: references, white space, quotes, namespaces, declarations, odd characters, pieces of tags. */
const fragments = [
  ...Array.from('<>&"\'/=:; \n\tlds1xé🙂]!?#-_.'),
  ...['&lt;', '&gt;', '&amp;', '&quot;', '&apos;', '&amp;lt;', '&#65;', '&#x41;', '&#9;', '&#10;', '&#xA;', '&#x20;', '&#xa0;'],
  ...['&#13;', '&#x1F642;', '&#xD800;', '&#0;', '&#38;', '&#60;', '&#x26;lt;', '&nbsp;', '&', '&#', '&#x;', '&lt'],
  ...['\r', '\r\n', '\u0085', '\u2028', '\u2029', '\u00a0', '\ufeff', '\u200b', '\ufffd', '\ufffe', '\0', '\u001b', '\ud800', '\u{10ffff}'],
  ...['<!---->', '<!-- x -->', '<?x y?>', '<![CDATA[x]]>', ']]>', '<!DOCTYPE x>', '<?xml version="1.0" encoding="UTF-8"?>', '<?xml version="1.1"?>'],
  ...[' a="1"', " b='&#9;'", " c='\"'", ' d="a\nb\tc"', ' Version="1"', ' xml:space="preserve"', ' xml:lang="de"', ' Id="x"', ' l:a="1"', ' ds:a="1"'],
  ...[' xmlns="urn:x"', ' xmlns=""', ' xmlns:l="urn:lead-exchange:1"', ' xmlns:l="urn:x"', ' xmlns:x="urn:lead-exchange:1"'],
  ...[' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', ' xmlns:l="urn:lead-exchange:1 "', ' xmlns:l="URN:lead-exchange:1"', ' xmlns:L=""'],
  ...['<l:X/>', '<l:X></l:X>', '<l:X> </l:X>', '<l:X a="b"/>', '<x/>', '<x:X/>', '<L:X/>', '</l:Body>', '<l:Body>', '</l:Message>', '<l:X >', '</l:X\n>'],
]; // prettier-ignore

type Roll = (most: number) => number;
type Change = (xml: string, roll: Roll) => string;
const one = <T>(list: readonly T[], roll: Roll): T => list[roll(list.length - 1)]!;
const splice = (xml: string, at: number, remove: number, put: string) =>
  xml.slice(0, at) + put + xml.slice(at + remove);
/** A place between tags, beside a quote or anywhere. */
function placeIn(xml: string, roll: Roll): number {
  const at = roll(xml.length);
  const near = one(['<', '>', '"', '="', '&', ''], roll);
  const found = near === '' ? at : xml.indexOf(near, at);
  return found === -1 ? at : found + roll(1) * near.length;
}
function range(xml: string, roll: Roll): [number, number] {
  const start = placeIn(xml, roll);
  const end = one([start + roll(4), placeIn(xml, roll)], roll);
  return start <= end ? [start, end] : [end, start];
}

const changes: readonly Change[] = [
  (xml, roll) => splice(xml, placeIn(xml, roll), 0, one(fragments, roll)),
  (xml, roll) => splice(xml, placeIn(xml, roll), 1, one(fragments, roll)),
  (xml, roll) => splice(xml, placeIn(xml, roll), 1 + roll(3), ''),
  // leave out, double or move a part
  (xml, roll) => splice(xml, range(xml, roll)[0], roll(40), ''),
  (xml, roll) => splice(xml, placeIn(xml, roll), 0, xml.slice(...range(xml, roll)).slice(0, 400)),
  (xml, roll) => {
    const [start, end] = range(xml, roll);
    const rest = splice(xml, start, end - start, '');
    return splice(rest, placeIn(rest, roll), 0, xml.slice(start, end));
  },
  // the same characters as references
  (xml, roll) => {
    const at = xml.indexOf('>', roll(xml.length)) + 1 + roll(2);
    const code = xml.codePointAt(at) ?? 65;
    return code === 0x3c ? xml : splice(xml, at, code > 0xffff ? 2 : 1, one([`&#${code};`, `&#x${code.toString(16)};`, `&#0${code};`], roll));
  },
  // other honest writings
  (xml, roll) => xml.replace(/"([^"']*)"/g, (whole, value: string) => (roll(3) === 0 ? `'${value}'` : whole)),
  (xml, roll) => xml.replace(/></g, (whole) => (roll(5) === 0 ? one(['>\n<', '> <', '>\t\n  <'], roll) : whole)),
  (xml, roll) => xml.replace(/<(\/?[a-z]+:[A-Za-z]+)/g, (whole, tag: string) => (roll(6) === 0 && tag.startsWith('/') ? `${whole}\n` : whole)),
  (xml) => xml.replace(/><\/[^>]*>/, '/>'),
  (xml, roll) => xml.replace(/ (\w+(?::\w+)?)=/g, (whole, name: string) => (roll(3) === 0 ? `\n\t${name} = ` : whole)),
]; // prettier-ignore

const signature = /<ds:Signature .*<\/ds:Signature>/s;
const seeds = [...messageTypes.map((type) => message(type)), ...fc.sample(anyMessage, { numRuns: 40, seed: 7 })]
  .map((each) => seal(each, vendor.key).xml)
  .filter((xml) => xml.length < 8_000);

/** A document that is one to three small changes, of bytes or of structure, away from a good message; always the same for a seed. */
export interface Mutant {
  readonly seed: number;
  /** With the signature of the message it was. */
  readonly xml: string;
  /** Whether the changes spared the signature, so that it can be signed anew. */
  readonly unsigned?: string;
}

export function makeMutant(seed: number): Mutant {
  const next = dice(seed);
  const roll: Roll = (most) => Math.min(most, Math.floor(next() * (most + 1)));
  const good = one(seeds, roll);
  const content = good.replace(signature, '');
  const change = (xml: string) => {
    let changed = xml;
    for (let left = roll(2); left >= 0; left--) changed = one(changes, roll)(changed, roll);
    return changed.toWellFormed();
  };
  const kind = roll(3);
  if (kind === 0) return { seed, xml: change(good) };
  const structured = kind === 1 ? writeElement(mutate(scan(content), Array.from({ length: 8 }, next))) : content;
  const unsigned = kind === 1 && roll(1) === 0 ? structured : change(structured);
  const end = unsigned.lastIndexOf('</');
  return { seed, unsigned, xml: splice(unsigned, end, 0, signature.exec(good)?.[0] ?? '') };
}
