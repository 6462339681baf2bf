import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkOpenings,
  commit,
  makeCommitments,
  makeOpenings,
  type CommittedValue,
} from '../../protocol/commitment.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { fieldGroups, type Lead, type Offer, type Release } from '../../protocol/generated.ts';
import { groupValue, omitFields } from '../../protocol/lead.ts';
import { lead, now } from './messages.ts';

interface Vector {
  readonly why: string;
  readonly conversation: string;
  readonly round: number;
  readonly group: string;
  readonly salt: string;
  readonly value: string;
  readonly commitment: string;
}
const file = new URL('../../schemas/vectors/commitments.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];

/** The format of the specification, computed in another way than the product does. */
function recompute({ conversation, round, group, salt, value }: CommittedValue): string {
  const hex = (number: number) => number.toString(16).padStart(8, '0');
  const part = (text: string) => hex(Buffer.from(text).length) + Buffer.from(text).toString('hex');
  const all = Buffer.from('lx-commit-1').toString('hex') + part(conversation) + hex(round) + part(group);
  const input = Buffer.from(all + Buffer.from(salt).toString('hex') + part(value), 'hex');
  return createHash('sha256').update(input).digest('base64');
}

describe('a commitment', () => {
  it('has at least ten vectors, all different', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(10);
    expect(new Set(vectors.map(({ commitment }) => commitment)).size).toBe(vectors.length);
  });
  it.each(vectors)('is as published: $why', ({ commitment, salt, ...rest }) => {
    const value = { ...rest, salt: Buffer.from(salt, 'base64') };
    expect(commit(value)).toBe(commitment);
    expect(recompute(value)).toBe(commitment);
  });
  it('follows the format for any input', () => {
    const values = fc.record({
      conversation: fc.string({ minLength: 1 }),
      round: fc.nat(999_999_999),
      group: fc.constantFrom(...fieldGroups),
      salt: fc.uint8Array({ minLength: 32, maxLength: 32 }),
      value: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(values, (value) => {
        expect(commit(value)).toBe(recompute(value));
      }),
    );
  });
  it('refuses a salt of another length', () => {
    const short = { conversation: 'c', round: 1, group: 'email', salt: new Uint8Array(31), value: '' };
    expect(() => commit(short)).toThrow(expect.objectContaining({ code: 'salt' }));
  });
});

const conversation = 'conv-1';
const secret = randomBytes(32);
const hidden = ['contact.emails', 'contact.phones', 'contact.familyName'];
const makeOffer = (of: Lead = lead): Offer => ({
  mode: 'grab',
  closesAt: new Date(now).toISOString(),
  lead: omitFields(of, hidden),
  withheldFields: hidden,
  commitments: makeCommitments(of, { conversation, round: 2, secret }),
});
const makeRelease = (of: Lead = lead): Release => ({ lead: of, openings: makeOpenings(secret) });

function refusal(release: Release, offer: Offer, id = conversation, round = 2): string {
  try {
    checkOpenings(release, offer, id, round);
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return (error as ProtocolError).code;
  }
  return 'accepted';
}

describe('what a Release opens', () => {
  it('is what the Offer committed to', () => {
    expect(refusal(makeRelease(), makeOffer())).toBe('accepted');
  });
  it('covers every group, absent ones included, under salts of their own', () => {
    const { commitments = [] } = makeOffer();
    expect(commitments.map(({ group }) => group)).toEqual([...fieldGroups]);
    const salts = makeOpenings(secret).map(({ salt }) => salt);
    expect(new Set(salts).size).toBe(fieldGroups.length);
    expect(groupValue(lead, 'qualification')).toBe('');
  });
  it.each([
    [
      'a withheld value that changed',
      { ...lead, contact: { ...lead.contact, emails: [{ value: 'eve@example.com' }] } },
      'commitment',
    ],
    ['a withheld value that vanished', omitFields(lead, ['contact.phones']), 'commitment'],
    ['a group that appeared', { ...lead, qualification: { budget: '1' } }, 'commitment'],
    ['a visible value that changed', { ...lead, account: { ...lead.account, name: 'Other' } }, 'commitment'],
  ])('may not be %s', (_, released: Lead, code) => {
    expect(refusal(makeRelease(released), makeOffer())).toBe(code);
  });
  it('may not be another value than the one shown, though the commitment opens', () => {
    const offer = { ...makeOffer(), lead: { account: { name: 'A far better company' } } };
    expect(refusal(makeRelease(), offer)).toBe('visible-field-changed');
    expect(refusal(makeRelease(), { ...offer, maskedFields: ['account.name'] })).toBe('accepted');
  });
  it('needs every salt, once, and of this conversation and round', () => {
    const openings = makeOpenings(secret);
    expect(refusal({ lead }, makeOffer())).toBe('opening-missing');
    expect(refusal({ lead, openings: openings.slice(1) }, makeOffer())).toBe('opening-missing');
    expect(refusal({ lead, openings: [...openings, ...openings.slice(0, 1)] }, makeOffer())).toBe('commitment');
    expect(refusal({ lead, openings: makeOpenings(randomBytes(32)) }, makeOffer())).toBe('commitment');
    expect(refusal(makeRelease(), makeOffer(), 'conv-2')).toBe('commitment');
    expect(refusal(makeRelease(), makeOffer(), conversation, 3)).toBe('commitment');
  });
  it('is nothing where the Offer committed to nothing', () => {
    const { commitments: _, ...offer } = makeOffer();
    const openings = makeOpenings(secret);
    expect(refusal({ lead, openings }, offer)).toBe('accepted');
    expect(refusal({ lead, openings: [...openings, ...openings] }, offer)).toBe('accepted');
  });
  it('cannot be guessed: the same lead commits differently for every recipient', () => {
    const others = makeCommitments(lead, { conversation, round: 2, secret: randomBytes(32) });
    for (const [index, { value }] of (makeOffer().commitments ?? []).entries())
      expect(others[index]?.value).not.toBe(value);
  });
  it('needs a secret that cannot be tried out', () => {
    expect(() => makeCommitments(lead, { conversation, round: 1, secret: randomBytes(16) })).toThrow(/secret/);
    expect(() => makeOpenings(randomBytes(16))).toThrow(/secret/);
  });
});
