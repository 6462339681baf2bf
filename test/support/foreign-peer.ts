import { acceptInvitation, confirmPeer } from '../../node/federation/peers/introduce.ts';
import type { PeerRole } from '../../node/federation/store/peers.ts';
import {
  endpointPath,
  makeHeader,
  makeInvitation,
  makeSigningKey,
  mediaType,
  open,
  seal,
  writeInvitation,
  type AnyMessage,
  type Bodies,
  type Header,
  type Message,
  type MessageType,
  type Sealed,
} from '../../protocol/index.ts';
import type { FederationNode } from './federation.ts';

/** What a peer with software of its own got as an answer. */
export interface ForeignAnswer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** The signed Receipt or Problem; undefined for the constant answer to strangers. */
  readonly message: Message<'Receipt'> | Message<'Problem'> | undefined;
  /** The code of the Problem. */
  readonly code: string | undefined;
}

/** A peer that speaks the protocol by its own hand: whatever a test wants it to say. */
export function makeForeignPeer(nodeId: string, now: () => number, key = makeSigningKey()) {
  let seq = 0;
  return {
    nodeId,
    key,
    invitation: () =>
      writeInvitation(
        makeInvitation({ nodeId, name: nodeId, endpoint: 'http://127.0.0.1:9/lead-exchange', key, createdAt: now() }),
      ),
    /** Makes the node know it as a partner. */
    async introduceTo(node: Pick<FederationNode, 'ctx'>, role: PeerRole = 'both') {
      const text = this.invitation();
      const { fingerprint } = await acceptInvitation(node.ctx, { text, role, allowedAddress: '127.0.0.0/8' });
      await confirmPeer(node.ctx, nodeId, fingerprint);
    },
    say<T extends MessageType>(to: string, type: T, body: Bodies[T], header: Partial<Header> = {}): Sealed {
      const facts = { type, from: nodeId, to, now: now(), conversation: 'c1', round: 1, seq: ++seq };
      return seal({ header: { ...makeHeader(facts), ...header }, body } as unknown as AnyMessage, key);
    },
  };
}
export type ForeignPeer = ReturnType<typeof makeForeignPeer>;

/** Posts bytes to a node as any program on the network could. */
export async function post(
  node: Pick<FederationNode, 'ctx' | 'url'>,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Promise<ForeignAnswer> {
  const response = await fetch(node.url + endpointPath, {
    method: 'POST',
    headers: { 'content-type': mediaType, ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const text = await response.text();
  const signed = response.headers.get('content-type') === mediaType;
  const message = signed
    ? (open(Buffer.from(text), () => node.ctx.keys.signing).message as NonNullable<ForeignAnswer['message']>)
    : undefined;
  const code = message && 'code' in message.body ? message.body.code : undefined;
  return { status: response.status, text, headers: response.headers, message, code };
}
