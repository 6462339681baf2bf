import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { conflict } from '../../kernel/errors.ts';
import { makesOffers } from '../../kernel/node-role.ts';
import { openPartnerBox } from '../../routing/open-box.ts';
import { allowanceFor } from '../peers/introduce.ts';
import { ledgerPeer } from '../ledger-leaves.ts';
import { checkEndpoint } from '../sending/may-connect.ts';
import { tellPeerChange } from '../peers/peer-health.ts';
import { getPeer, insertPeer, type Peer, type PeerKind } from '../store/peers.ts';
import { getWebhook, insertWebhook, updateWebhook } from '../store/webhooks.ts';
import { checkMapping, type Mapping } from './mapping.ts';
import { renewSecrets, type WebhookSecrets } from './secrets.ts';

export interface NewPeoplePartner {
  readonly name: string;
  readonly by?: string | undefined;
}
export interface NewWebhookPartner extends NewPeoplePartner {
  /** Where the other software takes webhooks. */
  readonly url: string;
  /** A range in which it may be reached although it is not public. */
  readonly allowedAddress?: string | undefined;
  /** As people write it; checked here. */
  readonly mapping?: unknown;
}

/** Adds a partner that has no node: its people answer by mail. Its box is open at once. Error `role-not-possible`. */
export function addPeoplePartner(ctx: Context, { name, by }: NewPeoplePartner): Promise<Peer> {
  return transact(ctx, (tx) => insertPartner(tx, { kind: 'people', name, endpoint: '', by }));
}

/**
 * Adds a partner whose software takes webhooks. Its secrets are told this once. Errors: `role-not-possible`,
 * `endpoint-insecure`, `endpoint-invalid`, `address-range-invalid`, `mapping-invalid`.
 */
export function addWebhookPartner(
  ctx: Context,
  { name, url, allowedAddress, mapping = {}, by }: NewWebhookPartner,
): Promise<{ peer: Peer; secrets: WebhookSecrets }> {
  const checked = checkMapping(mapping);
  const allowance = allowanceFor(url, allowedAddress);
  checkEndpoint(url, allowance);
  const reach = { allowedRange: allowance?.range ?? null, allowedPort: allowance?.port ?? null };
  return transact(ctx, async (tx) => {
    const peer = await insertPartner(tx, { kind: 'webhook', name, endpoint: url, ...reach, by });
    const peerId = peer.nodeId;
    const webhook = { peerId, mapping: JSON.stringify(checked), secretVersion: 0, tokenDigest: '', changedAt: 0 };
    await insertWebhook(tx, webhook);
    return { peer, secrets: await renewSecrets(tx, webhook) };
  });
}

interface NewPartner extends NewPeoplePartner, Partial<Pick<Peer, 'allowedRange' | 'allowedPort'>> {
  readonly kind: Exclude<PeerKind, 'node'>;
  readonly endpoint: string;
}

/** Nobody needs to prove who it is before it is offered something: an administrator names the address. */
async function insertPartner(tx: Tx, { by, ...partner }: NewPartner): Promise<Peer> {
  if (!makesOffers(tx.config))
    throw conflict('role-not-possible', 'This node makes no offers: partners without a node have nothing of it.');
  const now = tx.clock.now();
  const peer: Peer = {
    // No node has such an id: theirs are names of hosts.
    nodeId: tx.ids.make('partner'),
    role: 'secondary',
    state: 'active',
    allowedRange: null,
    allowedPort: null,
    feedback: null,
    requireAgreement: 0,
    offersPausedAt: null,
    offersPausedFor: null,
    capsWaivedUntil: null,
    agreeReturns: '[]',
    fetches: 0,
    succeeds: null,
    createdAt: now,
    activatedAt: now,
    suspendedAt: null,
    ...partner,
  };
  await insertPeer(tx, peer);
  await openPartnerBox(tx, { peerId: peer.nodeId, name: peer.name });
  await ledgerPeer(tx, peer, { change: `introduced-${peer.kind}`, by });
  await tellPeerChange(tx, peer.nodeId);
  return peer;
}

/** Changes how leads look to a partner's software; what was queued before keeps its words. Throws `mapping-invalid`. */
export function setMapping(ctx: Context, peerId: string, input: unknown, by?: string): Promise<Mapping> {
  const mapping = checkMapping(input);
  return transact(ctx, async (tx) => {
    await getWebhook(tx, peerId);
    await updateWebhook(tx, peerId, { mapping: JSON.stringify(mapping) });
    await ledgerPeer(tx, await getPeer(tx, peerId), { change: 'mapping', by });
    return mapping;
  });
}

/** New secrets for a partner's software, for example because somebody left who knew the old ones. */
export function renewWebhookSecrets(ctx: Context, peerId: string, by?: string): Promise<WebhookSecrets> {
  return transact(ctx, async (tx) => {
    const secrets = await renewSecrets(tx, await getWebhook(tx, peerId));
    await ledgerPeer(tx, await getPeer(tx, peerId), { change: 'secrets', by });
    return secrets;
  });
}
