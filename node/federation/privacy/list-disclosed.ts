import type { Context } from '../../kernel/context.ts';
import { readMembers } from '../../ledger/leaf.ts';
import { listLeavesAbout, type ReadLeaf } from '../../ledger/list-leaves-about.ts';
import { getLead } from '../../leads/store.ts';
import { findAgreementOf } from '../agreements/in-force.ts';
import { findConversation } from '../store/conversations.ts';
import { findPeer } from '../store/peers.ts';

/** Who got which fields of a lead, when and what for: names of fields, never values. */
export interface Disclosed {
  /** A partner's name, or `own people`. */
  readonly recipient: string;
  readonly nodeId?: string | undefined;
  readonly at: string;
  /** `offered`, `released`, `updated` or `reported`. */
  readonly stage: string;
  readonly fields: readonly string[];
  /** Of these it saw a part only. */
  readonly maskedFields: readonly string[];
  readonly purpose?: string | undefined;
}

const mostDisclosures = 1_000;
export const ownPeople = 'own people';

/** What the ledger says was shown of a lead, oldest first; not for use in a transaction. */
export async function listDisclosed(ctx: Context, leadId: string): Promise<Disclosed[]> {
  const { receivedAt } = await getLead(ctx, leadId);
  const about = { kind: 'disclosure', leadId, since: receivedAt, most: mostDisclosures } as const;
  const leaves = await listLeavesAbout(ctx, about);
  const disclosed = await Promise.all(leaves.map((leaf) => describe(ctx, leaf)));
  return disclosed.filter(({ fields, maskedFields }) => fields.length + maskedFields.length > 0);
}

async function describe(ctx: Context, { at, lines }: ReadLeaf): Promise<Disclosed> {
  const list = (name: string) => lines.get(name)?.split(' ') ?? [];
  // `user:id`, `peer:id`, or `peer:id/person` for somebody of a partner without a node.
  const [, kind, id = ''] = /^(user|peer):([^/]*)/.exec(lines.get('recipient') ?? '') ?? [];
  const [said] = readMembers(lines.get('purposes') ?? '');
  // Older leaves do not say.
  const purpose = said === '' ? await purposeOf(ctx, id, lines.get('conversation')) : said;
  const to =
    kind === 'peer' ? { recipient: (await findPeer(ctx, id))?.name ?? id, nodeId: id } : { recipient: ownPeople };
  return {
    ...{ ...to, at: new Date(at).toISOString(), stage: lines.get('stage') ?? '' },
    ...{ fields: list('shown'), maskedFields: list('masked'), purpose },
  };
}

async function purposeOf(ctx: Context, peerId: string, conversationId?: string): Promise<string | undefined> {
  const conversation =
    conversationId === undefined ? undefined : await findConversation(ctx, { peerId, conversationId });
  return conversation && (await findAgreementOf(ctx, conversation))?.terms.purposes[0];
}
