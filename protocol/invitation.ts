import { ProtocolError } from './errors.ts';
import type { KeyAlgorithm } from './generated.ts';
import { fingerprint, verificationKey, type VerificationKey } from './keys.ts';
import { isNodeId } from './node-id.ts';

export const invitationFormat = 'lead-exchange-invitation-1';

/** What one administrator hands to another, out of band, so that their nodes can know each other. Holds nothing secret. */
export interface Invitation {
  format: typeof invitationFormat;
  nodeId: string;
  /** The organisation, for people. */
  name: string;
  /** Where messages for this node are posted. */
  endpoint: string;
  /** SubjectPublicKeyInfo, DER, base64. */
  spki: string;
  kid: string;
  algorithm: KeyAlgorithm;
  /** Ten words, to be compared on another channel. */
  fingerprint: string;
  createdAt: string;
}

export interface Inviter {
  readonly nodeId: string;
  readonly name: string;
  readonly endpoint: string;
  readonly key: VerificationKey;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** The invitation of a node; throws `invitation` when a part of it would be refused by `readInvitation`. */
export function makeInvitation({ nodeId, name, endpoint, key, createdAt }: Inviter): Invitation {
  return checkInvitation({
    format: invitationFormat,
    nodeId,
    name,
    endpoint,
    spki: key.spki.toString('base64'),
    kid: key.kid,
    algorithm: key.algorithm,
    fingerprint: fingerprint(nodeId, key.spki),
    createdAt: new Date(createdAt).toISOString(),
  });
}

/** The file or paste an administrator gets. */
export function writeInvitation(invitation: Invitation): string {
  return `${JSON.stringify(invitation, undefined, 2)}\n`;
}

/** Reads what an administrator pasted; throws `invitation` with the path of what is wrong. */
export function readInvitation(text: string): Invitation {
  if (text.length > 16_384) throw wrong('', 'This is too long for an invitation.');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrong('', 'This is not JSON.');
  }
  return checkInvitation(json);
}

const members = [
  'format',
  'nodeId',
  'name',
  'endpoint',
  'spki',
  'kid',
  'algorithm',
  'fingerprint',
  'createdAt',
] as const;

function checkInvitation(json: unknown): Invitation {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw wrong('', 'This is not a JSON object.');
  const entries = new Map<string, unknown>(Object.entries(json));
  for (const name of entries.keys()) {
    if (!(members as readonly string[]).includes(name)) throw wrong('', 'It has a member no invitation has.');
  }
  const texts = Object.fromEntries(members.map((name) => [name, textOf(entries, name)])) as Record<Member, string>;
  if (texts.format !== invitationFormat) throw wrong('format', `The format is not ${invitationFormat}.`);
  if (!isNodeId(texts.nodeId)) throw wrong('nodeId', 'This is not a node id.');
  if (texts.name.trim() === '' || /\p{Cc}/u.test(texts.name)) throw wrong('name', 'A name is plain text.');
  checkEndpoint(texts.endpoint);
  const { algorithm } = checkKey(texts);
  return { ...texts, format: invitationFormat, algorithm, createdAt: checkTime(texts.createdAt) };
}

type Member = (typeof members)[number];

function textOf(entries: ReadonlyMap<string, unknown>, name: Member): string {
  const value = entries.get(name);
  if (typeof value !== 'string') throw wrong(name, 'This must be text.');
  if (value.length > (name === 'spki' ? 2_048 : 500)) throw wrong(name, 'This is too long.');
  return value;
}

function checkEndpoint(endpoint: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const plain = url && url.username === '' && url.password === '' && url.hash === '' && url.search === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw wrong('endpoint', 'The endpoint is an address that starts with https:// (or http:// on a private network).');
  }
}

function checkKey(texts: Readonly<Record<Member, string>>): VerificationKey {
  const spki = Buffer.from(texts.spki, 'base64');
  if (spki.toString('base64') !== texts.spki) throw wrong('spki', 'This is not base64.');
  let key: VerificationKey;
  try {
    key = verificationKey(spki);
  } catch {
    throw wrong('spki', 'This is not a P-256 key, nor an RSA key of 2048 bits or more.');
  }
  if (key.algorithm !== texts.algorithm) throw wrong('algorithm', 'The key is of another kind.');
  if (key.kid !== texts.kid) throw wrong('kid', 'This is not the name of the key.');
  if (fingerprint(texts.nodeId, spki) !== texts.fingerprint) {
    throw wrong('fingerprint', 'The ten words do not belong to this node and key.');
  }
  return key;
}

function checkTime(text: string): string {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) || Number.isNaN(Date.parse(text))) {
    throw wrong('createdAt', 'This is not a UTC time with milliseconds.');
  }
  return text;
}

const wrong = (path: Member | '', detail: string) => new ProtocolError('invitation', detail, { path });
