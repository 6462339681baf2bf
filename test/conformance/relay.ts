import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { resigned } from '../../protocol/conformance/hand-signed.ts';
import { endpointPath, makeMessageId, mediaType, open, receiptFor, seal } from '../../protocol/index.ts';
import type { AnyMessage, Header, Opened, SigningKey } from '../../protocol/index.ts';

interface Passed {
  readonly status: number;
  readonly body: string;
}

/** What a relay does to a message of the node: `forward` hands a text on to the kit, `sign` signs as the node would. */
interface Hands {
  readonly opened: Opened;
  readonly xml: string;
  readonly forward: (xml: string) => Promise<Passed>;
  readonly sign: (message: AnyMessage) => string;
  readonly nodeKey: SigningKey;
  /** What the kit would answer if it took the message. */
  readonly receipt: () => Passed;
}
export type Meddle = (hands: Hands) => Promise<Passed>;

/** Stands between a node and the kit, and breaks a rule in the name of the node when it is told to. */
export async function startRelay(kitKey: SigningKey, now: () => number) {
  const state: { inner: string; nodeKey?: SigningKey; meddle?: Meddle | undefined } = { inner: '' };
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { inner, nodeKey, meddle } = state;
    const forward = async (xml: string) => {
      const headers = { 'content-type': request.headers['content-type'] ?? '', 'accept-encoding': 'identity' };
      const reply = await fetch(inner, { method: 'POST', headers, body: xml });
      return { status: reply.status, body: await reply.text() };
    };
    const xml = Buffer.concat(chunks).toString();
    const plain = !meddle || !nodeKey;
    const { status, body } = await (plain ? forward(xml) : meddle(handsOf({ xml, forward, nodeKey, kitKey, now })));
    response.writeHead(status, { 'content-type': mediaType }).end(body);
  };
  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}${endpointPath}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

interface Place extends Pick<Hands, 'xml' | 'forward'> {
  readonly nodeKey: SigningKey;
  readonly kitKey: SigningKey;
  readonly now: () => number;
}

function handsOf({ xml, forward, nodeKey, kitKey, now }: Place): Hands {
  const opened = open(Buffer.from(xml), () => nodeKey);
  const receipt = () => {
    const message = receiptFor(opened, { nodeId: opened.message.header.to, now: now() });
    return { status: 200, body: seal(message, kitKey).xml };
  };
  return { xml, opened, nodeKey, forward, receipt, sign: (message) => seal(message, nodeKey).xml };
}

/** Changes one type of message, and leaves the others alone. */
const only =
  (type: string, meddle: Meddle): Meddle =>
  (hands) =>
    hands.opened.message.header.type === type ? meddle(hands) : hands.forward(hands.xml);

type Change = (message: AnyMessage) => object;
/** The kit gets another message, and the node a receipt for its own. */
const changed = (type: string, change: Change): Meddle =>
  only(type, async ({ opened, sign, forward, receipt }) => {
    await forward(sign({ ...opened.message, ...change(opened.message) }));
    return receipt();
  });

/** Rules of the offering side, each broken once; the check that must notice. */
export const offeringMutants: readonly (readonly [what: string, caughtBy: string, why: string, meddle: Meddle])[] = [
  [
    'releases though the Award was not receipted',
    'release-waits-for-the-award',
    'The Release left before the Award was receipted.',
    only('Award', async ({ xml, forward, receipt }) => {
      const answer = await forward(xml);
      return answer.status === 200 ? answer : receipt();
    }),
  ],
  [
    'commits to some groups only',
    'commits-to-every-group',
    'The node sent what no receiver takes: Problem schema.',
    only('Offer', async ({ xml, nodeKey, forward, receipt }) => {
      await forward(resigned(xml, nodeKey, (text) => text.replace(/<l:Commitment .*?<\/l:Commitment>/, '')));
      return receipt();
    }),
  ],
  [
    'begins with round 2',
    'offers-a-lead',
    'The first Offer is of round 2.',
    changed('Offer', ({ header }) => ({ header: { ...header, round: 2 } })),
  ],
  [
    'releases another lead',
    'opens-what-it-committed-to',
    'The Release is not what was offered',
    changed('Release', ({ body }) => ({ body: { ...body, lead: { account: { name: 'Another Ltd' } } } })),
  ],
  [
    'tells a withheld value with the Award',
    'withholds-what-it-names',
    'A withheld value left before the Release.',
    changed('Award', () => ({
      extensions: [{ uri: 'urn:example:leak', value: 'petrov@customer.example' }],
    })),
  ],
  [
    'returns states of another restoration',
    'states',
    'States are of the Epoch 1,',
    changed('States', ({ body }) => ({ body: { ...body, ofEpoch: 1 } })),
  ],
  [
    'awards twice',
    'accept-twice',
    '2 Awards came.',
    only('Award', async ({ opened, xml, sign, forward }) => {
      const header: Header = { ...opened.message.header, messageId: makeMessageId(Date.now()) };
      await forward(sign({ ...opened.message, header } as AnyMessage));
      return forward(xml);
    }),
  ],
];
