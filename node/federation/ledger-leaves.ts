import { hash } from 'node:crypto';
import type { LogCheckpoint, Opened } from '../../protocol/index.ts';
import type { DecidedBy } from '../disclosure/decide-disclosure.ts';
import type { Tx } from '../kernel/context.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { fitMembers, type LeafFacts } from '../ledger/leaf.ts';
import { findAgreementOf } from './agreements/in-force.ts';
import { describeDisclosed } from './describe-disclosed.ts';
import type { ConversationType, Saying } from './sending/send-message.ts';
import type { Conversation } from './store/conversations.ts';
import type { OutboxMessage } from './store/outbox.ts';
import type { Peer } from './store/peers.ts';

/** Of the purposes of an agreement; its digest stands beside them, and names all. */
const mostPurposeBytes = 600;

/** Says in the ledger what this node trusts a peer with now. */
export async function ledgerPeer(
  tx: Tx,
  { nodeId, role, endpoint, allowedRange, allowedPort }: Peer,
  facts: Omit<LeafFacts<'peer-changed'>, 'peer' | 'role' | 'endpoint' | 'range' | 'port'>,
): Promise<void> {
  const trust = { role, endpoint, range: allowedRange, port: allowedPort };
  await appendLeaf(tx, 'peer-changed', { peer: nodeId, ...trust, ...facts });
}

/** Says in the ledger which fields of the lead leave with a message of ours; with most messages none do. */
export async function ledgerDisclosure<T extends ConversationType>(
  tx: Tx,
  conversation: Conversation,
  { type, body, decidedBy }: Pick<Saying<T>, 'type' | 'body' | 'decidedBy'>,
  { messageId, digest, seq }: { messageId: string; digest: string; seq: number },
): Promise<void> {
  const disclosed = describeDisclosed(type, body);
  if (!disclosed) return;
  const { peerId, leadId, conversationId, round, offerDigest, agreementDigest } = conversation;
  const agreement = await findAgreementOf(tx, conversation);
  const purposes = fitMembers(agreement?.terms.purposes ?? [], mostPurposeBytes);
  const earlier = type === 'Offer' ? {} : { 'offer-digest': offerDigest };
  const sent = { conversation: conversationId, round, seq, message: messageId, digest, ...earlier };
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: `peer:${peerId}`, lead: leadId, ...sent, ...disclosed },
    ...{ agreement: agreementDigest, purposes, ...namesOf(decidedBy) },
  });
}

/** What decided, as a leaf names it. */
export const namesOf = ({ policy, rule, trace }: Partial<DecidedBy> = {}): Partial<DecidedBy> => ({
  policy,
  rule,
  trace,
});

/** What a peer signed: its text, of a refusal the code, and the checkpoint of its own ledger that came along. */
interface AnswerGot {
  readonly text: string;
  readonly code?: string;
  readonly log?: LogCheckpoint | undefined;
}

/** Says in the ledger what a peer signed about a message of ours; its checkpoint is witnessed by being in our log. */
export async function ledgerAnswerGot(tx: Tx, message: OutboxMessage, { text, code, log }: AnswerGot): Promise<void> {
  const facts = { ...sentFacts(message), answer: digestOf(text) };
  const witnessed = log && [String(log.size), log.root];
  await (code === undefined
    ? appendLeaf(tx, 'receipt-got', { ...facts, log: witnessed })
    : appendLeaf(tx, 'problem-got', { ...facts, code }));
}

/** Says in the ledger that a message of ours was never answered. */
export const ledgerDead = (tx: Tx, message: OutboxMessage): Promise<void> =>
  appendLeaf(tx, 'message-dead', sentFacts(message));

const sentFacts = ({ peerId, messageId, type, digest, conversationId, seq }: OutboxMessage) => ({
  ...{ peer: peerId, message: messageId, type, digest },
  ...{ conversation: conversationId, seq },
});

/** Says in the ledger what this node signed about a message of a peer: the receipt, or with a code the refusal. */
export async function ledgerAnswerGiven(tx: Tx, opened: Opened, answer: string, code?: string): Promise<void> {
  const { from, messageId, type, conversation, seq } = opened.message.header;
  const facts = { peer: from, message: messageId, type, digest: opened.digest, conversation, seq };
  const signed = { ...facts, kid: opened.kid, answer: digestOf(answer) };
  await (code === undefined
    ? appendLeaf(tx, 'receipt-given', signed)
    : appendLeaf(tx, 'problem-given', { ...signed, code }));
}

const digestOf = (text: string) => hash('sha256', text, 'base64');
