import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { capabilitiesPath, endpointPath, mediaType, open, ProtocolError, receiptFor, seal } from '../index.ts';
import type { FindKey, MessageType, Opened } from '../index.ts';
import type { Identity } from './identity.ts';

/** What the node under test posted to the kit. */
export interface Delivery {
  readonly bytes: Buffer;
  readonly headers: IncomingMessage['headers'];
  /** Undefined when it could not be opened: `fault` says why. */
  readonly opened?: Opened;
  readonly fault?: string;
  /** Messages of the same conversation that were under way and had no answer yet. */
  readonly inFlight: number;
}

/** What the kit answers; `hang` never ends the answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly hang?: true;
}
type Answering = (opened: Opened) => HttpAnswer;

/** A delivery that a check waits for. */
export interface Expected {
  readonly type?: MessageType | readonly MessageType[];
  readonly conversation?: string | undefined;
  /** The MessageId it quotes. */
  readonly answering?: string;
  /** Or one that cannot be opened. */
  readonly orBroken?: true;
  /** Only what came after this many deliveries. */
  readonly after?: number;
}

export interface Listener {
  readonly address: string;
  readonly deliveries: readonly Delivery[];
  /** Requests to other paths, such as where a redirect led. */
  readonly elsewhere: readonly string[];
  find(expected: Expected): Delivery | undefined;
  /** Called after every delivery. */
  onDelivery(call: () => void): () => void;
  /** The next delivery of this type and conversation gets another answer than its Receipt. */
  answerNext(type: MessageType, conversation: string | undefined, answer: Answering): void;
  receipt: Answering;
  stop(): Promise<void>;
}

interface ListenerParts {
  readonly identity: Identity;
  readonly findKey: FindKey;
  readonly now: () => number;
  readonly host: string;
  readonly port: number;
  readonly capabilities: () => string;
}

interface State {
  readonly parts: ListenerParts;
  readonly deliveries: Delivery[];
  readonly elsewhere: string[];
  readonly hearers: Set<() => void>;
  readonly plans: {
    readonly type: MessageType;
    readonly conversation: string | undefined;
    readonly answer: Answering;
  }[];
  readonly receipts: Map<string, HttpAnswer>;
  readonly underWay: Map<string, number>;
}

/** Where the node under test reaches the kit: receipts everything, unless a check planned something else. */
export async function startListener(parts: ListenerParts): Promise<Listener> {
  const state: State = {
    ...{ parts, deliveries: [], elsewhere: [], hearers: new Set(), plans: [] },
    ...{ receipts: new Map(), underWay: new Map() },
  };
  const { deliveries, elsewhere, plans, hearers } = state;
  const server = createServer((request, response) => void handle(state, request, response));
  const address = await listen(server, parts);
  return {
    ...{ address, deliveries, elsewhere },
    find: (expected) => deliveries.slice(expected.after ?? 0).find((one) => isExpected(one, expected)),
    onDelivery(call) {
      hearers.add(call);
      return () => void hearers.delete(call);
    },
    answerNext(type, conversation, answer) {
      plans.push({ type, conversation, answer });
    },
    receipt: (opened) => receiptOf(state, opened),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function isExpected({ opened }: Delivery, { type, conversation, answering, orBroken }: Expected): boolean {
  if (!opened) return orBroken === true;
  const { header } = opened.message;
  const types = typeof type === 'string' ? [type] : type;
  const right = types?.includes(header.type) ?? true;
  const quotes = answering === undefined || answering === header.inReplyTo?.messageId;
  return right && quotes && (conversation === undefined || conversation === header.conversation);
}

async function listen(server: Server, { host, port }: ListenerParts): Promise<string> {
  await new Promise<void>((done, fail) => void server.once('error', fail).listen(port, host, done));
  const bound = server.address();
  return `http://${host.includes(':') ? `[${host}]` : host}:${typeof bound === 'object' && bound ? bound.port : port}`;
}

async function handle(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = `${request.method ?? ''} ${request.url ?? ''}`;
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  } catch {
    return;
  }
  if (path === `GET ${capabilitiesPath}`) {
    send(response, { status: 200, headers: { 'content-type': mediaType }, body: state.parts.capabilities() });
  } else if (path === `POST ${endpointPath}`) send(response, take(state, Buffer.concat(chunks), request, response));
  else {
    state.elsewhere.push(path);
    send(response, { status: 404 });
  }
}

function send(response: ServerResponse, { status, headers = {}, body = '', hang }: HttpAnswer): void {
  response.writeHead(status, headers);
  if (hang) response.write(body);
  else response.end(body);
}

function take(state: State, bytes: Buffer, { headers }: IncomingMessage, response: ServerResponse): HttpAnswer {
  const read = openOrSay(bytes, state.parts.findKey);
  const conversation = 'opened' in read ? (read.opened.message.header.conversation ?? '') : '';
  const inFlight = state.underWay.get(conversation) ?? 0;
  state.underWay.set(conversation, inFlight + 1);
  response.once('close', () => state.underWay.set(conversation, (state.underWay.get(conversation) ?? 1) - 1));
  state.deliveries.push({ bytes, headers, inFlight, ...read });
  const answer = 'opened' in read ? answerTo(state, read.opened) : { status: 401, body: 'unauthenticated' };
  for (const call of state.hearers) call();
  return answer;
}

function answerTo(state: State, opened: Opened): HttpAnswer {
  const { type, conversation } = opened.message.header;
  const at = state.plans.findIndex((plan) => plan.type === type && plan.conversation === conversation);
  const [plan] = at === -1 ? [] : state.plans.splice(at, 1);
  return plan ? plan.answer(opened) : receiptOf(state, opened);
}

/** The same message gets the same receipt. */
function receiptOf({ parts, receipts }: State, opened: Opened): HttpAnswer {
  const id = `${opened.message.header.messageId} ${opened.digest}`;
  const { nodeId, key } = parts.identity;
  const body = () => seal(receiptFor(opened, { nodeId, now: parts.now() }), key).xml;
  const answer = receipts.get(id) ?? { status: 200, headers: { 'content-type': mediaType }, body: body() };
  receipts.set(id, answer);
  return answer;
}

function openOrSay(bytes: Buffer, findKey: FindKey): { readonly opened: Opened } | { readonly fault: string } {
  try {
    return { opened: open(bytes, findKey) };
  } catch (error) {
    if (error instanceof ProtocolError) return { fault: error.code };
    throw error;
  }
}
