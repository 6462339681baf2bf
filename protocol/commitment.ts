import { createHash, createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { ProtocolError } from './errors.ts';
import { fieldGroups, leadFields } from './generated.ts';
import type { Commitment, FieldGroup, Lead, Offer, Opening, Release } from './generated.ts';
import { getField, groupValue } from './lead.ts';
import { lengthAndBytes, u32 } from './length-prefix.ts';

export interface CommitmentContext {
  readonly conversation: string;
  readonly round: number;
  /** At least 32 random bytes, fresh for this conversation and round: the salts hang on it, and the losers never see them. */
  readonly secret: Uint8Array;
}

export interface CommittedValue {
  readonly conversation: string;
  readonly round: number;
  readonly group: string;
  /** 32 bytes. */
  readonly salt: Uint8Array;
  /** The group's canonical XML fragment, '' when the lead has none of its fields. */
  readonly value: string;
}

/**
 * SHA-256("lx-commit-1" ‖ u32 length ‖ conversation ‖ u32 round ‖ u32 length ‖ group ‖ salt ‖ u32 length ‖ value):
 * numbers are big-endian, lengths count UTF-8 bytes. Base64.
 */
export function commit({ conversation, round, group, salt, value }: CommittedValue): string {
  if (salt.byteLength !== 32) throw new ProtocolError('salt', 'A salt has 32 bytes.');
  const hash = createHash('sha256').update('lx-commit-1');
  hash.update(lengthAndBytes(conversation)).update(u32(round));
  hash.update(lengthAndBytes(group)).update(salt).update(lengthAndBytes(value));
  return hash.digest('base64');
}

/** A KeyObject once: handing the bytes to every HMAC costs seven times as much. */
function saltKey(secret: Uint8Array): KeyObject {
  if (secret.byteLength < 32) throw new ProtocolError('salt', 'The secret of the salts has at least 32 bytes.');
  return createSecretKey(secret);
}

const saltOf = (key: KeyObject, group: FieldGroup): Buffer => createHmac('sha256', key).update(group, 'utf8').digest();

/** One commitment per field group, absent ones included, so that presence tells nothing; to what `Release` will hold. */
export function makeCommitments(lead: Lead, { conversation, round, secret }: CommitmentContext): Commitment[] {
  const key = saltKey(secret);
  return fieldGroups.map((group) => ({
    group,
    value: commit({ conversation, round, group, salt: saltOf(key, group), value: groupValue(lead, group) }),
  }));
}

/** What opens the commitments made with the same secret. */
export function makeOpenings(secret: Uint8Array): Opening[] {
  const key = saltKey(secret);
  return fieldGroups.map((group) => ({ group, salt: saltOf(key, group).toString('base64') }));
}

/**
 * Checks that a Release holds what its Offer promised: every commitment opens to the released group, and no field the
 * offer showed plainly has changed. Where nothing was committed to, openings mean nothing. Throws `commitment`, `opening-missing` or `visible-field-changed`.
 */
export function checkOpenings(release: Release, offer: Offer, conversation: string, round: number): void {
  const { commitments = [] } = offer;
  const salts = saltsByGroup(commitments.length === 0 ? [] : (release.openings ?? []));
  for (const { group, value: promised } of commitments) {
    const salt = salts.get(group);
    if (!salt) throw new ProtocolError('opening-missing', 'A commitment of the offer is not opened.', { path: group });
    const found = commit({ conversation, round, group, salt, value: groupValue(release.lead, group) });
    if (!sameDigest(found, promised)) {
      throw new ProtocolError('commitment', 'The released fields are not those the offer was about.', { path: group });
    }
  }
  checkVisibleFields(release.lead, offer);
}

function saltsByGroup(openings: readonly Opening[]): Map<FieldGroup, Buffer> {
  const salts = new Map<FieldGroup, Buffer>();
  for (const { group, salt } of openings) {
    if (salts.has(group)) throw new ProtocolError('commitment', 'A group is opened twice.', { path: group });
    salts.set(group, Buffer.from(salt, 'base64'));
  }
  return salts;
}

function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'base64'), Buffer.from(b, 'base64')];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}

function checkVisibleFields(released: Lead, { lead: offered, maskedFields = [] }: Offer): void {
  for (const { path } of leadFields) {
    if (maskedFields.includes(path)) continue;
    const shown = getField(offered, path);
    if (shown !== undefined && !isDeepStrictEqual(shown, getField(released, path))) {
      throw new ProtocolError('visible-field-changed', 'A field the offer showed has another value now.', { path });
    }
  }
}
