import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { capabilitiesPath, endpointPath, limits, makeHeader, makeInvitation, mediaType, seal } from '../index.ts';
import {
  verificationKey,
  type FindKey,
  type Invitation,
  type Sealed,
  type SigningKey,
  type VerificationKey,
} from '../index.ts';
import { makeCrm, type Crm } from './crm.ts';
import type { Desk } from './desk.ts';
import { makeOutbox } from './outbox.ts';
import { makeSales, type Sales } from './sales.ts';
import { systemClock, type PeerClock, type PeerLead } from './peer-lead.ts';

export interface Partner {
  readonly nodeId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  readonly endpoint: string;
}

interface ReferencePeerOptions {
  readonly nodeId: string;
  readonly name?: string;
  readonly key: SigningKey;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1: the page `/` is open to whoever reaches it. */
  readonly host?: string;
  /** Where partners reach this peer, when it is not the address it listens on. */
  readonly endpoint?: string;
  readonly partners: readonly Partner[];
  readonly desk: Desk;
  readonly clock?: PeerClock;
  readonly fetch?: typeof fetch;
  readonly onChange?: (lead: PeerLead, what: string) => void;
}

export interface ReferencePeer {
  /** Such as http://127.0.0.1:4103. */
  readonly address: string;
  readonly invitation: Invitation;
  addPartner(partner: Partner): void;
  leads(): readonly PeerLead[];
  /** Offers a lead of its own to partners: a conversation with each, whose ids it answers. */
  offer: Sales['offer'];
  /** Messages without a receipt. */
  unreceipted(): number;
  stop(): Promise<void>;
}

/** Starts a whole CRM of a third party in memory: an HTTP server, a sales desk, retries. */
export async function startReferencePeer(options: ReferencePeerOptions): Promise<ReferencePeer> {
  const { nodeId, name = nodeId, key, clock = systemClock, desk, onChange = () => undefined } = options;
  const partners = pinPartners(options.partners);
  const { findKey, endpointOf } = partners;
  const outbox = makeOutbox({
    ...{ clock, findKey, endpointOf, fetch: options.fetch ?? fetch },
    onSettled(conversation, sealed, problem) {
      if (problem) crm.noteProblem(conversation, problem.code);
      sales.noteEnd(sealed, problem);
    },
  });
  const post = (conversation: string, sealed: Sealed) => {
    outbox.post(conversation, sealed);
  };
  const sales = makeSales({ nodeId, key, clock, post });
  const crm = makeCrm({ nodeId, key, desk, clock, findKey, onChange, post, sales });
  const server = createServer((request, response) => {
    void answer(request, response, { crm, page, capabilities });
  });
  const address = await listen(server, options);
  const endpoint = options.endpoint ?? address + endpointPath;
  const invitation = makeInvitation({ nodeId, name, endpoint, key, createdAt: clock.now() });
  const page = () => ({ invitation, partners: partners.ids(), unreceipted: outbox.size(), leads: crm.leads() });
  const capabilities = () => describe(invitation, key, clock.now());
  return {
    address,
    invitation,
    addPartner: partners.add,
    leads: () => crm.leads(),
    offer: sales.offer,
    unreceipted: () => outbox.size(),
    async stop() {
      crm.stop();
      await outbox.stop();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The partners an administrator confirmed, each with one key. */
function pinPartners(first: readonly Partner[]) {
  const pinned = new Map<string, { readonly endpoint: string; readonly key: VerificationKey }>();
  const add = ({ nodeId, spki, endpoint }: Partner): void => {
    pinned.set(nodeId, { endpoint, key: verificationKey(spki) });
  };
  first.forEach(add);
  const findKey: FindKey = (from, kid) => {
    const key = pinned.get(from)?.key;
    return key?.kid === kid ? key : undefined;
  };
  return { add, findKey, endpointOf: (id: string) => pinned.get(id)?.endpoint, ids: () => [...pinned.keys()] };
}

async function listen(server: Server, { host = '127.0.0.1', port }: ReferencePeerOptions): Promise<string> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(port, host, done);
  });
  const bound = server.address();
  const shown = host === '0.0.0.0' ? '127.0.0.1' : host;
  return `http://${shown}:${typeof bound === 'object' && bound ? bound.port : port}`;
}

/** What this peer speaks, for a day. */
function describe({ nodeId, name, endpoint }: Invitation, key: SigningKey, now: number): string {
  const keys = [{ kid: key.kid, algorithm: key.algorithm, spki: key.spki.toString('base64') }];
  const header = makeHeader({ type: 'Capabilities', from: nodeId, to: '*', now, lifeMs: 86_400_000 });
  const speaks = { versions: ['1'], levels: ['Core', 'Withhold'], maxMessageBytes: limits.messageBytes };
  return seal({ header, body: { name, endpoint, keys, ...speaks } }, key).xml;
}

interface Answers {
  readonly crm: Crm;
  readonly page: () => unknown;
  readonly capabilities: () => string;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { crm, page, capabilities }: Answers,
): Promise<void> {
  const reply = (status: number, type: string, body: string) => {
    const length = { 'content-length': Buffer.byteLength(body) };
    // What nobody read to its end would stand before the next request of the connection.
    const unread = request.complete ? {} : { connection: 'close' };
    response.writeHead(status, { 'content-type': type, ...length, ...unread }).end(body);
  };
  const path = `${request.method ?? ''} ${request.url ?? ''}`;
  if (path === `GET ${capabilitiesPath}`) reply(200, mediaType, capabilities());
  else if (path === 'GET /') reply(200, 'application/json', JSON.stringify(page(), undefined, 2));
  else if (path !== `POST ${endpointPath}`) reply(404, 'text/plain', 'not-found\n');
  else {
    const bytes = await readBytes(request);
    const { status, xml } = bytes ? crm.receive(bytes) : { status: 401 };
    if (xml === undefined) reply(status, 'text/plain', 'unauthenticated\n');
    else reply(status, mediaType, xml);
  }
}

/** Beyond this many bytes nobody listens to the end, and the connection is cut. */
const patience = 8 * limits.messageBytes;

/** The body, or undefined when it is of another kind, compressed, too long or cut off; read to its end, so that the sender reads the answer. */
async function readBytes(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const { 'content-type': type, 'content-encoding': encoding = 'identity' } = request.headers;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.byteLength;
      if (length > patience) return undefined;
      if (length <= limits.messageBytes) chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  const ours = type?.split(';')[0]?.trim() === mediaType && encoding === 'identity';
  return ours && length <= limits.messageBytes ? Buffer.concat(chunks) : undefined;
}
