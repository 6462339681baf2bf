import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askBack, giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { settleAttempt } from '../../node/federation/sending/settle-attempt.ts';
import { findConversation } from '../../node/federation/store/conversations.ts';
import { findOutbox, listOutbox } from '../../node/federation/store/outbox.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import type { MessageType } from '../../protocol/index.ts';
import { grace, hedy, openHeld, type SharedLead } from './shared-lead.ts';

type Side = 'vendor' | 'reseller';
/** The lead at the vendor, and at the reseller once it got there. */
interface Lead {
  readonly id: string;
  readonly heldId: string;
}
interface Row {
  readonly by: Side;
  readonly type: MessageType;
  readonly from: string;
  readonly then: string;
  /** Has it sent of a lead that is released; absent: it is on the way there. */
  readonly say?: (lead: Lead) => Promise<unknown>;
}

let world: SharedLead;
beforeAll(async () => {
  world = await openHeld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** LX-102: the state of the sender when it has sent, and after the refusal. */
const rows: readonly Row[] = [
  { by: 'vendor', type: 'Offer', from: 'offered', then: 'closed' },
  { by: 'reseller', type: 'Accept', from: 'claimed', then: 'closed' },
  { by: 'vendor', type: 'Award', from: 'awarded', then: 'closed' },
  { by: 'vendor', type: 'Release', from: 'released', then: 'closed' },
  { by: 'reseller', type: 'Status', from: 'released', then: 'released', say: work },
  { by: 'vendor', type: 'Recall', from: 'recall-asked', then: 'released', say: ask },
  { by: 'reseller', type: 'Return', from: 'return-asked', then: 'released', say: give },
];

function work({ heldId }: Lead) {
  return world.reseller.write((tx) => changeLead(tx, heldId, 'work'));
}
function ask({ id }: Lead) {
  return world.vendor.write((tx) => askBack(tx, id, { reason: 'mistake', actor: grace }));
}
function give({ heldId }: Lead) {
  return world.reseller.write((tx) => giveBack(tx, heldId, { reason: 'not-a-fit', actor: hedy }));
}

/** A lead that is offered, and accepted by Ann; both go as far as the network lets them. */
async function offerAndAccept(): Promise<Lead> {
  const { vendor, reseller, ann } = world;
  const before = new Set((await reseller.leads()).map((lead) => lead.id));
  const id = await vendor.receive();
  await world.settle();
  const heldId = (await reseller.leads()).find((lead) => !before.has(lead.id))?.id ?? '';
  if (heldId !== '') await reseller.accept(heldId, ann.id);
  await world.settle();
  return { id, heldId };
}

describe('a message that is refused for good', () => {
  it.each(rows)('of the $by, $type, sent in $from: its sender is $then then', async ({ by, type, from, then, say }) => {
    const [node, partner] = by === 'vendor' ? [world.vendor, world.reseller] : [world.reseller, world.vendor];
    world.wire.fault = (call) => (call.type === type && !say ? 'lost' : undefined);
    const lead = await offerAndAccept();
    world.wire.fault = (call) => (call.type === type ? 'lost' : undefined);
    await say?.(lead);
    await world.settle();
    const waiting = await listOutbox(node.ctx, { peerId: partner.nodeId, state: 'waiting', limit: 1 });
    const message = (await findOutbox(node.ctx, waiting[0]?.messageId ?? ''))!;
    expect(message.type).toBe(type);
    const state = async () =>
      (await findConversation(node.ctx, { peerId: message.peerId, conversationId: message.conversationId }))?.state;
    expect(await state()).toBe(from);
    const problem = { code: 'not-understood', retryable: false } as const;
    await node.write((tx) => settleAttempt(tx, { message, beganAt: 0 }, { kind: 'problem', text: '', problem }));
    expect(await state()).toBe(then);
  });
});

describe('a message', () => {
  it('expires when it has no use any more: an Offer when it closes, most others after fourteen days', () => {
    const part = (xml: string, name: string) => Date.parse(new RegExp(`<l:${name}>(.*?)<`).exec(xml)?.[1] ?? '');
    const sent = (type: string) => world.wire.calls.filter((call) => call.type === type).map(({ xml }) => xml);
    expect(sent('Offer').length).toBeGreaterThan(1);
    for (const xml of sent('Offer')) expect(part(xml, 'Expires')).toBe(part(xml, 'ClosesAt'));
    for (const xml of sent('Award')) expect(part(xml, 'Expires')).toBe(part(xml, 'LeaseUntil'));
    const others = ['Release', 'Status', 'Recall', 'Return'].flatMap(sent);
    expect(others.length).toBeGreaterThan(5);
    for (const xml of others) expect(part(xml, 'Expires') - part(xml, 'Created')).toBe(14 * 86_400_000);
  });
});
