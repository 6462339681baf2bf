import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalContact } from '../../node/cleansing/canonical-contact.ts';
import { decodeReferences, readLooseMarkup, textOf, textOfHtml } from '../../node/intake/loose-markup.ts';
import { findAdf, readAdf } from '../../node/intake/read-adf.ts';
import { checkLead } from '../../protocol/index.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/adf/${name}`, import.meta.url), 'utf8');
const escaped = (text: string) =>
  `<html><body><p>${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\n', '<br />\n')}</p></body></html>`;
const only = (text: string) => {
  const prospects = readAdf(text);
  expect(prospects).toHaveLength(1);
  return prospects[0]!;
};
const fieldsOf = (text: string) => new Map(only(text).document.fields?.map(({ name, value }) => [name, value]));

describe('loose markup', () => {
  it('takes what is not well-formed as meant', () => {
    const root = readLooseMarkup('<a x=1 y=\'2\' z="3 > "><B>one<c/>two</b></i>three<!-- no --><![CDATA[<four>]]>');
    const [a] = root.children;
    expect(a).toMatchObject({ name: 'a', attributes: { x: '1', y: '2' } });
    expect(textOf(root)).toContain('onetwothree<four>');
  });

  it('decodes references once, leaves unknown ones, and never one that stands for nothing legal', () => {
    expect(decodeReferences('&amp;lt; &#228;&#xE4; &secret; &nbsp;&#0;&#xD800; AT&T')).toBe(
      '&lt; ää &secret; \u00a0\ufffd\ufffd AT&T',
    );
  });

  it('writes HTML as lines, cells by tabs, without what is not shown', () => {
    const html =
      '<head><title>t</title></head><style>x{}</style><p>One<br>two  words</p><table><tr><td>A</td><td>B&amp;C</td></tr></table><script>no()</script>';
    expect(textOfHtml(html)).toBe('One\ntwo words\n\nA\tB&C');
  });

  it('reads any text, nested as deep as it likes, in little time', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('<', '>', '/', 'a', ' ', '=', '"', "'", '&', ';', '!', '-', '[', '?', 'adf'),
        }),
        (text) => {
          textOf(readLooseMarkup(text));
          textOfHtml(text);
        },
      ),
    );
    const started = performance.now();
    for (const piece of [
      '<a>',
      '<a ',
      '<!--',
      '<![CDATA[',
      '&',
      '<a b="',
      'a',
      '</a>',
      '<adf>',
      '<prospect>',
      '<a b=',
      '"',
      '<?',
    ]) {
      const bomb = piece.repeat(200_000 / piece.length);
      textOfHtml(bomb);
      readAdf(bomb.slice(0, 50_000));
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe('ADF', () => {
  it('becomes a lead document, with every detail of the vehicle kept', () => {
    const { document, resent, test } = only(fixture('complete.xml'));
    const lead = checkLead(canonicalContact(document));
    expect(lead).toMatchObject({
      createdAt: '2026-03-14T09:26:53+01:00',
      contact: {
        givenName: 'Jörg',
        familyName: 'Beispiel',
        emails: [{ value: 'joerg@beispiel.example' }, { value: 'buero@beispiel.example' }],
        phones: [
          { kind: 'mobile', value: '+491711234567' },
          { value: '+4930901820' },
          { kind: 'fax', value: '+4930901821' },
        ],
        address: {
          streets: ['Hauptstr. 5', 'Hinterhaus', '2. OG'],
          city: 'Leipzig',
          region: 'SN',
          postalCode: '04109',
          country: 'DE',
        },
      },
      account: { name: 'Beispiel & Söhne GmbH' },
      interest: {
        products: [{ name: '2021 Volkswagen ID.4 & more' }],
        timeframe: 'within a month, 2026-04-30',
        comments: 'Is it <still> available?\nPlease call.',
      },
      source: { externalId: 'MW-0044123', name: 'Motorworld' },
    });
    expect([resent, test]).toEqual([false, false]);
    const fields = fieldsOf(fixture('complete.xml'));
    expect(fields.get('vendor')).toBe('Autohaus Muster');
    expect(fields.get('vehicle stock')).toBe('S-0012');
    expect(fields.get('vehicle odometer units')).toBe('km');
    expect(fields.get('trade-in make')).toBe('Opel');
  });

  it('takes neither the dealer nor the sender for the customer', () => {
    const text = JSON.stringify(only(fixture('complete.xml')).document.contact);
    for (const stranger of ['Muster', 'autohaus', 'motorworld', '0341', '0800']) expect(text).not.toContain(stranger);
  });

  it('reads what no parser would: no end tags, no quotes, bare signs, a DOCTYPE that is not obeyed', () => {
    const { document, resent } = only(fixture('broken.xml'));
    expect(document.contact).toEqual({ fullName: 'Ann & Bob &secret; Example', phones: [{ value: '(206) 555-0133' }] });
    expect(document.interest?.comments).toBe('5 < 6 & 7 > 3 &big;');
    expect(document.source).toEqual({ externalId: '77', name: 'Old & Co' });
    expect(resent).toBe(true);
  });

  it.each([
    ['escaped in a page', escaped],
    ['escaped twice', (text: string) => escaped(escaped(text))],
    ['in a comment', (text: string) => `<!--Body\n:${text}\n-->`],
    ['between other text', (text: string) => `Hello,\n\n${text}\n\nRegards`],
    ['with a prefix', (text: string) => text.replaceAll(/<(\/?)(?=[a-z])/g, '<$1x:')],
    ['in capitals', (text: string) => text.replaceAll(/<\/?[a-z]+/g, (tag) => tag.toUpperCase())],
    ['cut off', (text: string) => text.slice(0, text.indexOf('</customer>'))],
    ['without root', (text: string) => text.replace(/<\/?adf>/g, '')],
  ])('finds it %s', (_where, wrap) => {
    const { document } = only(wrap(fixture('complete.xml')));
    expect(document.contact).toMatchObject({
      familyName: 'Beispiel',
      emails: [{ value: 'joerg@beispiel.example' }, {}],
    });
  });

  it('reads several prospects apart, each with its own part of the text', () => {
    const prospects = readAdf(fixture('two-prospects.xml'));
    expect(prospects.map(({ document }) => document.contact?.fullName)).toEqual(['First One', 'Second One']);
    expect(prospects[1]?.source).not.toContain('First');
  });

  it('understands a part of the name in the wrong attribute, and keeps unknown parts', () => {
    const { document } = only(
      '<adf><prospect><customer><contact><name type="full">A B</name><name part="suffix">Jr.</name></contact></customer></prospect></adf>',
    );
    expect(document.contact).toEqual({ fullName: 'A B' });
    expect(document.fields).toEqual([{ name: 'suffix name', type: 'text', value: 'Jr.' }]);
  });

  it('does not sell the customer her own car, and makes no product of an empty vehicle', () => {
    const vehicles = '<vehicle interest="trade-in"><make>Opel</make></vehicle><vehicle interest="buy"/>';
    const { document } = only(
      `<adf><prospect>${vehicles}<customer><contact><name>A</name></contact></customer></prospect></adf>`,
    );
    expect(document.interest).toBeUndefined();
  });

  it('puts a long tree of the sender into one field', () => {
    const chat = Array.from(
      { length: 30 },
      (_, at) => `<message><name>bot</name><text>line ${at}</text></message>`,
    ).join('');
    const fields = fieldsOf(
      `<adf><prospect><customer><contact><name part="full">A B</name></contact><messages>${chat}</messages></customer></prospect></adf>`,
    );
    expect([...fields.keys()]).toEqual(['customer messages']);
    expect(fields.get('customer messages')).toContain('line 29');
  });

  it('finds nothing where nothing is', () => {
    expect(findAdf('<html>adf prospect &lt;b&gt;</html>')).toEqual([]);
    expect(readAdf('')).toEqual([]);
  });

  it('keeps any text of any field as it is, or refuses it', () => {
    const value = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.constantFrom('0044123', '=1+1', '\u202e', '<script>', '&amp;', ']]>'),
    );
    const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    fc.assert(
      fc.property(value, (text) => {
        const document = only(
          `<adf><prospect><id>x</id><customer><comments>${xml(text)}</comments></customer></prospect></adf>`,
        ).document;
        expect(document.interest?.comments ?? '').toBe(text.trim());
      }),
    );
  });
});
