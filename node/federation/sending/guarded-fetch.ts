import { lookup as resolve, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import type { BatchRequest, OutgoingRequest } from '../../../protocol/index.ts';
import type { Context } from '../../kernel/context.ts';
import { CodedError } from '../../kernel/errors.ts';
import { checkEndpoint, mayConnect, wayTo, type Allowance, type Way } from './may-connect.ts';

/** The `fetch` a node is wired with: the one of the same package as the guarded agents, which Node's own does not take. */
export const peerFetch = undiciFetch as unknown as typeof fetch;

const deadlineMilliseconds = 20_000;
const connectMilliseconds = 10_000;

/** One request to a pinned peer; `read` reads the answer within the same deadline. See `guardedFetch`. */
export interface PeerRequest<T> {
  readonly request: OutgoingRequest | BatchRequest;
  /** The administrator's exception for this peer. */
  readonly allowance: Allowance | undefined;
  readonly read: (response: Response) => Promise<T>;
}
export type PeerFetch = <T>(ctx: Context, asked: PeerRequest<T>) => Promise<T>;

/**
 * Makes the only way out to peers: public unicast addresses by HTTPS, or the peer's own exception, checked when connecting so
 * that a changing DNS answer helps nobody; no redirects; 10 s until a connection stands (`connectWithin`), 20 s in all.
 * `ending` breaks off what is under way. Errors: `peer-unreachable` and `peer-address-refused` (no connection came about),
 * `endpoint-insecure`, `endpoint-invalid`, `peer-broke-off`, `peer-timeout`, and what `read` throws.
 */
export function guardedFetch(ending: AbortSignal, connectWithin = connectMilliseconds): PeerFetch {
  const agents = new Map<string, Agent>();
  return async (ctx, { request, allowance, read }) => {
    const way = wayTo(checkEndpoint(request.url, allowance));
    const name = JSON.stringify([way, allowance]);
    const dispatcher = agents.get(name) ?? guardedAgent(way, allowance, connectWithin);
    agents.set(name, dispatcher);
    const deadline = new AbortController();
    const cancel = ctx.clock.after(deadlineMilliseconds, () => deadline.abort(timeout()));
    const signal = AbortSignal.any([deadline.signal, ending]);
    const init = { ...request.init, signal, dispatcher } as unknown as RequestInit;
    try {
      return await read(await ctx.fetch(request.url, init));
    } catch (error) {
      throw transportError(deadline.signal.aborted ? deadline.signal.reason : error);
    } finally {
      cancel();
    }
  };
}

function guardedAgent(way: Way, allowance: Allowance | undefined, timeout: number): Agent {
  const lookup = guardedLookup(way, allowance);
  const connect = buildConnector({ lookup, timeout, allowH2: false });
  return new Agent({
    keepAliveTimeout: 4_000,
    connect(options, done) {
      // A literal address is never looked up, so it is checked here as well.
      const literal = options.hostname.replace(/^\[|\]$/g, '');
      if (isIP(literal) && !mayConnect(literal, way, allowance)) {
        done(refusal(), null);
        return;
      }
      connect(options, (error, socket) => {
        if (error) done(error instanceof CodedError ? error : unreachable(), null);
        else if (mayConnect(socket.remoteAddress ?? '', way, allowance)) done(null, socket);
        else {
          socket.destroy();
          done(refusal(), null);
        }
      });
    },
  });
}

/** Resolves names to allowed addresses only. Names under `localhost` are this machine, whatever the resolver says. */
function guardedLookup(way: Way, allowance: Allowance | undefined): LookupFunction {
  return (hostname, options, done) => {
    // A name that does not resolve comes with an error and without a list.
    const pick = (error: Error | null, found: readonly LookupAddress[] = []) => {
      const allowed = found.filter(({ address }) => mayConnect(address, way, allowance));
      const [first] = allowed;
      if (error || !first) done(error ?? refusal(), '');
      else if (options.all) done(null, allowed);
      else done(null, first.address, first.family);
    };
    if (/(^|\.)localhost\.?$/i.test(hostname)) pick(null, [{ address: '127.0.0.1', family: 4 }]);
    else resolve(hostname, { all: true }, pick);
  };
}

const refusal = () =>
  new CodedError('peer-address-refused', 502, 'The peer resolves to an address that is not allowed.');

const unreachable = () => new CodedError('peer-unreachable', 502, 'The peer could not be reached.');

const timeout = () => new CodedError('peer-timeout', 504, 'The peer took too long.');

/** undici wraps the reason several times; the innermost coded error is ours. */
function transportError(error: unknown): CodedError {
  for (let cause = error; cause instanceof Error; cause = cause.cause) if (cause instanceof CodedError) return cause;
  return new CodedError('peer-broke-off', 502, 'The connection ended before the peer had answered.');
}
