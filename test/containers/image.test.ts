import { spawn } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { readConfig } from '../../node/kernel/config.ts';
import { openCommandNode } from '../cli/leadmesh.ts';
import { startNetwork } from '../support/network.ts';
import { needsOf, root } from './imports.ts';

const text = (file: string) => readFileSync(join(root, file), 'utf8');

interface Instruction {
  readonly name: string;
  readonly value: string;
}

/** The stages of the Dockerfile, each from its FROM on. */
function readStages(): Instruction[][] {
  const lines = text('Dockerfile').replaceAll('\\\n', ' ').split('\n').filter((line) => line !== '' && !line.startsWith('#')); // prettier-ignore
  const instructions = lines.map((line): Instruction => {
    const [, name = '', value = ''] = /^([A-Z]+)\s+(.+)$/.exec(line) ?? [];
    return { name, value };
  });
  const stages: Instruction[][] = [];
  for (const each of instructions) {
    if (each.name === 'FROM') stages.push([]);
    stages.at(-1)?.push(each);
  }
  return stages;
}

const image = readStages().at(-1) ?? [];
const valuesOf = (name: string) => image.filter((each) => each.name === name).map(({ value }) => value);
const imageEnv = Object.fromEntries(
  valuesOf('ENV').flatMap((value) => value.split(' ').map((pair) => pair.split('=') as [string, string])),
);
/** Where each copied path comes from: a stage, or the folder the image is built from. */
const copied = valuesOf('COPY').flatMap((value) => {
  const words = value.split(/\s+/);
  const from = /^--from=(\w+)$/.exec(words[0] ?? '')?.[1];
  return words.slice(from === undefined ? 0 : 1, -1).map((path) => ({ from, path: path.replace('/leadmesh/', '') }));
});
const needs = needsOf(['node/main.ts', 'node/cli/leadmesh.mjs', 'protocol/reference-peer/main.ts']);

describe('the image', () => {
  it('holds every file that the node, the command and the reference peer import', () => {
    expect(needs.files.size).toBeGreaterThan(150);
    expect(needs.files).toContain('node/cli/demo/demo.ts');
    const tops = new Set([...needs.files].map((file) => file.split('/')[0]));
    const paths = copied.map(({ path }) => path);
    expect(paths).toEqual(expect.arrayContaining([...tops, 'package.json']));
    expect([...needs.files].filter((file) => file.startsWith('node/web/'))).toEqual([]);
  });

  it('holds the packages they import, and those of development in no layer', () => {
    const { dependencies } = JSON.parse(text('package.json')) as { dependencies: Record<string, string> };
    expect([...needs.packages].filter((name) => !(name in dependencies))).toEqual([]);
    const packages = copied.find(({ path }) => path === 'node_modules');
    const stage = readStages().find(([from]) => from?.value.endsWith(` AS ${String(packages?.from)}`)) ?? [];
    expect(stage.filter(({ name }) => name === 'RUN').map(({ value }) => value)).toEqual([
      expect.stringMatching(/^npm ci --omit=dev/),
    ]);
  });

  it('is built of what .dockerignore lets in', () => {
    const [all, ...rest] = text('.dockerignore').split('\n').filter((line) => line !== '' && !line.startsWith('#')); // prettier-ignore
    expect(all).toBe('*');
    const allowed = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const sources = readStages()
      .flat()
      .filter(({ name, value }) => name === 'COPY' && !value.startsWith('--from'))
      .flatMap(({ value }) => value.split(/\s+/).slice(0, -1));
    expect(sources.filter((source) => !allowed.includes(source))).toEqual([]);
  });

  it('runs the command as an ordinary user with a data folder of its own', () => {
    expect(valuesOf('USER')).toEqual(['node']);
    expect(valuesOf('CMD')).toEqual(['["leadmesh", "start"]']);
    expect(valuesOf('RUN').join()).toContain('ln -s /leadmesh/node/cli/leadmesh.mjs /usr/local/bin/leadmesh');
    expect(statSync(join(root, 'node/cli/leadmesh.mjs')).mode & 0o111).toBe(0o111);
    expect(valuesOf('RUN').join()).toContain('install -d -o node -g node -m 700 /data');
    expect(valuesOf('VOLUME')).toEqual([imageEnv['LEADMESH_DATA_FOLDER']]);
    expect(valuesOf('EXPOSE')).toEqual([imageEnv['LEADMESH_PORT']]);
    expect(text('Dockerfile')).not.toMatch(/^#\s*syntax=/m);
  });

  it('has settings that start in a container network, and not on a public address without TLS', () => {
    const { NODE_ENV: _, ...env } = imageEnv;
    expect(readConfig(env, {}, () => ['127.0.0.1', '172.17.0.2'])).toMatchObject({
      host: '0.0.0.0',
      dataFolder: '/data',
    });
    expect(() => readConfig(env, {}, () => ['127.0.0.1', '203.0.113.5'])).toThrow(/nothing encrypts the traffic/);
  });

  it('has a health check that tells a ready node from one that is not', async () => {
    const [, command = '[]'] = /CMD (\[.+\])$/.exec(valuesOf('HEALTHCHECK')[0] ?? '') ?? [];
    const [program, ...args] = JSON.parse(command) as string[];
    expect(program).toBe('node');
    const check = (port: number) =>
      new Promise((resolve) => {
        spawn(process.execPath, args, { env: { LEADMESH_PORT: String(port) } }).on('close', resolve);
      });
    await using network = await startNetwork({ nodes: ['idle'] });
    expect(await check(Number(new URL(network.node('idle').url).port))).toBe(1);
    await using vendor = openCommandNode('vendor', await findFreePort());
    const running = await vendor.start();
    const port = Number(new URL(vendor.url).port);
    expect(await check(port)).toBe(0);
    await running.stop();
    expect(await check(port)).toBe(1);
  });
});
