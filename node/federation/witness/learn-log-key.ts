import type { Tx } from '../../kernel/context.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { appendSecurityEvent } from '../store/peers.ts';
import { insertLogKey, listLogKeys, mostLogKeys } from '../store/witnessed.ts';

/** A log gets a new key when its node is made anew: hardly ever. */
const newLogKeysADay = 4;

/**
 * Notes the key that a partner announces for its log, in the ledger too. One beyond four new ones a day, or beyond a hundred in
 * all, is told to people instead and not kept (LX-181): whoever invents keys fills nothing.
 */
export async function learnLogKey(tx: Tx, peerId: string, key: string): Promise<void> {
  const known = await listLogKeys(tx, peerId);
  if (known.some((each) => each.key === key)) return;
  const yesterday = tx.clock.now() - dayMilliseconds;
  const today = known.filter(({ learnedAt }) => learnedAt > yesterday).length;
  if (today >= newLogKeysADay || known.length >= mostLogKeys) {
    tx.log.warn('log-key-not-kept', { peerId });
    await appendSecurityEvent(tx, { peerId, code: 'log-key-not-kept', facts: { key } });
  } else if (await insertLogKey(tx, peerId, key)) await appendLeaf(tx, 'peer-log-key', { peer: peerId, key });
}
