import { transact } from '../../kernel/context.ts';
import { listFailedJobs, retryJob } from '../../kernel/jobs.ts';
import type { Command } from '../command.ts';
import { table, words } from '../output.ts';
import { pageOptions, wholeNumber } from './options.ts';

const columns = { id: 'id', kind: 'kind', attempts: 'attempts', failed: 'failedAt', error: 'lastError' };

export const jobCommands: readonly Command[] = [
  {
    name: 'jobs failed',
    summary: 'List the jobs that were given up after ten attempts, the oldest first',
    options: pageOptions,
    example: 'leadmesh jobs failed',
    onNode: async ({ ctx }, asked) => {
      const cursor = asked.text('cursor');
      const limit = Math.min(wholeNumber(asked, 'limit') ?? 50, 200);
      return table(await listFailedJobs(ctx, { limit, ...(cursor !== undefined && { cursor }) }), columns);
    },
  },
  {
    name: 'jobs retry',
    summary: 'Give a failed job ten new attempts',
    arguments: ['job'],
    example: 'leadmesh jobs retry job_01J8ZQ4X7M3N5P6R7S8T9V0W1X',
    onNode: async ({ ctx }, asked) => {
      const id = asked.arg('job');
      await transact(ctx, (tx) => retryJob(tx, id));
      return words('', { id }, 'The running node tries it again.');
    },
  },
];
