import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';

/** The whole demo as a newcomer starts it, ending by itself: three processes, real doors, invariants checked. */
it('runs a federation of three processes until every lead found its way', { timeout: 280_000 }, async () => {
  const child = spawn(process.execPath, ['node/cli/main.ts', 'demo', '--once', '--leads', '24']);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (output += data.toString()));
  const status = await new Promise((resolve) => child.once('exit', resolve));
  expect(output).toMatch(/All \d+ leads found their way; every account of them agrees\./);
  expect(output).toContain('Shown to Rheintal Vertrieb');
  expect(output).not.toContain('NOT TRUE');
  expect(status).toBe(0);
});
