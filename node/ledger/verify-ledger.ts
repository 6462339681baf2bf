import type { Context } from '../kernel/context.ts';
import { checkpointKey, claimOf, readCheckpoint } from './checkpoint.ts';
import { listFindings, type Finding } from './findings.ts';
import { emptyRoot } from './hash.ts';
import { readNoteKey, type NoteKey } from './signed-note.ts';
import { findNewestCheckpoint, listCheckpoints } from './store/checkpoints.ts';
import { getHead } from './store/head.ts';
import { listLedgerKeys } from './store/keys.ts';
import { countPending, findOldestPending } from './store/leaves.ts';
import { readEdge, rootOf } from './tree.ts';
import type { Claim } from './follow-roots.ts';
import { verifyLeaves } from './verify-leaves.ts';

/** What became of a ledger, as far as it can be seen from within, and from a checkpoint that was saved elsewhere. */
export interface LedgerReport {
  readonly isWhole: boolean;
  /** Leaves in the log. */
  readonly size: number;
  /** Of the log as it is, base64. */
  readonly root: string;
  readonly checkpoints: number;
  /** Of the newest checkpoint; undefined before the first. */
  readonly signedSize?: number;
  readonly signedAt?: number;
  /** Leaves that were committed and not numbered yet. */
  readonly waiting: number;
  readonly oldestWaitingAt?: number;
  /** The checkpoint that was saved: whether today's log begins with what it vouches for. */
  readonly since?: { readonly size: number; readonly isKept: boolean };
  readonly findings: readonly Finding[];
}

/** Leaves that wait longer than this were not numbered although they should have been. */
const patienceMilliseconds = 5 * 60_000;
const pageCheckpoints = 500;

/**
 * Reads the whole log once, page by page, hashes it anew and compares it with the tiles, the head and every checkpoint.
 * `since`: the text of a checkpoint that was saved. Throws `checkpoint-malformed` when it is none.
 */
export async function verifyLedger(ctx: Context, { since }: { since?: string } = {}): Promise<LedgerReport> {
  const saved = since === undefined ? undefined : readCheckpoint(since);
  const keys = await listKeys(ctx);
  const isSigned = saved && isOurs(saved, ctx.config.nodeId, keys);
  // In this order: a checkpoint that is signed meanwhile would be beyond a head that was read before.
  const newest = await findNewestCheckpoint(ctx);
  const head = await getHead(ctx);
  const notes = await verifyNotes(ctx, keys, newest?.size ?? 0);
  const claims: Claim[] = [headClaim(head), ...(saved ? [{ ...saved, kind: 'since' } as const] : [])];
  const leaves = await verifyLeaves(ctx, { size: head.size, claims, unsound: notes.unsound });
  const { track } = leaves;
  const waiting = await verifyWaiting(ctx);
  const beyond = beyondLog(track.edge.size, { saved: saved?.size, signed: newest?.size });
  const unsigned = saved && !isSigned ? [finding('since-unsigned', 'This node never signed the checkpoint.', saved.size)] : []; // prettier-ignore
  const findings = [...leaves.findings, ...notes.findings, ...beyond, ...unsigned, ...waiting.findings];
  return {
    isWhole: findings.length === 0,
    size: track.edge.size,
    root: rootOf(track.edge).toString('base64'),
    checkpoints: notes.count,
    ...(newest && { signedSize: newest.size, signedAt: newest.signedAt }),
    waiting: waiting.count,
    ...(waiting.oldestAt !== undefined && { oldestWaitingAt: waiting.oldestAt }),
    ...(saved && { since: { size: saved.size, isKept: findings.every(({ code }) => !code.startsWith('since-')) } }),
    findings,
  };
}

const finding = (code: Finding['code'], message: string, size: number): Finding => ({ code, message, size });

function headClaim({ size, edge }: { size: number; edge: Buffer }): Claim {
  const read = readEdge(size, edge);
  // What is no edge at all has a root that no log has.
  return { kind: 'head', size, root: read ? rootOf(read) : Buffer.alloc(emptyRoot().length) };
}

function beyondLog(
  size: number,
  { saved = 0, signed = 0 }: { saved?: number | undefined; signed?: number | undefined },
) {
  return [
    ...(signed > size ? [finding('checkpoint-beyond-log', 'The log is shorter than what was signed.', signed)] : []),
    ...(saved > size ? [finding('since-beyond-log', 'The log is shorter than what was saved.', saved)] : []),
  ];
}

/** That every stored checkpoint is one, and signed by this node. `unsound`: the sizes of those that are not. */
async function verifyNotes(ctx: Context, keys: readonly NoteKey[], until: number) {
  const findings = listFindings();
  const unsound = new Set<number>();
  let count = 0;
  for (let after = -1; ;) {
    const page = (await listCheckpoints(ctx, after, pageCheckpoints)).filter(({ size }) => size <= until);
    const last = page.at(-1);
    if (!last) return { count, findings: findings.all, unsound };
    after = last.size;
    count += page.length;
    for (const stored of page) {
      const fault = faultOf(claimOf(stored), ctx.config.nodeId, keys);
      if (!fault) continue;
      unsound.add(stored.size);
      findings.add(finding(fault.code, fault.message, stored.size));
    }
  }
}

/** Today's key, and those before it: what was signed with them still counts. */
async function listKeys(ctx: Context): Promise<NoteKey[]> {
  const today = checkpointKey(ctx);
  const before = (await listLedgerKeys(ctx)).filter((text) => text !== today.text);
  return [today, ...before.map(readNoteKey)];
}

const isOurs = ({ origin, isSignedBy }: Signed, nodeId: string, keys: readonly NoteKey[]): boolean =>
  origin === nodeId && keys.some(isSignedBy);
type Signed = Pick<ReturnType<typeof readCheckpoint>, 'origin' | 'isSignedBy'>;

function faultOf(claim: ReturnType<typeof claimOf>, nodeId: string, keys: readonly NoteKey[]) {
  if (!claim) return { code: 'checkpoint-malformed', message: 'This is no checkpoint.' } as const;
  if (isOurs(claim, nodeId, keys)) return undefined;
  return { code: 'checkpoint-unsigned', message: 'No key of this node signed this checkpoint.' } as const;
}

async function verifyWaiting(ctx: Context) {
  const count = await countPending(ctx);
  const oldestAt = await findOldestPending(ctx);
  const waits = oldestAt !== undefined && oldestAt < ctx.clock.now() - patienceMilliseconds;
  const message = 'Leaves wait for their numbers although a running node gives them within seconds.';
  const findings: Finding[] = waits ? [{ code: 'leaf-waits', message }] : [];
  return { count, oldestAt, findings };
}
