import { describe, expect, it } from 'vitest';
import { makeHeader, makeSigningKey, open, seal } from '../../protocol/index.ts';
import type { AnyMessage, Bodies, MessageType, Opened, Sealed } from '../../protocol/index.ts';
import { makeSales } from '../../protocol/reference-peer/sales.ts';
import { lead, now } from './messages.ts';

/** The reference peer offers a lead to Anna and Bert for an hour. */
function offerToTwo() {
  const key = makeSigningKey();
  const posted: { readonly to: string; readonly sealed: Sealed; readonly opened: Opened }[] = [];
  let time = now;
  const sales = makeSales({
    ...{ nodeId: 'peer.test', key, clock: { now: () => time, after: () => () => undefined } },
    post: (_, sealed) => void posted.push({ to: sealed.to, sealed, opened: open(Buffer.from(sealed.xml), () => key) }),
  });
  const partners = ['anna.test', 'bert.test'];
  const ids = sales.offer({ partners, lead, withheld: ['contact.emails'], mode: 'grab', openForMs: 3_600_000 });
  const seqs = new Map<string, number>();
  const say = <T extends MessageType>(from: string, type: T, body: Bodies[T]) => {
    const [conversation, seq] = [ids[partners.indexOf(from)] ?? '', (seqs.get(from) ?? 0) + 1];
    seqs.set(from, seq);
    const header = makeHeader({ type, from, to: 'peer.test', now: time, conversation, round: 1, seq });
    return sales.hear(open(Buffer.from(seal({ header, body } as AnyMessage, key).xml), () => key));
  };
  const accept = (from: string) =>
    say(from, 'Accept', { offerDigest: posted.find(({ to }) => to === from)?.opened.digest ?? '' });
  const said = () =>
    posted.map(({ to, opened: { message } }) => {
      const why = 'reason' in message.body ? ` ${message.body.reason ?? ''}` : '';
      return `${to} ${message.header.type}${why}`;
    });
  return { ids, sales, say, accept, said, posted, later: (ms: number) => void (time += ms) };
}
const offers = ['anna.test Offer', 'bert.test Offer'];

describe('a lead that the reference peer offers to two', () => {
  it('goes to the first who claims it, after the receipt for its award; the other is told that it is taken', () => {
    const { ids, sales, accept, say, said, posted } = offerToTwo();
    expect(new Set(ids).size).toBe(2);
    expect(accept('bert.test')).toBeUndefined();
    const told = [...offers, 'bert.test Award', 'anna.test NoLongerAvailable taken'];
    expect(said()).toEqual(told);
    expect(accept('anna.test')).toBeUndefined();
    expect(said()).toEqual(told);
    sales.noteEnd(posted[2]!.sealed, undefined);
    expect(said()).toEqual([...told, 'bert.test Release']);
    sales.noteEnd(posted[2]!.sealed, undefined);
    expect(said()).toHaveLength(5);
    expect(say('bert.test', 'Status', { revision: 1, disposition: 'received', at: new Date(now).toISOString() })).toBe(
      undefined,
    );
  });

  it('goes to nobody who claims it too late, claims another, or says what its state does not allow', () => {
    const { accept, say, said, later } = offerToTwo();
    expect(say('anna.test', 'Accept', { offerDigest: Buffer.alloc(32).toString('base64') })).toBe('conflict');
    expect(say('anna.test', 'Status', { revision: 1, disposition: 'won', at: new Date(now).toISOString() })).toBe(
      'illegal-transition',
    );
    later(3_600_001);
    expect(accept('anna.test')).toBeUndefined();
    expect(said()).toEqual([...offers, 'anna.test NoLongerAvailable expired']);
  });

  it('is released to nobody whose node refuses the award', () => {
    const { sales, accept, said, posted } = offerToTwo();
    accept('anna.test');
    const award = posted[2]!.sealed;
    sales.noteEnd(award, { code: 'illegal-transition', retryable: false });
    sales.noteEnd(award, undefined);
    expect(said()).toEqual([...offers, 'anna.test Award', 'bert.test NoLongerAvailable taken']);
  });
});
