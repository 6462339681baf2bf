import {
  batchMediaType,
  capabilitiesPath,
  makeHeader,
  mediaType,
  open,
  problemFor,
  receiptFor,
  seal,
  writeBatch,
  type AnyMessage,
  type Bodies,
  type FindKey,
  type Header,
  type MessageType,
  type Opened,
  type Sealed,
  type SigningKey,
} from '../../protocol/index.ts';
import { makeIds } from '../../node/kernel/ids.ts';
import { makeFetch, type Answer, type Request, type Station, type Wires } from './network.ts';
import { addressOf } from './node.ts';
import type { Random } from './random.ts';
import type { Resident } from './template.ts';
import { readBatch } from '../../protocol/index.ts';

const mallorysId = 'mallory.localhost';

/** A conversation that Mallory is in, as far as it cares. */
export interface Talk {
  readonly peer: string;
  readonly conversation: string;
  readonly offerDigest: string;
  round: number;
  seq: number;
}

/** A partner that everybody confirmed and that keeps no rule. It has no database and no conscience. */
export interface Mallory extends Station {
  readonly random: Random;
  readonly peers: readonly string[];
  /** Everything that it ever got to see, from others' conversations too. */
  readonly recorded: { readonly to: string; readonly xml: string }[];
  readonly talks: Talk[];
  /** Seals whatever is said, with a header bent at will. */
  seal<T extends MessageType>(to: string, type: T, body: Bodies[T], header?: Partial<Header>): Sealed;
  post(to: string, documents: readonly (string | Uint8Array)[]): Promise<void>;
  now(): number;
  /** For a message or a conversation. */
  newId(): string;
}

export function makeMallory(wires: Wires, key: SigningKey, residents: readonly Resident[], random: Random): Mallory {
  const findKey: FindKey = (from, kid) => {
    const { signing } = residents.find(({ name }) => `${name}.localhost` === from)?.keys ?? {};
    return signing?.kid === kid ? signing : undefined;
  };
  const fetch = makeFetch(wires, 'mallory', { reaches: () => false, isDead: () => false });
  const now = () => wires.timeline.now();
  const ids = makeIds({ now, after: () => () => undefined }, (count) => random.bytes(count));
  const mallory: Mallory = {
    ...{ random, now, newId: ids.uuid, peers: residents.map(({ name }) => name), recorded: [], talks: [] },
    seal: (to, type, body, header = {}) =>
      seal({ header: { ...makeHeader({ type, from: mallorysId, to: `${to}.localhost`, now: now() }), ...header }, body } as AnyMessage, key), // prettier-ignore
    async post(to, documents) {
      const [only] = documents;
      const body = documents.length === 1 ? Buffer.concat([toBytes(only)]) : writeBatch(documents);
      const headers = { 'content-type': documents.length === 1 ? mediaType : batchMediaType };
      await fetch(`${addressOf(to)}/lead-exchange`, { method: 'POST', headers, body: new Uint8Array(body) }).catch(
        () => undefined,
      );
    },
    receive: (request) => Promise.resolve(answer(mallory, key, findKey, request)),
  };
  return mallory;
}

const toBytes = (document: string | Uint8Array = '') =>
  typeof document === 'string' ? Buffer.from(document) : document;

function answer(mallory: Mallory, key: SigningKey, findKey: FindKey, request: Request): Answer | undefined {
  if (new URL(request.url).pathname === capabilitiesPath) return send(200, describeItself(mallory, key));
  const isFrame = request.contentType === batchMediaType;
  const documents = isFrame ? readBatch(request.body) : [request.body];
  const opened = openAll(documents, findKey);
  // A key that it does not know: nobody there confirms new ones.
  if (!opened) return send(401, 'no');
  opened.forEach((each) => remember(mallory, each));
  const answers = opened.map((each) => answerOne(mallory, key, each));
  const { random } = mallory;
  if (random.chance(0.05)) return undefined;
  if (random.chance(0.05)) return send(random.pick([200, 302, 401, 404, 429, 500]), 'no');
  return isFrame
    ? { ...send(200, ''), contentType: batchMediaType, body: writeBatch(answers) }
    : send(200, answers[0] ?? '');
}

function openAll(documents: readonly Uint8Array[], findKey: FindKey): Opened[] | undefined {
  try {
    return documents.map((document) => open(document, findKey));
  } catch {
    return undefined;
  }
}

const send = (status: number, text: string): Answer => ({
  ...{ status, contentType: mediaType, headers: {} },
  body: Buffer.from(text),
});

function describeItself({ now }: Mallory, key: SigningKey): string {
  const header = makeHeader({ type: 'Capabilities', from: mallorysId, to: '*', now: now(), lifeMs: 86_400_000 });
  const keys = [{ kid: key.kid, algorithm: key.algorithm, spki: key.spki.toString('base64') }];
  const levels = ['Core', 'Withhold', 'Update', 'Agreement', 'Privacy', 'Batch', 'Pull'] as const;
  const body = {
    name: 'Mallory',
    endpoint: `${addressOf('mallory')}/lead-exchange`,
    keys,
    versions: ['1'],
    levels: [...levels],
    maxMessageBytes: 262_144,
  };
  return seal({ header, body }, key).xml;
}

/** Offers are what it can do most with. */
function remember({ talks }: Mallory, { message: { header }, digest }: Opened): void {
  const { conversation, from, type, round = 1 } = header;
  if (conversation === undefined || type !== 'Offer') return;
  talks.push({ peer: from.replace('.localhost', ''), conversation, offerDigest: digest, round, seq: 0 });
}

/** Mostly a receipt; else a lie, signed. */
function answerOne({ random, now, recorded }: Mallory, key: SigningKey, opened: Opened): string {
  const answering = { nodeId: mallorysId, now: now() };
  if (random.chance(0.75)) return seal(receiptFor(opened, answering), key).xml;
  const { from, messageId } = opened.message.header;
  if (random.chance(0.3)) return recorded.length > 0 ? random.pick(recorded).xml : 'nothing';
  if (random.chance(0.5)) {
    const code = random.pick([
      'conflict',
      'illegal-transition',
      'stale-round',
      'expired',
      'rate',
      'schema',
      'audience',
    ] as const);
    return seal(problemFor({ from, messageId, digest: opened.digest }, { code, text: 'Lie.' }, answering), key).xml;
  }
  const wrong = receiptFor(opened, answering);
  const digest = random.bytes(32).toString('base64');
  return seal({ ...wrong, header: { ...wrong.header, inReplyTo: { messageId, digest } } }, key).xml;
}
