import fc from 'fast-check';
import { XmlC14NMode, XmlDocument } from 'libxml2-wasm';
import { describe, expect, it } from 'vitest';
import { seal } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { gateBytes } from '../../protocol/gate.ts';
import { scan } from '../../protocol/scan.ts';
import { writeElement } from '../../protocol/tree.ts';
import { message, vendor } from './messages.ts';

/** Our scanner's reading, or undefined when a gate refuses. */
function scanned(xml: string): string | undefined {
  try {
    return writeElement(scan(gateBytes(Buffer.from(xml))));
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

/** libxml2's reading: its canonical form, written again without the white space between elements. */
function witnessed(xml: string): string {
  using document = XmlDocument.fromString(xml);
  const mode = XmlC14NMode.XML_C14N_1_0;
  return writeElement(scan(document.canonicalizeToString({ mode })));
}

/** A declaration repeated below another one is left out by canonical forms: where it stands says nothing of the content. */
const withoutDeclarations = (xml: string) => xml.replaceAll(' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', '');

const { xml: good } = seal(message('Offer'), vendor.key);
const fragments = [
  ...Array.from('<>&"\'/=:; \n\tlds1xé🙂]!?#'),
  ...[
    '&lt;',
    '&amp;',
    '&#65;',
    '&#x9;',
    '&#10;',
    '&#xA;',
    '&quot;',
    ' a="1"',
    " b='&#9;'",
    '<l:X/>',
    '<l:X></l:X>',
    ']]>',
  ],
  ...[' xmlns:l="urn:lead-exchange:1"', ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', '</l:Body>', 'xml:', '&#13;'],
];
const edits = fc.array(
  fc.record({ at: fc.nat(good.length), remove: fc.nat(2), put: fc.constantFrom('', ...fragments) }),
  { minLength: 1, maxLength: 3 },
);

describe('scanner and libxml2', () => {
  it('read the same document, whatever the scanner accepts', () => {
    let accepted = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        let xml = good;
        for (const { at, remove, put } of changes) xml = xml.slice(0, at) + put + xml.slice(at + remove);
        xml = xml.toWellFormed();
        const ours = scanned(xml);
        if (ours === undefined) return;
        accepted += 1;
        expect(withoutDeclarations(witnessed(xml))).toBe(withoutDeclarations(ours));
      }),
      { numRuns: 5_000 },
    );
    expect(accepted).toBeGreaterThan(500);
  });
});
