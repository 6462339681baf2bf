import { sql } from 'kysely';
import { z } from 'zod';
import type { Context } from './context.ts';
import { reply, type Route, route } from './routes.ts';

/** What must be true before this node takes requests; a check that throws has failed. */
type ReadinessChecks = Readonly<Record<string, (ctx: Context) => Promise<boolean> | boolean>>;

const probe = { access: 'public', unlimited: true } as const;

/** `/health`: the process is up. `/ready`: the database answers and every check holds (503 otherwise, naming which). */
export function healthRoutes(checks: ReadinessChecks): Route[] {
  const all: ReadinessChecks = { database: databaseAnswers, ...checks };
  return [
    route({
      ...probe,
      method: 'GET',
      path: '/health',
      summary: 'Whether the process is up',
      reply: z.object({ status: z.literal('up') }),
      handler: () => ({ status: 'up' as const }),
    }),
    route({
      ...probe,
      method: 'GET',
      path: '/ready',
      summary: 'Whether the node can do its work',
      reply: z.object({ ready: z.boolean(), checks: z.record(z.string(), z.boolean()) }),
      handler: async (ctx) => {
        const results = await Promise.all(
          Object.entries(all).map(async ([name, run]) => [name, await holds(run, ctx)]),
        );
        const ready = results.every(([, held]) => held === true);
        return reply({ status: ready ? 200 : 503, body: { ready, checks: Object.fromEntries(results) as unknown } });
      },
    }),
  ];
}

async function holds(run: ReadinessChecks[string], ctx: Context): Promise<boolean> {
  try {
    return await run(ctx);
  } catch (error) {
    ctx.log.warn('not-ready', { error });
    return false;
  }
}

async function databaseAnswers(ctx: Context): Promise<boolean> {
  await sql`select 1`.execute(ctx.db);
  return true;
}
