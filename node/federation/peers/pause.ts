import type { ReturnReason } from '../../../protocol/index.ts';
import { transact, type Context } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { suspendPartnerBox } from '../../routing/open-box.ts';
import { allowanceFor, checkRole } from './introduce.ts';
import { ledgerPeer } from '../ledger-leaves.ts';
import { checkEndpoint } from '../sending/may-connect.ts';
import { tellPeerChange } from './peer-health.ts';
import { endWhenComplete } from '../restoration/end-restoration.ts';
import { getPeer, updatePeer, type Peer, type PeerRole } from '../store/peers.ts';

/** `by`, here and below: who says so. Stops all exchange with a partner: nothing goes out, its messages are asked to wait. Error `peer-not-active`. */
export function suspendPeer(ctx: Context, nodeId: string, by?: string): Promise<Peer> {
  return transact(ctx, async (tx) => {
    const peer = await getPeer(tx, nodeId);
    if (peer.state !== 'active') throw conflict('peer-not-active', 'Only an active partner can be suspended.');
    const change = { state: 'suspended', suspendedAt: tx.clock.now() } as const;
    await updatePeer(tx, nodeId, change);
    await suspendPartnerBox(tx, nodeId, true);
    await tellPeerChange(tx, nodeId);
    await ledgerPeer(tx, peer, { change: 'suspended', by });
    await endWhenComplete(tx);
    return { ...peer, ...change };
  });
}

/** Goes on with a suspended partner; what waited is sent. Error `peer-not-suspended`. */
export function resumePeer(ctx: Context, nodeId: string, by?: string): Promise<Peer> {
  return transact(ctx, async (tx) => {
    const peer = await getPeer(tx, nodeId);
    if (peer.state !== 'suspended') throw conflict('peer-not-suspended', 'This partner is not suspended.');
    const change = { state: 'active', suspendedAt: null } as const;
    await updatePeer(tx, nodeId, change);
    await suspendPartnerBox(tx, nodeId, false);
    await tellPeerChange(tx, nodeId);
    await ledgerPeer(tx, peer, { change: 'resumed', by });
    tx.afterCommit(() => tx.bus.wake('outbox'));
    return { ...peer, ...change };
  });
}

export interface PeerSettings {
  readonly role?: PeerRole | undefined;
  readonly endpoint?: string | undefined;
  /** It has no inbound port: its messages wait until it asks for them. */
  readonly fetches?: boolean | undefined;
  /** A range, or null for public addresses only. */
  readonly allowedAddress?: string | null | undefined;
  /** Reasons for which a Return of this partner is agreed to without asking anybody. */
  readonly agreeReturns?: readonly ReturnReason[] | undefined;
  readonly requireAgreement?: boolean | undefined;
}

/** What was decided anew, besides whom to reach where: with its value, as the ledger names it. */
function decided({ fetches, agreeReturns, requireAgreement }: Peer, changed: readonly string[]) {
  const reasons = JSON.parse(agreeReturns) as string[];
  return {
    ...(changed.includes('fetches') && { fetches: fetches === 1 }),
    ...(changed.includes('agreeReturns') && { 'agree-returns': reasons.length > 0 ? reasons : 'none' }),
    ...(changed.includes('requireAgreement') && { 'require-agreement': requireAgreement === 1 }),
  };
}

/** Changes what an administrator decides about a partner. Never its key. */
export function changePeer(ctx: Context, nodeId: string, settings: PeerSettings, by?: string): Promise<Peer> {
  return transact(ctx, async (tx) => {
    const peer = await getPeer(tx, nodeId);
    if (settings.role !== undefined) checkRole(tx.config, settings.role);
    const endpoint = settings.endpoint ?? peer.endpoint;
    const range = settings.allowedAddress === undefined ? peer.allowedRange : settings.allowedAddress;
    const allowance = allowanceFor(endpoint, range ?? undefined);
    checkEndpoint(endpoint, allowance);
    const change: Partial<Peer> = {
      endpoint,
      role: settings.role ?? peer.role,
      fetches: Number(settings.fetches ?? peer.fetches),
      allowedRange: allowance?.range ?? null,
      allowedPort: allowance?.port ?? null,
      agreeReturns: settings.agreeReturns ? JSON.stringify(settings.agreeReturns) : peer.agreeReturns,
      requireAgreement: Number(settings.requireAgreement ?? peer.requireAgreement),
    };
    await updatePeer(tx, nodeId, change);
    const after = { ...peer, ...change };
    const changed = Object.keys(change).filter((field) => after[field as keyof Peer] !== peer[field as keyof Peer]);
    if (changed.length > 0) await ledgerPeer(tx, after, { change: changed, ...decided(after, changed), by });
    tx.afterCommit(() => tx.bus.wake('outbox'));
    return after;
  });
}
