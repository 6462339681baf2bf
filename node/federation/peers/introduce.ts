import {
  fingerprint,
  makeInvitation,
  ProtocolError,
  readInvitation,
  verificationKey,
  writeInvitation,
  type Invitation,
} from '../../../protocol/index.ts';
import { transact, type Context, type Tx } from '../../kernel/context.ts';
import { CodedError, conflict } from '../../kernel/errors.ts';
import { makesOffers, takesOffers } from '../../kernel/node-role.ts';
import { openPartnerBox } from '../../routing/open-box.ts';
import { requireSucceedable, succeed } from '../bridge/succeed.ts';
import { ledgerPeer } from '../ledger-leaves.ts';
import { tellPeerChange } from './peer-health.ts';
import { intendTrim } from '../trim-exchange.ts';
import { findLookAlike } from './look-alike.ts';
import { checkEndpoint, checkRange, portOf, type Allowance } from '../sending/may-connect.ts';
import { appendSecurityEvent, findPeer, getPeer, insertPeer, listPeerKeys, listPeers } from '../store/peers.ts';
import { updateKey, updatePeer, type Peer, type PeerRole } from '../store/peers.ts';
import { newestSigningKey } from '../keys/signing-key.ts';
import { markKnown } from '../store/own-keys.ts';
import { planAsking } from '../store/speech.ts';

/** Where partners post their messages to this node. */
export const ownEndpoint = ({ config }: Context): string => `${config.partnerUrl ?? config.publicUrl}/lead-exchange`;

/** What we hand to another organisation's administrator, and the ten words we read out to them. Holds nothing secret. */
export async function createInvitation(ctx: Context): Promise<{ text: string; fingerprint: string }> {
  const { nodeId, name } = ctx.config;
  const key = verificationKey((await newestSigningKey(ctx)).publicKey);
  const invitation = makeInvitation({ nodeId, name, endpoint: ownEndpoint(ctx), key, createdAt: ctx.clock.now() });
  return { text: writeInvitation(invitation), fingerprint: invitation.fingerprint };
}

export interface Acceptance {
  readonly text: string;
  readonly role: PeerRole;
  /** Address range in which this peer may be reached although it is not public, for example `127.0.0.0/8`. */
  readonly allowedAddress?: string | undefined;
  /** The administrator has seen that the id looks like another one. */
  readonly despiteLookAlike?: boolean | undefined;
  /** The partner without a node that this one is from now on. */
  readonly succeeds?: string | undefined;
  /** Who takes it: for the ledger. */
  readonly by?: string | undefined;
}

/**
 * Takes another organisation's invitation: the peer waits as `pending` until its fingerprint is confirmed. Errors:
 * `invitation-invalid`, `own-invitation`, `peer-key-differs`, `peer-known`, `peer-look-alike`, `endpoint-insecure`,
 * `role-not-possible`, `not-succeeded`.
 */
export async function acceptInvitation(ctx: Context, acceptance: Acceptance): Promise<Peer & { fingerprint: string }> {
  const invitation = parseInvitation(acceptance.text);
  if (invitation.nodeId === ctx.config.nodeId)
    throw conflict('own-invitation', 'This is the invitation of this very node.');
  checkRole(ctx.config, acceptance.role);
  const allowance = allowanceFor(invitation.endpoint, acceptance.allowedAddress);
  checkEndpoint(invitation.endpoint, allowance);
  return transact(ctx, async (tx) => {
    const known = await findPeer(tx, invitation.nodeId);
    if (known) await checkSameKey(tx, known, invitation);
    else if (!acceptance.despiteLookAlike) await checkLookAlike(tx, invitation.nodeId);
    const { role, succeeds } = acceptance;
    if (succeeds !== undefined) await requireSucceedable(tx, succeeds);
    const peer = { ...describePeer(tx, { invitation, role, allowance }), succeeds: succeeds ?? null };
    if (known) await updatePeer(tx, peer.nodeId, peer);
    else await insertPeer(tx, peer, pinnedKey(invitation, tx.clock.now()));
    const { kid, spki: key } = invitation;
    await ledgerPeer(tx, peer, { change: 'introduced', kid, key, by: acceptance.by });
    return { ...peer, fingerprint: invitation.fingerprint };
  });
}

/**
 * Makes a pending peer a partner: the administrator types the ten words that were told on another channel. Opens the
 * partner's lead box. Errors: `not-found`, `fingerprint-differs`, `peer-not-pending`.
 */
export async function confirmPeer(ctx: Context, nodeId: string, typed: string, by?: string): Promise<Peer> {
  const [pinned] = await listPeerKeys(ctx, nodeId);
  const kid = pinned?.kid;
  const matches = samePhrase(typed, await peerFingerprint(ctx, nodeId));
  const confirmed = await transact(ctx, async (tx) => {
    const peer = await getPeer(tx, nodeId);
    if (peer.state !== 'pending') throw conflict('peer-not-pending', 'This partner was confirmed before.');
    if (!matches) {
      await appendSecurityEvent(tx, { peerId: nodeId, code: 'fingerprint-differs' });
      await ledgerPeer(tx, peer, { change: 'fingerprint-differs', kid, by });
      return undefined;
    }
    const change = { state: 'active', activatedAt: tx.clock.now() } as const;
    await updatePeer(tx, nodeId, change);
    if (kid !== undefined) await updateKey(tx, { nodeId, kid }, { confirmedAt: tx.clock.now() });
    await markKnown(tx, nodeId, (await newestSigningKey(tx)).kid);
    await planAsking(tx, nodeId, tx.clock.now());
    if (peer.succeeds !== null) await succeed(tx, peer.succeeds, peer, by);
    await openPartnerBox(tx, { peerId: nodeId, name: peer.name });
    await intendTrim(tx);
    await tellPeerChange(tx, nodeId);
    tx.afterCommit(() => tx.bus.wake('speech'));
    await ledgerPeer(tx, peer, { change: 'confirmed', kid, by });
    return { ...peer, ...change };
  });
  if (!confirmed)
    throw new CodedError('fingerprint-differs', 422, 'These are not the ten words of this partner’s key.');
  return confirmed;
}

/** The ten words of the key we pinned for a peer. */
export async function peerFingerprint(ctx: Context, nodeId: string): Promise<string> {
  const keys = await listPeerKeys(ctx, nodeId);
  const key = keys.find(({ confirmedAt, revokedAt }) => confirmedAt !== null && revokedAt === null) ?? keys[0];
  return fingerprint(nodeId, Buffer.from(key?.spki ?? '', 'base64'));
}

/** The exception an administrator makes for one peer: a range, and the port of the endpoint that was pinned. */
export function allowanceFor(endpoint: string, range: string | undefined): Allowance | undefined {
  if (range === undefined) return undefined;
  if (!URL.canParse(endpoint)) throw new CodedError('endpoint-invalid', 422, 'The endpoint is not a URL.');
  return { range: checkRange(range), port: portOf(new URL(endpoint)) };
}

/** What a partner may be to this node hangs on what this node is. Error `role-not-possible`. */
export function checkRole(config: Context['config'], role: PeerRole): void {
  if (role !== 'secondary' && !takesOffers(config))
    throw conflict('role-not-possible', 'This node takes no offers: a partner can be a secondary only.');
  if (role !== 'primary' && !makesOffers(config))
    throw conflict('role-not-possible', 'This node makes no offers: a partner can be a primary only.');
}

/** Throws `invitation-invalid`. */
export function parseInvitation(text: string): Invitation {
  try {
    return readInvitation(text);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new CodedError('invitation-invalid', 422, error.detail, error.path ? { path: error.path } : {});
  }
}

async function checkSameKey(tx: Tx, known: Peer, invitation: Invitation): Promise<void> {
  const keys = await listPeerKeys(tx, known.nodeId);
  if (!keys.some((key) => key.kid === invitation.kid && key.revokedAt === null))
    throw conflict('peer-key-differs', 'This node is known under another key. A new key needs the old one’s word.');
  if (known.state !== 'pending') throw conflict('peer-known', 'This partner is known already.');
}

async function checkLookAlike(tx: Tx, nodeId: string): Promise<void> {
  const ids = (await listPeers(tx)).map((peer) => peer.nodeId);
  const twin = findLookAlike(nodeId, [tx.config.nodeId, ...ids]);
  if (twin !== undefined)
    throw new CodedError('peer-look-alike', 409, `The id is easily taken for ${twin}.`, { lookAlike: twin });
}

function describePeer(
  tx: Tx,
  { invitation, role, allowance }: { invitation: Invitation; role: PeerRole; allowance: Allowance | undefined },
): Peer {
  return {
    nodeId: invitation.nodeId,
    name: invitation.name,
    kind: 'node',
    endpoint: invitation.endpoint,
    role,
    state: 'pending',
    allowedRange: allowance?.range ?? null,
    allowedPort: allowance?.port ?? null,
    feedback: null,
    requireAgreement: 0,
    offersPausedAt: null,
    offersPausedFor: null,
    capsWaivedUntil: null,
    fetches: 0,
    succeeds: null,
    agreeReturns: '[]',
    createdAt: tx.clock.now(),
    activatedAt: null,
    suspendedAt: null,
  };
}

const pinnedKey = ({ nodeId, kid, spki, algorithm }: Invitation, now: number) => ({
  nodeId,
  kid,
  spki,
  algorithm,
  validFrom: now,
  validUntil: null,
  revokedAt: null,
  confirmedAt: null,
  follows: null,
  oldKeyUntil: null,
});

/** Whether somebody typed these words, however they are set apart. */
export const samePhrase = (typed: string, words: string): boolean =>
  typed
    .trim()
    .toLowerCase()
    .split(/[\s,·-]+/)
    .join(' ') === words;
