import type { Bodies, Header, MessageType, Offer } from '../index.ts';
import { expectReceipt } from './answer.ts';
import { NotRun, Unmet } from './check.ts';
import type { HeaderWish } from './identity.ts';
import type { Kit } from './kit.ts';
import type { Delivery } from './listener.ts';

const within = (kit: Kit) => `within ${kit.waitMs / 1_000} seconds`;

/** A lead the node under test offered, with what the kit says to that. */
export async function getOffer(kit: Kit) {
  kit.stillHopes('offer');
  if (!kit.acts.lead) kit.giveUp('offer', 'Nobody here can have the node offer a lead.');
  const after = kit.listener.deliveries.length;
  await kit.acts.lead();
  const delivery = await kit.arrival({ type: 'Offer', after, orBroken: true });
  if (delivery?.fault === 'schema') throw new Unmet('The node sent what no receiver takes: Problem schema.');
  if (!delivery?.opened) kit.giveUp('offer', `The node offered no lead ${within(kit)}.`);
  const { opened } = delivery;
  const header = opened.message.header as Header & { conversation: string; round: number };
  const { conversation, round } = header;
  let seq = 0;
  const say = <T extends MessageType>(type: T, body: Bodies[T], wish: HeaderWish = {}) =>
    kit.say(type, body, { conversation, round, seq: ++seq, ...wish });
  const send = async <T extends MessageType>(type: T, body: Bodies[T], wish?: HeaderWish) =>
    kit.deliver(say(type, body, wish));
  kit.later(() => send('Reject', { reason: 'other' }));
  const answer = { offerDigest: opened.digest, ...termsOf(opened.message.body as Offer) };
  return { header, conversation, delivery, offer: opened.message.body as Offer, answer, after, say, send };
}
export type Offered = Awaited<ReturnType<typeof getOffer>>;

const termsOf = ({ termsDigest }: Offer) => (termsDigest === undefined ? {} : { termsDigest });

/** The next message of the conversation of these types; `NotRun` when another claim was first. */
export async function next(kit: Kit, { conversation }: Offered, type: MessageType): Promise<Delivery> {
  const delivery = await kit.arrival({ conversation, type: [type, 'NoLongerAvailable'] });
  if (!delivery) throw new Unmet(`No ${type} came ${within(kit)}.`);
  if (delivery.opened?.message.header.type !== type) throw new NotRun('Somebody else was first.');
  return delivery;
}

export async function won(kit: Kit): Promise<Offered & { readonly release: Bodies['Release'] }> {
  const one = await getOffer(kit);
  expectReceipt(await one.send('Accept', one.answer));
  await next(kit, one, 'Award');
  const { opened } = await next(kit, one, 'Release');
  return { ...one, release: opened?.message.body as Bodies['Release'] };
}
