import { createSecretKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeBus } from '../../node/kernel/bus.ts';
import { systemClock, type Clock } from '../../node/kernel/clock.ts';
import type { Context } from '../../node/kernel/context.ts';
import { openDatabase, type OpenDatabase } from '../../node/kernel/database.ts';
import { makeIds } from '../../node/kernel/ids.ts';
import { createLogger } from '../../node/kernel/log.ts';
import { makeMemory } from '../../node/kernel/memory.ts';
import { migrate, type Migration } from '../../node/kernel/migrate.ts';
import type { TransactionLimits } from '../../node/kernel/transaction-queue.ts';
import { makeSigningKey } from '../../protocol/keys.ts';
import { chosenPlace } from './chosen-database.ts';

/** Where a store keeps its rows: what `openDatabase` reads of the configuration. */
export interface Place {
  readonly dataFolder: string;
  readonly databaseUrl?: string;
}

/** A place of its own; `remove` deletes it. */
export interface FreshPlace extends Place {
  remove(): void | Promise<void>;
}

export interface Store {
  readonly ctx: Context;
  readonly database: OpenDatabase;
  close(): Promise<void>;
}

export interface StoreOptions {
  readonly clock?: Clock;
  /** Other tables than those of the product. */
  readonly migrations?: readonly Migration[];
  readonly limits?: TransactionLimits;
}

/** A fresh folder for SQLite; `remove` deletes it. */
export function makeFolder(): Place & { remove(): void } {
  const dataFolder = mkdtempSync(join(tmpdir(), 'leadmesh-store-'));
  return { dataFolder, remove: () => rmSync(dataFolder, { recursive: true, force: true }) };
}

/**
 * A context over a real database: everything of the node but HTTP and workers. Opening the same place twice is what two
 * processes do: two writers, two queues.
 */
export async function openStore(asked: Place, options: StoreOptions = {}): Promise<Store> {
  const place = await chosenPlace(asked);
  const clock = options.clock ?? systemClock;
  const database = await openDatabase(place, options.limits);
  await migrate(database, clock.now, options.migrations);
  const config = { ...place, nodeId: 'test.localhost', name: 'Test', host: '127.0.0.1', port: 0, demo: false };
  const rest = { publicUrl: 'http://test.localhost', mailFrom: 'leads@test.localhost' };
  const counts = { requestsPerMinute: 1_000, messagesPerMinute: 6_000, secondOpinionEvery: 1 };
  const ctx: Context = {
    config: { ...config, ...rest, ...counts, logLevel: 'silent' },
    db: database.reader,
    writer: database.writer,
    clock,
    ids: makeIds(clock),
    keys: { signing: makeSigningKey(), secret: createSecretKey(Buffer.alloc(32, 7)) },
    fetch: () => Promise.reject(new Error('A store has no network.')),
    mail: { send: () => Promise.reject(new Error('A store sends no mail.')) },
    log: createLogger({ logLevel: 'silent', nodeId: config.nodeId }),
    bus: makeBus(database.link),
    memory: makeMemory(),
  };
  return { ctx, database, close: () => database.close() };
}
