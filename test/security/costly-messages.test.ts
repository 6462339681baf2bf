import { XmlDocument } from 'libxml2-wasm';
import { sign, verify } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { open, seal } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/gate.ts';
import type { AnyMessage } from '../../protocol/generated.ts';
import { leadNamespace } from '../../protocol/tree.ts';
import { forge } from '../protocol/forge.ts';
import { findKey, message, vendor } from '../protocol/messages.ts';

/** What one message may cost, whoever sends it: 100 ms of processor time, or as much as these bare verifications on a slow machine. */
const mostVerifications = 1_000;
const bare = Buffer.alloc(800, 'x');
const signingKey = { key: vendor.key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
const value = sign('sha256', bare, signingKey);
const verification = costOf(() => {
  for (let time = 0; time < 100; time++) verify('sha256', bare, { ...signingKey, key: vendor.key.publicKey }, value);
});
const mostMilliseconds = Math.max(100, (verification * mostVerifications) / 100);

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
const nested = (levels: number, attributes: string, inner: string) =>
  `<l:X${attributes}>`.repeat(levels) + inner + '</l:X>'.repeat(levels);
const perLeaf = Math.floor(room / elements);

/** The worst that the limits allow, each a canonical document. */
const shapes: [string, string][] = [
  ['as many elements as may be', leaves(() => '<l:X></l:X>')],
  ['as many elements as may be, each with a text', leaves(() => `<l:X>${fill('x', perLeaf - 12)}</l:X>`)],
  ['as many attributes as may be', leaves(() => `<l:X${attributes(fill('x', perLeaf / 8 - 8))}></l:X>`)],
  ['references in all attributes', leaves(() => `<l:X${attributes(fill('&amp;', perLeaf / 8 - 8))}></l:X>`)],
  ['references in attributes at some depth, line ends between', leaves(() => nested(7, attributes(fill('&lt;', 66)), fill('\n', 450)), 57)],
  ['numbers of characters in all attributes', leaves(() => `<l:X${attributes(fill('&#x9;', perLeaf / 8 - 8))}></l:X>`)],
  ['base64 in all texts', leaves(() => `<l:X>${fill('aB3+', limits.textBytes - 4)}</l:X>`, 3)],
  ['spaces and brackets in all texts', leaves(() => `<l:X>${fill('] ', limits.textBytes - 4)}</l:X>`, 3)],
  ['long names', leaves(() => `<l:${fill('N', perLeaf / 2 - 5)}></l:${fill('N', perLeaf / 2 - 5)}>`)],
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

/** Milliseconds of processor time: the quickest of some tries, as other work slows some down. */
function costOf(work: () => void, enough = 0): number {
  let best = Infinity;
  for (let time = 0; time < 8 && best >= enough; time++) {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

/** How a message ends. */
function outcomeOf(bytes: Buffer): string {
  try {
    open(bytes, findKey);
    return 'taken';
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return error.code;
  }
}

describe.each(ways)('the costliest messages, %s', (way, write) => {
  it.each(shapes)('are refused at once: %s', (_shape, body) => {
    const bytes = Buffer.from(write(wrap(body)));
    expect(bytes.length).toBeLessThanOrEqual(limits.messageBytes);
    let code = '';
    const work = () => {
      code = outcomeOf(bytes);
    };
    expect(costOf(work, mostMilliseconds)).toBeLessThan(mostMilliseconds);
    // They get as far as they should: not a limit stops them, but what is wrong with them.
    expect(code).toMatch(way.includes('nobody') ? /^unknown-key$/ : way.includes('not fit') ? /^digest$/ : /^schema$/);
  });
});

/** The message with most and longest values that the schema takes, of the kinds that have the most to check. */
const fullest = (): AnyMessage => {
  const sent = message('Release');
  const long = (length: number) => 'x'.repeat(length);
  const fields = Array.from({ length: 100 }, (_, at) => ({ name: `field ${at}`, type: 'text' as const, value: long(1_500) }));
  const emails = Array.from({ length: 10 }, () => ({ value: `${long(120)}@${long(120)}` }));
  const urls = Array.from({ length: 25 }, () => ({ url: `https://files.example.com/${long(1_900)}` }));
  const body = { ...sent.body, lead: { contact: { emails }, interest: { comments: '🙂'.repeat(8_000) }, attachments: urls, fields } };
  return { ...sent, body } as AnyMessage;
}; // prettier-ignore

it('the fullest message that the schema takes costs no more', () => {
  const { xml } = seal(fullest(), vendor.key);
  expect(xml.length).toBeGreaterThan(200_000);
  for (const written of [xml, xml.replace(/>$/, ' >')]) {
    const bytes = Buffer.from(written);
    expect(outcomeOf(bytes)).toBe('taken');
    expect(costOf(() => outcomeOf(bytes), mostMilliseconds)).toBeLessThan(mostMilliseconds);
  }
});

it('no document of a stranger reaches a parser, a canonical form or a signature check', () => {
  const parsing = vi.spyOn(XmlDocument, 'fromString');
  const asked: string[] = [];
  const ask = (written: string) => {
    expect(() => open(Buffer.from(written), (from, kid) => void asked.push(`${from} ${kid}`))).toThrow(
      expect.objectContaining({ code: 'unknown-key' }),
    );
  };
  for (const [, body] of shapes) {
    const document = forge(wrap(body), { ...vendor.key, kid: 'A'.repeat(22) });
    ask(document);
    ask(rewritten(document));
    ask(document.replace(/>$/, ' >'));
  }
  expect(parsing).not.toHaveBeenCalled();
  expect(new Set(asked)).toEqual(new Set([`${vendor.nodeId} ${'A'.repeat(22)}`]));
  expect(outcomeOf(Buffer.from(rewritten(forge(wrap(shapes[0]![1]), vendor.key))))).toBe('schema');
  expect(parsing).toHaveBeenCalled();
  parsing.mockRestore();
});
