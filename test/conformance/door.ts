import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { open, seal } from '../../protocol/index.ts';
import type { Capabilities, Message, SigningKey } from '../../protocol/index.ts';

export interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string | Buffer;
}

/** What both sides of a mutant sign with. */
export interface Keys {
  readonly peer: SigningKey;
  readonly kit: SigningKey;
}

/** One rule broken: on the way in, on the way back, or in what the peer sends by itself. */
export interface Mutation {
  readonly arrives?: (arrived: Arrived) => Arrived;
  readonly answers?: (arrived: Arrived, answered: Answered, keys: Keys) => Answered;
  readonly announces?: (said: Capabilities) => Partial<Capabilities>;
  readonly sends?: (keys: Keys) => typeof fetch;
}

export interface Door {
  /** Where the one behind it listens. */
  inner: string;
  readonly address: string;
  arrives?: Mutation['arrives'] | undefined;
  answers?: Mutation['answers'] | undefined;
  announces?: Mutation['announces'] | undefined;
  stop(): Promise<void>;
}

/** Stands before somebody the kit talks to, and breaks a rule in its name: in what reaches it, or in what it answers. */
export async function startDoor({
  keys,
  ...rules
}: Pick<Mutation, 'arrives' | 'answers' | 'announces'> & { keys: Keys }): Promise<Door> {
  const server = createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const door: Door = {
    ...rules,
    inner: '',
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const came: Arrived = { headers: request.headers, body: Buffer.concat(chunks) };
    const arrived = door.arrives?.(came) ?? came;
    const plain = await forward(door.inner, request, arrived);
    const posted = request.method === 'POST';
    const answer = posted ? (door.answers?.(arrived, plain, keys) ?? plain) : announced(plain, door.announces, keys);
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  };
  return door;
}

/** What is fetched of the peer are its Capabilities: others, signed anew. */
function announced(answered: Answered, announces: Mutation['announces'], { peer }: Keys): Answered {
  if (!announces) return answered;
  const { message } = open(Buffer.from(answered.body), () => peer);
  const said = message as Message<'Capabilities'>;
  return { ...answered, body: seal({ ...said, body: { ...said.body, ...announces(said.body) } }, peer).xml };
}

async function forward(
  inner: string,
  { method = 'GET', url = '' }: IncomingMessage,
  { headers, body }: Arrived,
): Promise<Answered> {
  const kept = Object.entries(headers).filter(([name]) => /^content-(type|encoding)$/.test(name)) as [string, string][];
  const carried = method === 'POST' && { body: new Uint8Array(body) };
  const reply = await fetch(inner + url, { method, headers: Object.fromEntries(kept), ...carried });
  const type = reply.headers.get('content-type') ?? '';
  return { status: reply.status, type, body: Buffer.from(await reply.arrayBuffer()) };
}

export const saysType = ({ body }: Arrived, type: string): boolean => body.includes(`<l:Type>${type}</l:Type>`);
