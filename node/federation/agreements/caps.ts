import type { AgreementCaps } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { lockClaims } from '../store/quotas.ts';
import {
  countOpenReleased,
  countReleasedSince,
  countReturnedOfLast,
  countUnderway,
  type Released,
} from '../store/released.ts';
import type { Conversation } from '../store/conversations.ts';
import { getPeer, type Peer } from '../store/peers.ts';
import { tellPartnerNews } from '../peers/tell-partner-news.ts';
import { decideCap, hasJustReached, type Cap, type Counted } from './decide-cap.ts';
import { findAgreementOf, findInForce } from './in-force.ts';
import { pauseOffers, resumeForADay, resumeOffers } from './pause-offers.ts';

/** What a percentage is counted of. */
const hundred = 100;

/** Counts only what a cap needs, and no further than one beyond it. */
async function count(ctx: Context, released: Released, limits: AgreementCaps): Promise<Counted> {
  const { releasesPerDay, openLeads, returnPercent } = limits;
  const since = ctx.clock.now() - dayMilliseconds + 1;
  return {
    releases:
      releasesPerDay === undefined ? 0 : await countReleasedSince(ctx, released, { since, most: releasesPerDay + 1 }),
    open: openLeads === undefined ? 0 : await countOpenReleased(ctx, released, openLeads + 1),
    returned: returnPercent === undefined ? 0 : await countReturnedOfLast(ctx, released, hundred),
  };
}

/**
 * Whether the caps leave room for another offer to a partner (LX-164). When they do not, new offers pause, and the
 * administrators are told; they go on by themselves once the count allows it.
 */
export async function mayOfferMore(tx: Tx, peer: Peer): Promise<boolean> {
  const limits = (await findInForce(tx, peer.nodeId, 'us'))?.terms.caps;
  return hasRoom(tx, peer, { limits, underway: 0 });
}

/**
 * Whether the caps leave room for a claim of a partner, on whatever was offered to it before: those of its other claims that are
 * on their way to a release count as well. Both count, the caps its conversation began under and those in force now: neither an
 * end nor a newer agreement takes them off. For the conversation as it is with the claim. When those in force leave none, offers
 * pause, too.
 */
export async function mayClaimMore(tx: Tx, conversation: Conversation): Promise<boolean> {
  const { peerId, agreementDigest } = conversation;
  const inForce = await findInForce(tx, peerId, 'us');
  const limits = inForce?.terms.caps;
  const begunUnder = agreementDigest === inForce?.digest ? undefined : await findAgreementOf(tx, conversation);
  const earlier = begunUnder?.terms.caps;
  if (!limits && !earlier) return true;
  await lockClaims(tx, peerId);
  const most = Math.max(...[limits, earlier].flatMap((each) => [each?.openLeads ?? 0, each?.releasesPerDay ?? 0])) + 2;
  const underway = (await countUnderway(tx, peerId, most)) - 1;
  const peer = await getPeer(tx, peerId);
  if (limits && !(await hasRoom(tx, peer, { limits, underway }))) return false;
  return isWaived(tx, peer) || (await findReached(tx, peerId, { limits: earlier, underway })) === undefined;
}

interface Room {
  readonly limits: AgreementCaps | undefined;
  readonly underway: number;
}

/** Which of the limits leaves no room for another lead; undefined when all do. */
async function findReached(tx: Tx, peerId: string, { limits, underway }: Room): Promise<Cap | undefined> {
  if (!limits) return undefined;
  return decideCap(limits, withClaims(await count(tx, { peerId, side: 'offering' }, limits), underway));
}

async function hasRoom(tx: Tx, peer: Peer, room: Room): Promise<boolean> {
  const reason = await findReached(tx, peer.nodeId, room);
  if (reason === undefined) await resumeOffers(tx, peer);
  if (reason === undefined || isWaived(tx, peer)) return true;
  await pauseOffers(tx, peer, reason);
  return false;
}

const isWaived = (tx: Tx, { capsWaivedUntil }: Peer) => capsWaivedUntil !== null && capsWaivedUntil > tx.clock.now();

const withClaims = ({ releases, open, returned }: Counted, claims: number): Counted => ({
  releases: releases + claims,
  open: open + claims,
  returned,
});

/**
 * Lets offers to a partner go on for a day in spite of the caps. Errors: `not-found`, `offers-not-paused` (they do not pause, or
 * not for a cap: only a new agreement helps where the last one is over).
 */
export function waiveCaps(ctx: Context, peerId: string, by?: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const peer = await getPeer(tx, peerId);
    if (peer.offersPausedAt === null || peer.offersPausedFor === 'agreement-over')
      throw conflict('offers-not-paused', 'No limit of an agreement pauses the offers to this partner.');
    await resumeForADay(tx, peer, by);
  });
}

/**
 * The holder counts as well: with the lead that reaches a cap its administrators know why offers may stay away. For the
 * conversation as it is after the release or return.
 */
export async function tellCapReached(tx: Tx, conversation: Conversation): Promise<void> {
  const { peerId, side } = conversation;
  const limits = (await findAgreementOf(tx, conversation))?.terms.caps;
  if (!limits) return;
  const counted = await count(tx, { peerId, side }, limits);
  const reason = decideCap(limits, counted);
  if (reason === undefined || !hasJustReached(reason, limits, counted)) return;
  await tellPartnerNews(tx, { peerId, news: 'cap-reached', reason });
}
