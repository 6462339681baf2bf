import type { StateName, StateOfConversation } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { betweenNodes, sendBetweenNodes } from '../sending/send-between-nodes.ts';
import { findPeer } from '../store/peers.ts';
import { cancelOvertaken, findLastSealedAt } from '../store/outbox.ts';
import { findPeerEpoch, holdPeerEpoch, listChanged, raisePeerEpoch } from '../store/restorations.ts';
import { tellPeerChange } from '../peers/peer-health.ts';

const sinceMilliseconds = 90 * dayMilliseconds;
const statesInPart = 800;
const pageStates = 4_000;
/** A partner that raises its Epoch with every message gets no more than one answer in this time. */
const pauseMilliseconds = 3_600_000;

const statesTo = (peerId: string) => ({ peerId, conversationId: betweenNodes, type: 'States' }) as const;

/**
 * A message of a partner came: when its Epoch rose, it was restored from a backup, and is told how things stand (LX-184): at
 * once the first time, then once an hour.
 */
export async function heedEpoch(tx: Tx, peerId: string, epoch: number | undefined): Promise<void> {
  if (epoch === undefined || !(await raisePeerEpoch(tx, peerId, epoch))) return;
  await appendLeaf(tx, 'peer-restored', { peer: peerId, epoch });
  const last = await findLastSealedAt(tx, statesTo(peerId));
  const now = tx.clock.now();
  const dueAt = last === undefined ? now : Math.max(now, last + pauseMilliseconds);
  await intend(tx, { kind: 'states-to-peer', payload: { peerId }, dueAt, key: `states-to-peer:${peerId}` });
  await tellPeerChange(tx, peerId);
}

interface Told {
  readonly peerId: string;
}

/** Before its job is taken: the Epoch that is answered is the last one, and one that rises later gets an answer of its own. */
export const holdStates = (tx: Tx, { peerId }: Told): Promise<void> => holdPeerEpoch(tx, peerId);

/** Tells a partner that was restored how every conversation with it stands here that changed of late. */
export async function statesToPeer(tx: Tx, { peerId }: Told): Promise<void> {
  if ((await findPeer(tx, peerId))?.state === 'pending') return;
  const epoch = await findPeerEpoch(tx, peerId);
  // An answer to an earlier Epoch is of no use to the partner any more.
  await cancelOvertaken(tx, statesTo(peerId));
  const all = await gatherStates(tx, peerId);
  const parts = Math.max(1, Math.ceil(all.length / statesInPart));
  for (let part = 1; part <= parts; part++) {
    const states = all.slice((part - 1) * statesInPart, part * statesInPart);
    const body = { ofEpoch: epoch, part, parts, ...(states.length > 0 && { states }) };
    await sendBetweenNodes(tx, peerId, { type: 'States', body });
  }
}

async function gatherStates(ctx: Context, peerId: string): Promise<StateOfConversation[]> {
  const since = ctx.clock.now() - sinceMilliseconds;
  const all: StateOfConversation[] = [];
  for (let after = ''; ;) {
    const page = await listChanged(ctx, { peerId, since, after, limit: pageStates });
    for (const { conversationId: conversation, side, state, round, receivedSeq: received } of page)
      all.push({ conversation, side, is: state as StateName, round, received });
    if (page.length < pageStates) return all;
    after = page.at(-1)?.conversationId ?? '';
  }
}
