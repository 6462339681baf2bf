import { type Context, transact } from '../kernel/context.ts';
import { appendLeaf } from './append-leaf.ts';
import { checkpointKey } from './checkpoint.ts';
import { updateKeys } from './store/head.ts';

/** At the start of a node: says in the ledger which keys it uses, once, and again when they are others. */
export async function openLedger(ctx: Context): Promise<void> {
  const { kid, spki } = ctx.keys.signing;
  const checkpoints = checkpointKey(ctx).text;
  await transact(ctx, async (tx) => {
    if (!(await updateKeys(tx, `${kid} ${checkpoints}`))) return;
    await appendLeaf(tx, 'key-introduced', { use: 'messages', kid, key: spki.toString('base64') });
    await appendLeaf(tx, 'key-introduced', { use: 'checkpoints', key: checkpoints });
  });
}
