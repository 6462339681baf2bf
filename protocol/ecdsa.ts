import { sign, verify, type KeyObject } from 'node:crypto';

/*
 * P-256 signatures as XML has them: r and s, 32 bytes each (RFC 4050, IEEE P1363). Node's own option for that form,
 * `dsaEncoding`, hides the key in an object, which makes each call look for a key in vain first: 30 to 80 µs more than
 * the signature itself. So the key is handed over as it is, and the form changed here.
 */
const half = 32;
const [sequence, integer] = [0x30, 0x02];

/** SHA-256 and ECDSA over the data: r and s in 64 bytes. */
export function signP256(data: Uint8Array, privateKey: KeyObject): Buffer {
  const der = sign('sha256', data, privateKey);
  // SEQUENCE, length, INTEGER, length, r, INTEGER, length, s: all lengths are below 128.
  const r = { start: 4, length: der[3] ?? 0 };
  const s = { start: r.start + r.length + 2, length: der[r.start + r.length + 1] ?? 0 };
  const joined = Buffer.alloc(2 * half);
  for (const [index, { start, length }] of [r, s].entries()) {
    const bytes = der.subarray(start + Math.max(0, length - half), start + length);
    joined.set(bytes, (index + 1) * half - bytes.byteLength);
  }
  return joined;
}

/** Whether these 64 bytes, r and s, are the key's signature over the data. Any other length is none. */
export function verifyP256(data: Uint8Array, publicKey: KeyObject, signature: Uint8Array): boolean {
  if (signature.byteLength !== 2 * half) return false;
  const [r, s] = [writeInteger(signature.subarray(0, half)), writeInteger(signature.subarray(half))];
  return verify('sha256', data, publicKey, Buffer.from([sequence, r.length + s.length, ...r, ...s]));
}

/** DER: as short as it can be, and positive. */
function writeInteger(bytes: Uint8Array): number[] {
  let start = 0;
  while (start < half - 1 && bytes[start] === 0) start++;
  const value = [...bytes.subarray(start)];
  if ((value[0] ?? 0) >= 0x80) value.unshift(0);
  return [integer, value.length, ...value];
}
