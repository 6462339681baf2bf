import { constants, generateKeyPairSync, hash, privateEncrypt, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../protocol/check-signature.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { loadSigningKey, verificationKey, type VerificationKey } from '../../protocol/keys.ts';

/** Whether a signature value is taken; refusals must be of the constant unauthenticated class. */
function verdict(key: VerificationKey, data: Uint8Array, signature: Uint8Array): 'valid' | 'invalid' {
  try {
    checkSignature(data, signature, key);
    return 'valid';
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    expect(error.unauthenticated).toBe(true);
    expect(['signature', 'signature-length']).toContain(error.code);
    return 'invalid';
  }
}

type WycheproofCase = [number: number, comment: string, message: string, signature: string, result: string];
const fixture = new URL('fixtures/wycheproof-ecdsa-p256-sha256-p1363.json', import.meta.url);
const { groups } = JSON.parse(readFileSync(fixture, 'utf8')) as {
  groups: { spki: string; tests: WycheproofCase[] }[];
};

describe('ECDSA with P-256 and SHA-256, r and s', () => {
  // This file has no verdict "acceptable": every case is valid or invalid, and so are we.
  it('has the verdict of Wycheproof in every case', () => {
    const cases = groups.flatMap(({ spki, tests }) => {
      const key = verificationKey(Buffer.from(spki, 'hex'));
      return tests.map(([number, comment, message, signature, expected]) => ({
        ...{ number, comment, expected },
        reached: verdict(key, Buffer.from(message, 'hex'), Buffer.from(signature, 'hex')),
      }));
    });
    expect(cases).toHaveLength(262);
    expect(new Set(cases.map(({ expected }) => expected))).toEqual(new Set(['valid', 'invalid']));
    expect(cases.filter(({ expected, reached }) => expected !== reached)).toEqual([]);
  });
});

const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const rsa = loadSigningKey(pair.privateKey);
const data = Buffer.from('signed bytes');
const digest = hash('sha256', data, 'buffer');
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** The private operation on an encoded message of our making. */
const raw = (encoded: Buffer) =>
  privateEncrypt({ key: pair.privateKey, padding: constants.RSA_NO_PADDING }, Buffer.from(encoded));

const rightInfo = Buffer.concat([hex('3031 300d 0609 608648016503040201 0500 0420'), digest]);
/** 00 01 FF … FF 00 and the DigestInfo. */
function encode(
  info: Buffer,
  { head = hex('0001'), fill = 0xff, separator = hex('00'), after = hex('') } = {},
): Buffer {
  const length = 256 - head.length - separator.length - info.length - after.length;
  return Buffer.concat([head, Buffer.alloc(length, fill), separator, info, after]);
}
const info = (text: string, value = digest) => Buffer.concat([hex(text), value]);

/** The ways in which Wycheproof's file for PKCS #1 v1.5 deviates from the one right encoding, each with a right exponentiation. */
const encodings: [string, Buffer][] = [
  ['no NULL beside the algorithm', encode(info('302f 300b 0609 608648016503040201 0420'))],
  ['a NULL of a byte', encode(info('3032 300e 0609 608648016503040201 050100 0420'))],
  ['a BER length in two bytes', encode(info('308131 300d 0609 608648016503040201 0500 0420'))],
  ['a BER length in the algorithm', encode(info('3032 30810d 0609 608648016503040201 0500 0420'))],
  ['a BER length of the digest', encode(info('3032 300d 0609 608648016503040201 0500 048120'))],
  ['an indefinite length', encode(Buffer.concat([info('3080 300d 0609 608648016503040201 0500 0420'), hex('0000')]))],
  ['a length that overflows', encode(info('3088ffffffffffffffff 300d 0609 608648016503040201 0500 0420'))],
  ['something after the digest, inside', encode(Buffer.concat([info('3033 300d 0609 608648016503040201 0500 0420'), hex('0500')]))],
  ['something after the digest, outside', encode(rightInfo, { after: hex('00') })],
  ['the rest after a short padding, as in CVE-2006-4339', encode(rightInfo, { after: Buffer.alloc(190, 7) })],
  ['something in the parameters', encode(info('3033 300f 0609 608648016503040201 0502 0000 0420'))],
  ['the name of SHA-1', encode(info('3021 3009 0605 2b0e03021a 0500 0414', digest.subarray(0, 20)))],
  ['the name of SHA-1 and this digest', encode(info('302d 3009 0605 2b0e03021a 0500 0420'))],
  ['the name of SHA-512', encode(info('3031 300d 0609 608648016503040203 0500 0420'))],
  ['the name of SHA-512/256', encode(info('3031 300d 0609 608648016503040206 0500 0420'))],
  ['no name at all', encode(digest)],
  ['an octet string alone', encode(info('0420'))],
  ['a shortened digest', encode(info('3030 300d 0609 608648016503040201 0500 041f', digest.subarray(0, 31)))],
  ['another digest', encode(Buffer.concat([rightInfo.subarray(0, 19), hash('sha256', 'other', 'buffer')]))],
  ['type 2 of the padding', encode(rightInfo, { head: hex('0002') })],
  ['type 0 of the padding', encode(rightInfo, { head: hex('0000'), fill: 0 })],
  ['a first byte that is not 0', encode(rightInfo, { head: hex('0101') })],
  ['a padding of zeros', encode(rightInfo, { fill: 0 })],
  ['a padding of FE', encode(rightInfo, { fill: 0xfe })],
  ['no separator', encode(rightInfo, { separator: hex('') })],
  ['a separator that is not 0', encode(rightInfo, { separator: hex('01') })],
]; // prettier-ignore

const good = sign('sha256', data, pair.privateKey);
const modulus = Buffer.from(String(pair.publicKey.export({ format: 'jwk' }).n), 'base64url');
const number = (value: bigint, bytes = 256) => Buffer.from(value.toString(16).padStart(bytes * 2, '0'), 'hex');
const n = BigInt(`0x${modulus.toString('hex')}`);
const s = BigInt(`0x${good.toString('hex')}`);

const values: [string, Buffer][] = [
  ['one for PSS', sign('sha256', data, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING })],
  ['nothing', Buffer.alloc(0)],
  ['0', number(0n)],
  ['1', number(1n)],
  ['the modulus', number(n)],
  ['the modulus less one', number(n - 1n)],
  ['the modulus and one', number(n + 1n)],
  ['all bits', Buffer.alloc(256, 0xff)],
  ['the good value and the modulus', number(s + n, 257)],
  ['the good value negated', number(n - s)],
  ['a byte before', Buffer.concat([hex('00'), good])],
  ['a byte after', Buffer.concat([good, hex('00')])],
  ['a byte less', good.subarray(0, 255)],
  ['64 bytes', good.subarray(0, 64)],
  ['512 bytes', Buffer.concat([good, good])],
  ['the first bit', Buffer.from(good.map((byte, index) => (index === 0 ? byte ^ 0x80 : byte)))],
  ['the last bit', Buffer.from(good.map((byte, index) => (index === 255 ? byte ^ 1 : byte)))],
];

// Wycheproof calls some old encodings, such as no NULL, "acceptable". We take none of them: one value has one encoding.
describe('RSA of 2048 bits, PKCS #1 v1.5 with SHA-256', () => {
  it('takes the one right encoding, made by Node or by hand', () => {
    expect(verdict(rsa, data, good)).toBe('valid');
    expect(raw(encode(rightInfo))).toEqual(good);
  });
  it.each(encodings)('refuses %s', (_, encoded) => {
    expect(encoded).toHaveLength(256);
    expect(verdict(rsa, data, raw(encoded))).toBe('invalid');
  });
  it.each(values)('refuses the value: %s', (_, value) => {
    expect(verdict(rsa, data, value)).toBe('invalid');
  });
  it('does not take a good value for other bytes', () => {
    expect(verdict(rsa, Buffer.from('other bytes'), good)).toBe('invalid');
  });
});
