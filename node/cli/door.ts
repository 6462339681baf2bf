import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../kernel/config.ts';
import type { Context } from '../kernel/context.ts';
import { sqliteFile } from '../kernel/database.ts';
import { CodedError, notFound } from '../kernel/errors.ts';
import { admit } from '../kernel/http.ts';
import { createLogger } from '../kernel/log.ts';
import { isReply, type Actor, type Route } from '../kernel/routes.ts';
import { openContext, routes } from '../node.ts';
import { findUser, findUserByEmail, listAdministrators, type User } from '../people/store.ts';
import type { Terminal } from './terminal.ts';
import { noteWakes, tellRunningNode } from './wake.ts';

/** What a route is asked, as over HTTP; properties that are undefined count as left out. */
export interface Question {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The command line's way into a node: its own data, and the routes of its API without HTTP. */
export interface Door {
  readonly ctx: Context;
  /** Asks a route (`GET /api/users`) in the name of the acting user; same rights, checks and errors as over HTTP. */
  ask<T = unknown>(route: string, question?: Question): Promise<T>;
  /** Largest body the route takes, in bytes. */
  limitOf(route: string): number;
  /** A user by id or e-mail address. Throws `not-found`. */
  user(idOrEmail: string): Promise<User>;
  close(): Promise<void>;
}

/**
 * Opens the data of a node, which may run meanwhile. `as`: whose name things are done in; its log goes to `errors`. Throws `no-node-here`: only
 * `start` and `migrate` make a new node.
 */
export async function openDoor(
  config: Config,
  { as, errors }: Pick<Terminal, 'errors'> & { readonly as: string | undefined },
): Promise<Door> {
  const { dataFolder } = config;
  if (!existsSync(join(dataFolder, 'keys')) && !existsSync(sqliteFile(dataFolder)))
    throw new CodedError('no-node-here', 404, `There is no node in ${dataFolder}; "leadmesh start" makes one.`);
  const log = createLogger({ ...config, logLevel: 'warn' }, errors);
  const { ctx, close } = await openContext(config, { log });
  const woken = noteWakes(ctx);
  return {
    ctx,
    ask: async <T>(name: string, question: Question = {}) =>
      (await ask(ctx, routeOf(name), { ...question, actor: await actorOf(ctx, as) })) as T,
    limitOf: (name) => routeOf(name).maxBytes ?? 256 * 1024,
    user: (idOrEmail) => getUserBy(ctx, idOrEmail),
    async close() {
      await close();
      if (woken()) tellRunningNode(config);
    },
  };
}

function routeOf(name: string): Route {
  const found = routes.find(({ method, path }) => `${method} ${path}` === name);
  if (!found) throw new Error(`There is no route ${name}.`);
  return found;
}

async function ask(ctx: Context, route: Route, asked: Question & { readonly actor: Actor }): Promise<unknown> {
  const { actor, params = {}, query = {}, body, headers = {} } = asked;
  admit(route, actor);
  const request = { id: ctx.ids.make('req'), address: '127.0.0.1', secure: true, host: 'localhost' };
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  const answer = await route.run(ctx, { actor, params, query: given, body, headers, request });
  const shown = isReply(answer) ? answer.body : answer;
  return shown === undefined ? undefined : (route.reply?.parse(shown) ?? shown);
}

async function getUserBy(ctx: Context, idOrEmail: string): Promise<User> {
  const user = idOrEmail.includes('@') ? await findUserByEmail(ctx, idOrEmail) : await findUser(ctx, idOrEmail);
  if (!user) throw notFound('user');
  return user;
}

async function actorOf(ctx: Context, as: string | undefined): Promise<Actor> {
  const user = as === undefined ? (await listAdministrators(ctx))[0] : await getUserBy(ctx, as);
  if (!user) throw new CodedError('no-administrator', 409, 'Nobody here is administrator; start the node once.');
  if (!user.active) throw new CodedError('user-inactive', 409, 'This user is not active.');
  return { userId: user.id, role: user.role, name: user.name, via: 'token' };
}
