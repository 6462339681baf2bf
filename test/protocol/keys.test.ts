import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signP256, verifyP256 } from '../../protocol/ecdsa.ts';
import {
  exportSigningKey,
  fingerprint,
  kidOf,
  loadSigningKey,
  makeSigningKey,
  verificationKey,
} from '../../protocol/keys.ts';

const refused = expect.objectContaining({ code: 'key' });

describe('keys', () => {
  it('keep kid and fingerprint over export and load', () => {
    const key = makeSigningKey();
    const again = loadSigningKey(exportSigningKey(key));
    expect(again.kid).toBe(key.kid);
    expect(verificationKey(key.spki)).toMatchObject({ kid: key.kid, algorithm: 'ecdsa-sha256' });
    expect(kidOf(key.publicKey)).toBe(key.kid);
    expect(key.kid).toBe(createHash('sha256').update(key.spki).digest('base64url').slice(0, 22));
  });
  it('may be RSA of 2048 bits', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(loadSigningKey(privateKey).algorithm).toBe('rsa-sha256');
    expect(verificationKey(publicKey).algorithm).toBe('rsa-sha256');
  });
  it.each([
    ['RSA of 1024 bits', () => generateKeyPairSync('rsa', { modulusLength: 1024 })],
    ['RSA-PSS', () => generateKeyPairSync('rsa-pss', { modulusLength: 2048 })],
    ['Ed25519', () => generateKeyPairSync('ed25519')],
    ['secp256k1', () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' })],
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'secp384r1' })],
  ])('may not be %s', (_, make) => {
    const { privateKey, publicKey } = make();
    expect(() => loadSigningKey(privateKey)).toThrow(refused);
    expect(() => verificationKey(publicKey)).toThrow(refused);
    expect(() => verificationKey(publicKey.export({ type: 'spki', format: 'der' }))).toThrow(refused);
  });
  it('may not be garbage, of the wrong half, or with bytes after the end', () => {
    const key = makeSigningKey();
    expect(() => loadSigningKey('garbage')).toThrow(refused);
    expect(() => loadSigningKey(key.publicKey)).toThrow(refused);
    expect(() => verificationKey(key.privateKey)).toThrow(refused);
    expect(() => verificationKey(Buffer.from('garbage'))).toThrow(refused);
    expect(() => verificationKey(Buffer.concat([key.spki, Buffer.from([0])]))).toThrow(refused);
  });
});

describe('the fingerprint', () => {
  const spki = Buffer.from('not parsed here');
  it('is ten words, 160 bits of the hash of node id and key', () => {
    const words = fingerprint('vendor.test', spki).split(' ');
    expect(words).toHaveLength(10);
    for (const word of words)
      expect(word).toMatch(/^[bdfghjklmnprstvz][aiou][bdfghjklmnprstvz][aiou][bdfghjklmnprstvz]$/);
    const length = Buffer.from([0, 0, 0, 11]);
    const hash = createHash('sha256')
      .update(Buffer.concat([Buffer.from('lx-fingerprint-1'), length, Buffer.from('vendor.test'), spki]))
      .digest();
    expect(Buffer.from(words.map(decodeProquint).join(''), 'hex')).toEqual(hash.subarray(0, 20));
  });
  it('differs for any other node or key', () => {
    fc.assert(
      fc.property(fc.domain(), fc.uint8Array({ minLength: 1 }), (nodeId, other) => {
        expect(fingerprint(nodeId, other)).not.toBe(fingerprint('vendor.test', spki));
      }),
    );
  });
});

/** The published reading of a proquint (Wilkerson 2009), as four hexadecimal digits. */
function decodeProquint(word: string): string {
  const bits = Array.from(word, (letter) => {
    const consonant = 'bdfghjklmnprstvz'.indexOf(letter);
    return consonant >= 0
      ? consonant.toString(2).padStart(4, '0')
      : 'aiou'.indexOf(letter).toString(2).padStart(2, '0');
  });
  return parseInt(bits.join(''), 2).toString(16).padStart(4, '0');
}

// Among so many, r and s begin with zeros and with high bits: those are written in another length.
it('signs with P-256 as Node does in its form of r and s, and knows each other’s signatures', () => {
  const { privateKey, publicKey } = makeSigningKey();
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.nat(63),
      fc.integer({ min: 1, max: 255 }),
      (data, place, flip) => {
        const ours = signP256(data, privateKey);
        expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, ours)).toBe(true);
        const theirs = sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' });
        expect(verifyP256(data, publicKey, theirs)).toBe(true);
        theirs[place] = (theirs[place] ?? 0) ^ flip;
        expect(verifyP256(data, publicKey, theirs)).toBe(false);
        expect(verifyP256(data, publicKey, ours.subarray(1))).toBe(false);
      },
    ),
    { numRuns: 2_000 },
  );
});
