import { gunzipSync } from 'node:zlib';
import { makeHeader, mediaType, open, receiptFor, seal } from '../../protocol/index.ts';
import type { AnyMessage, Header, Message, Opened, ProblemCode } from '../../protocol/index.ts';
import type { Answered, Arrived, Keys, Mutation } from './door.ts';

export const opened = (text: string | Buffer, keys: Keys): Opened => open(Buffer.from(text), (_, kid) => (kid === keys.peer.kid ? keys.peer : keys.kit)); // prettier-ignore
export const said = (text: string | Buffer, keys: Keys): AnyMessage => opened(text, keys).message;
const ok = (body: string): Answered => ({ status: 200, type: mediaType, body });

type Quoting = Pick<Header, 'inReplyTo' | 'from' | 'to' | 'created'>;

/** The Receipt that might have come in the place of a Problem. */
export function receiptAsIf({ inReplyTo, from, to, created }: Quoting, keys: Keys): string {
  const header = makeHeader({ type: 'Receipt', from, to, now: Date.parse(created), inReplyTo });
  return seal({ header, body: { receivedAt: created } }, keys.peer).xml;
}

/** A Receipt for a document, whoever signed it. */
export function taken({ body }: Arrived, keys: Keys): Answered {
  const text = body.toString();
  const of = (name: string) => new RegExp(`:${name}>([^<]*)<`).exec(text)?.[1] ?? '';
  const inReplyTo = { messageId: of('MessageId'), digest: of('DigestValue') };
  const header = { inReplyTo, from: of('To'), to: of('From'), created: of('Created') };
  return { status: 200, type: mediaType, body: receiptAsIf(header, keys) };
}

/** Takes a message that it should refuse with this Problem. */
export const forgives = (code: ProblemCode): Mutation => ({
  answers(_, answered, keys) {
    if (answered.type !== mediaType) return answered;
    const { header, body } = said(answered.body, keys);
    return 'code' in body && body.code === code ? ok(receiptAsIf(header, keys)) : answered;
  },
});

/** Changes what the peer posts by itself, and signs it anew. */
const posts = (change: (message: AnyMessage) => AnyMessage): Mutation => ({
  sends: (keys) => (url, init) => {
    const xml = seal(change(said(init?.body as string, keys)), keys.peer).xml;
    return fetch(url, { ...init, body: xml });
  },
});

/** An answer of the kit with its Receipt in it, whatever was there. */
export function receiptIn({ status }: Pick<Response, 'status'>, init: RequestInit | undefined, keys: Keys): Response {
  const receipt = receiptFor(opened(init?.body as string, keys), { nodeId: 'kit.test', now: Date.now() });
  return new Response(seal(receipt, keys.kit).xml, { status, headers: { 'content-type': mediaType } });
}

const zeros = Buffer.alloc(32).toString('base64');

/** Each breaks one rule; the check that must notice. */
export const mutants: readonly (readonly [what: string, caughtBy: string, mutation: Mutation])[] = [
  [
    'announces longer messages than there are',
    'capabilities-limits',
    { announces: () => ({ maxMessageBytes: 262_145 }) },
  ],
  ['announces longer batches than there are', 'capabilities-limits', { announces: () => ({ maxBatchMessages: 101 }) }],
  ['announces that it takes nothing', 'capabilities-limits', { announces: () => ({ messagesPerMinute: 0 }) }],
  ['has no room for its longest message', 'capabilities-limits', { announces: () => ({ bytesInFlight: 1_000 }) }],
  [
    'names a schema twice',
    'capabilities-limits',
    { announces: ({ schemas = [] }) => ({ schemas: [...schemas, { name: 'lead.xsd', digest: zeros }, { name: 'lead.xsd', digest: zeros }] }) }, // prettier-ignore
  ],
  ['takes what is meant for others', 'audience', forgives('audience')],
  ['takes what has expired', 'expired', forgives('expired')],
  ['takes an offer that has closed', 'offer-closed', forgives('expired')],
  ['takes what was created in the future', 'from-future', forgives('from-future')],
  ['takes a message of an old round', 'stale-round', forgives('stale-round')],
  ['takes a Release without an Award', 'release-not-awarded', forgives('illegal-transition')],
  ['takes a Release without an Award, though it was accepted', 'release-before-award', forgives('illegal-transition')],
  ['takes a Seq twice', 'seq-passed', forgives('illegal-transition')],
  ['takes another content under a known id', 'same-id-other-content', forgives('conflict')],
  ['takes a Release that is not what was committed to', 'withheld-field-changed', forgives('conflict')],
  ['takes a Release with another shown field', 'shown-field-changed', forgives('conflict')],
  ['takes what breaks the schema', 'invalid/message-no-expires', forgives('schema')],
  ['takes extensions it must understand and does not', 'extension-must-understand', forgives('not-understood')],
  ['takes a Receipt for a request', 'receipt-posted', forgives('not-understood')],
  [
    'repeats in a Problem what it was sent',
    'problem-tells-no-value',
    {
      answers(arrived, answered, keys) {
        if (answered.status !== 400) return answered;
        const message = said(answered.body, keys) as Message<'Problem'>;
        const text = /canary-[\w-]+/.exec(arrived.body.toString())?.[0] ?? '';
        return { ...answered, body: seal({ ...message, body: { ...message.body, text } }, keys.peer).xml };
      },
    },
  ],
  [
    'answers a duplicate with another Receipt',
    'duplicate',
    {
      answers({ body }, answered, keys) {
        if (answered.status !== 200) return answered;
        return ok(seal(receiptFor(opened(body, keys), { nodeId: 'peer.test', now: Date.now() }), keys.peer).xml);
      },
    },
  ],
  [
    'tells strangers what was wrong',
    'hostile/nul',
    {
      answers: (arrived, answered) =>
        answered.status === 401 && arrived.body.includes(0) ? { ...answered, body: 'a control character\n' } : answered,
    },
  ],
  [
    'tells strangers by the status what was wrong',
    'longer-than-allowed',
    { answers: ({ body }, answered) => (body.byteLength > 262_144 ? { ...answered, status: 413 } : answered) },
  ],
  [
    'signs its refusals with the wrong status',
    'audience',
    { answers: (_, answered) => (answered.status === 422 ? { ...answered, status: 400 } : answered) },
  ],
  [
    'unpacks what is compressed',
    'compressed',
    {
      arrives: ({ headers: { 'content-encoding': encoding, ...headers }, body }) => ({
        headers,
        body: encoding === 'gzip' ? gunzipSync(body) : body,
      }),
    },
  ],
  [
    'takes any media type',
    'other-media-type',
    { arrives: ({ headers, body }) => ({ headers: { ...headers, 'content-type': mediaType }, body }) },
  ],
  [
    'reads documents with comments',
    'hostile/comment',
    {
      arrives: ({ headers, body }) => ({
        headers,
        body: Buffer.from(body.toString('latin1').replaceAll('<!---->', ''), 'latin1'),
      }),
    },
  ],
  [
    'quotes another digest when accepting',
    'accept',
    posts((message) =>
      message.header.type === 'Accept' ? ({ ...message, body: { offerDigest: zeros } } as AnyMessage) : message,
    ),
  ],
  [
    'accepts in another round',
    'accept',
    posts((message) => ({ ...message, header: { ...message.header, round: 2 } }) as AnyMessage),
  ],
  [
    'accepts without the terms',
    'accept-quotes-terms',
    posts(({ header, body }) => ({ header, body: 'offerDigest' in body ? { offerDigest: body.offerDigest } : body }) as AnyMessage), // prettier-ignore
  ],
  ['signs each attempt anew', 'answer-500', posts((message) => message)],
  [
    'begins with a high Revision',
    'status',
    posts(({ header, body }) => ({ header, body: 'revision' in body ? { ...body, revision: 7 } : body }) as AnyMessage),
  ],
  ['follows redirects', 'answer-redirect', { sends: () => (url, init) => fetch(url, { ...init, redirect: 'follow' }) }],
  ['takes any 200 for a Receipt', 'answer-empty', { sends: (keys) => async (url, init) => receiptIn(await fetch(url, init), init, keys) }], // prettier-ignore
];
