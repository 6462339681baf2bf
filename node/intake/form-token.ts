import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';

/** What a form page carries to tell when it was opened, so that neither robots nor old copies post it. */
export interface OpenedForm {
  readonly slug: string;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Makes one opening of the page one submission. */
  readonly nonce: string;
}

const macOf = (secret: KeyObject, { slug, at, nonce }: OpenedForm): Buffer =>
  createHmac('sha256', secret).update(`form-opened\n${slug}\n${at}\n${nonce}`).digest().subarray(0, 16);

export const signOpened = (secret: KeyObject, opened: OpenedForm): string =>
  `${opened.at}.${opened.nonce}.${macOf(secret, opened).toString('base64url')}`;

/** The opening a token tells of; undefined when this node did not sign it for this form. */
export function readOpened(secret: KeyObject, slug: string, token: string): OpenedForm | undefined {
  const [, at, nonce, mac] = /^(\d{1,15})\.([\w-]{1,40})\.([\w-]{22})$/.exec(token) ?? [];
  if (!at || !nonce || !mac) return undefined;
  const opened = { slug, at: Number(at), nonce };
  return timingSafeEqual(Buffer.from(mac, 'base64url'), macOf(secret, opened)) ? opened : undefined;
}
