import { createTask, parse } from 'node-cron';
import type { Context, Tx } from './context.ts';
import { transact } from './context.ts';
import { CodedError } from './errors.ts';
import { intend } from './jobs.ts';
import type { Worker } from './workers.ts';

declare module './database.ts' {
  interface Database {
    /** Per calendar entry the tick that was carried out last. */
    schedule: { name: string; lastTickAt: number };
  }
}

/** At every tick of a calendar one intent is written, however many processes there are. */
export interface ScheduleEntry {
  readonly name: string;
  /** Five cron fields (minute, hour, day of month, month, day of week), UTC. */
  readonly cron: string;
  /** Kind of the intent; its payload is `{ tickAt }`. */
  readonly kind: string;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** The longest calendar: 29 February, over a century without one. */
const FARTHEST_DAYS = 8 * 366;

/** The worker that turns calendars into intents. What was missed while no process ran is made up for once. */
export function makeScheduleWorker(entries: readonly ScheduleEntry[]): Worker {
  const calendars = entries.map((entry) => ({ ...entry, ...readCalendar(entry.cron) }));
  const readTicks = async (ctx: Context) => {
    const rows = await ctx.db.selectFrom('schedule').select(['name', 'lastTickAt']).execute();
    return new Map(rows.map((row) => [row.name, row.lastTickAt]));
  };
  return {
    name: 'schedule',
    async nextDueAt(ctx) {
      const ticks = await readTicks(ctx);
      const now = ctx.clock.now();
      const due = calendars.map(({ name, nextTick }) => {
        const last = ticks.get(name);
        return last === undefined ? now : (nextTick(last) ?? Infinity);
      });
      const first = Math.min(...due);
      return Number.isFinite(first) ? first : undefined;
    },
    async runDue(ctx) {
      const ticks = await readTicks(ctx);
      let done = 0;
      for (const calendar of calendars) done += await carryOut(ctx, calendar, ticks.get(calendar.name));
      return done;
    },
  };
}

interface Calendar {
  /** The first tick after a time, epoch milliseconds. */
  nextTick(after: number): number | undefined;
  /** The last tick at or before a time. */
  latestTick(at: number): number | undefined;
}

/** Writes the intent of the latest tick, unless it was written; a calendar that is new starts from now. */
async function carryOut(ctx: Context, entry: ScheduleEntry & Calendar, last: number | undefined): Promise<number> {
  const { name, kind } = entry;
  const now = ctx.clock.now();
  if (last === undefined) return transact(ctx, (tx) => startEntry(tx, name, now));
  const tickAt = entry.latestTick(now);
  if (tickAt === undefined || tickAt <= last) return 0;
  return transact(ctx, async (tx) => {
    const { numUpdatedRows } = await tx.db
      .updateTable('schedule')
      .set({ lastTickAt: tickAt })
      .where('name', '=', name)
      .where('lastTickAt', '<', tickAt)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) await intend(tx, { kind, payload: { tickAt }, key: `${name}:${tickAt}` });
    return Number(numUpdatedRows);
  });
}

async function startEntry(tx: Tx, name: string, now: number): Promise<number> {
  const { numInsertedOrUpdatedRows } = await tx.db
    .insertInto('schedule')
    .values({ name, lastTickAt: now })
    .onConflict((on) => on.column('name').doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows ?? 0n);
}

/** Throws `bad-calendar`. */
function readCalendar(cron: string): Calendar {
  if (cron.trim().split(/\s+/).length !== 5) throw badCalendar(cron);
  const { minutes, isOnDay } = readFields(cron);
  const find = (start: number, step: 1 | -1, accepts: (tick: number) => boolean) => {
    const ordered = step === 1 ? minutes : minutes.toReversed();
    const firstDay = Math.floor(start / DAY) * DAY;
    for (let days = 0; days < FARTHEST_DAYS; days++) {
      const day = firstDay + days * step * DAY;
      const tick = isOnDay(day) ? ordered.map((minute) => day + minute * MINUTE).find(accepts) : undefined;
      if (tick !== undefined) return tick;
    }
    return undefined;
  };
  return {
    nextTick: (after) => find(after, 1, (tick) => tick > after),
    latestTick: (at) => find(at, -1, (tick) => tick <= at),
  };
}

/** The minutes of a day that a calendar names, in order, and whether it names a day (given by its midnight). */
function readFields(cron: string) {
  try {
    const { minute, hour } = parse(cron);
    const task = createTask(cron, () => undefined, { timezone: 'UTC' });
    const minutes = hour.flatMap((hours) => minute.map((rest) => hours * 60 + rest)).sort((one, other) => one - other);
    const [first = 0] = minutes;
    return { minutes, isOnDay: (day: number) => task.match(new Date(day + first * MINUTE)) };
  } catch {
    throw badCalendar(cron);
  }
}

const badCalendar = (cron: string) => new CodedError('bad-calendar', 500, `Not a calendar of five fields: ${cron}`);
