import fc from 'fast-check';
import type { ComplexType, SimpleType } from '../../protocol/descriptor.ts';
import { complexTypes, fieldGroups, messageTypes, simpleTypes } from '../../protocol/generated.ts';
import type { Agreement, AnyMessage, Header, Lead, MessageType, Offer, Status } from '../../protocol/generated.ts';
import { messageTable } from '../../protocol/message-table.ts';

/** Texts that break careless code: markup, entities, numbers that are no numbers, other scripts and directions. */
export const oddTexts = [
  '0044123',
  '-0',
  '1e5',
  ' leading and trailing ',
  ']]>',
  '&#13;',
  '&amp;lt;',
  '<script>alert(1)</script>',
  '<![CDATA[x]]>',
  '<!-- -->',
  `"double" and 'single'`,
  '🙂👩‍👩‍👧‍👦',
  'مرحبا \u202eabc',
  '\u0085\u2028\u2029',
  'e\u0301 é',
  '__proto__',
  'constructor',
  '=1+1',
  '\ufffd',
  '\u{10ffff}',
];

/** Any text XML can hold. */
export const xmlText = fc.oneof(
  { weight: 2, arbitrary: fc.string({ minLength: 1, maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }).filter(isXmlText) },
  { weight: 2, arbitrary: fc.constantFrom(...oddTexts) },
  { weight: 1, arbitrary: fc.constantFrom('line one\nline two', '\t', 'a\tb', '\n') },
);

function isXmlText(text: string): boolean {
  return text.isWellFormed() && !/[\0-\x08\x0b-\x1f\ufffe\uffff]/.test(text);
}

/** Patterns of the kind "anything but" are best hit by filtering; the others by generating from the pattern. */
function patternText(pattern: RegExp, maxLength: number): fc.Arbitrary<string> {
  const filtered = xmlText.filter((text) => pattern.test(text));
  const generated = fc.stringMatching(pattern, { maxLength }).filter((text) => isXmlText(text));
  return /^\^\(\?:\[\^[^\]]*\]\+\)\$$/.test(pattern.source) ? filtered : generated;
}

function textOf({ values, pattern, minLength, maxLength }: SimpleType): fc.Arbitrary<string> {
  if (values) return fc.constantFrom(...values);
  const text = pattern ? patternText(pattern, maxLength) : xmlText;
  const fits = (candidate: string) =>
    Array.from(candidate).length >= minLength &&
    Array.from(candidate).length <= maxLength &&
    (pattern?.test(candidate) ?? true);
  const longest = fc
    .constantFrom('a', 'ß', '🙂')
    .map((character) => character.repeat(maxLength))
    .filter(fits);
  const mayBeLong = maxLength <= 300 && (!pattern || pattern.test('🙂'));
  return mayBeLong
    ? fc.oneof({ weight: 9, arbitrary: text.filter(fits) }, { weight: 1, arbitrary: longest })
    : text.filter(fits);
}

function simpleValue(type: SimpleType): fc.Arbitrary<unknown> {
  if (type.kind === 'boolean') return fc.boolean();
  return type.kind === 'integer' ? fc.integer({ min: 0, max: 999_999_999 }) : textOf(type);
}

function complexValue({ attributes, content, elements }: ComplexType): fc.Arbitrary<Record<string, unknown>> {
  const model: Record<string, fc.Arbitrary<unknown>> = {};
  const required: string[] = [];
  for (const { property, type, required: needed } of attributes) {
    model[property] = valueOf(type);
    if (needed) required.push(property);
  }
  if (content) {
    model[content.property] = valueOf(content.type);
    required.push(content.property);
  }
  for (const { property, type, min, max } of elements) {
    const single = valueOf(type);
    model[property] = max > 1 ? fc.array(single, { minLength: 1, maxLength: Math.min(max, 3) }) : single;
    if (min > 0) required.push(property);
  }
  return fc.record(model, { requiredKeys: required, noNullPrototype: true });
}

const made = new Map<string, fc.Arbitrary<unknown>>();

/** Any valid value of a type of the schemas, as it stands in JSON. */
export function valueOf(name: string): fc.Arbitrary<unknown> {
  const known = made.get(name);
  if (known) return known;
  const simple = simpleTypes[name];
  const arbitrary = simple ? simpleValue(simple) : complexValue(complexTypes[name]!);
  made.set(name, arbitrary);
  return arbitrary;
}

export const anyLead = valueOf('Lead') as fc.Arbitrary<Lead>;

/** What a header has besides the required, by the table of messages: all of it, and for the pairs both or none. */
const headerOf = (type: MessageType): fc.Arbitrary<Header> => {
  const { conversation, answers, blind } = messageTable[type];
  const from1 = fc.integer({ min: 1, max: 999_999_999 });
  return fc
    .record({
      made: valueOf('Header') as fc.Arbitrary<Header>,
      needed: fc.record({
        conversation: valueOf('ConversationId') as fc.Arbitrary<string>,
        ...{ round: from1, seq: from1 },
        inReplyTo: valueOf('InReplyTo') as fc.Arbitrary<NonNullable<Header['inReplyTo']>>,
        ...{ blind: valueOf('Bytes32') as fc.Arbitrary<string> },
      }),
    })
    .map(({ made, needed: { conversation: id, round, seq, ...needed } }) => {
      const header: Header = { ...made, type, ...(made.to === '*' && type !== 'Capabilities' && { to: 'a.example' }) };
      if (conversation) Object.assign(header, { conversation: id, round, seq });
      if (answers) header.inReplyTo = needed.inReplyTo;
      if (blind) header.blind = needed.blind;
      if (header.agreement === undefined || header.agreementDigest === undefined) {
        delete header.agreement;
        delete header.agreementDigest;
      }
      return header;
    });
};

/** Commitments are for all field groups or for none. */
const withAllGroups = (offer: Offer): Offer => {
  const [one] = offer.commitments ?? [];
  return one ? { ...offer, commitments: fieldGroups.map((group) => ({ ...one, group })) } : offer;
};

/** An amount exactly or in a band, never both. */
const withOneAmount = ({ amountBand, ...status }: Status): Status =>
  status.amount !== undefined || amountBand === undefined ? status : { ...status, amountBand };

const bodyOf = (type: MessageType): fc.Arbitrary<unknown> => {
  if (type === 'Offer') return (valueOf(type) as fc.Arbitrary<Offer>).map(withAllGroups);
  if (type === 'Status') return (valueOf(type) as fc.Arbitrary<Status>).map(withOneAmount);
  if (type !== 'Agreement') return valueOf(type);
  return (valueOf(type) as fc.Arbitrary<Agreement>).filter(({ step, terms, proposal }) =>
    step === 'propose' ? terms !== undefined : proposal !== undefined,
  );
};

export const anyMessage = fc.constantFrom(...messageTypes).chain((type) =>
  fc
    .record(
      {
        header: headerOf(type),
        body: bodyOf(type),
        extensions: fc.array(valueOf('Extension'), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['header', 'body'], noNullPrototype: true },
    )
    .map((message) => message as unknown as AnyMessage),
);
