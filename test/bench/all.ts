// Every bench, one after another. By hand: node test/bench/all.ts [--quick]
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const benches = [
  'seal-open',
  'group-commit',
  'ledger',
  'claims',
  'outbox-size',
  'intake',
  'award',
  'exchange',
  'flood',
];
let failed = 0;
const state: { running?: ChildProcess; ended: boolean } = { ended: false };
process.on('SIGTERM', () => {
  state.ended = true;
  state.running?.kill('SIGTERM');
});
for (const name of benches) {
  if (state.ended) break;
  console.log(`\n${name}`);
  const args = [join(import.meta.dirname, `${name}.ts`), ...process.argv.slice(2)];
  state.running = spawn(process.execPath, args, { stdio: 'inherit' });
  const [status] = (await once(state.running, 'close')) as [number | null];
  if (status !== 0) failed++;
}
process.exitCode = failed;
