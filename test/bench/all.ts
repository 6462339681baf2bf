// Every bench, one after another. By hand: node test/bench/all.ts [--quick]
import { spawnSync } from 'node:child_process';
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
for (const name of benches) {
  console.log(`\n${name}`);
  const args = [join(import.meta.dirname, `${name}.ts`), ...process.argv.slice(2)];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) failed++;
}
process.exitCode = failed;
