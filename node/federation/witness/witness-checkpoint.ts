import { isCheckpointOf, ProtocolError, type LogCheckpoint } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { appendSecurityEvent, findSecurityEvent } from '../store/peers.ts';
import { findPeerCheckpoint, keepPeerCheckpoint, listLogKeys, type PeerCheckpoint } from '../store/witnessed.ts';
import { decideCheckpoint } from './decide-checkpoint.ts';

/** What a signed answer of a partner says of its log. */
interface Said {
  readonly log?: LogCheckpoint | undefined;
  readonly epoch: number;
  /** When it was created, epoch milliseconds. */
  readonly saidAt: number;
}

/** What a partner’s log is accused of. */
const codes = { fork: 'log-forked', shrunk: 'log-shrunk', unsigned: 'checkpoint-unsigned' } as const;

/**
 * Keeps the highest checkpoint of a partner's log, and says so, in the ledger too, when one contradicts what the partner signed
 * before: two logs, a log that became shorter, or one that its key never signed (LX-181).
 */
export async function witnessCheckpoint(tx: Tx, peerId: string, { log, epoch, saidAt }: Said): Promise<void> {
  if (!log) return;
  const known = await findPeerCheckpoint(tx, peerId);
  const said = { peerId, epoch, size: log.size, root: log.root, noteSignature: log.noteSignature, saidAt };
  const verdict = decideCheckpoint(known, said);
  if (verdict === 'known') return;
  const signed = await isSigned(tx, peerId, log);
  // Without any key nothing can be said yet: the next checkpoint comes after the partner's Capabilities.
  if (signed === undefined) return;
  if (!signed) return contradict(tx, { code: codes.unsigned, said, known });
  if (verdict === 'newer') return keepPeerCheckpoint(tx, said);
  await contradict(tx, { code: codes[verdict], said, known });
}

/** Undefined while no key of the partner's log is known. */
async function isSigned(ctx: Context, peerId: string, log: LogCheckpoint): Promise<boolean | undefined> {
  const keys = await listLogKeys(ctx, peerId);
  return keys.length === 0 ? undefined : keys.some(({ key }) => isSignedBy(peerId, log, key));
}

function isSignedBy(peerId: string, log: LogCheckpoint, key: string): boolean {
  try {
    return isCheckpointOf(peerId, log, key);
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}

/** The newest security event that says a partner’s log contradicts itself. */
export const findContradiction = (ctx: Context, peerId: string) => findSecurityEvent(ctx, peerId, Object.values(codes));

async function contradict(
  tx: Tx,
  { code, said, known }: { code: string; said: PeerCheckpoint; known: PeerCheckpoint | undefined },
): Promise<void> {
  const { peerId } = said;
  const told = (one: PeerCheckpoint | undefined) => one && [String(one.size), one.root, one.noteSignature];
  const facts = { said: told(said)?.join(' ') ?? '', known: told(known)?.join(' ') ?? '', epoch: String(said.epoch) };
  tx.log.error(code, { peerId });
  await appendSecurityEvent(tx, { peerId, code, facts });
  await appendLeaf(tx, 'peer-log-contradicts', {
    ...{ peer: peerId, code, epoch: said.epoch },
    ...{ said: told(said), known: told(known) },
  });
  await tellPeerChange(tx, peerId);
}
