import { changes, minus } from './alterations.ts';
import { gates } from './gates.ts';
import type { TestKey } from './keys.ts';
import { profiles, wrongKeys } from './profiles.ts';
import { spread } from './signed.ts';
import type { MadeVector } from './vector.ts';
import { workshop, type Workshop } from './workshop.ts';
import { wrapping } from './wrapping.ts';

const ds = 'http://www.w3.org/2000/09/xmldsig#';

type Format = readonly [name: string, change: (xml: string) => string, why: string];
const formats: readonly Format[] = [
  ['declared', (xml) => `<?xml version="1.0" encoding="UTF-8"?>${xml}`, 'the XML declaration'],
  [
    'declared-line-feed',
    (xml) => `<?xml version="1.0" encoding="UTF-8"?>\n${xml}\n`,
    'the XML declaration and line feeds around the root',
  ],
  [
    'ds-on-root',
    (xml) => xml.replace(` xmlns:ds="${ds}"`, '').replace('<l:Message ', `<l:Message xmlns:ds="${ds}" `),
    'ds declared on the root',
  ],
  ['ds-on-both', (xml) => xml.replace('<l:Message ', `<l:Message xmlns:ds="${ds}" `), 'ds declared twice'],
  ['single-quotes', (xml) => xml.replace(/Version="([^"]*)"/, "Version='$1'"), 'single quotes'],
  [
    'attributes-swapped',
    (xml) => xml.replace(/(xmlns:l="[^"]*") (Version="[^"]*")/, '$2 $1'),
    'attributes in another order',
  ],
  [
    'spaces-in-tags',
    (xml) => xml.replace('</l:Header>', '</l:Header  >').replace('<l:Body>', '<l:Body\n>'),
    'spaces in tags',
  ],
  [
    'self-closing',
    (xml) => xml.replace(/><\/ds:(CanonicalizationMethod|Transform|DigestMethod|SignatureMethod)>/g, '/>'),
    'empty elements closed at once',
  ],
  [
    'wrapped-base64',
    (xml) => xml.replace(/<ds:SignatureValue>(.{40})/, '<ds:SignatureValue>\n$1\n\t '),
    'wrapped base64',
  ],
  [
    'other-s',
    (xml) =>
      xml.replace(/<ds:SignatureValue>([^<]*)</, (_, value: string) => {
        const bytes = Buffer.from(value, 'base64');
        const other = Buffer.concat([bytes.subarray(0, 32), minus(bytes.subarray(32))]);
        return `<ds:SignatureValue>${other.toString('base64')}<`;
      }),
    'r and n - s verify as well: the bytes of a signature identify nothing',
  ],
  ['other-references', (xml) => xml.replace('Nobody', '&#78;obody'), 'a reference instead of the character'],
];

function reformatted({ good, sign, canonical }: Workshop): MadeVector[] {
  const foreign = formats.map(([name, change, why]): MadeVector => {
    const bytes = change(good);
    if (bytes === good) throw new Error(`${name} changes nothing.`);
    return {
      file: `signed/format-${name}.xml`,
      kind: 'signed',
      key: 'vendor',
      verdict: 'valid',
      requirement: name === 'other-s' ? 'LX-039' : 'LX-132',
      why,
      bytes,
    };
  });
  const indented = sign(canonical, { signedInfo: (text) => spread(text, '\n') });
  const why = 'SignedInfo was indented before it was signed';
  const open = sign(canonical.replace('</l:Message>', '\n</l:Message>'));
  return [
    ...foreign,
    {
      file: 'signed/format-space-behind-signature.xml',
      ...{ kind: 'signed', key: 'vendor', verdict: 'valid', requirement: 'LX-037' },
      why: 'white space behind the signature is signed like any other',
      bytes: open.replace(/\n(<ds:Signature .*<\/ds:Signature>)/s, '$1\n'),
    },
    {
      file: 'signed/format-indented-signed-info.xml',
      kind: 'signed',
      key: 'vendor',
      verdict: 'valid',
      requirement: 'LX-037',
      why,
      bytes: indented,
    },
  ];
}

/** Documents that are not what they seem, and honest ones in unusual writing. */
export function hostileVectors(keys: readonly TestKey[]): readonly MadeVector[] {
  const shop = workshop(keys);
  const shapes = [...wrapping(shop), ...changes(shop), ...profiles(shop), ...wrongKeys(shop, keys), ...gates(shop)];
  const hostile = shapes.map(([name, xml, code, requirement, why]): MadeVector => {
    if (xml === shop.good) throw new Error(`${name} changes nothing.`);
    return {
      file: `hostile/${name}.xml`,
      kind: 'signed',
      key: 'vendor',
      verdict: 'unauthenticated',
      code,
      requirement,
      why,
      bytes: xml,
    };
  });
  const binary = (name: string, bytes: Uint8Array, code: string, why: string): MadeVector => ({
    file: `hostile/${name}.xml`,
    ...{ kind: 'signed', key: 'vendor', verdict: 'unauthenticated', code, requirement: 'LX-002', why, bytes },
  });
  return [
    ...reformatted(shop),
    ...hostile,
    binary('latin-1', Buffer.from(shop.good.replace('Nobody', 'Niemand für'), 'latin1'), 'not-utf8', 'ISO 8859-1'),
    binary('utf-16', Buffer.from(`\ufeff${shop.good}`, 'utf16le'), 'not-utf8', 'UTF-16'),
    binary(
      'utf-7',
      Buffer.from(shop.good.replace('Nobody', '+ADw-x+AD4-\u00ff'), 'latin1'),
      'not-utf8',
      'UTF-7 with a stray byte',
    ),
    binary(
      'overlong',
      Buffer.concat([Buffer.from(shop.good), Buffer.from([0xc0, 0xbc])]),
      'not-utf8',
      'an overlong encoding of <',
    ),
    binary(
      'utf-8-surrogate',
      Buffer.concat([Buffer.from(shop.good), Buffer.from([0xed, 0xa0, 0x80])]),
      'not-utf8',
      'a surrogate in UTF-8',
    ),
  ];
}
