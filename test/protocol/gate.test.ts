import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../protocol/errors.ts';
import { gateBytes, gateTree, limits, xmlDeclaration } from '../../protocol/gate.ts';
import { scan } from '../../protocol/scan.ts';
import { leadNamespace, signatureNamespace, writeElement, type XmlElement } from '../../protocol/tree.ts';

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const wrap = (inner: string) => `<l:Message xmlns:l="${leadNamespace}">${inner}</l:Message>`;

/** The code of the refusal; anything but an unauthenticated ProtocolError fails the test. */
function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).unauthenticated).toBe(true);
    return (error as ProtocolError).code;
  }
  return 'accepted';
}

describe('the gate on bytes', () => {
  const refused: [string, Uint8Array, string][] = [
    ['nothing', utf8(''), 'empty'],
    ['one byte too many', utf8('a'.repeat(limits.messageBytes + 1)), 'too-large'],
    ['a BOM', utf8('\ufeff<l:a/>'), 'byte-order-mark'],
    ['UTF-16', Buffer.from('\ufeff<l:a/>', 'utf16le'), 'not-utf8'],
    ['UTF-16 without a BOM', Buffer.from('<l:a/>', 'utf16le'), 'forbidden-character'],
    ['a lone surrogate in UTF-8', Buffer.from([0x3c, 0xed, 0xa0, 0x80]), 'not-utf8'],
    ['an overlong "<"', Buffer.from([0xc0, 0xbc]), 'not-utf8'],
    ['a truncated character', Buffer.from([0x41, 0xe2, 0x82]), 'not-utf8'],
    ['a DTD', utf8('<!DOCTYPE a [<!ENTITY b "c">]><l:a/>'), 'markup-declaration'],
    ['a comment', utf8('<l:a>x<!-- y -->z</l:a>'), 'markup-declaration'],
    ['CDATA', utf8('<l:a><![CDATA[x]]></l:a>'), 'markup-declaration'],
    ['a processing instruction', utf8('<l:a><?x Alice?></l:a>'), 'processing-instruction'],
    ['a style sheet', utf8(`${xmlDeclaration}<?xml-stylesheet href="x"?><l:a/>`), 'processing-instruction'],
    ['two declarations', utf8(`${xmlDeclaration}${xmlDeclaration}<l:a/>`), 'processing-instruction'],
    [
      'a declaration of another encoding',
      utf8('<?xml version="1.0" encoding="UTF-7"?><l:a/>'),
      'processing-instruction',
    ],
    ['XML 1.1', utf8('<?xml version="1.1"?><l:a/>'), 'processing-instruction'],
    ['white space before the declaration', utf8(` ${xmlDeclaration}<l:a/>`), 'processing-instruction'],
    ['CR LF', utf8('<l:a>x\r\ny</l:a>'), 'carriage-return'],
    ['CR by number', utf8('<l:a>x&#13;</l:a>'), 'carriage-return'],
    ['CR by hexadecimal number', utf8('<l:a>x&#xD;</l:a>'), 'carriage-return'],
    ['NUL', utf8('<l:a>x\0</l:a>'), 'forbidden-character'],
    ['ESC', utf8('<l:a>x\u001b[31m</l:a>'), 'forbidden-character'],
    ['U+FFFE', utf8('<l:a>\ufffe</l:a>'), 'forbidden-character'],
    ['NUL by number', utf8('<l:a>&#0;</l:a>'), 'forbidden-character'],
    ['a surrogate by number', utf8('<l:a>&#xD800;</l:a>'), 'forbidden-character'],
    ['another surrogate by number', utf8('<l:a>&#xDFFF;</l:a>'), 'forbidden-character'],
    ['U+FFFF by number', utf8('<l:a>&#xFFFF;</l:a>'), 'forbidden-character'],
    ['a number beyond Unicode', utf8('<l:a>&#x110000;</l:a>'), 'forbidden-character'],
    ['a number that is too long', utf8('<l:a>&#00000000065;</l:a>'), 'reference'],
    ['a foreign entity', utf8('<l:a>&nbsp;</l:a>'), 'reference'],
    ['a bare ampersand', utf8('<l:a>a & b</l:a>'), 'reference'],
    ['a reference without its end', utf8('<l:a>&lt</l:a>'), 'reference'],
    ['an upper-case X', utf8('<l:a>&#X41;</l:a>'), 'reference'],
  ];
  it.each(refused)('refuses %s', (_, bytes, code) => {
    expect(refusal(() => gateBytes(bytes))).toBe(code);
  });

  it('lets the longest document, the exact declaration and all predefined references pass', () => {
    expect(gateBytes(utf8('a'.repeat(limits.messageBytes)))).toHaveLength(limits.messageBytes);
    expect(gateBytes(utf8(`${xmlDeclaration}\n<l:a/>`))).toBe('\n<l:a/>');
    const text = '<l:a>&lt;&gt;&amp;&quot;&apos;&#9;&#10;&#x1F642;\t\n\u0085\ufffd</l:a>';
    expect(gateBytes(utf8(text))).toBe(text);
  });

  it('never lets a forbidden character through, whatever is around it', () => {
    const bad = fc.constantFrom(
      '\0',
      '\u0007',
      '\u000b',
      '\r',
      '\u001f',
      '\ufffe',
      '\uffff',
      '&#0;',
      '&#xD;',
      '&x;',
      '<!',
      '<?',
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), bad, fc.string({ unit: 'binary' }), (before, middle, after) => {
        expect(refusal(() => gateBytes(utf8(before + middle + after)))).not.toBe('accepted');
      }),
    );
  });
});

describe('the gate on structure', () => {
  const deep = (levels: number) => '<l:a>'.repeat(levels) + '</l:a>'.repeat(levels);
  const refused: [string, string, string][] = [
    ['depth 13', wrap(deep(limits.depth)), 'too-deep'],
    ['1001 elements', wrap('<l:a/>'.repeat(limits.elements)), 'too-many-elements'],
    [
      '9 attributes',
      wrap(
        `<l:a ${Array.from('abcdefghi')
          .map((name) => `${name}="1"`)
          .join(' ')}/>`,
      ),
      'too-many-attributes',
    ],
    ['a duplicate attribute', wrap('<l:a b="1" b="2"/>'), 'duplicate-attribute'],
    ['64 KiB and one byte of text', wrap(`<l:a>${'ü'.repeat(limits.textBytes / 2)}x</l:a>`), 'text-too-long'],
    ['a long attribute', wrap(`<l:a b="${'x'.repeat(limits.textBytes + 1)}"/>`), 'text-too-long'],
    ['a long text with a reference', wrap(`<l:a>&lt;${'x'.repeat(limits.textBytes)}</l:a>`), 'text-too-long'],
    ['Id on a plain leaf', wrap('<l:a Id="1"></l:a>'), 'id-attribute'],
    ['a namespace on a plain leaf', wrap('<l:a xmlns="urn:x"></l:a>'), 'namespace'],
    ['a long attribute on a plain leaf', wrap(`<l:a b="${'x'.repeat(limits.textBytes + 1)}"></l:a>`), 'text-too-long'],
    ['text beside elements', wrap('<l:a/>x'), 'mixed-content'],
    ['text around an element', wrap('<l:a>x<l:b/></l:a>'), 'mixed-content'],
    ['an undeclared prefix', '<l:Message></l:Message>', 'namespace'],
    ['another namespace', '<l:Message xmlns:l="urn:other"></l:Message>', 'namespace'],
    ['a relative namespace', '<l:Message xmlns:l="lead-exchange"></l:Message>', 'namespace'],
    ['a default namespace', `<l:Message xmlns="${leadNamespace}" xmlns:l="${leadNamespace}"></l:Message>`, 'namespace'],
    ['a foreign namespace', `<l:Message xmlns:l="${leadNamespace}" xmlns:x="urn:x"></l:Message>`, 'namespace'],
    ['namespaces below the root', wrap(`<l:a xmlns:l="${leadNamespace}"/>`), 'namespace'],
    ['the wrong namespace below the root', wrap('<l:a xmlns:l="urn:other"/>'), 'namespace'],
    ['an attribute like xmlnsEvil', wrap('<l:a xmlnsEvil="1"/>'), 'namespace'],
    ['an attribute like XmlThing', wrap('<l:a XmlThing="1"/>'), 'namespace'],
    ['xml:id', wrap('<l:a xml:id="1"/>'), 'namespace'],
    ['xml:space', wrap('<l:a xml:space="preserve"/>'), 'namespace'],
    ['xsi:type', wrap('<l:a xsi:type="x"/>'), 'foreign-prefix'],
    ['Id', wrap('<l:a Id="1"/>'), 'id-attribute'],
    ['ID', wrap('<l:a ID="1"/>'), 'id-attribute'],
    ['id', wrap('<l:a id="1"/>'), 'id-attribute'],
    ['a foreign element', wrap('<x:a/>'), 'not-well-formed'],
    ['an element without a prefix', wrap('<a/>'), 'not-well-formed'],
    ['a dotted name', wrap('<l:a.b/>'), 'not-well-formed'],
    ['a name with letters outside ASCII', wrap('<l:ä/>'), 'not-well-formed'],
    ['a ds root', `<ds:Signature xmlns:ds="${signatureNamespace}"/>`, 'namespace'],
    ['ds in the body', wrap('<l:a><ds:Signature/></l:a><l:b/>'), 'misplaced-element'],
    [
      'l in the signature',
      wrap(`<ds:Signature xmlns:ds="${signatureNamespace}"><l:a/></ds:Signature>`),
      'misplaced-element',
    ],
    ['a signature with an undeclared prefix', wrap('<ds:Signature/>'), 'namespace'],
    ['an unquoted attribute', wrap('<l:a b=1/>'), 'not-well-formed'],
    ['an attribute without a value', wrap('<l:a b/>'), 'not-well-formed'],
    ['attributes that touch', wrap('<l:a b="1"c="2"/>'), 'not-well-formed'],
    ['"<" in an attribute', wrap('<l:a b="<"/>'), 'not-well-formed'],
    ['"]]>" in text', wrap('<l:a>]]></l:a>'), 'not-well-formed'],
    ['a wrong closing tag', wrap('<l:a></l:b>'), 'not-well-formed'],
    ['a longer closing tag', wrap('<l:a></l:ab>'), 'not-well-formed'],
    ['a closing tag with a slash', wrap('<l:a></l:a/>'), 'not-well-formed'],
    ['a closing tag with an attribute', wrap('<l:a></l:a b="1">'), 'not-well-formed'],
    ['no end', wrap('<l:a>').slice(0, -3), 'not-well-formed'],
    ['an end in a tag', wrap('').slice(0, 20), 'not-well-formed'],
    ['a second root', wrap('') + wrap(''), 'trailing-content'],
    ['text after the root', `${wrap('')}x`, 'trailing-content'],
    ['text before the root', `x${wrap('')}`, 'not-well-formed'],
  ];
  it.each(refused)('refuses %s', (_, xml, code) => {
    expect(refusal(() => scan(xml))).toBe(code);
  });

  it('reads what is at the limits', () => {
    expect(scan(wrap(deep(limits.depth - 1))).children).toHaveLength(1);
    expect(scan(wrap('<l:a/>'.repeat(limits.elements - 1))).children).toHaveLength(limits.elements - 1);
    expect(scan(wrap(`<l:a>${'ü'.repeat(limits.textBytes / 2)}</l:a>`)).children[0]?.text).toHaveLength(
      limits.textBytes / 2,
    );
  });

  it('reads other honest formatting as the same tree', () => {
    const plain = scan(wrap('<l:a b="x y" c="&lt;">1 &amp; 2</l:a><l:d></l:d>'));
    const other = scan(
      `\n<l:Message\n  xmlns:l = '${leadNamespace}' >\n\t<l:a  c='&#60;' b="x\ny" >1 &#x26; 2</l:a >\n <l:d /> </l:Message >\n`,
    );
    expect(writeElement(other)).toBe(writeElement(plain));
  });

  it('keeps white space that is all the text there is', () => {
    expect(scan(wrap('<l:a> \n</l:a>')).children[0]?.text).toBe(' \n');
  });

  it('takes long hostile input without losing time', () => {
    const started = process.cpuUsage().user;
    const nearly = limits.messageBytes - 100;
    for (const inner of [
      ' '.repeat(nearly),
      `<l:a ${' '.repeat(nearly)}`,
      `<l:a b="${'&lt;'.repeat(nearly / 4)}`,
      '<'.repeat(nearly),
    ]) {
      expect(refusal(() => scan(gateBytes(utf8(wrap(inner).slice(0, limits.messageBytes)))))).not.toBe('');
    }
    expect((process.cpuUsage().user - started) / 1000).toBeLessThan(1_000);
  });
});

const names = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,8}$/);
const texts = fc
  .string({ unit: 'grapheme' })
  .filter((text) => !/[\0-\x08\x0b-\x1f\ufffe\uffff]/.test(text) && text.isWellFormed());
const attributeNames = names.filter((name) => !/^(xml|id$)/i.test(name));
const leaves: fc.Arbitrary<XmlElement> = fc.record({
  name: names.map((name) => `l:${name}`),
  attributes: fc.uniqueArray(fc.tuple(attributeNames, texts), { selector: ([name]) => name, maxLength: 4 }),
  children: fc.constant([]),
  text: texts,
});
const elements: fc.Arbitrary<XmlElement> = fc.letrec<{ tree: XmlElement }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: limits.depth - 2, depthSize: 'small' },
    leaves,
    fc
      .tuple(leaves, fc.array(tie('tree'), { minLength: 1, maxLength: 3 }))
      .map(([leaf, children]) => ({ ...leaf, children, text: '' })),
  ),
})).tree;

describe('scanner and writer', () => {
  it('are inverse on every tree of the profile', () => {
    fc.assert(
      fc.property(elements, (element) => {
        const root: XmlElement = {
          name: 'l:Message',
          attributes: [['xmlns:l', leadNamespace]],
          children: [element],
          text: '',
        };
        const xml = writeElement(root);
        expect(writeElement(scan(gateBytes(utf8(xml))))).toBe(xml);
      }),
    );
  });

  it('refuse to write what the gate would refuse to read', () => {
    const leaf: XmlElement = { name: 'l:a', attributes: [], children: [], text: '' };
    const nest = (levels: number): XmlElement => (levels === 1 ? leaf : { ...leaf, children: [nest(levels - 1)] });
    expect(
      refusal(() => {
        gateTree(nest(limits.depth));
      }),
    ).toBe('accepted');
    expect(
      refusal(() => {
        gateTree(nest(limits.depth + 1));
      }),
    ).toBe('too-deep');
    const many = { ...leaf, children: Array.from({ length: limits.elements }, () => leaf) };
    expect(
      refusal(() => {
        gateTree(many);
      }),
    ).toBe('too-many-elements');
    expect(
      refusal(() => {
        gateTree({ ...leaf, text: 'x'.repeat(limits.textBytes + 1) });
      }),
    ).toBe('text-too-long');
  });
});
