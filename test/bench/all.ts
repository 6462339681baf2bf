// Every bench, one after another. By hand: node test/bench/all.ts [--quick]
import { spawn } from 'node:child_process';
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
const asked = new AbortController();
process.on('SIGTERM', () => asked.abort());
for (const name of benches) {
  if (asked.signal.aborted) break;
  console.log(`\n${name}`);
  const args = [join(import.meta.dirname, `${name}.ts`), ...process.argv.slice(2)];
  const running = spawn(process.execPath, args, { stdio: 'inherit' });
  const pass = () => running.kill('SIGTERM');
  asked.signal.addEventListener('abort', pass);
  const [status] = (await once(running, 'close')) as [number | null];
  asked.signal.removeEventListener('abort', pass);
  if (status !== 0) failed++;
}
process.exitCode = failed;
