import type { Shape, Workshop } from './workshop.ts';

/** n, the number of points of P-256, and p, the size of its field. */
const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex');
const field = Buffer.from('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff', 'hex');
const one = Buffer.concat([Buffer.alloc(31), Buffer.of(1)]);

/** Small changes of a good document. */
export const changes = ({ good, vendor }: Workshop): Shape[] => {
  const inText = (text: string) => good.replace('Nobody', `No${text}body`);
  const value = Buffer.from(/<ds:SignatureValue>(.*)<\/ds:SignatureValue>/.exec(good)?.[1] ?? '', 'base64');
  const withValue = (bytes: Buffer) =>
    good.replace(/<ds:SignatureValue>[^<]*</, `<ds:SignatureValue>${bytes.toString('base64')}<`);
  const [r, s] = [value.subarray(0, 32), value.subarray(32)];
  const [digest, bytes, wrong] = ['LX-037', 'LX-033', 'signature'];
  return [
    ['altered-body', good.replace('Nobody', 'Anybody'), 'digest', digest, 'another text'],
    ['altered-header', good.replace('<l:Round>1<', '<l:Round>2<'), 'digest', digest, 'another round'],
    ['added-attribute', good.replace('<l:Text>', '<l:Text a="1">'), 'digest', digest, 'an attribute more'],
    [
      'space-between',
      good.replace('<l:Body>', ' <l:Body>'),
      'digest',
      'LX-010',
      'white space between elements is signed',
    ],
    ['space-in-text', inText(' '), 'digest', 'LX-010', 'white space in a text is content'],
    ['comment', inText('<!---->'), 'markup-declaration', 'LX-003', 'a comment that would cut a text in two'],
    [
      'comment-in-digest',
      good.replace('<ds:DigestValue>', '<ds:DigestValue><!--x-->'),
      'markup-declaration',
      'LX-003',
      'a comment in the digest',
    ],
    [
      'processing-instruction',
      inText('<?x y?>'),
      'processing-instruction',
      'LX-003',
      'a processing instruction read as text',
    ],
    ['cdata', inText('<![CDATA[]]>'), 'markup-declaration', 'LX-003', 'CDATA'],
    ['entity', inText('&evil;'), 'reference', 'LX-005', 'an entity nobody declared'],
    ['doctype', `<!DOCTYPE x>${good}`, 'markup-declaration', 'LX-003', 'a document type'],
    [
      'duplicate-attribute',
      good.replace(/(Version="[^"]*")/, '$1 $1'),
      'duplicate-attribute',
      'LX-009',
      'one attribute twice',
    ],
    ['cut-off', good.slice(0, -1), 'not-well-formed', 'LX-009', 'the last character is missing'],
    ['half', good.slice(0, good.length / 2), 'not-well-formed', 'LX-009', 'half a document'],
    [
      'other-sender',
      good.replace('vendor.example</l:From>', 'reseller.example</l:From>'),
      'unknown-key',
      'LX-036',
      'the key is pinned for another node',
    ],
    ['no-sender', good.replace(/<l:From>.*<\/l:From>/, ''), 'sender-missing', 'LX-036', 'nobody sent it'],
    ['two-senders', good.replace(/(<l:From>.*<\/l:From>)/, '$1$1'), 'sender-missing', 'LX-036', 'two senders'],
    ['unknown-kid', good.replace(vendor.kid, 'A'.repeat(22)), 'unknown-key', 'LX-036', 'a key nobody pinned'],
    [
      'kid-with-path',
      good.replace(vendor.kid, '../../etc/passwd'),
      'signature-profile',
      'LX-034',
      'the name of a key is no path',
    ],
    [
      'no-key-name',
      good.replace(/<ds:KeyName>.*<\/ds:KeyName>/, ''),
      'signature-profile',
      'LX-034',
      'an empty KeyInfo',
    ],
    [
      'key-value',
      good.replace('</ds:KeyInfo>', '<ds:KeyValue></ds:KeyValue></ds:KeyInfo>'),
      'signature-profile',
      'LX-036',
      'a key in the document',
    ],
    [
      'certificate',
      good.replaceAll('ds:KeyName', 'ds:X509Data'),
      'signature-profile',
      'LX-036',
      'a certificate in the document',
    ],
    ['value-no-base64', good.replace('<ds:SignatureValue>', '<ds:SignatureValue>*'), 'base64', bytes, 'no base64'],
    [
      'value-base64url',
      good.replace(/<ds:SignatureValue>./, '<ds:SignatureValue>-'),
      'base64',
      bytes,
      'the other alphabet',
    ],
    [
      'value-unpadded',
      good.replace('==</ds:SignatureValue>', '</ds:SignatureValue>'),
      'base64',
      bytes,
      'padding is missing',
    ],
    ['value-loose-bits', withLooseBits(good), 'base64', bytes, 'bits beyond the last byte'],
    [
      'value-empty',
      good.replace(/<ds:SignatureValue>.*<\/ds:SignatureValue>/, '<ds:SignatureValue></ds:SignatureValue>'),
      'base64',
      bytes,
      'no value',
    ],
    ['value-63-bytes', withValue(Buffer.alloc(63, 1)), 'signature-length', bytes, 'a byte too few'],
    ['value-65-bytes', withValue(Buffer.alloc(65, 1)), 'signature-length', bytes, 'a byte too many'],
    ['r-and-s-zero', withValue(Buffer.alloc(64)), wrong, bytes, 'r = s = 0'],
    ['r-zero', withValue(Buffer.concat([Buffer.alloc(32), s])), wrong, bytes, 'r = 0'],
    ['s-zero', withValue(Buffer.concat([r, Buffer.alloc(32)])), wrong, bytes, 's = 0'],
    ['r-is-order', withValue(Buffer.concat([order, s])), wrong, bytes, 'r = n'],
    ['s-is-order', withValue(Buffer.concat([r, order])), wrong, bytes, 's = n'],
    ['s-above-order', withValue(Buffer.concat([r, Buffer.alloc(32, 255)])), wrong, bytes, 's > n'],
    ['r-and-s-one', withValue(Buffer.concat([one, one])), wrong, bytes, 'r = s = 1'],
    ['r-is-field', withValue(Buffer.concat([field, one])), wrong, bytes, 'r = p, s = 1'],
    ['r-above-order', withValue(Buffer.concat([Buffer.alloc(32, 255), s])), wrong, bytes, 'r > n'],
    ['r-negated', withValue(Buffer.concat([minus(r), s])), wrong, bytes, 'n - r'],
    [
      'padded-to-66-bytes',
      withValue(Buffer.concat([Buffer.alloc(1), r, Buffer.alloc(1), s])),
      'signature-length',
      bytes,
      'zeros before r and s',
    ],
    ['r-alone', withValue(r), 'signature-length', bytes, 'half of a signature'],
    ['r-and-s-swapped', withValue(Buffer.concat([s, r])), wrong, bytes, 's before r'],
    [
      'bit-flipped',
      withValue(Buffer.from(value.map((byte, at) => (at === 40 ? byte ^ 1 : byte)))),
      wrong,
      digest,
      'one bit',
    ],
    [
      'digest-altered',
      good.replace(/<ds:DigestValue>.{44}/, `<ds:DigestValue>${Buffer.alloc(32).toString('base64')}`),
      wrong,
      digest,
      'the digest is signed',
    ],
    [
      'digest-short',
      good.replace(/<ds:DigestValue>.{44}/, `<ds:DigestValue>${Buffer.alloc(20).toString('base64')}`),
      'base64',
      bytes,
      'a digest of 20 bytes',
    ],
  ];
};

/** n - x. */
export function minus(x: Uint8Array): Buffer {
  const difference = BigInt(`0x${order.toString('hex')}`) - BigInt(`0x${Buffer.from(x).toString('hex')}`);
  return Buffer.from(difference.toString(16).padStart(64, '0'), 'hex');
}

/** The last base64 character with bits that should be zero. */
function withLooseBits(xml: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return xml.replace(
    /(.)==<\/ds:SignatureValue>/,
    (_, last: string) => `${alphabet.charAt(alphabet.indexOf(last) + 1)}==</ds:SignatureValue>`,
  );
}
