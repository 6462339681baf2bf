import type { AgreementCaps } from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { dayMilliseconds } from '../../kernel/times.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { lockClaims } from '../store/quotas.ts';
import {
  countOpenReleased,
  countReleasedSince,
  countReturnedOfLast,
  countUnderway,
  type Released,
} from '../store/released.ts';
import type { Conversation } from '../store/conversations.ts';
import { getPeer, updatePeer, type Peer } from '../store/peers.ts';
import { tellPartnerNews } from '../peers/tell-partner-news.ts';
import { decideCap, hasJustReached, type Cap, type Counted } from './decide-cap.ts';
import { findAgreementOf, findInForce } from './in-force.ts';

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

const limitsOf = async (ctx: Context, peerId: string): Promise<AgreementCaps | undefined> =>
  (await findInForce(ctx, peerId, 'us'))?.terms.caps;

/**
 * Whether the caps leave room for another offer to a partner (LX-164). When they do not, new offers pause, and the
 * administrators are told; they go on by themselves once the count allows it.
 */
export async function mayOfferMore(tx: Tx, peer: Peer): Promise<boolean> {
  return hasRoom(tx, peer, { limits: await limitsOf(tx, peer.nodeId), underway: 0 });
}

/**
 * Whether the caps leave room for a claim of a partner, on whatever was offered to it before: those of its other claims that are
 * on their way to a release count as well. For the conversation as it is with the claim. When they do not, offers pause, too.
 */
export async function mayClaimMore(tx: Tx, { peerId }: Conversation): Promise<boolean> {
  const limits = await limitsOf(tx, peerId);
  if (!limits) return true;
  await lockClaims(tx, peerId);
  const most = Math.max(limits.openLeads ?? 0, limits.releasesPerDay ?? 0) + 2;
  const underway = (await countUnderway(tx, peerId, most)) - 1;
  return hasRoom(tx, await getPeer(tx, peerId), { limits, underway });
}

interface Room {
  readonly limits: AgreementCaps | undefined;
  readonly underway: number;
}

async function hasRoom(tx: Tx, peer: Peer, { limits, underway }: Room): Promise<boolean> {
  const { nodeId: peerId, offersPausedAt, offersPausedFor, capsWaivedUntil } = peer;
  const counted = limits && (await count(tx, { peerId, side: 'offering' }, limits));
  const reason = counted && decideCap(limits, withClaims(counted, underway));
  if (reason === undefined) {
    if (offersPausedAt !== null) await changePause(tx, peerId, { change: 'resumed', reason: null });
    return true;
  }
  if (capsWaivedUntil !== null && capsWaivedUntil > tx.clock.now()) return true;
  if (offersPausedFor !== reason) {
    await changePause(tx, peerId, { change: 'paused', reason });
    await tellPartnerNews(tx, { peerId, news: 'offers-paused', reason });
  }
  return false;
}

const withClaims = ({ releases, open, returned }: Counted, claims: number): Counted => ({
  releases: releases + claims,
  open: open + claims,
  returned,
});

/** For so long an administrator's word stands against the caps. */
const waiverMilliseconds = dayMilliseconds;

/** Lets offers to a partner go on for a day in spite of the caps. Errors: `not-found`, `offers-not-paused`. */
export function waiveCaps(ctx: Context, peerId: string, by?: string): Promise<void> {
  return transact(ctx, async (tx) => {
    const peer = await getPeer(tx, peerId);
    if (peer.offersPausedAt === null) throw conflict('offers-not-paused', 'Offers to this partner do not pause.');
    const until = tx.clock.now() + waiverMilliseconds;
    await updatePeer(tx, peerId, { capsWaivedUntil: until });
    await changePause(tx, peerId, { change: 'waived', reason: null, until, by });
  });
}

interface PauseChange {
  readonly change: 'paused' | 'resumed' | 'waived';
  readonly reason: Cap | null;
  readonly until?: number;
  readonly by?: string | undefined;
}

async function changePause(tx: Tx, peerId: string, { change, reason, until, by }: PauseChange): Promise<void> {
  await updatePeer(tx, peerId, {
    offersPausedAt: reason === null ? null : tx.clock.now(),
    offersPausedFor: reason,
  });
  const told = until === undefined ? undefined : new Date(until).toISOString();
  await appendLeaf(tx, 'offers-paused', { peer: peerId, change, reason, until: told, by });
  await tellPeerChange(tx, peerId);
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
