import { type Context, transact, type Tx } from '../kernel/context.ts';
import { appendLeaf } from './append-leaf.ts';
import { checkpointKey } from './checkpoint.ts';
import { getHead, updateKeys } from './store/head.ts';
import { insertLedgerKeys, listLedgerKeys } from './store/keys.ts';

/**
 * At the start of a node: says in the ledger which keys it uses, once, and again when they are others; keeps the public key of
 * its checkpoints, with which those that were saved are verified for ever.
 */
export async function openLedger(ctx: Context): Promise<void> {
  const { kid, spki } = ctx.keys.signing;
  const checkpoints = checkpointKey(ctx).text;
  await transact(ctx, async (tx) => {
    await keepKeys(tx, checkpoints);
    if (!(await updateKeys(tx, `${kid} ${checkpoints}`))) return;
    await appendLeaf(tx, 'key-introduced', { use: 'messages', kid, key: spki.toString('base64') });
    await appendLeaf(tx, 'key-introduced', { use: 'checkpoints', key: checkpoints });
  });
}

/** Where none was kept yet, that of the last start as well: the secret may have changed since. */
async function keepKeys(tx: Tx, today: string): Promise<void> {
  const kept = await listLedgerKeys(tx);
  if (kept.includes(today)) return;
  const [, before] = (await getHead(tx)).keys.split(' ');
  await insertLedgerKeys(tx, kept.length === 0 && before !== undefined && before !== today ? [before, today] : [today]);
}
