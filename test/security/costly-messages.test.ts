import { describe, expect, it } from 'vitest';
import { open } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/gate.ts';
import { leadNamespace } from '../../protocol/tree.ts';
import { forge } from '../protocol/forge.ts';
import { findKey, vendor } from '../protocol/messages.ts';

/** What one message may cost, whoever sends it. */
const mostMilliseconds = 100;

const header = `<l:Header><l:From>${vendor.nodeId}</l:From></l:Header>`;
const wrap = (body: string) =>
  `<l:Message xmlns:l="${leadNamespace}" Version="1.0">${header}<l:Body>${body}</l:Body></l:Message>`;

/** Room beside the envelope and its signature. */
const room = limits.messageBytes - 2_500;
const elements = limits.elements - 30;
const fill = (piece: string, bytes: number) => piece.repeat(Math.floor(bytes / piece.length));
const leaves = (text: (index: number) => string, count = elements) =>
  Array.from({ length: count }, (_, at) => text(at)).join('');
const attributes = (value: string) => Array.from('abcdefgh', (name) => ` ${name}="${value}"`).join('');
const deep = (levels: number, inner: string) => '<l:A>'.repeat(levels) + inner + '</l:A>'.repeat(levels);
const perLeaf = Math.floor(room / elements);

/** The worst that the limits allow, each a canonical document. */
const shapes: [string, string][] = [
  ['as many elements as may be', leaves(() => '<l:X></l:X>')],
  ['as many elements as may be, each with a text', leaves(() => `<l:X>${fill('x', perLeaf - 12)}</l:X>`)],
  ['as many attributes as may be', leaves(() => `<l:X${attributes(fill('x', perLeaf / 8 - 8))}></l:X>`)],
  ['references in all attributes', leaves(() => `<l:X${attributes(fill('&amp;', perLeaf / 8 - 8))}></l:X>`)],
  ['references in all texts', leaves(() => `<l:X>${fill('&lt;', limits.textBytes - 4)}</l:X>`, 3)],
  ['wide characters', leaves(() => `<l:X>${'\u{10ffff}'.repeat(limits.textBytes / 4 - 1)}</l:X>`, 3)],
  ['white space between elements', leaves(() => `<l:X></l:X>${fill(' ', perLeaf - 12)}`)],
  ['line ends between elements', leaves(() => `<l:X></l:X>${fill('\n', perLeaf - 12)}`)],
  ['as deep as may be, many times', leaves(() => deep(limits.depth - 3, ''), Math.floor(elements / (limits.depth - 3)))],
]; // prettier-ignore

/** The same document in another honest writing, which has to be brought into the canonical form. */
const rewritten = (xml: string) => xml.replaceAll('</l:X>', '</l:X >').replace('Version="1.0"', "Version='1.0'");

const ways: [string, (canonical: string) => string][] = [
  ['signed by a known key', (canonical) => forge(canonical, vendor.key)],
  ['signed by nobody known', (canonical) => forge(canonical, { ...vendor.key, kid: 'A'.repeat(22) })],
  ['with a signature that does not fit', (canonical) => forge(canonical, vendor.key).replace('<l:Body>', '<l:Body> ')],
  ['in another writing', (canonical) => rewritten(forge(canonical, vendor.key))],
];

/** Milliseconds of processor time until the message is refused: the quickest of some tries, as other work slows some down. */
function costOf(bytes: Buffer): { code: string; milliseconds: number } {
  let code = 'accepted';
  let best = Infinity;
  for (let time = 0; time < 8 && best >= mostMilliseconds; time++) {
    const before = process.threadCpuUsage();
    try {
      open(bytes, findKey);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      ({ code } = error);
    }
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return { code, milliseconds: best };
}

describe.each(ways)('the costliest messages, %s', (way, write) => {
  it.each(shapes)('are refused at once: %s', (_shape, body) => {
    const bytes = Buffer.from(write(wrap(body)));
    expect(bytes.length).toBeLessThanOrEqual(limits.messageBytes);
    const { code, milliseconds } = costOf(bytes);
    expect(milliseconds).toBeLessThan(mostMilliseconds);
    // They get as far as they should: not a limit stops them, but what is wrong with them.
    expect(code).toMatch(way.includes('nobody') ? /^unknown-key$/ : way.includes('not fit') ? /^digest$/ : /^schema$/);
  });
});
