import { forge } from '../forge.ts';
import { idOf, messageOf } from './bodies.ts';
import { signer, type TestKey } from './keys.ts';
import { canonicalOf } from './signed.ts';
import type { MadeVector } from './vector.ts';

const item = (bytes: string | Buffer) => {
  const content = Buffer.from(bytes);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
};

/** Frames of many documents. */
export function frameVectors(keys: readonly TestKey[]): readonly MadeVector[] {
  const { private: privateKey, kid } = signer(keys, 'vendor');
  const document = (number: number) => {
    const head = {
      from: 'vendor.example',
      to: 'reseller.example',
      messageId: idOf(0x500 + number),
      conversation: `c-${number}`,
    };
    return item(forge(canonicalOf(messageOf('Award', {}, head)), { privateKey, kid }));
  };
  const frame = (
    ...[name, bytes, requirement, why, code]: readonly [string, Buffer, string, string, string?]
  ): MadeVector => ({
    file: `batch/${name}.bin`,
    ...{
      kind: 'batch',
      verdict: code === undefined ? 'valid' : 'unauthenticated',
      ...(code !== undefined && { code }),
      requirement,
      why,
      bytes,
    },
  });
  const broken = (name: string, bytes: Buffer, code: string, why: string) =>
    frame(name, bytes, 'LX-171', why, `batch-${code}`);
  return [
    frame('one', document(1), 'LX-170', 'one document'),
    frame('three', Buffer.concat([1, 2, 3].map(document)), 'LX-170', 'three documents'),
    frame(
      'one-bad',
      Buffer.concat([document(1), item('rubbish'), item(''), document(2)]),
      'LX-171',
      'two of four documents are bad, and harm no other',
    ),
    frame('hundred-empty', Buffer.alloc(400), 'LX-170', 'as many as a frame may hold'),
    broken('nothing', Buffer.alloc(0), 'empty', 'no documents'),
    broken('hundred-and-one', Buffer.alloc(404), 'too-many', 'one more than a frame may hold'),
    broken('cut-off', document(1).subarray(0, -1), 'truncated', 'the last document is cut off'),
    broken('half-a-length', Buffer.concat([document(1), Buffer.from([0, 0])]), 'truncated', 'ends inside a length'),
    broken('length-of-four-gigabytes', Buffer.from([255, 255, 255, 255, 60]), 'truncated', 'a length that is a lie'),
    broken('plain-document', document(1).subarray(4), 'truncated', 'a document that is no frame'),
    broken('little-endian', Buffer.from([2, 0, 0, 0, 65, 66]), 'truncated', 'a length in the wrong order of bytes'),
  ];
}
