import { learnSpeech } from '../peers/learn-speech.ts';
import { announceKey } from '../keys/peer-keys.ts';
import { hearStates } from '../restoration/hear-states.ts';
import { Refusal } from '../receiving/refusal.ts';
import type { NodeEffects } from './effect.ts';

/** What nodes say to each other about themselves. */
export const transportEffects = {
  /** A partner is there, and tells what it speaks. Those for everyone are public, so anybody could post them here again and again. */
  async Capabilities(tx, { peer, message: { header, body } }) {
    if (header.to !== tx.config.nodeId)
      throw new Refusal('audience', 'Capabilities for everyone are fetched, not posted.');
    await learnSpeech(tx, peer.nodeId, { saidAt: Date.parse(header.created), body });
  },

  /** A partner means to sign with another key. */
  async KeyRollover(tx, { peer, kid, message: { body } }) {
    await announceKey(tx, { peer, kid, body });
  },

  /** A partner tells this node, which was restored, how the conversations stand on its side. */
  async States(tx, { peer, message: { body } }) {
    await hearStates(tx, { peer, body });
  },

  /** A partner asks for what waits for it: whoever handles the frame hands it over, once the receipt is stored. */
  async Pull() {
    // Nothing else follows from it.
  },
} satisfies NodeEffects;
