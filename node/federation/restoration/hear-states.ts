import type { StateOfConversation, States } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { findRestoration } from '../../kernel/restoration.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { Refusal } from '../receiving/refusal.ts';
import { holdConversation } from '../hold-still.ts';
import type { Peer } from '../store/peers.ts';
import { insertFinding, insertPart, listAwaited, markReturned } from '../store/restorations.ts';
import { adoptState, leadOf } from './adopt-state.ts';
import { endWhenComplete } from './end-restoration.ts';

/**
 * A partner returns its side of the conversations to this node, which was restored (LX-184, LX-185): once, in its parts. Throws
 * a Refusal.
 */
export async function hearStates(tx: Tx, { peer, body }: { peer: Peer; body: States }): Promise<void> {
  const { ofEpoch, part, parts, states = [] } = body;
  const last = await findRestoration(tx);
  const awaited = last && (await listAwaited(tx, last.epoch)).find(({ peerId }) => peerId === peer.nodeId);
  if (!last || last.epoch !== ofEpoch || awaited?.returnedAt !== null)
    throw new Refusal('conflict', 'This node waits for no such states.');
  if (part < 1 || part > parts) throw new Refusal('schema', 'Part is not one of Parts.');
  const came = await insertPart(tx, { epoch: ofEpoch, peerId: peer.nodeId, part });
  if (came === undefined) return;
  for (const theirs of states) await adopt(tx, peer, theirs);
  if (came < parts) return;
  await markReturned(tx, ofEpoch, peer.nodeId);
  await appendLeaf(tx, 'states-returned', { peer: peer.nodeId, epoch: ofEpoch, parts });
  await tellPeerChange(tx, peer.nodeId);
  await endWhenComplete(tx);
}

async function adopt(tx: Tx, peer: Peer, theirs: StateOfConversation): Promise<void> {
  const peerId = peer.nodeId;
  const conversationId = theirs.conversation;
  const ours = await holdConversation(tx, { peerId, conversationId });
  const outcome = await adoptState(tx, { peer, theirs, ours });
  if (outcome === undefined) return;
  const leadId = leadOf(tx, { peer, theirs, ours }) ?? null;
  const stood = { theirs: `${theirs.side} ${theirs.is}`, ours: ours?.state ?? null };
  await insertFinding(tx, { peerId, conversationId, leadId, ...stood, outcome });
  await appendLeaf(tx, 'state-adopted', {
    ...{ peer: peerId, conversation: conversationId, lead: leadId },
    ...{ theirs: theirs.is, ours: ours?.state, outcome },
  });
}
