// What stands behind `npm run demo`, `npm run check` and `npm test`: sets up what is missing, says so, then does the work.
// Plain JavaScript for Node 18 and later: it runs before the repository's own Node is installed.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const windows = process.platform === 'win32';
const env = {
  // Every process of a task finds what the ones before it compiled.
  NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/compiled'),
  ...process.env,
  PATH: `${bin}${windows ? ';' : ':'}${process.env.PATH ?? ''}`,
};
const say = (text) => console.log(`\u25b8 ${text}`);

function fail(text) {
  console.error(`\u2716 ${text}`);
  process.exit(1);
}

/** Runs a command to its end; its output is shown. Returns its exit status. */
function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, env, stdio: 'inherit', shell: windows, ...options });
  if (done.error) fail(`${command} could not be started: ${done.error.message}`);
  return done.status ?? 1;
}

function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function filesBelow(folder, skip) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (skip.includes(entry.name)) return [];
      return entry.isDirectory() ? filesBelow(path, skip) : [path];
    })
    .sort();
}

/** Does `work` when `marker` does not hold `digest`, and leaves the digest there. */
function once(marker, digest, work) {
  const path = join(root, marker);
  if (existsSync(path) && readFileSync(path, 'utf8') === digest) return;
  work();
  writeFileSync(path, digest);
}

function installPackages() {
  once('node_modules/.installed', digestOf(['package-lock.json']), () => {
    say('Installing the packages of package-lock.json (Node 24 among them) into node_modules/ …');
    const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
    if (status !== 0) fail('npm ci failed; its output is above.');
  });
}

function buildConsole() {
  const sources = [...filesBelow('node/web', ['dist']), 'package-lock.json', 'protocol/generated.ts'];
  if (!existsSync(join(root, 'node/web/dist'))) rmSync(join(root, 'node_modules/.console'), { force: true });
  once('node_modules/.console', digestOf(sources), () => {
    say('Building the console (node/web) …');
    if (run('vite', ['build', '--config', 'node/web/vite.config.ts', '--logLevel', 'warn']) !== 0) {
      fail('The console did not build; the output is above.');
    }
  });
}

const found = (command) => spawnSync('sh', ['-c', `command -v ${command}`]).status === 0;

const asRoot = process.getuid?.() === 0;

/** Installs packages of Debian; where that is not possible it says what to do, and fails. */
function installDebian(packages, needs, otherwise) {
  const command = `apt-get update -q && apt-get install -y -q --no-install-recommends ${packages.join(' ')}`;
  if (!found('apt-get') || !asRoot) {
    fail(`${needs}. Please run: ${found('apt-get') ? `sudo sh -c '${command}'` : otherwise}`);
  }
  say(`Installing Debian\u2019s ${packages.join(', ')}: ${needs} \u2026`);
  const done = spawnSync('sh', ['-c', command], {
    encoding: 'utf8',
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (done.status !== 0) fail(`${command}\n${done.stdout}\n${done.stderr}`);
}

/** The browser tests need Chromium; nothing else does. */
function installChromium() {
  if (process.env.CHROMIUM || ['chromium', 'chromium-browser', 'google-chrome'].some(found)) return;
  installDebian(['chromium'], 'The browser tests need Chromium', 'install Chromium and set CHROMIUM to its path');
}

/** The foreign peer of test/interop is Python with xmlsec1 and openssl. */
function installPython() {
  const missing = ['python3', 'xmlsec1', 'openssl'].filter((command) => !found(command));
  if (missing.length === 0) return;
  const needs = 'The tests against a peer in Python need python3, xmlsec1 and openssl';
  installDebian(missing, needs, `install ${missing.join(', ')}`);
}

const checks = [
  ['types', 'tsc', ['-p', '.']],
  [
    'lint',
    'eslint',
    ['--config', '.config/eslint.config.js', '--max-warnings', '0', 'node', 'protocol', 'test', '.config'],
  ],
  ['format', 'prettier', ['--config', '.config/prettier.json', '--check', '--log-level', 'warn', '.']],
  ['generated code', 'node', ['protocol/codegen.ts', '--check']],
  ['unused code', 'knip', ['--config', '.config/knip.json', '--no-progress']],
];

/** The checks beside each other: they read only. Prints the output of those that failed. */
async function check() {
  const results = await Promise.all(
    checks.map(
      ([name, command, args]) =>
        new Promise((resolve) => {
          const child = spawn(command, args, { cwd: root, env, shell: windows });
          let output = '';
          child.stdout.on('data', (data) => (output += data));
          child.stderr.on('data', (data) => (output += data));
          child.on('error', (error) => resolve({ name, ok: false, output: error.message }));
          child.on('close', (status) => {
            say(`${name}: ${status === 0 ? 'good' : 'NOT GOOD'}`);
            resolve({ name, ok: status === 0, output });
          });
        }),
    ),
  );
  const bad = results.filter((result) => !result.ok);
  for (const { name, output } of bad) console.error(`\n\u2716 ${name}\n${output}`);
  return bad.map((result) => result.name);
}

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'leadmesh-test-'));
  try {
    const report = join(folder, 'report.json');
    const args = ['run', '--config', '.config/vitest.config.ts', '--reporter=default', '--reporter=json'];
    const status = run('vitest', [...args, `--outputFile.json=${report}`, ...process.argv.slice(3)]);
    const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
    return { status, passed: result?.numPassedTests ?? 0, failed: result?.numFailedTests ?? 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function test() {
  const begun = Date.now();
  installChromium();
  installPython();
  buildConsole();
  const badChecks = await check();
  const tests = runTests();
  const seconds = Math.round((Date.now() - begun) / 1000);
  const failed = tests.failed + (tests.status !== 0 && tests.failed === 0 ? 1 : 0);
  console.log(`\nChecks: ${badChecks.length === 0 ? 'all good' : `NOT GOOD: ${badChecks.join(', ')}`}`);
  console.log(`Tests: ${tests.passed} passed, ${failed} failed; ${seconds} s in all\n`);
  console.log(`${tests.passed} passed, ${failed + badChecks.length} failed`);
  process.exit(tests.status === 0 && badChecks.length === 0 && tests.passed > 0 ? 0 : 1);
}

/** Hands over to the demo and passes signals on; the demo ends its nodes before it ends itself. */
function demo() {
  buildConsole();
  const child = spawn(join(bin, 'node'), ['node/cli/main.ts', 'demo', ...process.argv.slice(3)], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (status) => process.exit(status ?? 1));
}

const task = process.argv[2];
installPackages();
if (task === 'demo') demo();
else if (task === 'test') await test();
else if (task === 'check') process.exit((await check()).length === 0 ? 0 : 1);
else if (task === 'build') buildConsole();
else fail('Usage: node .config/run.mjs demo|test|check|build');
