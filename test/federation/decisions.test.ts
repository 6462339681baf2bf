import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closedBreaker,
  decideAfterFailure,
  decideAfterHeard,
  decideAfterSuccess,
  maySend,
} from '../../node/federation/sending/decide-breaker.ts';
import { decideBand } from '../../node/federation/feedback/decide-band.ts';
import { describeStatus, keepOfStatus } from '../../node/federation/feedback/describe-status.ts';
import { defaultFeedbackPolicy, type FeedbackPolicy } from '../../node/federation/feedback/feedback-policy.ts';
import { findLookAlike } from '../../node/federation/peers/look-alike.ts';
import { planDailyRetry, planRetry } from '../../node/federation/sending/plan-retry.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('retries', () => {
  const facts = { now: 0, expiresAt: 14 * day, random: 0.5 };

  it('wait longer each time, and daily in the end', () => {
    const waits = Array.from({ length: 11 }, (_, n) => planRetry({ ...facts, attempts: n + 1 }));
    const inBetween = [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, 2 * hour, 6 * hour, 12 * hour];
    expect(waits).toEqual([...inBetween, day, day, day]);
  });

  it('jitter by a fifth, honour what the peer asks for up to a day, and never pass the expiry', () => {
    fc.assert(
      fc.property(
        fc.record({
          attempts: fc.integer({ min: 1, max: 30 }),
          random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
          retryAfter: fc.option(fc.integer({ min: -5, max: 10_000_000 }), { nil: undefined }),
          expiresAt: fc.integer({ min: 1, max: 14 * day }),
        }),
        ({ attempts, random, retryAfter, expiresAt }) => {
          const dueAt = planRetry({ now: 0, attempts, random, retryAfter, expiresAt });
          const plain = planRetry({ ...facts, attempts }) ?? 0;
          const asked = Math.min(Math.max(retryAfter ?? 0, 0) * second, day);
          if (dueAt === undefined) expect(Math.max(plain * 1.2, asked)).toBeGreaterThanOrEqual(expiresAt - 1);
          else {
            expect(dueAt).toBeLessThan(expiresAt);
            expect(dueAt).toBeGreaterThanOrEqual(Math.max(Math.round(plain * 0.8), asked));
            expect(dueAt).toBeLessThanOrEqual(Math.max(plain * 1.2 + 1, asked));
          }
        },
      ),
    );
  });

  it('come once a day where the peer does not know us, until the message expires', () => {
    expect(planDailyRetry(0, 2 * day)).toBe(day);
    expect(planDailyRetry(0, day)).toBeUndefined();
  });
});

describe('the circuit breaker', () => {
  const failures = (count: number, every: number, from = closedBreaker) => {
    let breaker = from;
    for (let n = 0; n < count; n++) breaker = decideAfterFailure(breaker, n * every);
    return breaker;
  };

  it('opens after five failures in a row within ten minutes', () => {
    expect(maySend(failures(4, second), 4 * second)).toBe(1);
    const open = failures(5, second);
    expect(open.openUntil).toBe(4 * second + minute);
    expect(maySend(open, 4 * second + minute - 1)).toBe(0);
    expect(maySend(open, 4 * second + minute)).toBe(1);
    expect(failures(12, 3 * minute).openUntil).toBeNull();
  });

  it('probes after 1, 2, 4, 8, 16 minutes and then every half hour', () => {
    let breaker = failures(5, 0);
    const waits: number[] = [];
    for (let n = 0; n < 7; n++) {
      const at = breaker.openUntil ?? 0;
      breaker = decideAfterFailure(breaker, at);
      waits.push(((breaker.openUntil ?? 0) - at) / minute);
    }
    expect(waits).toEqual([2, 4, 8, 16, 30, 30, 30]);
    expect(decideAfterFailure(breaker, 0)).toBe(breaker);
  });

  it('closes with the first answer and starts slowly', () => {
    let breaker = decideAfterSuccess(failures(5, 0));
    const windows = [breaker.sendWindow];
    for (let n = 0; n < 5; n++) windows.push((breaker = decideAfterSuccess(breaker)).sendWindow);
    expect(windows).toEqual([2, 4, 8, 16, 32, 32]);
    expect(breaker).toMatchObject({ failures: 0, openUntil: null, probes: 0 });
    expect(decideAfterFailure(breaker, 0).sendWindow).toBe(1);
  });

  it('lets a probe out at once when the peer is heard from', () => {
    const open = failures(5, 0);
    expect(maySend(decideAfterHeard(open, 10), 10)).toBe(1);
    expect(decideAfterHeard(closedBreaker, 10)).toBe(closedBreaker);
  });
});

describe('look-alikes', () => {
  it.each([
    ['vendor.example', 'vend0r.example'],
    ['reseller.example', 'rese11er.example'],
    ['modern.example', 'modem.example'],
    ['acme-sales.example', 'acmesales.example'],
  ])('takes %s for %s', (known, id) => {
    expect(findLookAlike(id, ['other.example', known])).toBe(known);
  });

  it('does not take an id for itself, nor for another one', () => {
    expect(findLookAlike('vendor.example', ['vendor.example', 'reseller.example'])).toBeUndefined();
  });
});

const euros = (amount: string) => ({ amount, currency: 'EUR' });

describe('status to the partner a lead came from', () => {
  const policyOf = (tell: Partial<FeedbackPolicy['tell']>): FeedbackPolicy => ({
    ...defaultFeedbackPolicy,
    tell: { ...defaultFeedbackPolicy.tell, ...tell },
  });
  const told = { revision: 3, holderName: 'Ann', note: 'Private', policy: policyOf({ assignedTo: true }) };
  const at = Date.UTC(2026, 0, 2);

  it('says what the event means, with the facts that belong to it', () => {
    const amount = { amount: '5.00', currency: 'EUR' };
    expect(describeStatus({ kind: 'win', at, facts: { amount, noteId: 'note_1' } }, told)).toEqual({
      revision: 3,
      disposition: 'won',
      at: '2026-01-02T00:00:00.000Z',
      assignedTo: 'Ann',
      amount,
    });
    const asleep = { kind: 'sleep', at, facts: { until: at + day } } as const;
    expect(describeStatus(asleep, told)).toMatchObject({ disposition: 'asleep', until: '2026-01-03T00:00:00.000Z' });
    expect(describeStatus({ kind: 'lose', at, facts: { reason: 'budget' } }, told)).toMatchObject({ reason: 'budget' });
  });

  it('is silent about what is nobody’s business', () => {
    expect(describeStatus({ kind: 'note', at, facts: { noteId: 'note_1' } }, told)).toBeUndefined();
    const by = (kind: 'win' | 'lose' | 'release', tell: Partial<FeedbackPolicy['tell']>) =>
      describeStatus(
        { kind, at, facts: { amount: euros('5.00'), reason: 'price' } },
        { ...told, policy: policyOf(tell) },
      );
    const bare = ['revision', 'disposition', 'at'];
    expect(Object.keys(by('win', { amount: 'none' }) ?? {})).toEqual(bare);
    expect(Object.keys(by('lose', { reason: false }) ?? {})).toEqual(bare);
    expect(by('lose', { dispositions: ['won'] })).toBeUndefined();
    expect(by('win', { dispositions: ['won'] })).toMatchObject({ disposition: 'won' });
    // Who has the lead is no secret between the two.
    expect(by('release', { dispositions: [] })).toMatchObject({ disposition: 'assigned' });
  });

  it('tells the text written with a change, and a range instead of an amount, only where the policy says so', () => {
    const won = { kind: 'win', at, facts: { amount: euros('7400.50') } } as const;
    expect(describeStatus(won, told)).not.toHaveProperty('note');
    const policy = policyOf({ note: true, amount: 'band' });
    const status = describeStatus(won, { ...told, policy });
    expect(status).toMatchObject({ note: 'Private', amountBand: { atLeast: euros('5000'), below: euros('10000') } });
    expect(status).not.toHaveProperty('amount');
    const bands = { EUR: [1_000, 25_000] };
    expect(describeStatus(won, { ...told, policy: { ...policy, bands } })).toMatchObject({
      amountBand: { atLeast: euros('1000'), below: euros('25000') },
    });
  });

  it('keeps of what a partner tells only what is wanted', () => {
    const status = {
      ...{ revision: 1, disposition: 'won' as const, at: new Date(at).toISOString() },
      ...{ assignedTo: 'Ann', amount: euros('7400.50'), reason: 'price', note: 'Private' },
    };
    const { dispositions } = defaultFeedbackPolicy.keep;
    const nothing = {
      dispositions,
      assignedTo: false,
      amount: 'none',
      reason: false,
      note: false,
      update: false,
    } as const;
    expect(keepOfStatus(status, defaultFeedbackPolicy)).toEqual(status);
    expect(Object.keys(keepOfStatus(status, { ...defaultFeedbackPolicy, keep: nothing }) ?? {})).toEqual([
      ...['revision', 'disposition', 'at'],
    ]);
    const banded = keepOfStatus(status, { ...defaultFeedbackPolicy, keep: { ...nothing, amount: 'band' } });
    expect(banded).toMatchObject({ amountBand: { atLeast: euros('5000') } });
    expect(banded).not.toHaveProperty('amount');
    const some = { ...defaultFeedbackPolicy, keep: { ...nothing, dispositions: ['lost' as const] } };
    expect(keepOfStatus(status, some)).toBeUndefined();
    for (const disposition of ['lost', 'returned', 'assigned'] as const)
      expect(keepOfStatus({ ...status, disposition }, some)).toMatchObject({ disposition });
  });
});

describe('a status', () => {
  it('is taken without what belongs to another disposition', () => {
    const amountBand = { atLeast: euros('1000') };
    const status = { revision: 1, disposition: 'lost' as const, at: new Date(0).toISOString(), amountBand };
    expect(keepOfStatus(status, defaultFeedbackPolicy)).not.toHaveProperty('amountBand');
    expect(keepOfStatus({ ...status, disposition: 'won' }, defaultFeedbackPolicy)).toHaveProperty('amountBand');
  });
});

describe('the range of an amount', () => {
  it.each([
    ['0.99', undefined, '0', '1'],
    ['1', undefined, '1', '2'],
    ['4999.99', undefined, '2000', '5000'],
    ['5000', undefined, '5000', '10000'],
    ['7', [10, 20], '0', '10'],
    ['20', [10, 20], '20', undefined],
  ])('%s with %j', (amount, lowerEnds, atLeast, below) => {
    expect(decideBand(euros(amount), lowerEnds)).toEqual({
      atLeast: euros(atLeast),
      ...(below !== undefined && { below: euros(below) }),
    });
  });

  it('holds the amount, whatever it is, and tells no more than which range', () => {
    const cents = fc.bigInt({ min: 0n, max: 10n ** 20n });
    fc.assert(
      fc.property(cents, (value) => {
        const whole = value / 100n;
        const band = decideBand(euros(`${whole}.${String(value % 100n).padStart(2, '0')}`));
        expect(BigInt(band?.atLeast.amount ?? -1)).toBeLessThanOrEqual(whole);
        expect(BigInt(band?.below?.amount ?? -1)).toBeGreaterThan(whole);
        expect(band?.atLeast.amount).toMatch(/^([125]0*|0)$/);
      }),
      { numRuns: 300 },
    );
  });
});
