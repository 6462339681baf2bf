import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFreePort, startProcess, untilReady } from '../../node/cli/demo/processes.ts';
import { mayConnect } from '../../node/federation/sending/may-connect.ts';
import { readConfig } from '../../node/kernel/config.ts';
import { isLoopbackName } from '../../node/kernel/may-listen-on.ts';
import { readSettings } from '../../protocol/reference-peer/settings.ts';
import { root } from './imports.ts';
import { readYaml } from './read-yaml.ts';

interface Service {
  readonly build?: string;
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
  readonly [key: string]: unknown;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { ipam: { config: readonly { subnet: string }[] } }>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const compose = readYaml(readFileSync(join(root, 'docker-compose.federation.yml'), 'utf8')) as unknown as Compose;
const services = Object.entries(compose.services);
const nodes = services.filter(([, { command }]) => command === undefined);
const operations = readFileSync(join(root, 'docs/operations.md'), 'utf8');
const imageEnv = Object.fromEntries(
  [...readFileSync(join(root, 'Dockerfile'), 'utf8').matchAll(/(LEADMESH_[A-Z_]+)=(\S+)/g)].map((match) => [
    match[1],
    match[2],
  ]),
) as Record<string, string>;

/** What one container is published as. */
function portsOf({ ports }: Service): { outside: number; inside: number } {
  expect(ports).toHaveLength(1);
  const [, outside, inside] = /^127\.0\.0\.1:(\d+):(\d+)$/.exec(ports[0] ?? '') ?? [];
  return { outside: Number(outside), inside: Number(inside) };
}

describe('docker-compose.federation.yml', () => {
  it('has three services of one image, which the first of them builds', () => {
    expect(Object.keys(compose).toSorted()).toEqual(['networks', 'services', 'volumes']);
    expect(services.map(([name]) => name)).toEqual(['vendor', 'reseller', 'nordwind']);
    expect(services.map(([, { build, image }]) => [build, image])).toEqual([
      ['.', 'leadmesh'],
      [undefined, 'leadmesh'],
      [undefined, 'leadmesh'],
    ]);
  });

  it.each(services)(
    'gives %s no rights, nothing to write on but its volume, and no address but loopback',
    (_, service) => {
      expect(service).toMatchObject({
        read_only: 'true',
        tmpfs: ['/tmp'],
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        networks: Object.keys(compose.networks),
      });
      expect(service['privileged'] ?? service['cap_add'] ?? service['user'] ?? service['network_mode']).toBeUndefined();
      expect(portsOf(service).outside).toBeGreaterThan(1024);
      const [volume = '', ...others] = service.volumes;
      const [name = '', folder] = volume.split(':');
      expect(others).toEqual([]);
      expect(Object.keys(compose.volumes)).toContain(name);
      expect(folder).toBe('/data');
    },
  );

  it('gives each its own volume and port', () => {
    expect(new Set(services.flatMap(([, { volumes }]) => volumes)).size).toBe(services.length);
    expect(new Set(services.map(([, service]) => portsOf(service).outside)).size).toBe(services.length);
    expect(Object.keys(compose.volumes)).toHaveLength(services.length);
  });

  it.each(nodes)('sets %s up with settings that exist, and lets people sign in on this machine', (name, service) => {
    const config = readConfig({ ...imageEnv, ...service.environment }, {}, () => ['127.0.0.1', '10.86.86.2']);
    const { outside, inside } = portsOf(service);
    expect(config).toMatchObject({ port: inside, host: '0.0.0.0', dataFolder: '/data', demo: false });
    const publicUrl = new URL(config.publicUrl);
    expect([Number(publicUrl.port), isLoopbackName(publicUrl.hostname)]).toEqual([outside, true]);
    expect(config.partnerUrl).toBe(`http://${name}:${inside}`);
    expect(operations).toContain(`<${config.publicUrl}>`);
  });

  it('sets the reference peer up with settings that exist', () => {
    const { nordwind } = compose.services;
    const settings = readSettings(nordwind?.environment ?? {});
    const { inside, outside } = portsOf(nordwind!);
    expect(settings).toMatchObject({ port: inside, host: '0.0.0.0', dataFolder: '/data' });
    expect(settings.endpoint).toBe(`http://nordwind:${inside}/lead-exchange`);
    expect(nordwind?.command).toEqual(['node', 'protocol/reference-peer/main.ts']);
    expect(operations).toContain(`<http://127.0.0.1:${outside}>`);
    expect(Object.keys(nordwind?.environment ?? {}).every((name) => name.startsWith('LEADMESH_PEER_'))).toBe(true);
  });

  it('speaks plain http in a private network that the documents name as the exception', () => {
    const [{ subnet } = { subnet: '' }] = Object.values(compose.networks)[0]?.ipam.config ?? [];
    const exceptions = [...operations.matchAll(/--allowed-address (\S+)/g)].map((match) => match[1]);
    expect(exceptions.filter((range) => range === subnet)).toHaveLength(3);
    const address = subnet.replace(/0\/24$/, '2');
    const way = { port: 8600, encrypted: false };
    const allowance = { range: subnet, port: 8600 };
    expect([mayConnect(address, way, undefined), mayConnect(address, way, allowance)]).toEqual([false, true]);
  });

  it('names services in the documents that exist', () => {
    const named = [...operations.matchAll(/\bmesh (\w+) /g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !(name in compose.services))).toEqual([]);
  });

  it('has a health check that tells a reference peer that runs from one that does not', async () => {
    const [kind, program, ...args] = compose.services['nordwind']?.healthcheck?.test ?? [];
    expect([kind, program]).toEqual(['CMD', 'node']);
    const port = await findFreePort();
    const check = () =>
      new Promise((resolve) => {
        spawn(process.execPath, args.map((arg) => arg.replace(':8600/', `:${port}/`))).on('close', resolve); // prettier-ignore
      });
    const folder = mkdtempSync(join(tmpdir(), 'leadmesh-peer-'));
    const env = { LEADMESH_PEER_PORT: String(port), LEADMESH_PEER_DATA: folder };
    const peer = startProcess({ name: 'peer', script: 'protocol/reference-peer/main.ts', folder, env });
    try {
      await untilReady(peer, `http://127.0.0.1:${port}/`);
      expect(await check()).toBe(0);
      await peer.stop();
      expect(await check()).toBe(1);
    } finally {
      await peer.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('the reader of the file', () => {
  it.each([
    ['a: &x b', 'does not know'],
    ['a: *x', 'does not know'],
    ['a: |\n  text', 'does not know'],
    ['a: {b: c}', 'does not know'],
    ['a: [b]', 'does not know'],
    ['a: "b\\n"', 'does not know'],
    ['a: b: c', 'does not know'],
    ['a: 1\na: 2', 'twice'],
    ['a:\n    b: c', 'by two'],
    ['a: 1\n  b: 2', 'otherwise'],
    ['a:\n\tb: c', 'tab'],
    ['- a\nb: c', 'no entry of the list'],
    ['<<: *x', 'no entry of the map'],
  ])('refuses %j', (source, why) => {
    expect(() => readYaml(source)).toThrow(why);
  });

  it('reads maps, lists and texts', () => {
    const source = `# head\na:\n  b: x y\n  c: "1: 2"\nd:\n  - '-e'\n  - f: g\nh:\n`;
    expect(readYaml(source)).toEqual({ a: { b: 'x y', c: '1: 2' }, d: ['-e', { f: 'g' }], h: '' });
  });
});
