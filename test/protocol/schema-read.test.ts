import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../protocol/errors.ts';
import type { AnyMessage, MessageType } from '../../protocol/generated.ts';
import { readLead } from '../../protocol/lead.ts';
import { leadNamespace, writeElement, type XmlElement } from '../../protocol/tree.ts';
import { readMessage, writeMessage } from '../../protocol/xml.ts';
import { anyMessage } from './arbitraries.ts';
import { anyDice, mutate } from './mutations.ts';
import { message as messageOf } from './messages.ts';
import { schemaFault, withSignature } from './schema-witness.ts';

function refusal(act: () => unknown): ProtocolError | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return error as ProtocolError;
  }
}

/** What our reader must refuse although a schema cannot say it. */
const beyondSchema = [
  'is not the name of the body',
  'names everyone, which only Capabilities may',
  'is needed in this message',
  'counts from 1',
  'are for all field groups or for none',
  'stands instead of the amount',
  'An extension that must be understood is not known here.',
];

describe('the reader and libxml2', () => {
  it('agree on documents with one fault at random', () => {
    const seen = { accepted: 0, refused: 0 };
    fc.assert(
      fc.property(anyMessage, anyDice, (message, dice) => {
        const root = mutate(writeMessage(message), dice);
        const ours = refusal(() => readMessage(root));
        if (ours && beyondSchema.includes(ours.detail)) return;
        if (ours) seen.refused += 1;
        else seen.accepted += 1;
        const theirs = schemaFault(withSignature(root));
        expect({ ours: ours?.message, theirs }).toSatisfy(() => (ours === undefined) === (theirs === undefined));
      }),
      { numRuns: 1500 },
    );
    expect(seen.accepted).toBeGreaterThan(50);
    expect(seen.refused).toBeGreaterThan(500);
  });

  it('agree on documents with several faults', () => {
    fc.assert(
      fc.property(anyMessage, fc.array(anyDice, { minLength: 2, maxLength: 5 }), (message, faults) => {
        const root = faults.reduce(mutate, writeMessage(message));
        const ours = refusal(() => readMessage(root));
        if (ours && beyondSchema.includes(ours.detail)) return;
        expect(schemaFault(withSignature(root)) === undefined).toBe(ours === undefined);
      }),
      { numRuns: 500 },
    );
  });
});

const leadOf = (inside: string) => `<l:Lead xmlns:l="${leadNamespace}">${inside}</l:Lead>`;
const contactOf = (inside: string) => leadOf(`<l:Contact>${inside}</l:Contact>`);

describe('a refusal tells where and what, and no value', () => {
  const faults: [string, string, string, string][] = [
    ['an unknown element', contactOf('<l:Nickname>Al</l:Nickname>'), 'contact', 'has an unknown element "l:Nickname"'],
    [
      'wrong order',
      contactOf('<l:FamilyName>B</l:FamilyName><l:GivenName>A</l:GivenName>'),
      'contact.givenName',
      'stands in the wrong order',
    ],
    [
      'an element twice',
      contactOf('<l:GivenName>A</l:GivenName><l:GivenName>A</l:GivenName>'),
      'contact.givenName',
      'stands there twice',
    ],
    ['too many', contactOf('<l:Email>a@b</l:Email>'.repeat(11)), 'contact.emails', 'holds more than 10'],
    [
      'a missing element',
      leadOf('<l:Interest><l:Product></l:Product></l:Interest>'),
      'interest.products[0].name',
      'is missing',
    ],
    ['a missing attribute', leadOf('<l:Field Name="a">b</l:Field>'), 'fields[0].type', 'is missing'],
    [
      'an unknown attribute',
      contactOf('<l:Email kind="work">a@b</l:Email>'),
      'contact.emails[0]',
      'has an unknown attribute "kind"',
    ],
    [
      'an attribute on a text',
      contactOf('<l:GivenName Kind="x">A</l:GivenName>'),
      'contact.givenName',
      'holds more than text',
    ],
    [
      'text too long',
      contactOf(`<l:GivenName>${'x'.repeat(101)}</l:GivenName>`),
      'contact.givenName',
      'is longer than 100 characters',
    ],
    ['empty text', contactOf('<l:GivenName></l:GivenName>'), 'contact.givenName', 'is empty'],
    [
      'a wrong pattern',
      contactOf('<l:Email>a@b</l:Email><l:Email>secret</l:Email>'),
      'contact.emails[1].value',
      'does not have the form this field needs',
    ],
    [
      'a wrong enumeration',
      contactOf('<l:Email Kind="secret">a@b</l:Email>'),
      'contact.emails[0].kind',
      'is none of the values allowed here',
    ],
    ['text among fields', contactOf('secret'), 'contact', 'holds text where fields belong'],
    [
      'elements in a text',
      contactOf('<l:GivenName><l:City>A</l:City></l:GivenName>'),
      'contact.givenName',
      'holds more than text',
    ],
    [
      'a time without zone',
      leadOf('<l:CreatedAt>2026-03-14T09:26:53</l:CreatedAt>'),
      'createdAt',
      'is no time with zone, such as 2026-03-14T09:26:53Z',
    ],
    ['another root', `<l:Message xmlns:l="${leadNamespace}"></l:Message>`, '', 'is no lead "l:Message"'],
    [
      'an attribute on the root',
      `<l:Lead xmlns:l="${leadNamespace}" A="b"></l:Lead>`,
      '',
      'has an unknown attribute "A"',
    ],
  ];
  it.each(faults)('%s', (_name, xml, path, detail) => {
    const error = refusal(() => readLead(xml));
    expect(error).toMatchObject({ code: 'schema', path, detail, unauthenticated: false });
    expect(error?.message).not.toContain('secret');
    expect(schemaFault(xml)).toBeDefined();
  });

  it('reads white space between fields, and an empty part', () => {
    const xml = leadOf('\n  <l:Contact>\n </l:Contact>\n\t<l:Interest/>');
    expect(schemaFault(xml)).toBeUndefined();
    expect(readLead(xml)).toEqual({ contact: {}, interest: {} });
  });
});

describe('the envelope of a message', () => {
  const award = messageOf('Award');
  const change = (root: XmlElement, name: string, text: string): XmlElement => ({
    ...root,
    text: root.name === name ? text : root.text,
    children: root.children.map((child) => change(child, name, text)),
  });
  const reading = (root: XmlElement) => refusal(() => readMessage(root));

  it('refuses a type that is not the body', () => {
    expect(reading(change(writeMessage(award), 'l:Type', 'Accept'))).toMatchObject({ path: 'header.type' });
    const wrong = { ...award, body: { offerDigest: 'x' } } as unknown as AnyMessage;
    expect(refusal(() => writeMessage(wrong))).toMatchObject({ path: 'body' });
  });

  it('lets only Capabilities speak to everyone', () => {
    expect(reading(change(writeMessage(award), 'l:To', '*'))).toMatchObject({ path: 'header.to' });
    const capabilities = messageOf('Capabilities');
    expect(readMessage(change(writeMessage(capabilities), 'l:To', '*')).header.to).toBe('*');
  });

  it('reads a later minor version, not another major one', () => {
    const version = (text: string): XmlElement => {
      const root = writeMessage(award);
      return { ...root, attributes: [root.attributes[0]!, ['Version', text]] };
    };
    expect(reading(version('1.4'))).toBeUndefined();
    expect(schemaFault(withSignature(version('1.4')))).toBeUndefined();
    expect(reading(version('2'))).toMatchObject({ code: 'schema', path: 'version' });
    expect(schemaFault(withSignature(version('2')))).toBeDefined();
  });

  it('reads extensions at their place only, and refuses to overlook what must be understood', () => {
    const root = writeMessage(award);
    const leaf = (name: string, attributes: [string, string][] = []): XmlElement => ({
      name,
      attributes,
      children: [],
      text: 'x',
    });
    const extensions = (...children: XmlElement[]): XmlElement => ({
      name: 'l:Extensions',
      attributes: [],
      children,
      text: '',
    });
    const extended = (...children: XmlElement[]): XmlElement => ({
      ...root,
      children: [...root.children, ...children],
    });
    const score = leaf('l:Extension', [['Uri', 'urn:example:score']]);
    const known = extended(extensions(score));
    expect(schemaFault(withSignature(known))).toBeUndefined();
    expect(readMessage(known)).toEqual({ ...award, extensions: [{ uri: 'urn:example:score', value: 'x' }] });
    expect(writeElement(writeMessage(readMessage(known)))).toBe(writeElement(known));
    const must = extended(extensions({ ...score, attributes: [['MustUnderstand', 'true'], ...score.attributes] }));
    expect(schemaFault(withSignature(must))).toBeUndefined();
    expect(reading(must)).toMatchObject({ code: 'not-understood' });
    expect(readMessage(must, new Set(['urn:example:score'])).header).toEqual(award.header);
    for (const wrong of [leaf('l:Contact'), leaf('l:Extension'), leaf('x:Score')]) {
      expect(reading(extended(extensions(wrong)))).toMatchObject({ code: 'schema' });
    }
    expect(schemaFault(withSignature(extended(extensions(leaf('l:Contact')))))).toBeDefined();
    const many = extended(extensions(...Array<XmlElement>(17).fill(score)));
    expect(reading(many)).toMatchObject({ path: 'extensions.extensions' });
    expect(schemaFault(withSignature(many))).toBeDefined();
    expect(reading(extended(extensions(), extensions()))).toMatchObject({ code: 'schema' });
    expect(reading({ ...root, children: [extensions(), ...root.children] })).toMatchObject({ path: 'header' });
  });

  it.each<[MessageType, string]>([
    ['Award', 'conversation'],
    ['Award', 'round'],
    ['Update', 'seq'],
    ['Receipt', 'inReplyTo'],
    ['RecallAnswer', 'inReplyTo'],
    ['Offer', 'blind'],
    ['Erasure', 'blind'],
  ])('%s needs %s', (type, property) => {
    const { header, ...rest } = messageOf(type);
    const without = { ...rest, header: { ...header, [property]: undefined } } as unknown as AnyMessage;
    expect(refusal(() => writeMessage(without))).toMatchObject({ code: 'schema', path: `header.${property}` });
  });

  it('counts from 1, names an agreement and its digest together, and tells proposals from answers', () => {
    const withHeader = (change: object) =>
      refusal(() => writeMessage({ ...award, header: { ...award.header, ...change } } as AnyMessage));
    expect(withHeader({ seq: 0 })).toMatchObject({ path: 'header.seq', detail: 'counts from 1' });
    expect(withHeader({ round: 0 })).toMatchObject({ path: 'header.round' });
    expect(withHeader({ agreement: 'a' })).toMatchObject({ path: 'header.agreementDigest' });
    expect(withHeader({ agreementDigest: Buffer.alloc(32).toString('base64') })).toMatchObject({
      path: 'header.agreement',
    });
    const step = (change: object) => {
      const { header, body } = messageOf('Agreement');
      return refusal(() => writeMessage({ header, body: { ...body, ...change } } as AnyMessage));
    };
    expect(step({})).toBeUndefined();
    expect(step({ terms: undefined })).toMatchObject({ path: 'body.terms' });
    expect(step({ step: 'accept' })).toMatchObject({ path: 'body.proposal' });
  });
});
