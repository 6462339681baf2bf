import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../protocol/errors.ts';
import { makeInvitation, readInvitation, writeInvitation } from '../../protocol/invitation.ts';
import { makeSigningKey } from '../../protocol/keys.ts';
import { isNodeId } from '../../protocol/node-id.ts';
import { now, vendor } from './messages.ts';

const invitation = makeInvitation({
  nodeId: 'vendor.test',
  name: 'Vendor & Söhne',
  endpoint: 'https://vendor.test/lead-exchange',
  key: vendor.key,
  createdAt: now,
});

/** Where the invitation was found wrong. */
function wrongAt(text: string): string | undefined {
  try {
    readInvitation(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    expect((error as ProtocolError).code).toBe('invitation');
    return (error as ProtocolError).path;
  }
  return 'accepted';
}
const changed = (change: Record<string, unknown>) => JSON.stringify({ ...invitation, ...change });

describe('an invitation', () => {
  it('reads as it was written', () => {
    expect(readInvitation(writeInvitation(invitation))).toEqual(invitation);
    expect(invitation.fingerprint.split(' ')).toHaveLength(10);
  });
  it.each([
    ['no JSON', 'hello', ''],
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['too long', `${JSON.stringify(invitation)}${' '.repeat(20_000)}`, ''],
    ['an unknown member', changed({ admin: true }), ''],
    ['a private key in it', changed({ privateKey: 'x' }), ''],
    ['no name', changed({ name: undefined }), 'name'],
    ['a blank name', changed({ name: ' ' }), 'name'],
    ['a control character in the name', changed({ name: 'a\u001b[31m' }), 'name'],
    ['a number as name', changed({ name: 1 }), 'name'],
    ['another format', changed({ format: 'lead-exchange-invitation-2' }), 'format'],
    ['an upper-case node id', changed({ nodeId: 'Vendor.test' }), 'nodeId'],
    ['another node id', changed({ nodeId: 'other.test' }), 'fingerprint'],
    ['a script as endpoint', changed({ endpoint: 'javascript:alert(1)' }), 'endpoint'],
    ['credentials in the endpoint', changed({ endpoint: 'https://a:b@vendor.test/' }), 'endpoint'],
    ['a relative endpoint', changed({ endpoint: '/lead-exchange' }), 'endpoint'],
    ['a key that is no base64', changed({ spki: '***' }), 'spki'],
    ['a key that is none', changed({ spki: 'AAAA' }), 'spki'],
    ['another key', changed({ spki: makeSigningKey().spki.toString('base64') }), 'kid'],
    ['another kid', changed({ kid: 'A'.repeat(22) }), 'kid'],
    ['another algorithm', changed({ algorithm: 'rsa-sha256' }), 'algorithm'],
    ['other words', changed({ fingerprint: 'a b c' }), 'fingerprint'],
    ['a time without zone', changed({ createdAt: '2026-03-14T09:26:53' }), 'createdAt'],
    ['an impossible time', changed({ createdAt: '2026-13-14T09:26:53.000Z' }), 'createdAt'],
  ])('is refused with %s', (_, text, path) => {
    expect(wrongAt(text)).toBe(path);
  });
  it('is not made with what could not be read', () => {
    const inviter = { nodeId: 'vendor test', name: 'V', endpoint: 'https://v.test/', key: vendor.key, createdAt: now };
    expect(() => makeInvitation(inviter)).toThrow(expect.objectContaining({ path: 'nodeId' }));
  });
});

describe('a node id', () => {
  it.each(['a', 'vendor.localhost', 'a-b.c--d.example', '1.2', 'x'.repeat(63)])('may be %s', (id) => {
    expect(isNodeId(id)).toBe(true);
  });
  it.each(['', '.', 'a.', '.a', 'a..b', '-a', 'a-', 'A', 'ä', 'a_b', 'a b', 'a/b', 'a:1', `${'x.'.repeat(127)}x`, '*'])(
    'may not be %j',
    (id) => {
      expect(isNodeId(id)).toBe(false);
    },
  );
});
