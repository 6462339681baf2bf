import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkpointText, isCheckpointOf } from '../../protocol/checkpoint.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import type { KeyRollover, Offer } from '../../protocol/generated.ts';
import { hasPassed, makeHops } from '../../protocol/hops.ts';
import { loadSigningKey, makeSigningKey } from '../../protocol/keys.ts';
import { checkRollover, makeRolloverProof } from '../../protocol/rollover.ts';
import { now } from './messages.ts';

const code = (act: () => unknown): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof ProtocolError ? error.code : String(error);
  }
};
const day = 24 * 3_600_000;
const at = (ms: number) => new Date(now + ms).toISOString();

describe('a key that follows another', () => {
  const facts = { nodeId: 'vendor.test', oldKid: makeSigningKey().kid };
  const announce = (newKey = makeSigningKey(), change: Partial<KeyRollover> = {}): KeyRollover => ({
    newKey: { kid: newKey.kid, algorithm: newKey.algorithm, spki: newKey.spki.toString('base64') },
    validFrom: at(0),
    oldKeyUntil: at(30 * day),
    proof: makeRolloverProof(newKey, facts),
    ...change,
  });
  const rsa = loadSigningKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey);

  it('proves that it is meant, for P-256 and RSA', () => {
    for (const key of [makeSigningKey(), rsa]) expect(checkRollover(announce(key), facts).kid).toBe(key.kid);
  });

  const other = makeSigningKey();
  it.each<[string, KeyRollover, object?]>([
    ['a proof by another key', announce(undefined, { proof: makeRolloverProof(other, facts) })],
    [
      'a proof for another node',
      announce(other, { proof: makeRolloverProof(other, { ...facts, nodeId: 'evil.test' }) }),
    ],
    [
      'a proof for another old key',
      announce(other, { proof: makeRolloverProof(other, { ...facts, oldKid: other.kid }) }),
    ],
    ['a proof that is nothing', announce(other, { proof: Buffer.alloc(64).toString('base64') })],
    ['a proof of another length', announce(other, { proof: Buffer.alloc(70, 1).toString('base64') })],
    ['an overlap that is too short', announce(other, { oldKeyUntil: at(30 * day - 1) })],
    ['another name', announce(other, { newKey: { ...announce(other).newKey, kid: facts.oldKid } })],
    ['another algorithm', announce(other, { newKey: { ...announce(other).newKey, algorithm: 'rsa-sha256' } })],
    ['the old key again', announce(other), { ...facts, oldKid: other.kid }],
  ])('is refused with %s', (_, rollover, about = facts) => {
    expect(code(() => checkRollover(rollover, about as typeof facts))).toBe('rollover');
  });
  it('is refused when it is no key', () => {
    const spki = Buffer.from('no key').toString('base64');
    expect(code(() => checkRollover(announce(other, { newKey: { ...announce(other).newKey, spki } }), facts))).toBe(
      'key',
    );
  });
});

describe('the nodes a lead came through', () => {
  const offer = (hops: object = {}): Offer => ({ mode: 'direct', closesAt: at(0), lead: {}, ...hops });

  it('know themselves again, and nobody else', () => {
    const first = offer(makeHops('a.test'));
    const second = offer(makeHops('b.test', first));
    expect(['a.test', 'b.test', 'c.test'].map((id) => hasPassed(second, id))).toEqual([true, true, false]);
    expect(hasPassed(first, 'b.test')).toBe(false);
    expect(second.hopNonce).toBe(first.hopNonce);
    expect(hasPassed(offer(), 'a.test')).toBe(false);
    expect(makeHops('a.test').hops).not.toEqual(makeHops('a.test').hops);
  });
  it('are digests anybody can compute who knows the id', () => {
    const { hopNonce, hops } = makeHops('a.test');
    const length = Buffer.from([0, 0, 0, 6]);
    const bytes = Buffer.concat([
      Buffer.from('lx-hop-1'),
      Buffer.from(hopNonce, 'base64'),
      length,
      Buffer.from('a.test'),
    ]);
    expect(hops).toEqual([createHash('sha256').update(bytes).digest('base64')]);
  });
  it('are five at most', () => {
    let last: Offer | undefined;
    for (const id of ['a', 'b', 'c', 'd', 'e']) last = offer(makeHops(id, last));
    expect(last?.hops).toHaveLength(5);
    expect(code(() => makeHops('f', last))).toBe('too-many-hops');
  });
});

describe('a checkpoint in a header', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const typed = Buffer.concat([Buffer.of(1), publicKey.export({ type: 'spki', format: 'der' }).subarray(12)]);
  const id = createHash('sha256').update('vendor.test\n').update(typed).digest().subarray(0, 4);
  const logKey = `vendor.test+${id.toString('hex')}+${typed.toString('base64')}`;
  const unsigned = { size: 1234, root: Buffer.alloc(32, 5).toString('base64'), noteSignature: '' };
  const text = checkpointText('vendor.test', unsigned);
  const noteSignature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]).toString('base64');
  const log = { ...unsigned, noteSignature };

  it('is the signed note of its sender', () => {
    expect(text).toBe(`vendor.test\n1234\n${unsigned.root}\n`);
    expect(isCheckpointOf('vendor.test', log, logKey)).toBe(true);
  });
  it('is not, with another size, root or key hash', () => {
    expect(isCheckpointOf('vendor.test', { ...log, size: 1235 }, logKey)).toBe(false);
    expect(isCheckpointOf('vendor.test', { ...log, root: Buffer.alloc(32).toString('base64') }, logKey)).toBe(false);
    const wrong = Buffer.from(noteSignature, 'base64').fill(0, 0, 4).toString('base64');
    expect(isCheckpointOf('vendor.test', { ...log, noteSignature: wrong }, logKey)).toBe(false);
  });
  it('needs the key of the same node, whole', () => {
    expect(code(() => isCheckpointOf('other.test', log, logKey))).toBe('log-key');
    expect(code(() => isCheckpointOf('vendor.test', log, logKey.replace(/[+]........[+]/, '+00000000+')))).toBe(
      'log-key',
    );
    expect(code(() => isCheckpointOf('vendor.test', log, 'vendor.test'))).toBe('log-key');
  });
});
