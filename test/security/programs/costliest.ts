// Looks for the document within the limits that costs the most processor time until it is refused or taken.
// By hand: node test/security/programs/costliest.ts [how many tries]
import { sign, verify } from 'node:crypto';
import { open } from '../../../protocol/envelope.ts';
import { ProtocolError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/gate.ts';
import { leadNamespace } from '../../../protocol/tree.ts';
import { forge } from '../../protocol/forge.ts';
import { findKey, vendor } from '../../protocol/messages.ts';

const texts = [
  'x',
  '&lt;',
  '&amp;',
  '&#65;',
  '&#x41;',
  '&#0000065;',
  '&#128578;',
  '🙂',
  'é',
  ' ',
  '\n',
  '\t',
  ']',
  '&gt;',
  '"',
  'aB3+',
  '=',
];
const spaces = ['', ' ', '\n', '\t \n'];

/** A shape: what stands in the elements, how many there are, how deep, and how the document is written. */
interface Shape {
  readonly text: string;
  readonly attributeText: string;
  readonly attributes: number;
  readonly depth: number;
  readonly elements: number;
  readonly between: string;
  readonly nameLength: number;
  /** The part of the room that texts take, and the rest that white space between elements takes. */
  readonly share: number;
  readonly known: boolean;
  readonly own: boolean;
}

const integer = (most: number) => Math.floor(Math.random() * (most + 1));
const one = <T>(list: readonly T[]): T => list[integer(list.length - 1)]!;
const anyShape = (): Shape => ({
  text: one(texts),
  attributeText: one(texts),
  attributes: integer(8),
  depth: 1 + integer(limits.depth - 3),
  elements: one([1, 4, 50, 400, limits.elements - 20]),
  between: one(spaces),
  nameLength: one([1, 8, 100, 250]),
  share: Math.random(),
  known: Math.random() < 0.8,
  own: Math.random() < 0.3,
});

function mutate(shape: Shape): Shape {
  const name = one(Object.keys(shape) as (keyof Shape)[]);
  return { ...shape, [name]: anyShape()[name] };
}

const fill = (piece: string, bytes: number) => piece.repeat(Math.max(0, Math.floor(bytes / Buffer.byteLength(piece))));

function write(shape: Shape): Buffer | undefined {
  const name = `l:${'N'.repeat(shape.nameLength)}`;
  const room = limits.messageBytes - 2_500;
  const each = room / shape.elements - 2 * name.length - 5;
  const long = Math.min(limits.textBytes - 8, (each * shape.share) / (shape.attributes + 1));
  const attributes = Array.from(
    { length: shape.attributes },
    (_, at) => ` ${'abcdefgh'[at]}="${fill(shape.attributeText.replace('"', '&quot;'), long - 4)}"`,
  ).join('');
  const gap = shape.between === '' ? '' : fill(shape.between, each * (1 - shape.share) - 8);
  let inner = '';
  for (let left = shape.elements; left > 0; left -= shape.depth) {
    const levels = Math.min(left, shape.depth);
    inner += `<${name}${attributes}>`.repeat(levels) + fill(shape.text, long) + `</${name}>`.repeat(levels) + gap;
  }
  const header = `<l:Header><l:From>${vendor.nodeId}</l:From></l:Header>`;
  const document = `<l:Message xmlns:l="${leadNamespace}" Version="1.0">${header}<l:Body>${inner}</l:Body></l:Message>`;
  const signed = forge(document, { ...vendor.key, kid: shape.known ? vendor.key.kid : 'A'.repeat(22) });
  const bytes = Buffer.from(shape.own ? signed : signed.replace(/>$/, ' >'));
  return bytes.length > limits.messageBytes ? undefined : bytes;
}

function costOf(work: () => void): number {
  let best = Infinity;
  for (let time = 0; time < 3; time++) {
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    best = Math.min(best, (user + system) / 1_000);
  }
  return best;
}

let code = '';
function receive(bytes: Buffer): void {
  try {
    open(bytes, findKey);
    code = 'taken';
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    ({ code } = error);
  }
}

const bare = Buffer.alloc(800, 'x');
const key = { key: vendor.key.privateKey, dsaEncoding: 'ieee-p1363' } as const;
const value = sign('sha256', bare, key);
const hundred = () => {
  for (let time = 0; time < 100; time++) verify('sha256', bare, { ...key, key: vendor.key.publicKey }, value);
};
const bareVerification = costOf(hundred) / 100;

const tries = Number(process.argv[2] ?? 2_000);
for (const known of [true, false]) {
  let worst = { milliseconds: 0, shape: { ...anyShape(), known }, code: '' };
  for (let time = 0; time < tries; time++) {
    const shape = { ...(Math.random() < 0.4 ? anyShape() : mutate(worst.shape)), known };
    const bytes = write(shape);
    if (!bytes) continue;
    const milliseconds = costOf(() => receive(bytes));
    if (milliseconds > worst.milliseconds) worst = { milliseconds, shape, code };
  }
  const { milliseconds, shape } = worst;
  console.log(
    `${known ? 'a partner' : 'a stranger'}: at most ${milliseconds.toFixed(1)} ms (${(milliseconds / bareVerification).toFixed(0)} bare verifications), ended by ${worst.code}`,
  );
  console.log(JSON.stringify(shape));
}
