import type { IncomingHttpHeaders } from 'node:http';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import { consoleFiles } from './console-files.ts';
import type { Context } from './context.ts';
import { CodedError, forbidden } from './errors.ts';
import { problemHeaders, toProblem } from './problem.ts';
import { addressKey, createPlaces, createRateLimit, type RateLimit } from './rate-limit.ts';
import { drain, readBody } from './request-body.ts';
import { describeRequest } from './request-facts.ts';
import {
  type Actor,
  isStream,
  type Method,
  type RawInput,
  type RequestFacts,
  type Route,
  type Scope,
  type Stream,
  unknownPath,
} from './routes.ts';
import { securityHeaders } from './security-headers.ts';
import { sendAnswer } from './send-answer.ts';
import { sendStream } from './send-stream.ts';

/** What of a request says who asks. */
export interface Credentials {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly request: RequestFacts;
}

export interface AppOptions {
  /** Who asks: undefined without credentials; throws for credentials that do not hold. */
  readonly authenticate: (ctx: Context, credentials: Credentials) => Promise<Actor | undefined>;
  /** The built console. */
  readonly staticFolder?: string | undefined;
  /** Fires when the node stops: open streams end. */
  readonly closing?: AbortSignal | undefined;
}

/** What the requests of an app share. */
interface Exchange {
  readonly ctx: Context;
  readonly options: AppOptions;
  readonly perActor: RateLimit;
  /** Takes one of the streams that somebody may have open at once. */
  readonly takeStream: (key: string) => () => void;
  readonly closing: AbortSignal;
}

/** A browser opens six connections to a host at most. */
const mostStreams = 20;

/** Turns declared routes into an express app: limits, sign-in, validation, problem+json for every error. */
export function createApp(ctx: Context, routes: readonly Route[], options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('case sensitive routing');
  app.set('query parser', 'simple');
  app.set('trust proxy', ctx.config.trustedProxy?.split(',') ?? false);
  app.use(begin(ctx), securityHeaders(ctx.config.publicUrl.startsWith('https:')));
  const { requestsPerMinute } = ctx.config;
  const perAddress = createRateLimit(requestsPerMinute);
  const closing = options.closing ?? new AbortController().signal;
  const perActor = createRateLimit(requestsPerMinute);
  const exchange: Exchange = { ctx, options, perActor, takeStream: createPlaces(mostStreams), closing };
  for (const [path, handlers] of byPath(routes, exchange)) app.all(path, dispatch(path, handlers, perAddress));
  if (options.staticFolder) app.use(...consoleFiles(options.staticFolder));
  app.use(() => {
    throw unknownPath();
  });
  app.use(fail(ctx));
  return app;
}

const factsOf = (response: Response) => response.locals['facts'] as RequestFacts;

/** Names the request, refuses addresses no store could look up, and logs the answer. */
function begin(ctx: Context): RequestHandler {
  return (request, response, next) => {
    const facts = describeRequest(ctx, request);
    response.locals['facts'] = facts;
    response.setHeader('x-request-id', facts.id);
    const startedAt = ctx.clock.now();
    response.on('finish', () => {
      const { route, userId } = response.locals as { route?: string; userId?: string };
      const { method } = request;
      const status = response.statusCode;
      const quiet = method === 'GET' && status < 400;
      const durationMs = ctx.clock.now() - startedAt;
      ctx.log[quiet ? 'debug' : 'info']('request', { requestId: facts.id, method, route, status, userId, durationMs });
    });
    if (/%00/i.test(request.url)) throw new CodedError('malformed-url', 400, 'The address is not well-formed.');
    next();
  };
}

type Handle = (request: Request, response: Response) => Promise<void>;
type Handlers = Map<Method, { readonly route: Route; readonly handle: Handle }>;

/** Routes by path, fixed segments before parameters, so that `/api/users/me` is not taken for an id. */
function byPath(routes: readonly Route[], exchange: Exchange): [string, Handlers][] {
  const paths = new Map<string, Handlers>();
  for (const route of routes) {
    const handlers = paths.get(route.path) ?? (new Map() as Handlers);
    if (handlers.has(route.method)) throw new Error(`${route.method} ${route.path} is declared twice`);
    handlers.set(route.method, { route, handle: handleOf(route, exchange) });
    paths.set(route.path, handlers);
  }
  const rank = (path: string) => path.replaceAll(/:\w+/g, '\uffff');
  return [...paths].sort(([a], [b]) => (rank(a) < rank(b) ? -1 : 1));
}

function dispatch(path: string, handlers: Handlers, perAddress: RateLimit): RequestHandler {
  const methods = [...handlers.keys()];
  const allow = [...methods, ...(handlers.has('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return async (request, response) => {
    response.locals['route'] = path;
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    const found = handlers.get(method as Method);
    if (!found?.route.unlimited) await perAddress(addressKey(factsOf(response).address));
    if (found) return found.handle(request, response);
    if (request.method !== 'OPTIONS')
      throw new CodedError('method-not-allowed', 405, `${path} knows ${allow}.`, { allow });
    response.status(204).setHeader('allow', allow).end();
  };
}

function handleOf(route: Route, exchange: Exchange): Handle {
  const { ctx, options, perActor } = exchange;
  const tight = route.perMinute === undefined ? undefined : createRateLimit(route.perMinute);
  return async (request, response) => {
    const facts = factsOf(response);
    await tight?.(addressKey(facts.address));
    const { headers, method } = request;
    const findActor = async () => {
      if (route.access === 'public') return undefined;
      const found = await options.authenticate(ctx, { method, headers, request: facts });
      response.locals['userId'] = found?.userId;
      admit(route, found);
      return found;
    };
    const actor = await findActor();
    if (actor && !route.unlimited) await perActor(actor.userId);
    const raw = { params: request.params, query: request.query, headers, request: facts, actor };
    const answer = await answerTo(ctx, route, request, raw);
    // What was not read of a refused body must not be taken for the next request on this connection.
    if (!request.complete) response.setHeader('connection', 'close');
    if (isStream(answer)) await keepOpen(response, answer, { exchange, findActor });
    else sendAnswer(response, route, answer);
  };
}

/** Streams, within the number that one user, or one address that needs no sign-in, may have open at once. */
async function keepOpen(
  response: Response,
  answer: Stream,
  { exchange, findActor }: { exchange: Exchange; findActor: () => Promise<Actor | undefined> },
): Promise<void> {
  const { ctx, closing, takeStream } = exchange;
  const { userId } = response.locals as { userId?: string };
  const giveBack = takeStream(userId ?? addressKey(factsOf(response).address));
  const actor = () =>
    findActor().catch((error: unknown) => {
      if (error instanceof CodedError) return undefined;
      throw error;
    });
  try {
    await sendStream(response, answer, { clock: ctx.clock, closing, actor });
  } finally {
    giveBack();
  }
}

async function answerTo(ctx: Context, route: Route, request: Request, raw: Omit<RawInput, 'body'>): Promise<unknown> {
  if (request.method === 'GET' || request.method === 'HEAD') return route.run(ctx, { ...raw, body: undefined });
  let body: unknown;
  try {
    body = await readBody(request, route);
  } catch (error) {
    if (route.unreadable && error instanceof CodedError) return route.unreadable();
    throw error;
  }
  return route.run(ctx, { ...raw, body });
}

/** Throws unless this actor may use this route; objects inside it are guarded by the room. */
export function admit(route: Route, actor: Actor | undefined): void {
  if (route.access === 'public') return;
  if (!actor) throw new CodedError('sign-in-needed', 401, 'Sign in, or send an API token.');
  if (route.access !== 'signed-in' && !route.access.includes(actor.role)) throw forbidden();
  const needed: Scope = route.scope ?? (route.method === 'GET' ? 'read' : 'write');
  const held = actor.scopes;
  if (held && !held.includes(needed) && !(needed === 'intake' && held.includes('write')))
    throw new CodedError('scope-missing', 403, `This API token lacks the scope ${needed}.`, { scope: needed });
}

function fail(ctx: Context): ErrorRequestHandler {
  return async (error: unknown, request: Request, response: Response, next: (error: unknown) => void) => {
    const facts = factsOf(response);
    const problem = toProblem(error, facts.id);
    if (problem.status >= 500) ctx.log.error('request-failed', { requestId: facts.id, code: problem.code, error });
    if (response.headersSent) {
      next(error);
      return;
    }
    // What was not read of a refused body must not be taken for the next request on this connection.
    if (!request.complete && !(await drain(request))) response.setHeader('connection', 'close');
    response.status(problem.status);
    for (const [name, value] of Object.entries(problemHeaders(problem))) response.setHeader(name, value);
    response.end(JSON.stringify(problem));
  };
}
