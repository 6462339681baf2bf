import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lead } from '../../protocol/index.ts';
import { canonicalDecimal, compareDecimals } from '../../node/rules/decimal.ts';
import {
  compileCondition,
  conditionFields,
  describeCondition,
  maxDepth,
  maxParts,
  operators,
  readCondition,
} from '../../node/rules/index.ts';
import type { Comparison, Condition, LeadFacts } from '../../node/rules/index.ts';

const lead: Lead = {
  createdAt: '2026-03-14T09:26:53+01:00',
  contact: {
    familyName: 'Lovelace',
    emails: [
      { kind: 'work', value: 'Ada@Acme.example' },
      { kind: 'other', value: 'ada@home.example' },
    ],
    address: { city: 'München', region: 'BY', country: 'DE', postalCode: '0044' },
  },
  account: { name: 'Acme', employees: '250' },
  interest: {
    products: [
      { name: 'Copier', sku: 'C-1', quantity: '12' },
      { name: 'Paper', quantity: '3' },
    ],
    opportunitySize: { amount: '1250.50', currency: 'EUR' },
  },
  qualification: { interestLevel: 'hot', competingProducts: ['Xerox'] },
  consents: [{ purpose: 'e-mail', state: 'granted' }],
  fields: [{ name: 'budgetCode', type: 'text', value: '0099' }],
};
const facts: LeadFacts = {
  'lead.test': false,
  'lead.origin': 'peer',
  'lead.originPeer': 'vendor.example',
  'lead.round': 2,
};
const holds = (condition: unknown, of: Lead = lead) =>
  compileCondition(readCondition(condition)).test({ lead: of, facts });

describe('a comparison', () => {
  const table: [Comparison, boolean][] = [
    [{ field: 'contact.address.country', op: 'equals', value: 'de' }, true],
    [{ field: 'contact.address.country', op: 'not-equals', value: 'DE' }, false],
    [{ field: 'contact.address.country', op: 'in', value: ['FR', 'DE'] }, true],
    [{ field: 'contact.address.country', op: 'not-in', value: ['FR', 'AT'] }, true],
    [{ field: 'contact.address.city', op: 'equals', value: 'mu\u0308nchen' }, true],
    [{ field: 'contact.address.city', op: 'contains', value: 'NCH' }, true],
    [{ field: 'contact.address.postalCode', op: 'starts-with', value: '00' }, true],
    // Text stays text; only a number in the rule, or a numeric field, compares as a number.
    [{ field: 'contact.address.postalCode', op: 'equals', value: '44' }, false],
    [{ field: 'contact.address.postalCode', op: 'equals', value: 44 }, true],
    [{ field: 'fields.budgetCode', op: 'equals', value: '0099' }, true],
    [{ field: 'fields.BUDGETCODE', op: 'exists' }, true],
    [{ field: 'fields.other', op: 'missing' }, true],
    [{ field: 'account.employees', op: 'at-least', value: 250 }, true],
    [{ field: 'account.employees', op: 'greater', value: '250.0' }, false],
    [{ field: 'account.employees', op: 'between', value: [100, 300] }, true],
    [{ field: 'account.employees', op: 'between', value: [251, 300] }, false],
    [{ field: 'account.name', op: 'less', value: 3 }, false],
    [{ field: 'interest.opportunitySize', op: 'at-least', value: '1000 EUR' }, true],
    [{ field: 'interest.opportunitySize', op: 'at-least', value: '1000 USD' }, false],
    [{ field: 'interest.opportunitySize', op: 'less', value: 1250.51 }, true],
    [{ field: 'interest.opportunitySize', op: 'equals', value: '1250.5 eur' }, true],
    [{ field: 'interest.opportunitySize', op: 'equals', value: '1250.5 USD' }, false],
    [{ field: 'interest.opportunitySize', op: 'equals', value: '1250.50' }, true],
    [{ field: 'interest.products', op: 'equals', value: 'copier' }, true],
    [{ field: 'interest.products', op: 'not-in', value: ['Toner'] }, true],
    [{ field: 'interest.products.sku', op: 'exists' }, true],
    [{ field: 'interest.products.quantity', op: 'greater', value: 10 }, true],
    [{ field: 'contact.emails', op: 'contains', value: '@acme.' }, true],
    [{ field: 'contact.emails.kind', op: 'equals', value: 'personal' }, false],
    [{ field: 'contact.phones', op: 'missing' }, true],
    [{ field: 'qualification.interestLevel', op: 'in', value: ['hot', 'warm'] }, true],
    [{ field: 'qualification.competingProducts', op: 'equals', value: 'xerox' }, true],
    [{ field: 'consents', op: 'equals', value: 'e-mail' }, true],
    [{ field: 'consents.e-mail', op: 'equals', value: 'granted' }, true],
    [{ field: 'consents.phone', op: 'missing' }, true],
    [{ field: 'createdAt', op: 'less', value: '2026-03-14T08:30:00Z' }, true],
    [{ field: 'createdAt', op: 'at-least', value: '2026-03-15' }, false],
    [{ field: 'lead.test', op: 'equals', value: false }, true],
    [{ field: 'lead.origin', op: 'equals', value: 'peer' }, true],
    [{ field: 'lead.originPeer', op: 'equals', value: 'vendor.example' }, true],
    [{ field: 'lead.round', op: 'at-least', value: 2 }, true],
    // What is not there equals nothing, and differs from everything.
    [{ field: 'account.domain', op: 'equals', value: 'x' }, false],
    [{ field: 'account.domain', op: 'not-equals', value: 'x' }, true],
    [{ field: 'account.domain', op: 'less', value: 1 }, false],
  ];
  it.each(table)('%j is %s', (comparison, expected) => {
    expect(holds(comparison)).toBe(expected);
  });

  it('takes an empty text for absent', () => {
    expect(holds({ field: 'account.name', op: 'exists' }, { account: { name: '' } })).toBe(false);
  });
});

describe('all, any and not', () => {
  const yes: Condition = { field: 'account.name', op: 'exists' };
  const no: Condition = { field: 'account.name', op: 'missing' };
  const table: [Condition, boolean][] = [
    [{ all: [] }, true],
    [{ all: [yes, no] }, false],
    [{ all: [yes, yes] }, true],
    [{ any: [no, yes] }, true],
    [{ any: [no] }, false],
    [{ not: no }, true],
    [{ not: { any: [no, { all: [yes] }] } }, false],
  ];
  it.each(table)('%j is %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });
});

describe('a condition from outside', () => {
  const deep = (levels: number): unknown => {
    let condition: unknown = { field: 'account.name', op: 'exists' };
    for (let n = 1; n < levels; n++) condition = { not: condition };
    return condition;
  };
  const wide = (parts: number) => ({ all: Array.from({ length: parts - 1 }, () => deep(1)) });

  it('may be as deep and as wide as the budget says', () => {
    expect(() => readCondition(deep(maxDepth))).not.toThrow();
    expect(() => readCondition(wide(maxParts))).not.toThrow();
  });

  const bad: [string, unknown, string][] = [
    ['too deep', deep(maxDepth + 1), 'condition'],
    ['deep enough to end a recursion', deep(200_000), 'condition'],
    ['too wide', wide(maxParts + 1), 'condition'],
    ['nothing', null, 'condition'],
    ['a text', 'country = DE', 'condition'],
    ['an unknown property', { all: [], or: [] }, 'condition'],
    ['an empty any', { any: [] }, 'condition'],
    ['an unknown operator', { field: 'account.name', op: 'matches', value: 'x' }, 'condition'],
    ['an unknown field', { all: [{ field: 'contact.shoeSize', op: 'exists' }] }, 'condition.all[0].field'],
    ['a path that is no field', { field: '__proto__', op: 'exists' }, 'condition.field'],
    ['a path into a text', { field: 'account.name.length', op: 'exists' }, 'condition.field'],
    ['a value too many', { not: { field: 'account.name', op: 'exists', value: 'x' } }, 'condition.not.value'],
    ['a value too few', { field: 'account.name', op: 'equals' }, 'condition.value'],
    ['a list for one value', { field: 'account.name', op: 'equals', value: ['x'] }, 'condition.value'],
    ['one value for a list', { field: 'account.name', op: 'in', value: 'x' }, 'condition.value'],
    ['a range of three', { field: 'account.employees', op: 'between', value: [1, 2, 3] }, 'condition.value'],
    ['a text to be ordered', { field: 'account.employees', op: 'less', value: 'many' }, 'condition.value'],
    ['a date that does not exist', { field: 'createdAt', op: 'less', value: '2026-02-40' }, 'condition.value'],
    [
      'a value no lead can have',
      { field: 'qualification.interestLevel', op: 'equals', value: 'hott' },
      'condition.value',
    ],
    ['an empty text', { field: 'account.name', op: 'equals', value: '' }, 'condition'],
    ['a number that is none', { field: 'account.employees', op: 'less', value: NaN }, 'condition'],
  ];
  it.each(bad)('is refused: %s', (_name, condition, path) => {
    expect(() => readCondition(condition)).toThrow(
      expect.objectContaining({ code: 'invalid-condition', status: 422, details: { path } }),
    );
  });
});

describe('a reason', () => {
  const why = (condition: unknown) => compileCondition(readCondition(condition)).explain({ lead, facts });

  it('names what decided', () => {
    expect(why({ field: 'contact.address.country', op: 'in', value: ['FR', 'AT'] })).toBe(
      'country is not FR or AT (it is “DE”)',
    );
    expect(
      why({
        all: [
          { field: 'account.name', op: 'exists' },
          { field: 'account.employees', op: 'greater', value: 500 },
        ],
      }),
    ).toBe('company size is not more than 500 (it is “250”)');
    expect(why({ field: 'account.domain', op: 'equals', value: 'x.example' })).toBe('company domain is not given');
    expect(why({ all: [] })).toBe('every lead matches');
    expect(why({ not: { field: 'account.name', op: 'equals', value: 'Acme' } })).toBe('company name is Acme');
  });

  it('holds no personal value of the lead', () => {
    const values = ['Lovelace', 'ada@', '0044', '0099', 'granted'];
    for (const field of [...conditionFields.map(({ path }) => path), 'fields.budgetCode', 'consents.e-mail']) {
      for (const op of ['equals', 'contains', 'not-equals'] as const) {
        const text = why({ not: { not: { field, op, value: op === 'contains' ? 'q' : valueFor(field) } } });
        for (const value of values) expect(text.toLowerCase()).not.toContain(value.toLowerCase());
      }
    }
  });
  const valueFor = (path: string) => conditionFields.find((field) => field.path === path)?.values?.[0] ?? 'q';
});

describe('a description', () => {
  it('says a condition in English', () => {
    expect(
      describeCondition({
        all: [
          { field: 'contact.address.country', op: 'in', value: ['DE', 'AT'] },
          {
            any: [
              { field: 'account.employees', op: 'at-least', value: 100 },
              { field: 'account.name', op: 'contains', value: 'AG & Co' },
            ],
          },
          { not: { field: 'source.utm.source', op: 'exists' } },
        ],
      }),
    ).toBe(
      'country is DE or AT, and (company size is at least 100, or company name contains “AG & Co”), and UTM source is not given',
    );
    expect(describeCondition({ all: [] })).toBe('always');
    expect(describeCondition({ field: 'account.employees', op: 'between', value: [5, 10] })).toBe(
      'company size is between 5 and 10',
    );
  });
});

describe('for all conditions', () => {
  const comparison = fc
    .record({
      field: fc.constantFrom(...conditionFields.map(({ path }) => path), 'fields.x', 'consents.y'),
      op: fc.constantFrom(...operators),
      value: fc.oneof(
        fc.string({ minLength: 1 }),
        fc.integer(),
        fc.array(fc.string({ minLength: 1 }), { minLength: 1 }),
      ),
    })
    .filter((part) => {
      try {
        readCondition(part);
        return true;
      } catch {
        return false;
      }
    });
  const condition: fc.Arbitrary<Condition> = fc.letrec<{ node: Condition }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      comparison as fc.Arbitrary<Condition>,
      fc.record({ all: fc.array(tie('node'), { maxLength: 3 }) }),
      fc.record({ any: fc.array(tie('node'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ not: tie('node') }),
    ),
  })).node;

  it('a negation turns the verdict, and both can be explained and described', () => {
    fc.assert(
      fc.property(condition, fc.constantFrom<Lead>(lead, {}), (given, of) => {
        const subject = { lead: of, facts };
        const [plain, negated] = [compileCondition(given), compileCondition({ not: given })];
        expect(negated.test(subject)).toBe(!plain.test(subject));
        expect(plain.explain(subject)).not.toBe('');
        expect(describeCondition(given)).not.toBe('');
      }),
    );
  });
});

describe('decimals', () => {
  it('are compared exactly, as long as they may be', () => {
    const decimal = fc.tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 20 }));
    const write = ([digits, scale]: [bigint, number]) => {
      const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
      const [whole, fraction] = scale === 0 ? [text, ''] : [text.slice(0, -scale), text.slice(-scale)];
      return `${digits < 0n ? '-' : ''}${whole}${fraction && `.${fraction}`}`;
    };
    const scaled = ([digits, scale]: [bigint, number]) => digits * 10n ** BigInt(20 - scale);
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        const [left, right] = [canonicalDecimal(write(a)) ?? '', canonicalDecimal(write(b)) ?? ''];
        const sign = scaled(a) < scaled(b) ? -1 : scaled(a) > scaled(b) ? 1 : 0;
        expect(Math.sign(compareDecimals(left, right))).toBe(sign);
        expect(left === right).toBe(sign === 0);
      }),
    );
  });

  it.each(['', '.', '1.', '.5', '1e3', '1,000', '0x10', 'NaN', '--1', '1 2'])('“%s” is none', (text) => {
    expect(canonicalDecimal(text)).toBeUndefined();
  });
});
