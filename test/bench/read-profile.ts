// Where the time of a CPU profile went, by package and by function, without the functions they call.
// By hand: node test/bench/read-profile.ts <folder or file.cpuprofile> [lines] [--window <name>]
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { readWindows } from './profile-window.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  /** Microseconds of the monotonic clock. */
  readonly startTime: number;
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { window: { type: 'string' } } });
const [path = '', lines = '30'] = positionals;
const files = statSync(path).isDirectory() ? readdirSync(path).map((name) => join(path, name)) : [path];
/** Without a name, everything counts. The folder of a process lies in that of the run, beside its windows. */
const windows =
  values.window === undefined
    ? [{ from: -Infinity, to: Infinity }]
    : readWindows(dirname(dirname(files[0] ?? '')), values.window);

/** `node_modules/zod/v4/core/parse.js` is of zod, `node/kernel/http.ts` of node/kernel. */
function packageOf(url: string): string {
  const [, installed] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (installed !== undefined) return installed;
  const [, room] = /\/((?:node|protocol|test)\/(?:[a-z]+(?=\/))?)/.exec(url) ?? [];
  return room?.replace(/\/$/, '') ?? (url === '' ? '(native)' : url.replace(/^node:.*/, 'node itself'));
}

function addUp(profile: Profile, byPackage: Map<string, number>, byFunction: Map<string, number>): number {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  let busy = 0;
  let at = profile.startTime;
  for (const [index, id] of profile.samples.entries()) {
    const { functionName, url, lineNumber } = frames.get(id) ?? { functionName: '', url: '', lineNumber: 0 };
    const spent = profile.timeDeltas[index] ?? 0;
    at += spent;
    // A sample that began before its window may be one that was held still.
    if (!windows.some(({ from, to }) => at - spent >= from && at <= to)) continue;
    if (functionName === '(idle)' || functionName === '(program)') continue;
    busy += spent;
    const owner = functionName === '(garbage collector)' ? functionName : packageOf(url);
    const place = url.replace(/^file:\/\//, '').replace(/^.*\/node_modules\//, '');
    const name = `${functionName || '(anonymous)'} ${place.split('/').slice(-3).join('/')}:${lineNumber + 1}`;
    byPackage.set(owner, (byPackage.get(owner) ?? 0) + spent);
    byFunction.set(name, (byFunction.get(name) ?? 0) + spent);
  }
  return busy;
}

function show(title: string, spent: ReadonlyMap<string, number>, busy: number): void {
  console.log(`\n${title}`);
  const most = [...spent].sort(([, one], [, other]) => other - one).slice(0, Number(lines));
  for (const [name, time] of most) console.log(`${((time * 100) / busy).toFixed(1).padStart(6)} %  ${name}`);
}

const [byPackage, byFunction] = [new Map<string, number>(), new Map<string, number>()];
let busy = 0;
for (const file of files) busy += addUp(JSON.parse(readFileSync(file, 'utf8')) as Profile, byPackage, byFunction);
console.log(`${files.length} profiles, ${(busy / 1e6).toFixed(1)} s of work`);
show('by package', byPackage, busy);
show('by function', byFunction, busy);
