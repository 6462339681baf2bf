import type { Lead } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { intend } from '../kernel/jobs.ts';
import { takesOwnLeads } from '../kernel/node-role.ts';
import { makeContentKey } from './content-key.ts';
import { systemActor, type LeadActor } from './history.ts';
import { promoteFields } from './promote-fields.ts';
import { appendHistory, insertLead, insertOriginal, type LeadOriginal } from './store.ts';

/** A lead as it arrives. The document was checked at the door (`checkLead`, `open`). */
export interface ArrivingLead {
  readonly document: Lead;
  readonly origin: 'local' | 'peer';
  /** Of a lead that a peer offers us. */
  readonly originPeer?: string | undefined;
  readonly originName?: string | undefined;
  readonly originConversation?: string | undefined;
  /** Epoch milliseconds: no offer of ours may end later. */
  readonly originClosesAt?: number | undefined;
  /** Field paths the peer withholds from us, and those it shows in part. */
  readonly hiddenFields?: readonly string[] | undefined;
  readonly maskedFields?: readonly string[] | undefined;
  readonly original?: LeadOriginal | undefined;
  readonly test?: boolean | undefined;
  /** Epoch milliseconds; now when absent. */
  readonly receivedAt?: number | undefined;
  readonly actor?: LeadActor | undefined;
  /** The key its raw content is sealed under; a new one when absent. */
  readonly contentKeyId?: string | undefined;
}

/** Writes a new lead with its history and the intent to route it; answers its id. Error `leads-from-primaries-only`. */
export async function receiveLead(tx: Tx, arriving: ArrivingLead): Promise<string> {
  if (arriving.origin === 'local' && !takesOwnLeads(tx.config))
    throw new CodedError('leads-from-primaries-only', 403, 'Leads come to this node from its primaries only.');
  const id = tx.ids.make('lead');
  const now = tx.clock.now();
  const promoted = promoteFields(arriving.document);
  const contentKeyId = arriving.contentKeyId ?? (await makeContentKey(tx, id));
  await insertLead(tx, {
    ...emptyColumns,
    ...promoted,
    id,
    document: JSON.stringify(arriving.document),
    origin: arriving.origin,
    originPeer: arriving.originPeer ?? null,
    originName: arriving.originName ?? null,
    originConversation: arriving.originConversation ?? null,
    originClosesAt: arriving.originClosesAt ?? null,
    hiddenFields: JSON.stringify(arriving.hiddenFields ?? []),
    maskedFields: JSON.stringify(arriving.maskedFields ?? []),
    contentKeyId,
    test: arriving.test ? 1 : 0,
    receivedAt: arriving.receivedAt ?? now,
    updatedAt: now,
  });
  if (arriving.original) await insertOriginal(tx, { id, contentKeyId }, arriving.original);
  await appendHistory(tx, {
    leadId: id,
    actor: arriving.actor ?? systemActor,
    kind: 'receive',
    facts: receivedFacts(arriving, promoted.sourceKind),
  });
  await intend(tx, { kind: 'route-lead', payload: { leadId: id }, key: `route-lead:${id}` });
  return id;
}

function receivedFacts(arriving: ArrivingLead, sourceKind: string | null) {
  const { origin, originName, originPeer, hiddenFields = [], maskedFields = [], test } = arriving;
  const from = originName ?? originPeer;
  return {
    origin,
    ...(from !== undefined && { originName: from }),
    ...(sourceKind !== null && { sourceKind }),
    ...(hiddenFields.length > 0 && { withheldFields: hiddenFields }),
    ...(maskedFields.length > 0 && { maskedFields }),
    ...(test && { test }),
  };
}

const emptyColumns = {
  state: 'new',
  boxId: null,
  boxName: null,
  boxUserId: null,
  holderKind: null,
  holderId: null,
  holderName: null,
  releasedAt: null,
  closedAt: null,
  asleepUntil: null,
  wonAmount: null,
  wonCurrency: null,
  orderReference: null,
  lostReason: null,
  erasedAt: null,
  heldUntil: null,
  holdReason: null,
  doNotContact: '[]',
  version: 1,
} as const;
