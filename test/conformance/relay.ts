import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointPath, mediaType, open, receiptFor, seal } from '../../protocol/index.ts';
import type { AnyMessage, Opened, SigningKey } from '../../protocol/index.ts';

interface Passed {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | Buffer;
}

/** What a relay does to a message of the node: `forward` hands a text on to the kit, `sign` signs as the node would. */
interface Hands {
  readonly opened: Opened;
  readonly xml: string;
  readonly forward: (xml: string, headers?: OutgoingHttpHeaders) => Promise<Passed>;
  readonly sign: (message: AnyMessage) => string;
  readonly nodeKey: SigningKey;
  /** What the kit would answer if it took the message. */
  readonly receipt: () => Passed;
}
export type Meddle = (hands: Hands) => Promise<Passed>;

/** Stands between a node and the kit, and breaks a rule in the name of the node when it is told to. */
export async function startRelay(kitKey: SigningKey, now: () => number) {
  const state: { inner: string; nodeKey?: SigningKey; meddle?: Meddle | undefined } = { inner: '' };
  const pass = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await bytesOf(incoming);
    const { inner, nodeKey, meddle } = state;
    const forward = (text: string | Buffer, headers?: OutgoingHttpHeaders) => post(inner, incoming, text, headers);
    const plain = !meddle || !nodeKey || incoming.method !== 'POST';
    const answer = await (plain ? forward(body) : meddle(handsOf({ xml: body.toString(), forward, nodeKey, kitKey, now }))); // prettier-ignore
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  const server = createServer((incoming, response) => void pass(incoming, response).catch(() => response.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(state, {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}${endpointPath}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  });
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** As it came, headers and all: neither follows a redirect nor unpacks. */
async function post(
  inner: string,
  { method, url = '', headers }: IncomingMessage,
  body: string | Buffer,
  other: OutgoingHttpHeaders = {},
): Promise<Passed> {
  const sent = { ...headers, ...other, 'content-length': Buffer.byteLength(body) };
  const onward = request(inner + url, { method, headers: sent }).end(body);
  const [reply] = (await once(onward, 'response')) as [IncomingMessage];
  const kept = Object.entries(reply.headers).filter(([name]) =>
    /^(content-type|content-encoding|location|retry-after)$/.test(name),
  );
  return { status: reply.statusCode ?? 0, headers: Object.fromEntries(kept), body: await bytesOf(reply) };
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
    return { status: 200, headers: { 'content-type': mediaType }, body: seal(message, kitKey).xml };
  };
  return { xml, opened, nodeKey, forward, receipt, sign: (message) => seal(message, nodeKey).xml };
}

/** Changes one type of message, and leaves the others alone. */
export const only =
  (type: string, meddle: Meddle): Meddle =>
  (hands) =>
    hands.opened.message.header.type === type ? meddle(hands) : hands.forward(hands.xml);

type Change = (message: AnyMessage) => object;
/** The kit gets another message, and the node a receipt for its own. */
export const changed = (type: string, change: Change): Meddle =>
  only(type, async ({ opened, sign, forward, receipt }) => {
    await forward(sign({ ...opened.message, ...change(opened.message) }));
    return receipt();
  });
