import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileDisclosure, decideDisclosure } from '../../node/disclosure/decide-disclosure.ts';
import { decideFields, type FieldPolicy, type Recipient } from '../../node/disclosure/decide-field.ts';
import { defaultForPeers } from '../../node/disclosure/default-policy.ts';
import { previewDisclosure } from '../../node/disclosure/preview-disclosure.ts';
import { leadFields, omitFields, pickFields, type Lead } from '../../protocol/index.ts';
import { canary, everyField } from './canaries.ts';
import { reseller, rule } from './policies.ts';

const ada: Recipient = { kind: 'user', id: 'user_1' };
const personal = leadFields.filter((field) => field.personal).map((field) => field.path);

describe('the default', () => {
  const plan = decideDisclosure(everyField, [], reseller, 'grab');

  it('withholds what is personal from peers until they have won, and shows the rest', () => {
    expect(plan.withheldFields.toSorted()).toEqual(personal.filter((path) => path !== 'fields').toSorted());
    expect(plan.maskedFields).toEqual([]);
    expect(plan.neverFields).toEqual(['fields']);
    expect(plan.offered).toEqual(omitFields(everyField, personal));
    expect(plan.released).toEqual(omitFields(everyField, ['fields']));
  });

  it('is the same for a direct offer', () => {
    expect(decideDisclosure(everyField, [], reseller, 'direct')).toEqual(plan);
  });

  it('shows everything to our own users', () => {
    const own = decideDisclosure(everyField, [], ada, 'grab');
    expect(own).toEqual({
      offered: everyField,
      released: everyField,
      withheldFields: [],
      maskedFields: [],
      neverFields: [],
      policy: expect.any(String) as string,
    });
  });

  it('leaves out what the schema does not know', () => {
    const strange = { ...everyField, loyalty: { number: 'canary-loyalty' } } as Lead;
    for (const recipient of [reseller, ada]) {
      const { offered, released } = decideDisclosure(strange, [], recipient, 'grab');
      expect(JSON.stringify({ offered, released })).not.toContain('canary-loyalty');
    }
  });
});

const named = { field: 'account.name', op: 'exists' } as const;
const unnamed = { field: 'account.name', op: 'missing' } as const;

describe('conditions', () => {
  it('make a policy count for the leads that fulfil them, and for no others', () => {
    const policies = [
      rule('account.name', 'withhold', { condition: { field: 'lead.test', op: 'equals', value: true } }),
    ];
    const { plan } = compileDisclosure(policies, reseller, 'grab');
    for (const test of [true, false, true])
      expect(plan(everyField, { 'lead.test': test }).withheldFields.includes('account.name')).toBe(test);
  });

  it('keep deciding right when there are more combinations than are kept', () => {
    const fields = leadFields.slice(0, 8).map(({ path }) => path);
    const policies = fields.map((path) => rule('account.name', 'mask', { condition: { field: path, op: 'exists' } }));
    const { plan } = compileDisclosure(policies, reseller, 'grab');
    fc.assert(
      fc.property(fc.subarray(fields), (some) => {
        const lead = pickFields(everyField, [...some, 'account.name']);
        expect(plan(lead).maskedFields).toEqual(some.length > 0 ? ['account.name'] : []);
      }),
      { numRuns: 300 },
    );
  });
});

describe('what nobody decided on', () => {
  it('never leaves: neither a custom field, nor a field in no list of defaults', () => {
    const decisionOf = (path: string) => decideFields([], reseller, 'grab').find((field) => field.path === path);
    expect(decisionOf('fields')).toMatchObject({ decided: false, offered: 'hide', released: 'hide', updated: 'hide' });
    expect(leadFields.filter(({ path }) => defaultForPeers(path) === undefined).map(({ path }) => path)).toEqual([
      'fields',
    ]);
    expect(defaultForPeers('contact.fieldOfALaterVersion')).toBeUndefined();
  });

  it('is decided for the release by whoever decides for offers', () => {
    for (const action of ['show', 'withhold'] as const) {
      const plan = decideDisclosure(everyField, [rule('fields.Roof area', action)], reseller, 'grab');
      expect(plan.released.fields?.map(({ name }) => name)).toEqual(['Roof area']);
    }
  });
});

describe('precedence', () => {
  const offeredOf = (policies: FieldPolicy[], path: string, recipient = reseller, mode: 'direct' | 'grab' = 'grab') =>
    decideFields(policies, recipient, mode).find((field) => field.path === path)?.offered;

  it.each<[string, FieldPolicy[], string, string]>([
    ['a policy over the default', [rule('contact.givenName', 'show')], 'contact.givenName', 'show'],
    ['a group over the default', [rule('group:person', 'show')], 'contact.familyName', 'show'],
    [
      'a field over its group',
      [rule('contact.givenName', 'withhold'), rule('group:person', 'show')],
      'contact.givenName',
      'hide',
    ],
    [
      'one peer over all peers',
      [rule('account.name', 'show'), rule('account.name', 'withhold', { recipientId: 'reseller.example' })],
      'account.name',
      'hide',
    ],
    [
      "one peer's group over a field of all peers",
      [rule('account.name', 'withhold'), rule('group:account', 'show', { recipientId: 'reseller.example' })],
      'account.name',
      'show',
    ],
    [
      "another peer's policy counts for nothing",
      [rule('account.name', 'withhold', { recipientId: 'other.example' })],
      'account.name',
      'show',
    ],
    [
      'policies for users count for nothing with peers',
      [rule('contact.givenName', 'show', { recipientKind: 'user' })],
      'contact.givenName',
      'hide',
    ],
    [
      'one mode over both modes',
      [rule('account.name', 'show'), rule('account.name', 'withhold', { mode: 'grab' })],
      'account.name',
      'hide',
    ],
    [
      'a condition over none, for the leads that fulfil it',
      [rule('account.name', 'show'), rule('account.name', 'withhold', { condition: named })],
      'account.name',
      'hide',
    ],
    [
      'a field over its group with a condition',
      [rule('account.name', 'show'), rule('group:account', 'withhold', { condition: named })],
      'account.name',
      'show',
    ],
    [
      'the stricter of two that are alike',
      [rule('account.name', 'mask', { condition: named }), rule('account.name', 'withhold', { condition: unnamed })],
      'account.name',
      'hide',
    ],
    [
      'the other mode counts for nothing',
      [rule('account.name', 'withhold', { mode: 'direct' })],
      'account.name',
      'show',
    ],
  ])('%s', (_name, policies, path, expected) => {
    expect(offeredOf(policies, path)).toBe(expected);
    expect(offeredOf(policies.toReversed(), path)).toBe(expected);
  });
});

describe('stages', () => {
  it('never shows a field that is “never” at either stage', () => {
    for (const policy of [
      rule('account.name', 'never'),
      rule('account.name', 'never', { stage: 'released' }),
      rule('account.name', 'withhold', { stage: 'released' }),
    ]) {
      const plan = decideDisclosure(everyField, [policy], reseller, 'grab');
      expect(plan.neverFields).toEqual(['account.name', 'fields']);
      expect(plan.withheldFields).not.toContain('account.name');
      expect(JSON.stringify([plan.offered, plan.released])).not.toContain(canary('account.name'));
    }
  });

  it('offers no more than it will release', () => {
    const plan = decideDisclosure(everyField, [rule('account.name', 'mask', { stage: 'released' })], reseller, 'grab');
    expect(plan.offered.account?.name).toBe('c***');
    expect(plan.released.account?.name).toBe('c***');
    expect(plan.maskedFields).toEqual(['account.name']);
  });

  it('of an address the city alone, unless a part of it is named', () => {
    const masked = [rule('group:address', 'mask'), rule('group:account', 'mask')];
    const show = (...policies: FieldPolicy[]) =>
      decideDisclosure(everyField, [...masked, ...policies], reseller, 'grab').offered;
    const { city } = everyField.contact?.address ?? {};
    expect(show().contact?.address).toEqual({ city });
    expect(show().account?.address).toEqual({ city: everyField.account?.address?.city });
    const { country, postalCode = '' } = everyField.contact?.address ?? {};
    const named = show(rule('contact.address.country', 'show'), rule('contact.address.postalCode', 'mask'));
    expect(named.contact?.address).toEqual({ city, country, postalCode: postalCode.slice(0, 2) });
    expect(named.account?.address).toEqual({ city: everyField.account?.address?.city });
  });

  it('withholds what cannot be shown in part', () => {
    const plan = decideDisclosure(everyField, [rule('interest.timeframe', 'mask')], reseller, 'grab');
    expect(plan.withheldFields).toContain('interest.timeframe');
    expect(plan.maskedFields).toEqual([]);
    expect(plan.offered.interest?.timeframe).toBeUndefined();
  });
});

describe('custom fields', () => {
  const show = rule('fields.Roof area', 'show');

  it('shows the one a policy names, and tells neither number nor names of the others', () => {
    const plan = decideDisclosure(everyField, [show], reseller, 'grab');
    expect(plan.offered.fields).toEqual([{ name: 'Roof area', type: 'text', value: canary('fields') }]);
    expect(plan.maskedFields).toEqual(['fields']);
    expect(plan.withheldFields).not.toContain('fields');
    expect(JSON.stringify(plan.withheldFields)).not.toContain('Budget');
    expect(plan.released.fields).toEqual(plan.offered.fields);
  });

  it('withholds the one a policy names when the others are shown', () => {
    const policies = [rule('fields', 'show'), rule('fields.Budget code', 'withhold')];
    const plan = decideDisclosure(everyField, policies, reseller, 'grab');
    expect(plan.offered.fields?.map((field) => field.name)).toEqual(['Roof area']);
    expect(plan.maskedFields).toEqual(['fields']);
  });

  it('keeps one from ever leaving', () => {
    const policies = [rule('fields', 'withhold'), rule('fields.Budget code', 'never')];
    const plan = decideDisclosure(everyField, policies, reseller, 'grab');
    expect(plan.released.fields?.map((field) => field.name)).toEqual(['Roof area']);
    expect(plan.neverFields).toEqual(['fields.budget code']);
    expect(plan.withheldFields).toContain('fields');
  });

  it('keeps all from ever leaving', () => {
    const plan = decideDisclosure(everyField, [rule('group:custom', 'never')], reseller, 'grab');
    expect(plan.neverFields).toEqual(['fields']);
    expect(plan.withheldFields).not.toContain('fields');
    expect(plan.released.fields).toBeUndefined();
  });
});

describe('preview', () => {
  it('tells for every field what would be seen, at each stage', () => {
    const policies = [rule('contact.emails', 'mask'), rule('contact.emails', 'never', { stage: 'updated' })];
    const discloser = compileDisclosure(policies, reseller, 'grab');
    const lead = pickFields(everyField, ['contact.emails', 'contact.givenName', 'account.name', 'fields']);
    const { fields, xml } = previewDisclosure({ lead, facts: {} }, discloser);
    expect(fields.map((field) => field.path)).toEqual(leadFields.map((field) => field.path));
    expect(fields.find((field) => field.path === 'contact.emails')).toEqual({
      path: 'contact.emails',
      label: 'E-mail',
      group: 'email',
      personal: true,
      decided: true,
      offered: 'mask',
      released: 'show',
      updated: 'hide',
      offeredValue: [{ value: '***@mail.example' }],
      releasedValue: everyField.contact?.emails,
    });
    expect(fields.find((field) => field.path === 'contact.givenName')).toMatchObject({
      offered: 'hide',
      offeredValue: undefined,
      releasedValue: canary('contact.givenName'),
    });
    expect(fields.find(({ path }) => path === 'fields')).toMatchObject({ decided: false, released: 'hide' });
    expect(xml.offered).toContain('<l:Email>***@mail.example</l:Email>');
    expect(xml.updated).not.toContain('<l:Email>');
  });
});
