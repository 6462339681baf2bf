import type { StateName, StateOfConversation } from '../../../protocol/index.ts';
import type { Context, Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { sendBetweenNodes } from '../sending/send-between-nodes.ts';
import { findPeer } from '../store/peers.ts';
import { listChanged, raisePeerEpoch } from '../store/restorations.ts';
import { tellPeerChange } from '../peers/peer-health.ts';

const sinceMilliseconds = 90 * dayMilliseconds;
const statesInPart = 800;
const pageStates = 4_000;

/** A message of a partner came: when its Epoch rose, it was restored from a backup, and is told how things stand (LX-184). */
export async function heedEpoch(tx: Tx, peerId: string, epoch: number | undefined): Promise<void> {
  if (epoch === undefined || !(await raisePeerEpoch(tx, peerId, epoch))) return;
  await appendLeaf(tx, 'peer-restored', { peer: peerId, epoch });
  await intend(tx, { kind: 'states-to-peer', payload: { peerId, epoch }, key: `states-to-peer:${peerId}:${epoch}` });
  await tellPeerChange(tx, peerId);
}

/** Tells a partner that was restored how every conversation with it stands here that changed of late. */
export async function statesToPeer(tx: Tx, { peerId, epoch }: { peerId: string; epoch: number }): Promise<void> {
  if ((await findPeer(tx, peerId))?.state === 'pending') return;
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
