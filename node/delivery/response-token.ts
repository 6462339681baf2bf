import { createHmac, timingSafeEqual } from 'node:crypto';

const digestOf = (secret: Buffer, recipientId: string) =>
  createHmac('sha256', secret).update(`offer-response:${recipientId}`).digest().subarray(0, 16);

/**
 * The token in an offer mail's link and reply address: the recipient's id and a keyed digest of it, lower-case letters and
 * digits only, because mail programs change the case of addresses. Nothing is stored (docs/decisions/0007).
 */
export function makeResponseToken(secret: Buffer, recipientId: string): string {
  return `${recipientId.replace('_', '-')}-${digestOf(secret, recipientId).toString('hex')}`.toLowerCase();
}

/** The recipient a token was made for; undefined for every token that we did not make. */
export function readResponseToken(secret: Buffer, token: string): string | undefined {
  const match = /^([a-z]{1,20})-([0-9a-z]{26})-([0-9a-f]{32})$/.exec(token.toLowerCase());
  if (!match) return undefined;
  const [, prefix = '', rest = '', digest = ''] = match;
  const recipientId = `${prefix}_${rest}`;
  const candidates = [recipientId, `${prefix}_${rest.toUpperCase()}`];
  return candidates.find((candidate) => timingSafeEqual(digestOf(secret, candidate), Buffer.from(digest, 'hex')));
}
