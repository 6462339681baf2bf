import type { Express } from 'express';
import request from 'supertest';
import type { Config } from '../../node/kernel/config.ts';
import { type Context, transact } from '../../node/kernel/context.ts';
import { makeEventsRoute } from '../../node/kernel/events-route.ts';
import { healthRoutes } from '../../node/kernel/health.ts';
import { type AppOptions, createApp } from '../../node/kernel/http.ts';
import { createLogger } from '../../node/kernel/log.ts';
import { openApiRoute } from '../../node/kernel/openapi.ts';
import type { Role, Route } from '../../node/kernel/routes.ts';
import { seenLeads } from '../../node/leads/seen-leads.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { makeAuthenticate } from '../../node/people/authenticate.ts';
import { createUser } from '../../node/people/create-user.ts';
import { routes as peopleRoutes } from '../../node/people/routes.ts';
import { createSignInLink } from '../../node/people/sign-in-link.ts';
import type { User } from '../../node/people/store.ts';
import { type FakeClock, makeFakeClock } from './clock.ts';
import { makeFolder, openStore } from './store.ts';

/** A node of people only: real database, real routes, fake clock. */
export interface PeopleNode extends AsyncDisposable {
  readonly ctx: Context;
  readonly app: Express;
  readonly clock: FakeClock;
  /** Every line logged so far. */
  readonly lines: string[];
  add(name: string, role?: Role, managerId?: string): Promise<User>;
  /** An API token of the user as header value. */
  bearer(user: User): Promise<string>;
  /** Signs in by a one-time link, as a browser does. */
  signIn(user: User): Promise<Browser>;
}

/** What a signed-in browser sends. */
export interface Browser {
  readonly cookie: string;
  readonly csrf: string;
}

export interface PeoplePlan {
  readonly config?: Partial<Config>;
  /** Beside the routes of people, health, events and OpenAPI. */
  readonly routes?: readonly Route[];
  readonly options?: Partial<AppOptions>;
  readonly clock?: FakeClock;
}

export async function openPeople(plan: PeoplePlan = {}): Promise<PeopleNode> {
  const folder = makeFolder();
  const clock = plan.clock ?? makeFakeClock();
  const store = await openStore(folder, { clock });
  const lines: string[] = [];
  const config = { ...store.ctx.config, requestsPerMinute: 100_000, ...plan.config };
  const log = createLogger({ ...config, logLevel: 'debug' }, { write: (line: string) => void lines.push(line) });
  const ctx: Context = { ...store.ctx, config, log };
  const routes = [...peopleRoutes, makeEventsRoute(seenLeads), ...healthRoutes({}), ...(plan.routes ?? [])];
  const app = createApp(ctx, [...routes, openApiRoute(routes)], { authenticate: makeAuthenticate(), ...plan.options });
  return {
    ctx,
    app,
    clock,
    lines,
    add: (name, role = 'representative', managerId) =>
      transact(ctx, (tx) => createUser(tx, { email: `${name}@test.localhost`, name, role, managerId })),
    bearer: async (user) => `Bearer ${(await createApiToken(ctx, { userId: user.id, name: 'test' })).token}`,
    signIn: (user) => signInByLink(ctx, app, user),
    async [Symbol.asyncDispose]() {
      await store.close();
      folder.remove();
    },
  };
}

async function signInByLink(ctx: Context, app: Express, user: User): Promise<Browser> {
  const { url } = await transact(ctx, (tx) => createSignInLink(tx, user.id));
  const token = url.slice(url.indexOf('#token=') + 7);
  const answer = await request(app).post('/api/sign-in/link').send({ token }).expect(200);
  const [cookie = ''] = answer.get('set-cookie') ?? [];
  return { cookie: cookie.slice(0, cookie.indexOf(';')), csrf: String(answer.body.csrf) };
}
