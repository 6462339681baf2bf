import { hash } from 'node:crypto';
import { getField, leadFields, type Lead } from '../../../protocol/index.ts';
import type { DecidedBy } from '../../disclosure/decide-disclosure.ts';
import type { Tx } from '../../kernel/context.ts';
import { intend } from '../../kernel/jobs.ts';
import { sealText } from '../../leads/content-key.ts';
import { getLead } from '../../leads/store.ts';
import { appendLeaf } from '../../ledger/append-leaf.ts';
import type { LeafFacts } from '../../ledger/leaf.ts';
import type { Recipient } from '../../routing/store/recipients.ts';
import { getWebhook, insertWebhookMessage } from '../store/webhooks.ts';
import { intendTrim } from '../trim-exchange.ts';
import { mapLead, tellsOf, type WebhookEvent } from './map-lead.ts';
import type { Mapping } from './mapping.ts';

interface Telling {
  readonly event: WebhookEvent;
  readonly recipient: Recipient;
  readonly facts: Readonly<Record<string, unknown>>;
  /** What may be told of the lead at this stage. */
  readonly document: Lead;
  /** Epoch milliseconds: when nobody needs it any more. */
  readonly expiresAt: number;
  /** Paths of fields that changed: those without a value now are told as empty. */
  readonly changed?: readonly string[];
  /** Paths and facts: a mapping that names none of them has no use for it. */
  readonly needs?: readonly string[];
  /** What the ledger says of it; absent where no field of the lead is told. */
  readonly disclosed?: Pick<
    LeafFacts<'disclosure'>,
    'stage' | 'mode' | 'masked' | 'withheld' | 'never' | keyof DecidedBy
  >;
}

export interface DeliverWebhook {
  readonly messageId: string;
}

export const deliverKind = 'deliver-webhook';

/**
 * Writes a webhook down, once, with its leaf; it leaves after the commit. Answers its id and the digest of its body; no id
 * when the mapping has no use for it.
 */
export async function queueWebhook(
  tx: Tx,
  peerId: string,
  telling: Telling,
): Promise<{ messageId: string; digest: string }> {
  const { event, recipient, document, expiresAt, changed, needs } = telling;
  const { id: recipientId, leadId } = recipient;
  const mapping = JSON.parse((await getWebhook(tx, peerId)).mapping) as Mapping;
  if (needs && tellsOf(mapping, needs).length === 0) return { messageId: '', digest: '' };
  const createdAt = tx.clock.now();
  const facts = { ...telling.facts, event, lead: recipientId };
  const body = mapLead(mapping, { facts, document, at: createdAt, changed });
  const digest = hash('sha256', body, 'base64');
  const messageId = tx.ids.make('msg');
  await insertWebhookMessage(tx, {
    ...{ messageId, peerId, recipientId, leadId, type: event, digest, createdAt, expiresAt },
    body: await keepBody(tx, telling, body),
    ...{ state: 'waiting', attempts: 0, dueAt: createdAt, answeredAt: null, code: null },
  });
  if (telling.disclosed) await ledgerTold(tx, { peerId, messageId, digest }, telling, mapping);
  await intend(tx, { kind: deliverKind, payload: { messageId } satisfies DeliverWebhook });
  await intendTrim(tx);
  return { messageId, digest };
}

/** As messages between nodes are kept. That a lead was erased is told when the key of its content is gone, and says nothing of it. */
async function keepBody(tx: Tx, { event, recipient: { leadId } }: Telling, body: string): Promise<string | null> {
  const { contentKeyId } = await getLead(tx, leadId);
  return event === 'lead.erased' || contentKeyId === null ? body : sealText(tx, contentKeyId, body);
}

/** Before the first byte leaves: which fields are told, as far as the mapping tells them. */
async function ledgerTold(
  tx: Tx,
  { peerId, messageId, digest }: { peerId: string; messageId: string; digest: string },
  { recipient: { leadId, offerId }, document, changed, disclosed = {} }: Telling,
  mapping: Mapping,
): Promise<void> {
  const masked = (disclosed.masked ?? []) as readonly string[];
  const present = tellsOf(
    mapping,
    changed ?? leadFields.flatMap(({ path }) => (getField(document, path) === undefined ? [] : [path])),
  );
  await appendLeaf(tx, 'disclosure', {
    ...{ recipient: `peer:${peerId}`, lead: leadId, offer: offerId, message: messageId, digest },
    ...disclosed,
    shown: present.filter((path) => !masked.includes(path)),
    masked: present.filter((path) => masked.includes(path)),
  });
}
