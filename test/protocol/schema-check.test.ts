import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../protocol/errors.ts';
import { complexTypes, fieldGroups, leadFields, simpleTypes, type Lead } from '../../protocol/generated.ts';
import {
  checkLead,
  getField,
  groupValue,
  omitFields,
  pickFields,
  readLead,
  setField,
  writeLead,
} from '../../protocol/lead.ts';
import { makeCommitments, makeOpenings } from '../../protocol/commitment.ts';
import { seal } from '../../protocol/envelope.ts';
import { limits } from '../../protocol/gate.ts';
import { textFault } from '../../protocol/text.ts';
import { escapeAttribute, escapeText, leadNamespace } from '../../protocol/tree.ts';
import { anyLead, oddTexts, valueOf, xmlText } from './arbitraries.ts';
import { message, vendor } from './messages.ts';
import { textByWitness, typeFault } from './schema-witness.ts';

function refusal(act: () => unknown): ProtocolError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return error as ProtocolError;
  }
}

describe('the check of a text and libxml2', () => {
  const anyText = fc.oneof(
    xmlText,
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\r', 'a\rb', '\0', '\x0b', '\x1b[0m', '\ud800', '\udc00a', '\ufffe', '', ' ', '\u007f'),
    fc.constantFrom(
      '2026-02-28T23:59:59Z',
      '2024-02-29T00:00:00.5+05:30',
      '2026-13-01T00:00:00Z',
      '12.5',
      '1,5',
      'de-AT',
    ),
    fc.tuple(fc.constantFrom('a', 'é', '🙂', '\u0301'), fc.nat(310)).map(([unit, times]) => unit.repeat(times)),
  );
  const almost = fc
    .constantFrom(...Object.values(simpleTypes))
    .chain((type) => (type.pattern ? fc.stringMatching(type.pattern) : fc.constantFrom(...(type.values ?? ['a']))))
    .chain((text) =>
      fc.constantFrom(text, `${text} `, `\n${text}`, text.slice(1), `${text}${text}`, text.toUpperCase()),
    );

  it.each(Object.entries(simpleTypes))('agree on %s', (name, type) => {
    const fault = textFault(type);
    const names = { open: `<l:type-${name} xmlns:l="${leadNamespace}">`, close: `</l:type-${name}>` };
    fc.assert(
      fc.property(fc.oneof(anyText, almost), (text) => {
        const xml = names.open + escapeText(text) + names.close;
        const survives = textByWitness(xml) === text;
        expect(fault(text) === undefined).toBe(survives && typeFault(xml) === undefined);
      }),
      { numRuns: 150 },
    );
  });

  it('agree on texts in attributes, which keep tabs and line ends', () => {
    fc.assert(
      fc.property(anyText, (value) => {
        const field = { name: 'a', type: 'text', value } as const;
        const xml = (text: string) =>
          `<l:type-Field xmlns:l="${leadNamespace}" Name="${escapeAttribute(text)}" Type="text">a</l:type-Field>`;
        const ours = refusal(() => checkLead({ fields: [{ ...field, name: value, value: 'a' }] }));
        const legal = value.isWellFormed() && !value.includes('\r');
        expect(ours === undefined).toBe(legal && typeFault(xml(value)) === undefined);
      }),
    );
  });
});

describe('odd texts', () => {
  it.each(oddTexts)('%j comes back as it was', (text) => {
    const lead: Lead = {
      contact: { givenName: text },
      interest: { comments: `${text}\n\t${text}` },
      fields: [{ name: text, type: 'text', value: text }],
    };
    expect(readLead(writeLead(lead))).toEqual(lead);
  });

  it.each(['a\rb', '\0', '\x1b[31m', '\x08', '\ud83d', 'x\udc00', '\ufffe', '\uffff'])('%j is refused', (text) => {
    expect(refusal(() => checkLead({ interest: { comments: text } }))).toMatchObject({
      code: 'schema',
      path: 'interest.comments',
    });
    expect(refusal(() => writeLead({ interest: { comments: text } }))).toMatchObject({ code: 'schema' });
  });

  it('refuses documents that are no text of their own', () => {
    expect(refusal(() => readLead(`<l:Lead xmlns:l="${leadNamespace}">\ud800</l:Lead>`))?.code).toBe('schema');
    expect(refusal(() => readLead('<!DOCTYPE a><a/>'))).toMatchObject({ unauthenticated: false });
    expect(refusal(() => readLead('no xml'))).toMatchObject({ unauthenticated: false });
  });
});

describe('checkLead', () => {
  const refused: [string, unknown, string, string][] = [
    ['no object', 'lead', '', 'is no object'],
    ['null', null, '', 'is no object'],
    ['a list', [], '', 'is no object'],
    ['an unknown field', { contact: { nickname: 'Al' } }, 'contact', 'has an unknown field "nickname"'],
    ['an unknown field with a telling name', { contact: { 'al@example.com': 1 } }, 'contact', 'has an unknown field'],
    ['a number for a text', { contact: { givenName: 44 } }, 'contact.givenName', 'is not text'],
    ['null for a text', { contact: { givenName: null } }, 'contact.givenName', 'is not text'],
    ['a text for an object', { contact: 'Al' }, 'contact', 'is no object'],
    ['a text for a list', { contact: { emails: 'a@b' } }, 'contact.emails', 'is no list'],
    ['an object for a list', { contact: { emails: { value: 'a@b' } } }, 'contact.emails', 'is no list'],
    ['a list for an object', { contact: [] }, 'contact', 'is no object'],
    ['a hole in a list', { contact: { emails: Array(1) } }, 'contact.emails[0]', 'is no object'],
    [
      'a bad entry',
      { contact: { emails: [{ value: 'a@b' }, { value: 'secret' }] } },
      'contact.emails[1].value',
      'does not have the form this field needs',
    ],
    ['a missing part', { fields: [{ name: 'a', value: 'b' }] }, 'fields[0].type', 'is missing'],
    ['an undefined part', { fields: [{ name: 'a', type: undefined, value: 'b' }] }, 'fields[0].type', 'is missing'],
    [
      'too many',
      { contact: { address: { streets: Array(6).fill('a') } } },
      'contact.address.streets',
      'holds more than 5',
    ],
    ['a wrong enumeration', { source: { kind: 'secret' } }, 'source.kind', 'is none of the values allowed here'],
    [
      'money as a number',
      { interest: { opportunitySize: { amount: 1250, currency: 'EUR' } } },
      'interest.opportunitySize.amount',
      'is not text',
    ],
    [
      'money without currency',
      { interest: { opportunitySize: { amount: '1250.00' } } },
      'interest.opportunitySize.currency',
      'is missing',
    ],
    [
      'negative money',
      { interest: { opportunitySize: { amount: '-1', currency: 'EUR' } } },
      'interest.opportunitySize.amount',
      'is no decimal number such as 1250.00',
    ],
    [
      'a script as link',
      { attachments: [{ url: 'javascript:alert(1)' }] },
      'attachments[0].url',
      'is no http or https address',
    ],
    [
      'a day that is none',
      { createdAt: '2026-02-30T10:00:00Z' },
      'createdAt',
      'is no time with zone, such as 2026-03-14T09:26:53Z',
    ],
    ['__proto__ as a key', JSON.parse('{"__proto__":{"contact":{}}}'), '', 'has an unknown field'],
    ['constructor as a key', { contact: { constructor: 'x' } }, 'contact', 'has an unknown field "constructor"'],
    ['toString as a key', { toString: 'x' }, '', 'has an unknown field "toString"'],
  ];
  it.each(refused)('refuses %s', (_name, input, path, detail) => {
    const error = refusal(() => checkLead(input));
    expect(error).toMatchObject({ code: 'schema', path, detail });
    expect(error?.message).not.toContain('secret');
  });

  it('drops undefined values and empty lists, keeps everything else, and leaves the input alone', () => {
    const input = { contact: { givenName: 'A', familyName: undefined, emails: [] }, account: {} };
    const copy = structuredClone(input);
    const lead = checkLead(input);
    expect(Object.keys(lead.contact ?? {})).toEqual(['givenName']);
    expect(lead).toEqual({ contact: { givenName: 'A' }, account: {} });
    expect(input).toEqual(copy);
    expect(lead.contact).not.toBe(input.contact);
  });

  it('reads nothing from a prototype', () => {
    const input = Object.create({ contact: { givenName: 'inherited' } }) as unknown;
    expect(checkLead(input)).toEqual({});
  });
});

describe('a very long lead', () => {
  const field = (value: string) => ({ name: 'a', type: 'text', value }) as const;
  const ofLength = (length: number, text: string): Lead => ({
    fields: Array(length).fill(field(text)) as Lead['fields'],
  });

  it('is refused before it becomes a message nobody takes', () => {
    expect(refusal(() => checkLead(ofLength(59, 'x'.repeat(4000))))).toBeUndefined();
    expect(refusal(() => checkLead(ofLength(62, 'x'.repeat(4000))))).toMatchObject({ code: 'too-large' });
    expect(refusal(() => checkLead(ofLength(13, '&'.repeat(4000))))).toMatchObject({ code: 'too-large' });
    expect(refusal(() => checkLead(ofLength(16, '🙂'.repeat(4000))))).toMatchObject({ code: 'too-large' });
  });

  it('fits into every message about it', () => {
    const lead = checkLead(ofLength(59, 'x'.repeat(4000)));
    const released = message('Release', { lead, openings: makeOpenings(Buffer.alloc(32)) });
    expect(Buffer.byteLength(seal(released, vendor.key).xml)).toBeLessThan(limits.messageBytes);
  });
});

/** A value with every part there is, as often as it may be there. */
function fullest(name: string): unknown {
  const type = complexTypes[name];
  if (!type) return fc.sample(valueOf(name), { numRuns: 1, seed: 1 })[0];
  const texts = [...type.attributes, ...(type.content ? [type.content] : [])];
  return Object.fromEntries([
    ...texts.map(({ property, type: of }) => [property, fullest(of)]),
    ...type.elements.map(({ property, type: of, max }) => [
      property,
      max > 1 ? Array.from({ length: max }, () => fullest(of)) : fullest(of),
    ]),
  ]) as unknown;
}

describe('a lead with everything', () => {
  it('fits into every message about it', () => {
    const lead = checkLead(fullest('Lead'));
    expect(leadFields.filter(({ path }) => getField(lead, path) === undefined)).toEqual([]);
    const paths = leadFields.map((field) => field.path);
    const commitments = makeCommitments(lead, { conversation: 'c', round: 1, secret: Buffer.alloc(32) });
    const closesAt = '2026-03-14T10:00:00.000Z';
    const offer = { mode: 'grab', closesAt, lead, commitments } as const;
    const messages = [
      message('Release', { lead, openings: makeOpenings(Buffer.alloc(32)) }),
      message('Offer', { ...offer, maskedFields: paths, withheldFields: paths }),
    ];
    for (const full of messages) expect(refusal(() => seal(full, vendor.key))).toBeUndefined();
  });
});

describe('fields by path', () => {
  const lead: Lead = {
    contact: { givenName: 'A', emails: [{ value: 'a@b' }], address: { city: 'Köln', postalCode: '01067' } },
    account: { name: 'B' },
  };

  it('gets, sets and takes away', () => {
    expect(getField(lead, 'contact.address.city')).toBe('Köln');
    expect(getField(lead, 'contact.emails')).toEqual([{ value: 'a@b' }]);
    expect(getField(lead, 'interest.comments')).toBeUndefined();
    expect(getField(lead, 'constructor')).toBeUndefined();
    expect(getField(lead, 'contact.emails.length')).toBeUndefined();
    expect(setField({}, 'interest.comments', 'hi')).toEqual({ interest: { comments: 'hi' } });
    expect(setField(lead, 'account.name', undefined)).toEqual({ contact: lead.contact });
    expect(setField(lead, 'contact.address.city', 'Bonn').contact?.address).toEqual({
      city: 'Bonn',
      postalCode: '01067',
    });
    expect(lead.contact?.address?.city).toBe('Köln');
  });

  it('refuses to set or omit what is no field, and picks nothing of it', () => {
    for (const path of ['', '__proto__', 'contact', 'contact.nickname', 'constructor.prototype', 'contact.emails[0]']) {
      expect(refusal(() => setField(lead, path, 'x'))).toMatchObject({ code: 'unknown-field' });
      expect(refusal(() => omitFields(lead, [path]))).toMatchObject({ code: 'unknown-field' });
      expect(pickFields(lead, [path])).toEqual({});
    }
  });

  it('splits a lead into what is picked and what is left, losing nothing', () => {
    const paths = leadFields.map((field) => field.path);
    fc.assert(
      fc.property(anyLead, fc.subarray(paths), (whole, some) => {
        const [picked, left] = [pickFields(whole, some), omitFields(whole, some)];
        for (const path of paths) {
          expect(getField(picked, path)).toEqual(some.includes(path) ? getField(whole, path) : undefined);
          expect(getField(left, path)).toEqual(some.includes(path) ? undefined : getField(whole, path));
        }
      }),
    );
  });
});

describe('the value of a group', () => {
  it('is the canonical document of its fields alone', () => {
    const lead: Lead = {
      contact: { givenName: 'A', emails: [{ kind: 'work', value: 'a@b' }] },
      account: { name: 'B' },
    };
    expect(groupValue(lead, 'email')).toBe(
      `<l:Lead xmlns:l="${leadNamespace}"><l:Contact><l:Email Kind="work">a@b</l:Email></l:Contact></l:Lead>`,
    );
    expect(groupValue(lead, 'phone')).toBe('');
    expect(groupValue({ contact: {} }, 'person')).toBe('');
  });

  it('holds every field in exactly one group', () => {
    fc.assert(
      fc.property(anyLead, (lead) => {
        const parts = fieldGroups.flatMap((group) =>
          groupValue(lead, group) === '' ? [] : [readLead(groupValue(lead, group))],
        );
        let whole: Lead = {};
        for (const part of parts) {
          for (const { path } of leadFields) {
            const value = getField(part, path);
            if (value === undefined) continue;
            expect(getField(whole, path)).toBeUndefined();
            whole = setField(whole, path, value);
          }
        }
        for (const { path } of leadFields) expect(getField(whole, path)).toEqual(getField(lead, path));
      }),
    );
  });
});
