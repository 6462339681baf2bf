import { batchMediaType, readBatch } from '../../protocol/index.ts';

/** A document on the wire, as far as an onlooker can read it. */
export interface Letter {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly messageId: string;
  readonly conversation: string;
  readonly round: string;
  readonly seq: string;
  /** The message it answers: id and digest. */
  readonly answers: string;
  /** Of what is signed. */
  readonly digest: string;
  /** Of a Problem. */
  readonly code: string;
  readonly xml: string;
}

/** The documents of a request or an answer; none when it holds none. */
export function readLetters(body: Uint8Array, contentType: string): Letter[] {
  if (body.byteLength === 0) return [];
  const documents = contentType === batchMediaType ? readBatch(body) : [body];
  return documents.map((bytes) => readLetter(Buffer.from(bytes).toString('utf8')));
}

const nameOf = (nodeId: string) => nodeId.replace('.localhost', '');

function readLetter(xml: string): Letter {
  const named = (tag: string) => new RegExp(`<l:${tag}>([^<]*)</l:${tag}>`).exec(xml)?.[1] ?? '';
  return {
    type: named('Type'),
    from: nameOf(named('From')),
    to: nameOf(named('To')),
    messageId: named('MessageId'),
    conversation: named('Conversation'),
    round: named('Round'),
    seq: named('Seq'),
    answers: (/<l:InReplyTo><l:MessageId>([^<]*)<.l:MessageId><l:Digest>([^<]*)</.exec(xml) ?? []).slice(1).join(' '),
    digest: /<ds:DigestValue>([^<]*)</.exec(xml)?.[1] ?? '',
    code: named('Code'),
    xml,
  };
}

/** `Offer 1.1`: type, round and counter. */
export const describeLetter = ({ type, round, seq, code }: Letter): string =>
  [type, round && `${round}.${seq}`, code].filter(Boolean).join(' ');
