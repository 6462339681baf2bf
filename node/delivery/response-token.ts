import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

const tokenPattern = /^[0-9a-z]{52}$/;

/** 128 bits of a keyed digest in 26 letters and digits. */
function digestOf(secret: KeyObject, recipientId: string): string {
  const digest = createHmac('sha256', secret).update(`offer-response:${recipientId}`).digest('hex');
  return BigInt(`0x${digest.slice(0, 32)}`)
    .toString(32)
    .padStart(26, '0');
}

/**
 * The token in an offer mail's link and reply address: the recipient's id and a keyed digest of it. 52 lower-case letters
 * and digits only, because mail programs change the case of addresses and mail servers take at most 64 characters before
 * the @. Nothing is stored (docs/decisions/0007).
 */
export function makeResponseToken(secret: KeyObject, recipientId: string): string {
  const [, id = ''] = recipientId.split('_');
  return `${id.toLowerCase()}${digestOf(secret, recipientId)}`;
}

/** The recipient a token was made for; undefined for every token that we did not make. */
export function readResponseToken(secret: KeyObject, token: string): string | undefined {
  const text = token.toLowerCase();
  if (!tokenPattern.test(text)) return undefined;
  const recipientId = `recipient_${text.slice(0, 26).toUpperCase()}`;
  const expected = Buffer.from(digestOf(secret, recipientId));
  return timingSafeEqual(expected, Buffer.from(text.slice(26))) ? recipientId : undefined;
}

/** Where an offer mail is answered to: `reply+` and the token, at the domain of this node's mail address. */
export function replyAddress(mailFrom: string, token: string): string {
  return `reply+${token}@${mailFrom.slice(mailFrom.lastIndexOf('@') + 1)}`;
}

/** The token of an address made by `replyAddress`, checked or not. */
export const tokenOfAddress = (address: string): string | undefined =>
  /^reply\+([0-9a-z]{1,200})@/i.exec(address)?.[1]?.toLowerCase();
