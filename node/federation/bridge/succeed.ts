import type { Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { movePolicies } from '../../disclosure/store.ts';
import { moveHeld } from '../../leads/store/held.ts';
import { movePartnerPeople } from '../../people/store/partner-people.ts';
import { movePartnerBox } from '../../routing/store/boxes.ts';
import { moveRecipients } from '../../routing/store/recipients.ts';
import { ledgerPeer } from '../ledger-leaves.ts';
import { findPeer, movePeer, type Peer } from '../store/peers.ts';
import { movePrivacyRequests } from '../store/privacy-requests.ts';
import { moveQuestions } from '../store/questions.ts';

/** Only a partner of people becomes a node: webhooks on their way would have nowhere to go. Throws `not-succeeded`. */
export async function requireSucceedable(tx: Tx, peerId: string): Promise<void> {
  if ((await findPeer(tx, peerId))?.kind === 'people') return;
  throw conflict('not-succeeded', 'Only a partner whose people work by mail goes on as a node.');
}

/**
 * A partner without a node has one from now on: its box, its policies, its offers and the leads it holds are the node's. What
 * its people were offered they still answer by mail; new offers go to the node. Throws `not-succeeded`.
 */
export async function succeed(tx: Tx, before: string, node: Peer, by?: string): Promise<void> {
  await requireSucceedable(tx, before);
  const to = node.nodeId;
  await movePartnerBox(tx, before, { peerId: to, name: node.name });
  await movePolicies(tx, before, to);
  await moveHeld(tx, before, to);
  await moveRecipients(tx, before, to);
  await movePartnerPeople(tx, before, to);
  await moveQuestions(tx, before, to);
  await movePrivacyRequests(tx, before, to);
  await movePeer(tx, before, to);
  await ledgerPeer(tx, node, { change: 'succeeded', was: before, by });
}
