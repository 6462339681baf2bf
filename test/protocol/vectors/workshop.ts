import { forge } from '../forge.ts';
import { idOf, messageOf } from './bodies.ts';
import { signer, type TestKey } from './keys.ts';
import { canonicalOf } from './signed.ts';

/** A document that is refused before its sender is proven. */
export type Shape = readonly [name: string, xml: string, code: string, requirement: string, why: string];

/** One good document and its parts, and a signer that signs whatever it is given. */
export function workshop(keys: readonly TestKey[]) {
  const vendor = signer(keys, 'vendor');
  const head = { from: 'vendor.example', to: 'reseller.example', messageId: idOf(0x400) };
  const canonical = canonicalOf(messageOf('Reject', {}, head));
  const sign = (text: string, wishes: Partial<Parameters<typeof forge>[1]> = {}) =>
    forge(text, { privateKey: vendor.private, kid: vendor.kid, ...wishes });
  const good = sign(canonical);
  const body = canonical.slice(canonical.indexOf('<l:Body>'), canonical.lastIndexOf('</'));
  return {
    ...{ vendor, canonical, good, sign, body },
    signature: good.slice(good.indexOf('<ds:Signature '), good.lastIndexOf('</')),
    header: canonical.slice(canonical.indexOf('<l:Header>'), canonical.indexOf('<l:Body>')),
    root: canonical.slice(0, canonical.indexOf('<l:Header>')),
    evil: body.replace('Nobody', 'Anybody'),
  };
}
export type Workshop = ReturnType<typeof workshop>;
