import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeApiClient } from '../../node/cli/api-client.ts';
import { tokenByLink } from '../../node/cli/demo/session.ts';

const folder = mkdtempSync(join(tmpdir(), 'leadmesh-demo-stays-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Demo {
  child: ChildProcess;
  output: () => string;
  links: string[];
}

/** Starts the demo and waits until it printed its pages. */
async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, ['node/cli/main.ts', 'demo', '--data', folder, '--leads', '4']);
  let output = '';
  const up = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        output += data.toString();
        if (output.includes('Ctrl-C stops everything')) resolve();
      });
    child.once('exit', () => reject(new Error(`The demo ended:\n${output}`)));
  });
  await up;
  const links = [...output.matchAll(/sign in once\s+(\S+)/g)].map((match) => match[1] ?? '');
  return { child, output: () => output, links };
}

async function stopDemo({ child }: Demo): Promise<number | null> {
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  return ended;
}

interface Entry {
  recipientId: string;
  mode: string;
  closesAt: string;
  peer?: { peerId: string };
}

/** Signs in by the printed link; programs know the node by its loopback address. */
async function visit(link: string) {
  const address = new URL(link);
  address.hostname = '127.0.0.1';
  const api = makeApiClient(address.origin, await tokenByLink(address.origin, link));
  const { items } = await api.get<{ items: Entry[] }>('/api/inbox?state=open&limit=100');
  return { api, fresh: items.filter(({ closesAt }) => Date.parse(closesAt) - Date.now() > 10 * 60_000) };
}

it('keeps offers ready for whoever signs in, one of them a race between the nodes; resumes; stops cleanly', async () => {
  const first = await startDemo();
  const [vendor, reseller] = [await visit(first.links[0] ?? ''), await visit(first.links[1] ?? '')];
  expect(vendor.fresh.length).toBeGreaterThanOrEqual(3);
  expect(reseller.fresh.length).toBeGreaterThanOrEqual(3);
  const race = vendor.fresh.find(({ mode }) => mode === 'grab');
  const rival = reseller.fresh.find(({ peer }) => peer?.peerId === 'vendor.localhost');
  expect(race).toBeDefined();
  expect(rival).toBeDefined();

  await vendor.api.send('POST', `/api/offers/${race?.recipientId ?? ''}/accept`);
  const after = () => reseller.api.get<{ state: string }>(`/api/offers/${rival?.recipientId ?? ''}`);
  await expect.poll(async () => (await after()).state, { timeout: 15_000 }).toBe('lost');
  expect(await stopDemo(first)).toBe(0);

  const second = await startDemo();
  expect(second.output()).not.toContain('Introducing them');
  expect((await visit(second.links[0] ?? '')).fresh.length).toBeGreaterThanOrEqual(2);
  expect(await stopDemo(second)).toBe(0);
}, 180_000);
