import type { Bodies, MessageType, Sealed } from '../index.ts';
import { expectReceipt } from './answer.ts';
import { meets } from './check.ts';
import type { HeaderWish } from './identity.ts';
import type { Kit } from './kit.ts';

/** Whoever speaks for the kit in a conversation, of either side. */
export interface Speaker {
  readonly conversation: string;
  say<T extends MessageType>(type: T, body: Bodies[T], header?: HeaderWish): Sealed;
}

/** What an answer bears that quotes a message. */
export const quoting = ({ messageId, digest }: Pick<Sealed, 'messageId' | 'digest'>): HeaderWish => ({
  inReplyTo: { messageId, digest },
});

/** Asks the node under test something, and gives what it answers. Throws `Unmet` when no answer quotes the question. */
export async function ask<Q extends MessageType, A extends MessageType>(
  kit: Kit,
  speaker: Speaker,
  { type, body, answer }: { readonly type: Q; readonly body: Bodies[Q]; readonly answer: A },
): Promise<Bodies[A]> {
  const { conversation } = speaker;
  const question = speaker.say(type, body);
  expectReceipt(await kit.deliver(question));
  const delivery = await kit.arrival({ type: answer, conversation, answering: question.messageId });
  meets(delivery?.opened !== undefined, `No ${answer} that quotes it came within ${kit.waitMs / 1_000} seconds.`);
  const { header, body: answered } = delivery.opened.message;
  meets(header.inReplyTo?.digest === question.digest, `The ${answer} quotes another digest than that of the ${type}.`);
  return answered as Bodies[A];
}
