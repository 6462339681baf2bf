import { existsSync, statfsSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Nothing that a test writes must outlive the machine: it goes to memory where that is large enough, and waits for no disk. */
const memory = '/dev/shm';
const enoughBytes = 2 ** 31;
const hasMemory = (): boolean => {
  if (!existsSync(memory)) return false;
  const { bavail, bsize } = statfsSync(memory);
  return bavail * bsize >= enoughBytes;
};
if (process.env['TMPDIR'] === undefined && hasMemory()) process.env['TMPDIR'] = memory;

/** Files that put something else in the place of a module; the others share what a worker has loaded once. */
const alone = ['test/security/rebinding.test.ts'];

/** What starts processes or a browser takes longest. */
const slow = /\/test\/(demo|faults\/kill|processes|simulator|browser|interop|conformance)/;

/** Slow files first, so that no worker is left with one when the others have finished. */
class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification) => slow.test(moduleId);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 3,
    pool: 'forks',
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          isolate: false,
          globalSetup: [new URL('../test/support/postgres-server.ts', import.meta.url).pathname],
        },
      },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
