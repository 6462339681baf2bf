import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBus } from './kernel/bus.ts';
import { systemClock, type Clock } from './kernel/clock.ts';
import type { Config } from './kernel/config.ts';
import type { Context } from './kernel/context.ts';
import { openDatabase } from './kernel/database.ts';
import { makeEventsRoute } from './kernel/events-route.ts';
import { healthRoutes } from './kernel/health.ts';
import { createApp } from './kernel/http.ts';
import { makeIds } from './kernel/ids.ts';
import { makeJobWorkers } from './kernel/job-workers.ts';
import type { JobHandler } from './kernel/jobs.ts';
import { createLogger, type Logger } from './kernel/log.ts';
import type { MailTransport } from './kernel/mail.ts';
import { makeMemory } from './kernel/memory.ts';
import { migrate } from './kernel/migrate.ts';
import { loadNodeKeys } from './kernel/node-keys.ts';
import { openApiRoute } from './kernel/openapi.ts';
import type { Route } from './kernel/routes.ts';
import { retentionHandler, retentionSchedule } from './kernel/retention.ts';
import { makeScheduleWorker } from './kernel/schedule.ts';
import { listen, type Listening } from './kernel/server.ts';
import { settle, startWorkers, type Worker } from './kernel/workers.ts';
import { deliveryHandlers } from './delivery/handlers.ts';
import { makeMailTransport } from './delivery/mail-transport.ts';
import { routes as deliveryRoutes } from './delivery/routes.ts';
import { routes as disclosureRoutes } from './disclosure/routes.ts';
import { greetPeers } from './federation/peers/greet-peers.ts';
import { peerFetch } from './federation/sending/guarded-fetch.ts';
import { federationHandlers } from './federation/handlers.ts';
import { makeFetchWorker } from './federation/sending/fetch-messages.ts';
import { makeSpeechWorker } from './federation/peers/learn-speech.ts';
import { beginRestoration } from './federation/restoration/begin-restoration.ts';
import { routes as federationRoutes } from './federation/routes.ts';
import { makeRefusalWorker, tellAllRefusals } from './federation/receiving/count-refusals.ts';
import { makeOutboxWorker } from './federation/sending/outbox-worker.ts';
import { intakeHandlers } from './intake/handlers.ts';
import { routes as intakeRoutes } from './intake/routes.ts';
import { routes as leadRoutes } from './leads/routes.ts';
import { openLedger } from './ledger/open-ledger.ts';
import { closeLedger, makeLedgerWorker } from './ledger/sequencer.ts';
import { seenLeads } from './leads/seen-leads.ts';
import { makeAuthenticate } from './people/authenticate.ts';
import { routes as peopleRoutes } from './people/routes.ts';
import { routingHandlers } from './routing/handlers.ts';
import { routes as routingRoutes } from './routing/routes.ts';

/** Parts of the world that a test puts in place of the real ones. */
export interface Overrides {
  readonly clock?: Clock;
  readonly random?: (bytes: number) => Buffer;
  readonly fetch?: typeof fetch;
  readonly mail?: MailTransport;
  readonly log?: Logger;
}

/** An opened context without HTTP and workers: what the command line uses. */
export interface OpenContext {
  readonly ctx: Context;
  /** Migrations applied just now. */
  readonly migrated: readonly string[];
  close(): Promise<void>;
}

/** One organisation's node. */
export interface LeadmeshNode {
  readonly ctx: Context;
  readonly app: ReturnType<typeof createApp>;
  /** Listens and starts the workers. Returns the port. */
  start(): Promise<number>;
  /** Listens without workers: tests carry out what is due by `settle`. */
  listen(): Promise<number>;
  /** Carries out everything that is due, until nothing is. */
  settle(): Promise<void>;
  /** Takes nothing new, finishes what runs, closes the database. */
  stop(): Promise<void>;
}

const handlers: readonly JobHandler[] = [
  ...routingHandlers,
  ...deliveryHandlers,
  ...federationHandlers,
  ...intakeHandlers,
  retentionHandler,
];

const makeWorkers = (): readonly Worker[] => [
  ...makeJobWorkers(handlers),
  makeOutboxWorker(),
  makeRefusalWorker(),
  makeSpeechWorker(),
  makeFetchWorker(),
  makeScheduleWorker([retentionSchedule]),
  makeLedgerWorker(),
];

/** Every route of the node but those of health and documentation. */
export const routes: readonly Route[] = [
  ...peopleRoutes,
  ...leadRoutes,
  ...disclosureRoutes,
  ...routingRoutes,
  ...intakeRoutes,
  ...deliveryRoutes,
  ...federationRoutes,
  makeEventsRoute(seenLeads),
];

/** Opens the data folder and the database, brings the tables up to date, and wires the context. */
export async function openContext(config: Config, overrides: Overrides = {}): Promise<OpenContext> {
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const clock = overrides.clock ?? systemClock;
  const log = overrides.log ?? createLogger(config);
  const keys = loadNodeKeys(config);
  const database = await openDatabase(config);
  const migrated = await migrate(database, clock.now);
  for (const migration of migrated) log.info('migrated', { migration });
  const ctx: Context = {
    config,
    clock,
    log,
    keys,
    db: database.reader,
    writer: database.writer,
    ids: makeIds(clock, overrides.random),
    fetch: overrides.fetch ?? peerFetch,
    mail: overrides.mail ?? makeMailTransport(config),
    bus: makeBus(database.link),
    memory: makeMemory(),
  };
  return { ctx, migrated, close: () => database.close() };
}

const consoleFolder = join(import.meta.dirname, 'web', 'dist');

/** What happened until now is in the ledger, and signed for. */
async function closeEvidence(ctx: Context): Promise<void> {
  try {
    await tellAllRefusals(ctx);
    await closeLedger(ctx);
  } catch (error) {
    ctx.log.error('ledger-not-closed', { error });
  }
}

/** Makes a node; nothing listens or works until `start`. */
export async function createNode(config: Config, overrides: Overrides = {}): Promise<LeadmeshNode> {
  const { ctx, close } = await openContext(config, overrides);
  await openLedger(ctx);
  await beginRestoration(ctx);
  const workers = makeWorkers();
  const closing = new AbortController();
  let running: { stop(): Promise<void> } | undefined;
  let greeting: Promise<void> | undefined;
  const served = [...routes, ...healthRoutes({ workers: () => running !== undefined })];
  const staticFolder = existsSync(consoleFolder) ? consoleFolder : undefined;
  const app = createApp(ctx, [...served, openApiRoute(served)], {
    authenticate: makeAuthenticate(),
    staticFolder,
    closing: closing.signal,
  });
  let server: Listening | undefined;
  const listenNow = async () => {
    server = await listen(config, app, closing);
    return server.port;
  };
  return {
    ctx,
    app,
    listen: listenNow,
    async start() {
      running = startWorkers(ctx, workers);
      const port = await listenNow();
      greeting = greetPeers(ctx, closing.signal).catch((error: unknown) => ctx.log.error('greeting-failed', { error }));
      return port;
    },
    settle: () => settle(ctx, workers),
    async stop() {
      await server?.stop();
      await running?.stop();
      await greeting;
      await closeEvidence(ctx);
      await close();
    },
  };
}
