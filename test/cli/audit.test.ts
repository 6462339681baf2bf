import SqliteFile from 'better-sqlite3';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { readCheckpoint } from '../../node/ledger/checkpoint.ts';
import { verifyConsistency } from '../../node/ledger/verify-proof.ts';
import { openCommandNode } from './leadmesh.ts';

// Each command is a process that loads a whole node.
vi.setConfig({ testTimeout: 240_000 });

it('an administrator keeps a checkpoint, and finds with it what somebody did to the database', async () => {
  await using node = openCommandNode('vendor', await findFreePort());
  await (await node.start()).stop();
  const note = await node.ok(['audit', 'checkpoint']);
  expect(note).toMatch(/^vendor\.localhost\n\d+\n[A-Za-z0-9+/]{43}=\n\n— vendor\.localhost [A-Za-z0-9+/]+=*$/);
  const file = join(node.folder, 'saved.checkpoint');
  writeFileSync(file, `${note}\n`);
  expect(await node.json(['audit', 'checkpoint'])).toMatchObject({ note: `${note}\n`, origin: 'vendor.localhost' });

  await node.ok(['user', 'add', 'ada@vendor.example', 'Ada', '--role', 'manager']);
  const before = await node.json(['audit', 'verify', '--since', file]);
  expect(before).toMatchObject({ isWhole: true, waiting: 1, since: { isKept: true }, findings: [] });
  await (await node.start()).stop();
  // Ada, and the link that the start prints for as long as nobody has signed in.
  expect(await node.json(['audit', 'verify'])).toMatchObject({ isWhole: true, size: Number(before['size']) + 2 });

  const proof = await node.json(['audit', 'proof', '--since', String(readCheckpoint(`${note}\n`).size)]);
  const proven = proof as unknown as Record<'since' | 'size', number> & { root: string; proof: string[] };
  const bytes = (text: string) => Buffer.from(text, 'base64');
  expect(
    verifyConsistency({
      ...{ oldSize: proven.since, oldRoot: readCheckpoint(`${note}\n`).root },
      ...{ size: proven.size, root: bytes(proven.root), proof: proven.proof.map(bytes) },
    }),
  ).toBe(true);

  const database = new SqliteFile(join(node.dataFolder, 'leadmesh.db'));
  database.prepare('delete from "ledgerLeaf" where position = 1').run();
  database.close();
  const after = await node.run(['audit', 'verify', '--since', file]);
  expect(after.status).toBe(1);
  expect(after.out).toContain('isWhole: no\n');
  expect(after.out).toContain('\nleaf-missing 1: The leaf that was logged here is gone.\n');
  expect(after.out).toContain('\nsince-differs (size ');

  writeFileSync(file, 'nonsense\n');
  expect(await node.run(['audit', 'verify', '--since', file])).toMatchObject({
    status: 1,
    out: '',
    err: 'checkpoint-malformed: This is no checkpoint of a ledger.\n',
  });
});
