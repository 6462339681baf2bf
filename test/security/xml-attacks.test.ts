import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, seal } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { limits, xmlDeclaration } from '../../protocol/gate.ts';
import { readLead } from '../../protocol/lead.ts';
import { findKey, message, vendor } from '../protocol/messages.ts';

/** A server that an external entity, a schema or an inclusion would call. Nobody may. */
let canary: Server;
let calls = 0;
beforeAll(async () => {
  canary = createServer((_, response) => response.end('<!ENTITY x "y">')).on('connection', () => calls++);
  await new Promise<void>((resolve) => void canary.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => canary.close(resolve)));
const url = () => `http://127.0.0.1:${(canary.address() as AddressInfo).port}/x`;

const laughs = (prefix: string, of: string) =>
  Array.from({ length: 9 }, (_, level) => {
    const inner = level === 0 ? 'ha' : of.replace('#', String(level - 1)).repeat(10);
    return `<!ENTITY ${prefix}a${level} "${inner}">`;
  }).join('');
const numbered = (count: number) => Array.from({ length: count }, (_, at) => ` a${at}="${at}"`).join('');
const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
const big = Buffer.from(utf16('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>')).swap16();

/** Every kind of the known collections: what DTDs, inclusions, encodings and sheer size can do to a parser. */
const attacks: [string, () => string | Buffer, string][] = [
  ['billion laughs', () => `<!DOCTYPE d [${laughs('', '&a#;')}]><d>&a8;</d>`, 'markup-declaration'],
  ['laughs of parameter entities', () => `<!DOCTYPE d [${laughs('% ', '&#37;a#;')}%a8;]><d/>`, 'markup-declaration'],
  ['quadratic growth', () => `<!DOCTYPE d [<!ENTITY a "${'x'.repeat(60_000)}">]><d>${'&a;'.repeat(9_000)}</d>`, 'markup-declaration'],
  ['a loop of entities', () => `<!DOCTYPE x [<!ENTITY a "&b;"><!ENTITY b "&a;">]><x>&a;</x>`, 'markup-declaration'],
  ['a loop after a declaration', () => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "&a;">]><x>&a;</x>`, 'processing-instruction'],
  ['a loop after our own declaration', () => `${xmlDeclaration}<!DOCTYPE x [<!ENTITY a "&a;">]><x>&a;</x>`, 'markup-declaration'],
  ['an internal entity', () => `<!DOCTYPE r [<!ENTITY name "Doe">]><r>&name;</r>`, 'markup-declaration'],
  ['an internal entity behind a comment', () => `<!--?xml version="1.0" ?--><!DOCTYPE r [<!ENTITY n "Doe">]><r>&n;</r>`, 'markup-declaration'],
  ['an entity out of a file', () => `<!DOCTYPE d [<!ELEMENT d ANY><!ENTITY f SYSTEM "file:///etc/passwd">]><d>&f;</d>`, 'markup-declaration'],
  ['an entity from a network', () => `<!DOCTYPE d [<!ENTITY f SYSTEM "${url()}">]><d>&f;</d>`, 'markup-declaration'],
  ['a parameter entity from a network', () => `<!DOCTYPE d [<!ENTITY % f SYSTEM "${url()}">%f;]><d/>`, 'markup-declaration'],
  ['a parameter entity of data', () => `<!DOCTYPE d [<!ENTITY % f SYSTEM "data:text/plain;base64,eA==">%f;]><d/>`, 'markup-declaration'],
  ['a local DTD, for its error', () => `<!DOCTYPE d [<!ENTITY % f SYSTEM "file:///nowhere/x.dtd">%f;]><d></d>`, 'markup-declaration'],
  ['an external subset', () => `<!DOCTYPE d SYSTEM "${url()}"><d>&send;</d>`, 'markup-declaration'],
  ['a public subset', () => `<!DOCTYPE d PUBLIC "-//X//Y" "${url()}"><d/>`, 'markup-declaration'],
  ['an entity in an attribute', () => `<!DOCTYPE d [<!ENTITY a "x">]><d b="&a;"/>`, 'markup-declaration'],
  ['attributes by default', () => `<!DOCTYPE d [<!ATTLIST d id ID "x">]><d/>`, 'markup-declaration'],
  ['a notation', () => `<!DOCTYPE d [<!NOTATION n SYSTEM "${url()}"><!ENTITY a SYSTEM "x" NDATA n>]><d/>`, 'markup-declaration'],
  ['a conditional section', () => `<!DOCTYPE d [<![INCLUDE[<!ENTITY a "x">]]>]><d>&a;</d>`, 'markup-declaration'],
  ['a DOCTYPE in small letters', () => `<!doctype d [<!entity a "x">]><d>&a;</d>`, 'markup-declaration'],
  ['an entity that nobody declared', () => `<l:d>&a;</l:d>`, 'reference'],
  ['XInclude', () => `<f xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="file:///etc/passwd"/></f>`, 'not-well-formed'],
  ['XInclude in our prefix', () => `<l:f xmlns:l="http://www.w3.org/2001/XInclude"><l:include href="${url()}"/></l:f>`, 'namespace'],
  ['a schema by its address', () => `<l:Message xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x ${url()}"/>`, 'namespace'],
  ['a style sheet', () => `<?xml-stylesheet type="text/xsl" href="${url()}"?><d/>`, 'processing-instruction'],
  ['UTF-16, little end first', () => utf16('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'), 'not-utf8'],
  ['UTF-16, big end first', () => big, 'not-utf8'],
  ['UTF-16 without its mark', () => utf16('<!DOCTYPE a><a/>').subarray(2), 'forbidden-character'],
  ['UTF-32', () => Buffer.from('3c000000210000004400000000000000', 'hex'), 'forbidden-character'],
  ['UTF-7', () => '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a+AFsAPAAh-ENTITY b +ACI-x+ACIAPgBdAD4-', 'processing-instruction'],
  ['UTF-7 without saying so', () => '+ADw-l:a/+AD4-', 'not-well-formed'],
  ['EBCDIC', () => Buffer.from('4c6fa794934ca5859996', 'hex'), 'not-utf8'],
  ['many attributes', () => `<l:a${numbered(5_000)}/>`, 'too-many-attributes'],
  ['so many attributes that they are too large', () => `<?xml version="1.0"?><a${numbered(20_000)}/>`, 'too-large'],
  ['many namespaces', () => `<l:a${Array.from({ length: 2_000 }, (_, at) => ` xmlns:n${at}="urn:${at}"`).join('')}/>`, 'namespace'],
  ['deep nesting', () => '<l:a>'.repeat(20_000), 'too-deep'],
  ['deep nesting of prefixes', () => '<a:a>'.repeat(20_000), 'not-well-formed'],
  ['many siblings', () => `<l:a>${'<l:b/>'.repeat(30_000)}</l:a>`, 'too-many-elements'],
  ['a very long name', () => `<l:${'a'.repeat(200_000)}/>`, 'namespace'],
  ['a very long text', () => `<l:a>${'x'.repeat(200_000)}</l:a>`, 'text-too-long'],
  ['a very long number of a character', () => `<l:a>&#${'0'.repeat(200_000)}65;</l:a>`, 'reference'],
  ['a comment without end', () => `<l:a><!--${'-'.repeat(200_000)}`, 'markup-declaration'],
  ['a CDATA section without end', () => `<l:a><![CDATA[${']'.repeat(200_000)}`, 'markup-declaration'],
  ['a document larger than any message', () => `<l:a>${' '.repeat(limits.messageBytes)}</l:a>`, 'too-large'],
]; // prettier-ignore

function refusal(bytes: Uint8Array): { code: string; unauthenticated: boolean } | 'accepted' {
  try {
    open(bytes, findKey);
    return 'accepted';
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { code: error.code, unauthenticated: error.unauthenticated };
  }
}

describe('a document that attacks its parser', () => {
  it.each(attacks)('is refused at the gates: %s', (_, write, code) => {
    expect(refusal(Buffer.from(write()))).toEqual({ code, unauthenticated: true });
  });

  it('is refused as the lead of an import as well', () => {
    for (const [name, write] of attacks) {
      const document = write();
      if (typeof document !== 'string') continue;
      expect(() => readLead(document), name).toThrow(ProtocolError);
    }
  });

  it('is refused in front of a good message of a partner, and in each of its texts', () => {
    const { xml } = seal(message('Award'), vendor.key);
    expect(refusal(Buffer.from(xml))).toBe('accepted');
    let tried = 0;
    for (const [name, write] of attacks) {
      const document = write();
      if (typeof document !== 'string') continue;
      const wrapped = [document + xml, xml + document, xml.replaceAll(/>(?=[^<])/g, (close) => close + document)];
      const prolog = /^(<\?.*?\?>)?<!.*\]>/s.exec(document)?.[0];
      if (prolog !== undefined) wrapped.push(prolog + xml);
      for (const whole of wrapped) {
        tried += 1;
        expect(refusal(Buffer.from(whole)), name).toMatchObject({ unauthenticated: true });
      }
    }
    expect(tried).toBeGreaterThan(120);
  });

  it('calls nobody', async () => {
    expect(calls).toBe(0);
    await fetch(url());
    expect(calls).toBe(1);
  });
});
