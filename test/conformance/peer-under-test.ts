import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { endpointPath, makeSigningKey, type SigningKey } from '../../protocol/index.ts';
import { allChecks, runChecks, startKit, type Kit, type Report } from '../../protocol/conformance/index.ts';
import { eagerDesk } from '../../protocol/reference-peer/desk.ts';
import type { PeerClock } from '../../protocol/reference-peer/peer-lead.ts';
import { startReferencePeer } from '../../protocol/reference-peer/peer.ts';

export interface Arrived {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly body: string;
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
  readonly sends?: (keys: Keys) => typeof fetch;
}

/** Fifty times as fast as it is. */
const hurried: PeerClock = {
  now: () => Date.now(),
  after(milliseconds, call) {
    const timer = setTimeout(call, milliseconds / 50);
    return () => clearTimeout(timer);
  },
};

/** The reference peer behind a door that may break one rule, and a kit it knows. */
export async function startPeerUnderTest({ arrives, answers, sends }: Mutation = {}) {
  const keys: Keys = { peer: makeSigningKey(), kit: makeSigningKey() };
  let inner = '';
  const pass = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const came: Arrived = { headers: request.headers, body: Buffer.concat(chunks) };
    const { headers, body } = arrives?.(came) ?? came;
    const isPost = request.method === 'POST';
    const kept = Object.entries(headers).filter(([name]) => /^content-(type|encoding)$/.test(name)) as [
      string,
      string,
    ][];
    const reply = await fetch(inner + (request.url ?? ''), {
      method: request.method ?? 'GET',
      headers: Object.fromEntries(kept),
      ...(isPost && { body: new Uint8Array(body) }),
    });
    const plain = { status: reply.status, type: reply.headers.get('content-type') ?? '', body: await reply.text() };
    const answer = isPost && answers ? answers({ headers, body }, plain, keys) : plain;
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  };
  const door = createServer((request, response) => void pass(request, response).catch(() => response.destroy()));
  await once(door.listen(0, '127.0.0.1'), 'listening');
  const outside = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  const peer = await startReferencePeer({
    ...{ nodeId: 'peer.test', key: keys.peer, port: 0, partners: [], desk: eagerDesk(0), clock: hurried },
    endpoint: outside + endpointPath,
    ...(sends && { fetch: sends(keys) }),
  });
  inner = peer.address;
  const kit = await startKit({
    target: peer.invitation,
    identity: { nodeId: 'kit.test', key: keys.kit },
    port: 0,
    waitMs: 1_500,
  });
  peer.addPartner({ nodeId: 'kit.test', spki: keys.kit.spki, endpoint: kit.invitation.endpoint });
  return {
    ...{ kit, peer, keys },
    async stop() {
      await kit.stop();
      await peer.stop();
      door.closeAllConnections();
      await new Promise((done) => door.close(done));
    },
  };
}

/** Runs all checks, or those named. */
export function run(kit: Kit, names?: readonly string[], deadlineMs = 60_000): Promise<Report> {
  const checks = allChecks().filter(({ name }) => !names || names.includes(name));
  return runChecks(kit, { checks, deadlineMs });
}
