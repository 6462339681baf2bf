import { ProtocolError } from './errors.ts';
import type { AnyMessage, Message, MessageType } from './generated.ts';
import type { SigningKey } from './keys.ts';
import { signDocument, verifyDocument, type FindKey, type VerifiedDocument } from './signed-document.ts';
import { readMessage, writeMessage } from './xml.ts';

/** A message ready to be sent, and what its receipt has to quote. */
export interface Sealed {
  readonly xml: string;
  readonly messageId: string;
  /** Base64 SHA-256 of the canonical document without its signature. */
  readonly digest: string;
  readonly from: string;
  readonly to: string;
  /** What proves the signature when the content is gone; see `checkProof`. */
  readonly proof: string;
}

declare const brand: unique symbol;

/** A message whose signature and body are good. Only `open` makes one. */
export interface Opened<M extends AnyMessage = AnyMessage> {
  readonly message: M;
  readonly digest: string;
  readonly kid: string;
  /** The signed text, to be kept as evidence. */
  readonly canonical: string;
  /** What proves the signature when the content is gone; see `checkProof`. */
  readonly proof: string;
  readonly [brand]: true;
}

/** Writes and signs a message, once: retries send the same bytes. Throws ProtocolError when the message breaks the schema or a limit. */
export function seal(message: AnyMessage, key: SigningKey): Sealed {
  const { messageId, from, to } = message.header;
  return { ...signDocument(writeMessage(message), key), messageId, from, to };
}

/**
 * Checks and reads a message: gates, pinned key, signature, body. Throws ProtocolError: `unauthenticated` is true up to the
 * signature, afterwards `sender` tells who sent the unreadable body. Audience, times and states are the caller's to check.
 * `understood` are the URIs of the extensions the caller knows: another one that must be understood throws `not-understood`.
 */
export function open(bytes: Uint8Array, findKey: FindKey, understood?: ReadonlySet<string>): Opened {
  const verified = verifyDocument(bytes, findKey);
  const message = readBody(verified, understood);
  const { digest, kid, canonical, proof } = verified;
  return { message, digest, kid, canonical, proof } as Opened;
}

function readBody({ root, from, kid, digest }: VerifiedDocument, understood?: ReadonlySet<string>): AnyMessage {
  try {
    return readMessage(root, understood);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const messageId = root.children[0]?.children.find(({ name }) => name === 'l:MessageId')?.text;
    const sender = { from, kid, digest, messageId: isMessageId(messageId) ? messageId : undefined };
    throw new ProtocolError(error.code, error.detail, { path: error.path, sender });
  }
}

function isMessageId(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}

/** Narrows an opened message to one type. */
export function isOfType<T extends MessageType>(
  opened: Opened,
  type: T,
): opened is Opened<Extract<AnyMessage, Message<T>>> {
  return opened.message.header.type === type;
}
