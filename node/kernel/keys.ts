import type { KeyObject } from 'node:crypto';
import type { SigningKey } from '../../protocol/index.ts';

/** The node's own keys, read from the data folder at start (made on the first start). */
export interface NodeKeys {
  /** P-256 key that signs messages; `kid` as in docs/protocol.md. */
  readonly signing: SigningKey;
  /** 32 random bytes: tokens, links and derived keys hang on it. A KeyObject: bytes cost each HMAC or cipher several times as much. */
  readonly secret: KeyObject;
}
