import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBatch } from '../../protocol/batch.ts';
import { isCheckpointOf } from '../../protocol/checkpoint.ts';
import { checkOpenings } from '../../protocol/commitment.ts';
import { advance, type ConversationPoint } from '../../protocol/conversation.ts';
import { isOfType, open, type Opened } from '../../protocol/envelope.ts';
import { ProtocolError } from '../../protocol/errors.ts';
import { gateBytes } from '../../protocol/gate.ts';
import type { Header } from '../../protocol/generated.ts';
import { readInvitation } from '../../protocol/invitation.ts';
import { checkHeader } from '../../protocol/header.ts';
import { hasPassed } from '../../protocol/hops.ts';
import { fingerprint } from '../../protocol/keys.ts';
import { checkLead, readLead, writeLead } from '../../protocol/lead.ts';
import { checkRollover } from '../../protocol/rollover.ts';
import { scan } from '../../protocol/scan.ts';
import { openWithXmlCrypto } from '../../protocol/witness.ts';
import { readMessage, writeMessage } from '../../protocol/xml.ts';
import { forge } from './forge.ts';
import { schemaFault } from './schema-witness.ts';
import { messageOf } from './vectors/bodies.ts';
import { findPinned, readKeys, signer, vectorFolder } from './vectors/keys.ts';
import type { proofs } from './vectors/proofs.ts';
import { canonicalOf } from './vectors/signed.ts';
import type { Vector } from './vectors/vector.ts';
import type { Walk } from './vectors/walks.ts';

const text = (file: string) => readFileSync(new URL(file, vectorFolder), 'utf8');
const manifest = JSON.parse(text('manifest.json')) as { receiver: string; now: string; vectors: Vector[] };
const keys = readKeys();
const findKey = findPinned(keys);
type Verdict = Pick<Vector, 'verdict' | 'code' | 'path'>;

/** No schema can say these; see the heads of schemas/exchange.xsd and levels.xsd. */
const beyondSchema =
  /type-is-not-body|to-everyone|no-(conversation|round|seq|blind)|(to|for|acceptance-of)-nothing|(round|seq)-zero|-alone|without-(terms|digest)|commitment-missing|two-amounts/;

function readLeadDocument(bytes: Buffer): void {
  const lead = readLead(bytes.toString('utf8'));
  expect(checkLead(lead)).toEqual(lead);
  expect(readLead(writeLead(lead))).toEqual(lead);
}

function readMessageDocument(bytes: Buffer): void {
  const root = scan(gateBytes(bytes));
  const message = readMessage({ ...root, children: root.children.slice(0, -1) });
  expect(readMessage(writeMessage(message))).toEqual(message);
}

function verdictOf(error: unknown, { kind }: Vector): Verdict {
  if (!(error instanceof ProtocolError)) throw error;
  const { code, path, unauthenticated } = error;
  const refused = kind === 'lead' ? 'refused' : unauthenticated ? 'unauthenticated' : 'problem';
  return code === 'schema' ? { verdict: refused, code, path: path ?? '' } : { verdict: refused, code };
}

function receive(bytes: Buffer, vector: Vector): Verdict {
  const opened = open(bytes, findKey);
  const code = checkHeader(opened.message.header, vector.receiver ?? manifest.receiver, Date.parse(manifest.now));
  const { spki } = signer(keys, vector.key ?? '');
  expect(openWithXmlCrypto(bytes.toString('utf8').replace(/^<\?xml[^>]*>/, ''), findKeyOf(opened))).toBe(
    opened.canonical,
  );
  expect(findKeyOf(opened).spki.toString('base64')).toBe(spki);
  return code === undefined ? { verdict: 'valid' } : { verdict: 'problem', code };
}
const findKeyOf = ({ message, kid }: Opened) => findKey(message.header.from, kid)!;

function judge(vector: Vector, bytes: Buffer): Verdict {
  try {
    if (vector.kind === 'signed') return receive(bytes, vector);
    if (vector.kind === 'batch') readBatch(bytes);
    else if (vector.kind === 'lead') readLeadDocument(bytes);
    else readMessageDocument(bytes);
    return { verdict: 'valid' };
  } catch (error) {
    return verdictOf(error, vector);
  }
}

describe('the vectors', () => {
  it.each(manifest.vectors)('$file: $why', (vector) => {
    const bytes = readFileSync(new URL(vector.file, vectorFolder));
    const { verdict, code, path } = vector;
    expect(judge(vector, bytes)).toEqual({
      verdict,
      ...(code !== undefined && { code }),
      ...(path !== undefined && { path }),
    });
    if (vector.kind === 'batch') return;
    // The schema by itself, whatever the signature is worth.
    if (verdict === 'valid') expect(schemaFault(bytes.toString('utf8'))).toBeUndefined();
    if (code === 'schema')
      expect(schemaFault(bytes.toString('utf8')) === undefined).toBe(beyondSchema.test(vector.file));
  });

  it('are all in the manifest, and the manifest names no others', () => {
    const folders = readdirSync(vectorFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const files = folders.flatMap(({ name }) =>
      readdirSync(new URL(name, vectorFolder)).map((file) => `${name}/${file}`),
    );
    expect(manifest.vectors.map(({ file }) => file).toSorted()).toEqual(files.toSorted());
  });

  it('are many, of every kind and verdict', () => {
    expect(manifest.vectors.length).toBeGreaterThan(250);
    const kinds = new Set(manifest.vectors.map(({ kind, verdict }) => `${kind} ${verdict}`));
    expect([...kinds].toSorted()).toEqual([
      ...['batch unauthenticated', 'batch valid', 'lead refused', 'lead valid', 'message problem', 'message valid'],
      ...['signed problem', 'signed unauthenticated', 'signed valid'],
    ]);
  });
});

describe('documents with several faults', () => {
  const vendor = signer(keys, 'vendor');
  const key = { privateKey: vendor.private, kid: vendor.kid };
  const award = canonicalOf(messageOf('Award', {}, { to: 'somebody.example' }));
  const noTime = award.replace('<l:LeaseUntil>2026', '<l:LeaseUntil>26');
  const stranger = (xml: string) => xml.replace(vendor.kid, 'A'.repeat(22));
  const otherDigest = (xml: string) => xml.replace('<l:Round>1<', '<l:Round>2<');
  const swapped = (xml: string) => xml.replace(/<ds:SignatureValue>..../, '<ds:SignatureValue>AAAA');

  it('are refused for the first of their faults in the order of checks', () => {
    const judged = (xml: string) =>
      judge({ ...manifest.vectors[0]!, kind: 'signed', key: 'vendor' }, Buffer.from(xml)).code;
    const whole = forge(noTime, key);
    expect(judged(`\ufeff${stranger(swapped(otherDigest(whole)))}`)).toBe('byte-order-mark');
    expect(judged(stranger(swapped(otherDigest(whole))))).toBe('unknown-key');
    expect(judged(swapped(otherDigest(whole)))).toBe('signature');
    expect(judged(otherDigest(whole))).toBe('digest');
    expect(judged(whole)).toBe('schema');
    expect(judged(forge(award, key))).toBe('audience');
  });
});

const walks = JSON.parse(text('conversations.json')) as Walk[];

describe('the walks through a conversation', () => {
  it.each(walks)('$name: $why', ({ side, steps }) => {
    let point: ConversationPoint = { state: 'none', round: 0 };
    for (const { direction, message: type, outcome, round, then } of steps) {
      const next = advance(point, { side, direction, type, outcome, round });
      expect(typeof next === 'string' ? next : next.state).toBe(then);
      if (typeof next !== 'string') point = next;
    }
  });
});

describe('the signed conversation', () => {
  const names = ['1-offer', '2-accept', '3-award', '4-receipt', '5-release', '6-status', '7-status'];
  const opened = names.map((name) => open(Buffer.from(text(`signed/walk-${name}.xml`)), findKey));
  const [offer, accept, award, receipt, release, received, won] = opened as [Opened, ...Opened[]];

  it('quotes what it answers and chains what each side said', () => {
    expect(accept?.message.body).toMatchObject({ offerDigest: offer.digest });
    expect(receipt?.message.header.inReplyTo).toEqual({
      messageId: award?.message.header.messageId,
      digest: award?.digest,
    });
    const previous = (one: Opened | undefined) => (one?.message.header as Header).prevDigest;
    expect([offer, award, release].map(previous)).toEqual([undefined, offer.digest, award?.digest]);
    expect([accept, received, won].map(previous)).toEqual([undefined, accept?.digest, received?.digest]);
  });

  it('releases what it offered', () => {
    if (!isOfType(offer, 'Offer') || !release || !isOfType(release, 'Release')) throw new Error('Other messages.');
    const { conversation = '', round = 0 } = offer.message.header;
    expect(() => checkOpenings(release.message.body, offer.message.body, conversation, round)).not.toThrow();
    expect(() => checkOpenings(release.message.body, offer.message.body, conversation, 2)).toThrow('commitment');
  });
});

describe('the numbers', () => {
  const { fingerprints, rollover, hops, checkpoint } = JSON.parse(text('proofs.json')) as ReturnType<typeof proofs>;

  it('of fingerprints are ours', () => {
    expect(fingerprints).toHaveLength(keys.length);
    for (const { nodeId, spki, fingerprint: words } of fingerprints)
      expect(fingerprint(nodeId, Buffer.from(spki, 'base64'))).toBe(words);
  });

  it('of the invitation are those of its key', () => {
    const { nodeId, spki, fingerprint: words } = readInvitation(text('invitation.json'));
    expect(fingerprints).toContainEqual(expect.objectContaining({ nodeId, spki, fingerprint: words }));
  });

  it('of rollover, hops and checkpoint are right', () => {
    const { nodeId, oldKid, newSpki, proof } = rollover;
    const { kid } = keys.find(({ spki }) => spki === newSpki)!;
    const until = new Date(Date.parse(manifest.now) + 40 * 86_400_000).toISOString();
    const newKey = { kid, algorithm: 'ecdsa-sha256', spki: newSpki } as const;
    const body = { newKey, validFrom: manifest.now, oldKeyUntil: until, proof };
    expect(checkRollover(body, { nodeId, oldKid }).kid).toBe(kid);
    const passed = { mode: 'direct', closesAt: '', lead: {}, hopNonce: hops.hopNonce, hops: [hops.hop ?? ''] } as const;
    expect(hasPassed({ ...passed, hops: [...passed.hops] }, hops.nodeId)).toBe(true);
    expect(isCheckpointOf(checkpoint.from, checkpoint.log, checkpoint.logKey)).toBe(true);
  });
});
