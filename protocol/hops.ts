import { createHash, randomBytes } from 'node:crypto';
import { ProtocolError } from './errors.ts';
import type { Offer } from './generated.ts';
import { lengthAndBytes } from './length-prefix.ts';

/** A lead is not offered on after so many nodes. */
export const mostHops = 5;

/** SHA-256("lx-hop-1" ‖ nonce ‖ u32 length ‖ node id): tells a node that it was passed, and nobody else which nodes were. */
function hopOf(nonce: Uint8Array, nodeId: string): string {
  return createHash('sha256').update('lx-hop-1').update(nonce).update(lengthAndBytes(nodeId)).digest('base64');
}

/**
 * What an Offer says of the nodes a lead came through. `before` is the Offer by which the sender got the lead, undefined
 * for the first one. Throws ProtocolError `too-many-hops`.
 */
export function makeHops(
  nodeId: string,
  before?: Pick<Offer, 'hopNonce' | 'hops'>,
): Required<Pick<Offer, 'hopNonce' | 'hops'>> {
  const hopNonce = before?.hopNonce ?? randomBytes(32).toString('base64');
  const hops = [...(before?.hops ?? []), hopOf(Buffer.from(hopNonce, 'base64'), nodeId)];
  if (hops.length > mostHops)
    throw new ProtocolError('too-many-hops', `More than ${mostHops} nodes passed this lead on.`);
  return { hopNonce, hops };
}

/** Whether the lead of an Offer was at this node before. */
export function hasPassed({ hopNonce, hops = [] }: Offer, nodeId: string): boolean {
  return hopNonce !== undefined && hops.includes(hopOf(Buffer.from(hopNonce, 'base64'), nodeId));
}
