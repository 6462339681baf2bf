import { makeHeader, seal, verificationKey } from '../index.ts';
import type { AnyMessage, Bodies, FindKey, Header, Invitation, MessageType, Sealed, SigningKey } from '../index.ts';

/** Who the kit is. */
export interface Identity {
  readonly nodeId: string;
  readonly key: SigningKey;
}

/** A header as the kit would write it, or as wrong as a check wants it; `undefined` leaves a part out. */
export type HeaderWish = { readonly [K in keyof Header]?: Header[K] | undefined };

/** Seals a message whose header a check may bend; still one that the schema allows. */
export function sealAs<T extends MessageType>(
  { nodeId, key }: Identity,
  { to, now }: { readonly to: string; readonly now: number },
  { type, body, header = {} }: { readonly type: T; readonly body: Bodies[T]; readonly header?: HeaderWish },
): Sealed {
  return seal({ header: { ...makeHeader({ type, from: nodeId, to, now }), ...header }, body } as AnyMessage, key);
}

/** The one key that is pinned for the node under test. */
export function pinTarget({ nodeId, spki }: Invitation): FindKey {
  const key = verificationKey(Buffer.from(spki, 'base64'));
  return (from, kid) => (from === nodeId && kid === key.kid ? key : undefined);
}
