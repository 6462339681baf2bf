import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Context } from './context.ts';
import { CodedError, invalid } from './errors.ts';

export const roles = ['administrator', 'manager', 'representative', 'auditor'] as const;
export type Role = (typeof roles)[number];

/** What an API token may do: everything when a token has no scopes. `write` includes `intake`. */
export const scopes = ['read', 'write', 'intake'] as const;
export type Scope = (typeof scopes)[number];

/** Who asks. */
export interface Actor {
  readonly userId: string;
  readonly role: Role;
  readonly name: string;
  readonly via: 'session' | 'token';
  /** The session's row, when `via` is `session`. */
  readonly sessionId?: string;
  readonly scopes?: readonly Scope[];
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Who may call a route. Objects within it are guarded by the room: unknown and forbidden ones both answer 404. */
type Access = 'public' | 'signed-in' | readonly Role[];

/** Facts of the HTTP request that are not its input. */
export interface RequestFacts {
  /** The request id, as in the answer and in the log. */
  readonly id: string;
  /** Address of the client, behind a trusted proxy the forwarded one. */
  readonly address: string;
  /** Whether the client speaks HTTPS (to us or to the trusted proxy). */
  readonly secure: boolean;
  /** Host as the client wrote it, without the port, lower case. */
  readonly host: string;
}

const replyMark = Symbol('reply');
/** An answer that is not plain JSON, or needs headers of its own. Made by `reply()`. */
export interface Reply {
  readonly [replyMark]: true;
  readonly contentType?: string | undefined;
  readonly body?: unknown;
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[]>> | undefined;
}

/** With `contentType` the body is sent as it is (text or bytes); without, as JSON checked by the route's `reply` schema. */
export const reply = (answer: Omit<Reply, typeof replyMark>): Reply => ({ ...answer, [replyMark]: true });
export const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && replyMark in value;

/** The open end of a streamed answer. */
export interface StreamOut {
  /** Writes a piece; resolves when the client has room for more. */
  write(text: string): Promise<void>;
  /** Fires when the client went away, takes nothing for too long, or the node stops. */
  readonly closed: AbortSignal;
  /** Who asks, as it is now: undefined when the session or token has ended or may not have this any more. */
  actor(): Promise<Actor | undefined>;
}

const streamMark = Symbol('stream');
/** An answer that stays open until `pump` resolves. Made by `stream()`. */
export interface Stream {
  readonly [streamMark]: true;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly pump: (out: StreamOut) => Promise<void>;
}

/** Keeps the answer open; `pump` ends when it resolves and must heed `out.closed`. */
export const stream = (contentType: string, pump: Stream['pump'], headers?: Record<string, string>): Stream => ({
  contentType,
  pump,
  headers,
  [streamMark]: true,
});
export const isStream = (value: unknown): value is Stream =>
  typeof value === 'object' && value !== null && streamMark in value;

type ParamNames<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | ParamNames<`/${Rest}`>
  : Path extends `${string}:${infer Name}.${string}`
    ? Name
    : Path extends `${string}:${infer Name}`
      ? Name
      : never;
/** The parameters a path names: `/api/leads/:id` has `{ id: string }`. */
type PathParams<Path extends string> = { readonly [Name in ParamNames<Path>]: string };

type Output<Schema, Otherwise> = Schema extends z.ZodType ? z.output<Schema> : Otherwise;
type BodyOf<B> = B extends 'raw' ? Buffer : Output<B, undefined>;
type ActorOf<A> = A extends 'public' ? undefined : Actor;
type AnswerOf<R> = (R extends z.ZodType ? z.input<R> : undefined) | Reply | Stream;

/** What a handler gets: everything already validated. */
interface RouteInput<Params, Query, Body, Who> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly actor: Who;
  readonly headers: IncomingHttpHeaders;
  readonly request: RequestFacts;
}

interface Traits {
  readonly method: Method;
  readonly access: Access;
  /** One line for the API documentation. */
  readonly summary: string;
  /** Status of a successful answer; default 200, 204 without a `reply`. */
  readonly status?: number;
  /** Largest body in bytes; default 256 KiB. */
  readonly maxBytes?: number;
  /** Media types a raw body may have (without parameters); default any. JSON routes take `application/json`. */
  readonly consumes?: readonly string[];
  /** What an API token needs; default `read` for GET, `write` for the rest. */
  readonly scope?: Scope;
  /** A tighter limit than the general one: requests per minute from one address. */
  readonly perMinute?: number;
  /** The answer to a body that cannot be read (too large, compressed, cut off); default problem+json. */
  readonly unreadable?: () => Reply;
  /** Outside the general rate limits (a room that counts for itself, as the exchange does per peer). */
  readonly unlimited?: boolean;
}

/** A route as declared; see `route`. */
interface Declaration<Path extends string, A extends Access, P, Q, B, R> extends Traits {
  readonly path: Path;
  readonly access: A;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** Schema of the JSON answer (properties it does not name are not sent); absent: no content, or only `reply()`. */
  readonly reply?: R;
  readonly handler: (
    ctx: Context,
    input: RouteInput<Output<P, PathParams<Path>>, Output<Q, Readonly<Record<string, never>>>, BodyOf<B>, ActorOf<A>>,
  ) => Promise<AnswerOf<R>> | AnswerOf<R>;
}

/** What came in, before validation. */
export interface RawInput {
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  readonly actor: Actor | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly request: RequestFacts;
}

/** A declared route with its types erased: what a room lists in `export const routes: Route[]`. */
export interface Route extends Traits {
  readonly path: string;
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType | 'raw';
  readonly reply?: z.ZodType;
  /** Validates and runs the handler. Throws `invalid` (422) with `details.path` for input that does not fit. */
  readonly run: (ctx: Context, raw: RawInput) => Promise<unknown>;
}

/** Declares a route: validation, documentation and the client's types fall out. Objects in schemas are strict. */
export function route<
  const Path extends string,
  const A extends Access,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | 'raw' | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
>(declaration: Declaration<Path, A, P, Q, B, R>): Route {
  const { handler, params, query, body, reply: replySchema, ...traits } = declaration;
  const paramsSchema = params ?? pathSchema(declaration.path);
  const querySchema = strict(query ?? z.object({}));
  const bodySchema = body instanceof z.ZodType ? strict(body) : body;
  type Input = Parameters<typeof handler>[1];
  return {
    ...traits,
    params: paramsSchema,
    query: querySchema,
    ...(bodySchema && { body: bodySchema }),
    ...(replySchema && { reply: replySchema }),
    async run(ctx, raw) {
      const input = {
        ...raw,
        params: check(paramsSchema, raw.params, 'params'),
        query: check(querySchema, raw.query, 'query'),
        body: bodySchema instanceof z.ZodType ? check(bodySchema, raw.body, 'body') : raw.body,
      };
      return handler(ctx, input as unknown as Input);
    },
  };
}

/** Validates `value`; throws `invalid` naming where it does not fit, never the value itself. */
export function check<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issues = result.error.issues.slice(0, 20).flatMap((issue) => toProblems(issue, where));
  const [first] = issues;
  throw invalid(`${first?.path ?? where}: ${first?.message ?? 'does not fit'}`, { path: first?.path ?? where, issues });
}

function toProblems(issue: z.core.$ZodIssue, where: string): { path: string; message: string }[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.slice(0, 20).map((key) => ({
      path: pathText(where, [...issue.path, key.slice(0, 100)]),
      message: 'is not a known property',
    }));
  // Of alternatives, what comes nearest says best what is wrong.
  const [nearest] = issue.code === 'invalid_union' ? issue.errors.toSorted((a, b) => a.length - b.length) : [];
  if (nearest && nearest.length > 0)
    return nearest.flatMap((each) => toProblems({ ...each, path: [...issue.path, ...each.path] }, where));
  return [{ path: pathText(where, issue.path), message: issue.message }];
}

function pathText(where: string, path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return where === 'body' ? text.replace(/^\./, '') || 'body' : where + text;
}

/** The general answer for what does not exist, or is not for this actor. */
export const unknownPath = () => new CodedError('not-found', 404, 'Nothing here.');

const strict = (schema: z.ZodType): z.ZodType => (schema instanceof z.ZodObject ? schema.strict() : schema);

function pathSchema(path: string): z.ZodType {
  const names = [...path.matchAll(/:(\w+)/g)].map((match) => String(match[1]));
  return z.object(Object.fromEntries(names.map((name) => [name, z.string().min(1).max(200)]))).strict();
}
