import { verify } from 'node:crypto';
import { makeMessageId } from '../index.ts';
import { digestOf, signatureOf, signText, withoutSignature } from './hand-signed.ts';
import type { Identity } from './identity.ts';
import { freshId } from './kit.ts';
import type { Vector, VectorBook } from './vectors.ts';

/** Whom a vector is made over to. */
interface Soil {
  readonly identity: Identity;
  readonly to: string;
  readonly now: number;
}

export interface Transplanted {
  readonly bytes: Buffer;
  /** What an answer must quote. */
  readonly messageId: string;
  readonly digest: string;
  readonly conversation: string;
}

const longest = 262_144;
const infoOf = (block: string) => /<ds:SignedInfo[^]*<\/ds:SignedInfo>/.exec(block)?.[0] ?? '';
const valueOf = (text: string) => /<ds:SignatureValue>([^<]*)</.exec(text)?.[1] ?? '';
const quoted = (text: string) => /<ds:DigestValue>([^<]*)</.exec(text)?.[1] ?? '';

/**
 * The same document from the kit to the node under test, of now: names, key and times are the kit's, and whatever was right
 * about its signature is right again, so that what was wrong with it is the only thing wrong. Bytes are kept one a character
 * (latin1), because some are no UTF-8.
 */
export function transplant(book: VectorBook, vector: Vector, soil: Soil): Transplanted {
  const old = book.bytesOf(vector).toString('latin1');
  const ids = { conversation: freshId(), messageId: makeMessageId(soil.now) };
  const moved = rename(old, soil, { ...namesOf(old, vector, book), ...ids });
  const stock = book
    .bytesOf(book.stock)
    .toString('latin1')
    .replace(/^<\?xml[^>]*>/, '');
  const vine: Vine = { book, soil, stock: [stock, rename(stock, soil, { ...book, ...ids })] };
  const text = vector.kind === 'message' ? signText(expanded(withoutSignature(moved).trim()), soil.identity.key) : regrow(old, moved, vine); // prettier-ignore
  const bytes = Buffer.from(old.length > longest ? text.trimEnd().padEnd(longest + 1) : text, 'latin1');
  return { bytes, ...ids, digest: quoted(text) };
}

/** Who speaks to whom in a vector, and the ids it gets. */
interface Names extends Pick<VectorBook, 'from' | 'to' | 'now' | 'key'> {
  readonly conversation: string;
  readonly messageId: string;
}

/** Messages that only the holding side sends are the kit's as well. */
function namesOf(text: string, { kind }: Vector, book: VectorBook) {
  const turned = kind === 'message' && text.includes(`<l:From>${book.to}<`);
  return turned ? { ...book, from: book.to, to: book.from } : book;
}

function rename(text: string, { identity, to, now }: Soil, names: Names): string {
  const later = (time: string) => new Date(Date.parse(time) + now - names.now).toISOString();
  return text
    .replaceAll(names.to, to)
    .replaceAll(names.from, identity.nodeId)
    .replaceAll(names.key.kid, identity.key.kid)
    .replaceAll(/<l:Conversation>[\w.-]+<(?=\/l:Conversation>)/g, `<l:Conversation>${names.conversation}<`)
    .replaceAll(/<l:MessageId>[0-9a-f]{8}-[0-9a-f-]{27}</g, (found) => kept(found, names.messageId))
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z(?=<)/g, later);
}

/** An id that is wrong stays wrong. */
const kept = (found: string, messageId: string) => (/-7...-[89ab]...-/.test(found) ? `<l:MessageId>${messageId}<` : found); // prettier-ignore

/** Makes good again, block by block, what was good about the signatures. */
function regrow(old: string, moved: string, vine: Vine): string {
  const before = blocksOf(old);
  let at = -1;
  return moved.replace(eachBlock, (block) => {
    at += 1;
    const was = before[at] ?? '';
    const digest = digestFor(quoted(was), { old, moved, vine });
    const right = digest === undefined ? block : block.replace(quoted(block), () => digest);
    if (!isGood(was, vine.book)) return right;
    const value = signatureOf(declared(infoOf(right)), vine.soil.identity.key);
    return right.replace(valueOf(right), () => likeThat(value, valueOf(was), vine));
  });
}

interface Vine {
  readonly book: VectorBook;
  readonly soil: Soil;
  /** The good document most of the hostile ones were made of, before and after. */
  readonly stock: readonly [old: string, moved: string];
}

const eachBlock = /<ds:Signature[ >][^]*?<\/ds:Signature>/g;
const blocksOf = (text: string) => [...text.matchAll(eachBlock)].map(([block]) => block);

/** The digest that is to the moved text what the old one was to the old text; undefined when it fitted nothing. */
function digestFor(was: string, { old, moved, vine }: { old: string; moved: string; vine: Vine }): string | undefined {
  const bare = (text: string, stock: string) =>
    [text, stock].flatMap((one) => [withoutSignature(one), one.replace(/<ds:Signature[ >][^]*<\/ds:Signature>/, '')]);
  const at = bare(old, vine.stock[0]).findIndex((text) => digestOf(text) === was);
  return at === -1 ? undefined : digestOf(bare(moved, vine.stock[1])[at] ?? '');
}

/** SignedInfo in its canonical form: it declares its prefix, and has no element that closes itself. */
function declared(info: string): string {
  const whole = expanded(info);
  if (whole.includes('xmlns:ds=')) return whole;
  return whole.replace('<ds:SignedInfo', '<ds:SignedInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"');
}

const expanded = (text: string) => text.replace(/<([\w:]+)([^<>]*)\/>/g, '<$1$2></$1>');

function isGood(block: string, { key }: VectorBook): boolean {
  const text = valueOf(block).replace(/\s/g, '');
  const value = Buffer.from(text, 'base64');
  if (value.toString('base64') !== text) return false;
  const options = { key: key.publicKey, dsaEncoding: 'ieee-p1363' } as const;
  return value.byteLength === 64 && verify('sha256', Buffer.from(declared(infoOf(block)), 'latin1'), options, value);
}

const order = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551');

/** The new value written as the old one was: with its white space, and with n - s for s. */
function likeThat(value: string, was: string, { stock: [stock] }: Vine): string {
  const good = valueOf(stock);
  const negated = was !== good && was.slice(0, 40) === good.slice(0, 40) && !/\s/.test(was);
  const fresh = negated ? otherS(value) : value;
  let at = -1;
  return was.replace(/\S/g, () => fresh.charAt((at += 1)));
}

function otherS(value: string): string {
  const bytes = Buffer.from(value, 'base64');
  const s = order - BigInt(`0x${bytes.toString('hex', 32)}`);
  return Buffer.concat([bytes.subarray(0, 32), Buffer.from(s.toString(16).padStart(64, '0'), 'hex')]).toString(
    'base64',
  );
}
