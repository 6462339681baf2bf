import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { checkEndpoint, mayConnect, portOf, type Allowance } from './may-connect.ts';

const deadlineMilliseconds = 20_000;
const mostBytes = 256 * 1024;

/** Sends one request to a pinned peer; see `guardedFetch`. */
export type PeerFetch = (
  ctx: Context,
  allowance: Allowance | undefined,
  request: { readonly url: string; readonly init: RequestInit },
) => Promise<Response>;

/**
 * Makes the only way out to peers: public unicast addresses (or the peer's own exception), checked when connecting so that
 * a changing DNS answer helps nobody; no redirects; 20 s in all; at most 256 KiB of answer, uncompressed.
 * Errors: `peer-unreachable`, `peer-address-refused`, `peer-answer-too-large`, `peer-answer-encoded`.
 */
export function guardedFetch(): PeerFetch {
  const agents = new Map<string, Agent>();
  return async (ctx, allowance, request) => {
    const port = portOf(checkEndpoint(request.url, allowance));
    const name = `${port} ${allowance?.range ?? ''}`;
    const agent = agents.get(name) ?? guardedAgent(port, allowance);
    agents.set(name, agent);
    const deadline = new AbortController();
    const cancel = ctx.clock.after(deadlineMilliseconds, () => deadline.abort());
    try {
      return await exchange(ctx, agent, { ...request.init, signal: deadline.signal }, request.url);
    } catch (error) {
      throw transportError(error);
    } finally {
      cancel();
    }
  };
}

async function exchange(ctx: Context, agent: Agent, init: RequestInit, url: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('accept-encoding', 'identity');
  const guarded = { ...init, headers, redirect: 'error', dispatcher: agent } as unknown as RequestInit;
  const response = await ctx.fetch(url, guarded);
  if ((response.headers.get('content-encoding') ?? 'identity') !== 'identity')
    throw new CodedError('peer-answer-encoded', 502, 'The peer compressed its answer.');
  const body = await readCapped(response);
  return new Response(body.length ? new Uint8Array(body) : null, {
    status: response.status,
    headers: [...response.headers],
  });
}

async function readCapped(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!response.body) return Buffer.alloc(0);
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > mostBytes) throw new CodedError('peer-answer-too-large', 502, 'The peer answered too much.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function guardedAgent(port: number, allowance: Allowance | undefined): Agent {
  const lookup = guardedLookup(port, allowance);
  const connect = buildConnector({ lookup, timeout: 10_000, allowH2: false });
  return new Agent({
    keepAliveTimeout: 4_000,
    connect(options, done) {
      // A literal address is never looked up, so it is checked here as well.
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) && !mayConnect(literal, port, allowance)) {
        done(refusal(), null);
        return;
      }
      connect(options, (error, socket) => {
        if (error) done(error, null);
        else if (mayConnect(socket.remoteAddress ?? '', port, allowance)) done(null, socket);
        else {
          socket.destroy();
          done(refusal(), null);
        }
      });
    },
  });
}

/** Resolves names to allowed addresses only. Names under `localhost` are this machine, whatever the resolver says. */
function guardedLookup(port: number, allowance: Allowance | undefined): LookupFunction {
  return (hostname, options, done) => {
    const pick = (error: Error | null, found: readonly LookupAddress[]) => {
      const allowed = found.filter(({ address }) => mayConnect(address, port, allowance));
      const [first] = allowed;
      if (error || !first) done(error ?? refusal(), '');
      else if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    };
    if (/(^|\.)localhost$/i.test(hostname)) pick(null, [{ address: '127.0.0.1', family: 4 }]);
    else resolve(hostname, { all: true }, pick);
  };
}

const refusal = () =>
  new CodedError('peer-address-refused', 502, 'The peer resolves to an address that is not allowed.');

/** undici wraps the reason several times; the innermost coded error is ours. */
function transportError(error: unknown): CodedError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof CodedError) return cause;
  return new CodedError('peer-unreachable', 502, 'The peer could not be reached.');
}
