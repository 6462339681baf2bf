import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteFile } from '../../node/kernel/database.ts';
import { loadNodeKeys } from '../../node/kernel/node-keys.ts';

let dataFolder: string;
beforeEach(() => {
  dataFolder = mkdtempSync(join(tmpdir(), 'leadmesh-keys-'));
});
afterEach(() => rmSync(dataFolder, { recursive: true }));
const file = (name: string) => join(dataFolder, 'keys', name);
const refusing = (code: string) => expect.objectContaining({ code }) as Error;

describe('the node’s keys', () => {
  it('are made once, for the owner alone', () => {
    const first = loadNodeKeys({ dataFolder });
    const again = loadNodeKeys({ dataFolder });
    expect(again.signing.kid).toBe(first.signing.kid);
    expect(again.secret.equals(first.secret)).toBe(true);
    expect(first.secret.symmetricKeySize).toBe(32);
    expect(readdirSync(join(dataFolder, 'keys')).sort()).toEqual(['secret', 'signing.pem']);
    for (const name of ['secret', 'signing.pem']) expect(statSync(file(name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dataFolder, 'keys')).mode & 0o777).toBe(0o700);
  });

  it('differ from node to node', () => {
    const other = mkdtempSync(join(tmpdir(), 'leadmesh-keys-'));
    expect(loadNodeKeys({ dataFolder }).signing.kid).not.toBe(loadNodeKeys({ dataFolder: other }).signing.kid);
    rmSync(other, { recursive: true });
  });

  it('are not made anew beside a database that knows others', () => {
    loadNodeKeys({ dataFolder });
    writeFileSync(sqliteFile(dataFolder), '');
    rmSync(file('signing.pem'));
    expect(() => loadNodeKeys({ dataFolder })).toThrow(refusing('keys-missing'));
    expect(readdirSync(join(dataFolder, 'keys'))).toEqual(['secret']);
  });

  it('are refused when others may read them', () => {
    loadNodeKeys({ dataFolder });
    chmodSync(file('secret'), 0o640);
    expect(() => loadNodeKeys({ dataFolder })).toThrow(refusing('key-file-open-to-others'));
  });

  it('are refused when they are none, without showing them', () => {
    loadNodeKeys({ dataFolder });
    for (const [name, text] of [
      ['signing.pem', readFileSync(file('signing.pem'), 'utf8').slice(0, 80)],
      ['secret', 'CANARY'],
    ] as const) {
      const whole = readFileSync(file(name));
      writeFileSync(file(name), text);
      expect(() => loadNodeKeys({ dataFolder })).toThrow(refusing('key-file-malformed'));
      writeFileSync(file(name), whole);
    }
  });
});
