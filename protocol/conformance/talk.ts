import { randomBytes } from 'node:crypto';
import { makeCommitments, makeOpenings, omitFields } from '../index.ts';
import type { Bodies, Lead, MessageType, Offer, Sealed } from '../index.ts';
import { expectReceipt, type Answer } from './answer.ts';
import { meets, NotRun } from './check.ts';
import type { HeaderWish } from './identity.ts';
import { freshId, type Kit } from './kit.ts';
import type { Delivery } from './listener.ts';

export interface Exchange {
  readonly sealed: Sealed;
  readonly answer: Answer;
}

const withheld = ['contact.givenName', 'contact.familyName', 'contact.emails', 'contact.phones', 'interest.comments'];

/** An invented customer, whose company bears the name of the conversation. */
function sampleLead(company: string): Lead {
  return {
    createdAt: '2026-03-14T10:20:00+01:00',
    contact: {
      givenName: 'Zoë',
      familyName: 'O’Brien',
      emails: [{ kind: 'work', value: 'zoe@conformance.example' }],
      phones: [{ kind: 'mobile', value: '+49 341 5550199' }],
      address: { city: 'Köln', country: 'DE' },
    },
    account: { name: company },
    interest: { products: [{ name: 'Pump 9000', quantity: '12' }], comments: 'Line one\nline two <&>' },
    source: { kind: 'web-form', campaign: 'conformance' },
  };
}

/** A conversation in which the kit is the offering side. */
export function makeTalk(kit: Kit) {
  const conversation = freshId();
  const company = `Conformance ${conversation}`;
  const lead = sampleLead(company);
  let [seq, round, secret, previous] = [0, 1, randomBytes(32), ''];
  const inMs = (milliseconds: number) => new Date(kit.now() + milliseconds).toISOString();
  const say = <T extends MessageType>(type: T, body: Bodies[T], header: HeaderWish = {}): Sealed => {
    seq += 1;
    const sealed = kit.say(type, body, {
      conversation,
      round,
      seq,
      ...(previous && { prevDigest: previous }),
      ...header,
    });
    previous = sealed.digest;
    return sealed;
  };
  const send = async <T extends MessageType>(type: T, body: Bodies[T], header?: HeaderWish): Promise<Exchange> => {
    const sealed = say(type, body, header);
    return { sealed, answer: await kit.deliver(sealed) };
  };
  const offerBody = (more: Partial<Offer> = {}): Offer => {
    secret = randomBytes(32);
    const commitments = makeCommitments(lead, { conversation, round, secret });
    const visible = omitFields(lead, withheld);
    return { mode: 'direct', closesAt: inMs(3_600_000), lead: visible, withheldFields: withheld, commitments, ...more };
  };
  const close = () => send('NoLongerAvailable', { reason: 'recalled' });
  kit.later(close);
  return {
    ...{ conversation, company, lead, say, send, inMs, offerBody, close },
    offer: (more?: Partial<Offer>, header?: HeaderWish) => send('Offer', offerBody(more), header),
    nextRound: () => (round += 1),
    award: () => send('Award', { leaseUntil: inMs(600_000) }),
    release: (released: Lead = lead, openings = makeOpenings(secret)) => send('Release', { lead: released, openings }),
    openings: () => makeOpenings(secret),
  };
}
export type Talk = ReturnType<typeof makeTalk>;

/** An Offer that was receipted. */
export async function offered(kit: Kit, more: Partial<Offer> = {}): Promise<Talk & { readonly offerDigest: string }> {
  const talk = makeTalk(kit);
  const { sealed, answer } = await talk.offer(more);
  expectReceipt(answer);
  return { ...talk, offerDigest: sealed.digest };
}

/** An Offer that was receipted and that nobody accepts yet, not even a node that accepts by itself. */
export const offeredForLater = (kit: Kit) => offered(kit, { opensAt: new Date(kit.now() + 1_800_000).toISOString() });

/** The Accept of an Offer that was made, however the tested side comes to it. Throws `NotRun` when nobody accepts. */
export async function acceptOf(kit: Kit, { conversation, company }: Talk): Promise<Delivery> {
  kit.stillHopes('accept');
  const within = `within ${kit.waitMs / 1_000} seconds`;
  await kit.acts.offer?.({ conversation, company });
  const delivery = await kit.arrival({ conversation, type: ['Accept', 'Reject'] });
  if (!delivery && kit.listener.find({ type: 'Accept' }))
    throw new NotRun(`The node did not accept the offer ${within}.`);
  if (!delivery) kit.giveUp('accept', `The node accepted no offer ${within}.`);
  if (delivery.opened?.message.header.type === 'Reject') throw new NotRun('The node rejected the offer.');
  return delivery;
}

/** Up to the receipt for the Award. */
export async function awarded(kit: Kit): Promise<Talk> {
  const talk = await offered(kit);
  await acceptOf(kit, talk);
  const { answer } = await talk.award();
  expectReceipt(answer);
  return talk;
}

/** A lead that the node holds. */
export async function released(kit: Kit): Promise<Talk> {
  const talk = await awarded(kit);
  expectReceipt((await talk.release()).answer);
  return talk;
}

/** The header of what the node delivered. */
export function headerOf({ opened, fault }: Delivery) {
  meets(opened !== undefined, `What the node delivered is refused: ${fault ?? ''}.`);
  return opened.message.header;
}
