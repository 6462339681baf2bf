import { readFileSync } from 'node:fs';
import { batchLimits, writeBatch } from '../../protocol/batch.ts';
import { conversationStates, transitions, type Side, type Transition } from '../../protocol/conversation.ts';
import { limits } from '../../protocol/gate.ts';
import { clockSkewMs, longestLifeMs } from '../../protocol/header.ts';
import { mostHops } from '../../protocol/hops.ts';
import { shortestOverlapMs } from '../../protocol/rollover.ts';
import {
  complexTypes,
  leadFields,
  messageTypes,
  problemCodes,
  simpleTypes,
  type ProblemCode,
} from '../../protocol/generated.ts';
import { messageTable } from '../../protocol/message-table.ts';
import { isRetryable, problemStatus } from '../../protocol/reply.ts';
import { writeSignedInfo } from '../../protocol/signature.ts';
import type { Vector } from './vectors/vector.ts';

const vectorFile = (name: string) => readFileSync(new URL(`../../schemas/vectors/${name}`, import.meta.url), 'utf8');
const json = (name: string): unknown => JSON.parse(vectorFile(name));

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const code = (text: string) => `\`${text}\``;
const fenced = (kind: string, text: string) => `\`\`\`${kind}\n${text.trimEnd()}\n\`\`\``;

const meanings: Readonly<Record<ProblemCode, string>> = {
  schema: 'breaks the schema, or what LX-013 to LX-020 and LX-121 say; nothing was stored',
  'key-revoked': 'the key is known, and not in force',
  audience: 'meant for another node',
  expired: 'too old, lives too long, or the offer has closed',
  'from-future': 'created later than now, or an Accept before `OpensAt`',
  conflict:
    'another message came under this id; another offer was accepted; the released lead is not the offered one; a new key that is not proven, or known already; states that nobody waits for',
  'agreement-unknown': 'no such agreement, or this side takes no offers from that one',
  'agreement-ended': 'no new offers under this agreement',
  'not-understood': 'a level or an extension this node does not know',
  'illegal-transition': 'not possible in this state of the conversation, or a `Seq` that was passed',
  'stale-round': 'of a round that is over',
  erased: 'the conversation ended with an erasure',
  'legal-hold': 'cannot be done, a legal duty forbids it',
  rate: 'too many messages',
  overloaded: 'no capacity, or the exchange is suspended by an administrator',
  internal: 'a fault on this side',
};

const problems = () =>
  table(
    ['code', 'HTTP', 'retry', 'meaning'],
    problemCodes.map((one) => [code(one), String(problemStatus[one]), isRetryable(one) ? 'yes' : '', meanings[one]]),
  );

const sentBy = (type: string): string => {
  const sides = new Set(
    transitions.filter(({ direction, message }) => direction === 'sent' && message === type).map(({ side }) => side),
  );
  return sides.size === 2 ? 'both' : ([...sides][0] ?? 'any node');
};

function sentIn(type: string): string {
  const found = transitions.filter(({ direction, message }) => direction === 'sent' && message === type);
  const states = new Set(found.flatMap(({ from }) => from));
  if (states.size === 0) return 'any time';
  return states.size === conversationStates.length - 1 ? 'all but none' : [...states].join(', ');
}

const messages = () =>
  table(
    ['message', 'level', 'sent by', 'in state', 'header needs', 'may have', 'receipt'],
    messageTypes.map((type) => {
      const { level, conversation, answers, blind, receipt } = messageTable[type];
      const needs = [
        ...(conversation ? ['Conversation, Round, Seq'] : []),
        ...(answers ? ['InReplyTo'] : []),
        ...(blind ? ['Blind'] : []),
      ];
      const agreement = conversation ? 'Agreement' : '';
      const carried = receipt === 'none' ? 'none' : 'HTTP answer';
      const example = `../schemas/vectors/valid/message-every-${type.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()}.xml`;
      return [`[${code(type)}](${example})`, level, sentBy(type), sentIn(type), needs.join(', '), agreement, carried];
    }),
  );

const nameOf = ({ message, outcome }: Transition) => code(message) + (outcome === undefined ? '' : ` ${outcome}`);
const fromOf = ({ from }: Transition) => {
  const missing = conversationStates.filter((state) => !from.includes(state));
  return missing.length === 1 ? `all but ${missing.join()}` : from.join(', ');
};

const states = (side: Side) =>
  table(
    ['message', '', 'in state', 'then'],
    transitions
      .filter((transition) => transition.side === side)
      .map((row) => [nameOf(row), row.direction, fromOf(row), row.to === 'unchanged' ? '*unchanged*' : row.to]),
  );

/** contact.emails: Contact/Email. */
function elementPath(path: string): string {
  let type = 'Lead';
  const names = path.split('.').map((property) => {
    const element = complexTypes[type]?.elements.find((one) => one.property === property);
    type = element?.type ?? '';
    return element?.name ?? '?';
  });
  return names.join('/');
}

const fields = () =>
  table(
    ['field path', 'element', 'group', 'personal'],
    leadFields.map(({ path, group, personal }) => [code(path), code(elementPath(path)), group, personal ? 'yes' : '']),
  );

interface CommitmentVector {
  readonly why: string;
  readonly conversation: string;
  readonly round: number;
  readonly group: string;
  readonly salt: string;
  readonly value: string;
  readonly commitment: string;
}
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const u32 = (value: number) => value.toString(16).padStart(8, '0');
const sized = (text: string) => [u32(Buffer.byteLength(text)), hex(Buffer.from(text))] as const;

function preimage({ conversation, round, group, salt, value, commitment }: CommitmentVector): string {
  const parts: (readonly [string, string])[] = [
    [hex(Buffer.from('lx-commit-1')), '"lx-commit-1"'],
    [sized(conversation)[0], `length of "${conversation}"`],
    [sized(conversation)[1], `"${conversation}"`],
    [u32(round), 'round'],
    [sized(group)[0], `length of "${group}"`],
    [sized(group)[1], `"${group}"`],
    [hex(Buffer.from(salt, 'base64')), 'salt'],
    [sized(value)[0], 'length of the value'],
    ...(value === '' ? [] : [[hex(Buffer.from(value)).replace(/(.{64})(?=.)/g, '$1\n'), 'value'] as const]),
  ];
  const lines = parts.map(([bytes, what]) =>
    bytes.includes('\n') ? `${bytes}   ${what}` : `${bytes.padEnd(64)}   ${what}`,
  );
  return fenced('text', `${lines.join('\n')}\n\nSHA-256, base64: ${commitment}`);
}

const commitments = () => json('commitments.json') as CommitmentVector[];
function commitmentWithValue(): string {
  const found = commitments().find(({ group, value }) => group === 'phone' && value !== '');
  if (!found) throw new Error('There is no such commitment.');
  return `The value\n\n${fenced('xml', found.value)}\n\n${preimage(found)}`;
}

function fingerprintBlock(): string {
  const [vendor] = (json('proofs.json') as { fingerprints: Record<string, string>[] }).fingerprints;
  return fenced(
    'text',
    ['nodeId', 'spki', 'kid', 'fingerprint'].map((name) => `${name.padEnd(12)} ${vendor?.[name] ?? ''}`).join('\n'),
  );
}

function vectorCounts(): string {
  const { vectors } = json('manifest.json') as { vectors: Vector[] };
  const count = (kind: string, verdict: string) =>
    String(vectors.filter((vector) => vector.kind === kind && vector.verdict === verdict).length);
  const verdicts = ['valid', 'problem', 'refused', 'unauthenticated'];
  const walks = (json('conversations.json') as unknown[]).length;
  return `${table(
    ['kind', ...verdicts],
    ['lead', 'message', 'signed', 'batch'].map((kind) => [
      code(kind),
      ...verdicts.map((verdict) => count(kind, verdict)),
    ]),
  )}\n\nTogether ${vectors.length} documents, ${walks} walks and ${commitments().length} commitments.`;
}

/** The enumerations of which new values may be needed. */
const openEnumerations: readonly string[] = Object.entries(simpleTypes).flatMap(([name, { values }]) =>
  values?.includes('other') ? [name] : [],
);

const counted = (number: number) => number.toLocaleString('en-US');
const limitRows = () =>
  table(
    ['what', 'limit'],
    [
      ['a message', `${counted(limits.messageBytes)} bytes`],
      [
        'elements, their depth, attributes on one',
        `${counted(limits.elements)}, ${limits.depth}, ${limits.attributes}`,
      ],
      ['a text or attribute value', `${counted(limits.textBytes)} bytes; characters as the schema says`],
      ['a batch', `${batchLimits.documents} documents, ${counted(batchLimits.bytes)} bytes`],
      ['life of a message', `${longestLifeMs / 86_400_000} days`],
      ['difference of two clocks', `${clockSkewMs / 60_000} minutes`],
      ['an RSA key', '2048 to 8192 bits'],
      ['nodes a lead passes', String(mostHops)],
      ['overlap of two signing keys', `${shortestOverlapMs / 86_400_000} days at least`],
    ],
  );

const blocks: Readonly<Record<string, () => string>> = {
  'signed-info': () => fenced('xml', writeSignedInfo('ecdsa-sha256', '…')),
  limits: limitRows,
  problems,
  messages,
  offering: () => states('offering'),
  holding: () => states('holding'),
  fields,
  commitment: () => preimage(commitments().find(({ value }) => value === '')!),
  'commitment-value': commitmentWithValue,
  batch: () => fenced('text', hex(writeBatch(['AB', ''])).replace(/(.{8})(?=.)/g, '$1 ')),
  fingerprint: fingerprintBlock,
  vectors: vectorCounts,
  open: () => openEnumerations.map(code).join(', '),
};

/** The specification with its generated parts and vectors filled in. */
export function fillSpecification(text: string): string {
  return text.replace(/<!-- (generated|vector): (\S+) -->\n[^]*?<!-- end -->/g, (_, kind: string, name: string) => {
    const block = blocks[name];
    if (kind === 'generated' && !block) throw new Error(`Nothing generates ${name}.`);
    const inside =
      kind === 'vector' ? fenced(name.endsWith('.json') ? 'json' : 'xml', vectorFile(name)) : (block?.() ?? '');
    return `<!-- ${kind}: ${name} -->\n\n${inside}\n\n<!-- end -->`;
  });
}

export interface Requirement {
  readonly number: string;
  readonly testable: boolean;
}

/** The numbered requirements of the specification. */
export function requirementsOf(text: string): Requirement[] {
  return [...text.matchAll(/\*\*(LX-\d{3})\*\*( \(T\))?/g)].map(([, number = '', mark]) => ({
    number,
    testable: mark !== undefined,
  }));
}
