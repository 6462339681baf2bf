import { mostHops, type Offer } from '../../../protocol/index.ts';
import type { Tx } from '../../kernel/context.ts';
import { makesOffers } from '../../kernel/node-role.ts';
import { getLeadHead } from '../../leads/store.ts';
import { mayOfferMore } from '../agreements/caps.ts';
import { mayPassOn } from '../agreements/decide-onward.ts';
import { isOver } from '../agreements/decide-standing.ts';
import { findAgreementOf, findToOfferUnder, type Unagreed } from '../agreements/in-force.ts';
import { pauseOffers } from '../agreements/pause-offers.ts';
import type { Agreement } from '../store/agreements.ts';
import { findHolding } from '../store/conversations.ts';
import { isFull } from '../store/outbox-due.ts';
import { findPeer } from '../store/peers.ts';

/** Which nodes a lead passed, as the Offer said by which it came. */
export type Hops = Pick<Offer, 'hopNonce' | 'hops'>;

/** What an offer goes out with. */
interface Terms {
  readonly agreement: Agreement | undefined;
  readonly before: Hops | undefined;
}

/** So many messages may wait for a peer before it is offered nothing more. */
const highWater = 1_000;

/** Why a peer is offered nothing: `not-now`, or there is no agreement to offer it under (LX-161). */
export type Unoffered = 'not-now' | Unagreed;

/**
 * Whether a peer may be offered a lead now, and under which agreement, or why not: it is an active partner that takes leads and
 * keeps up, an agreement is in force if we ask for one or ever had one, its caps leave room, and a lead from a peer is ours to
 * keep and the agreement it came under lets us pass it on to this one.
 */
export async function weighOffer(tx: Tx, peerId: string, leadId: string): Promise<Terms | Unoffered> {
  const peer = await findPeer(tx, peerId);
  if (!makesOffers(tx.config)) return 'not-now';
  if (peer?.state !== 'active' || peer.role === 'primary') return 'not-now';
  const agreement = await findToOfferUnder(tx, peer);
  if (agreement === 'agreement-over') await pauseOffers(tx, peer, agreement);
  if (typeof agreement === 'string') return agreement;
  const before = await findHops(tx, { leadId, peerId, agreement });
  if (before === 'not-passed-on' || !(await mayOfferMore(tx, peer))) return 'not-now';
  return (await isFull(tx, peerId, highWater)) ? 'not-now' : { agreement, before };
}

interface Passing {
  readonly leadId: string;
  readonly peerId: string;
  readonly agreement: Agreement | undefined;
}

/** The nodes a lead passed before us; undefined for one of our own. */
async function findHops(tx: Tx, { leadId, peerId, agreement }: Passing): Promise<Hops | 'not-passed-on' | undefined> {
  const { origin, originPeer, releasedAt } = await getLeadHead(tx, leadId);
  if (origin !== 'peer') return undefined;
  const held = await findHolding(tx, leadId);
  if (releasedAt === null || originPeer === peerId || !held) return 'not-passed-on';
  // Whoever asked to give it back may have to do so any moment (LX-142).
  if (held.state === 'return-asked') return 'not-passed-on';
  const came = await findAgreementOf(tx, held);
  const from = came && !isOver(came, tx.clock.now()) ? came.terms : undefined;
  const before = JSON.parse(held.hops ?? '{}') as Hops;
  // A node that finds as many as there may be does not take part.
  const isFull = (before.hops ?? []).length + 1 >= mostHops;
  return !isFull && mayPassOn({ from, under: agreement?.terms, to: peerId }) ? before : 'not-passed-on';
}
