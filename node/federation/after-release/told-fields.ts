import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { getField, leadFields, pickFields, setField, writeLead, type Lead } from '../../../protocol/index.ts';
import { maskValue } from '../../disclosure/masks.ts';
import type { DisclosurePlan } from '../../disclosure/decide-disclosure.ts';
import type { Conversation } from '../store/conversations.ts';

/**
 * What the other side of a conversation knows of each field: a digest of the value it stands for, under the conversation's
 * secret, so that no value is kept and none can be guessed. Custom fields stand by their names.
 */
export type ToldFields = Readonly<Record<string, string>>;

const CUSTOM = 'fields';

/** The paths of a lead's fields, custom ones by name. */
function pathsOf(lead: Lead): string[] {
  const named = new Set((lead.fields ?? []).map(({ name }) => `${CUSTOM}.${name}`));
  return [...leadFields.flatMap(({ path }) => (path === CUSTOM ? [] : [path])), ...named];
}

/** The lead with one of its fields only. */
function partOf(lead: Lead, path: string): Lead {
  if (!path.startsWith(`${CUSTOM}.`)) return pickFields(lead, [path]);
  return setField(
    {},
    CUSTOM,
    lead.fields?.filter(({ name }) => `${CUSTOM}.${name}` === path),
  );
}

/** Digests of every field that has a value. */
export function digestFields({ secret }: Pick<Conversation, 'secret'>, lead: Lead): ToldFields {
  const key = createSecretKey(Buffer.from(secret ?? '', 'base64'));
  const told: Record<string, string> = {};
  for (const path of pathsOf(lead)) {
    const part = partOf(lead, path);
    if (Object.keys(part).length > 0) told[path] = digestPart(key, path, part);
  }
  return told;
}

const digestPart = (key: KeyObject, path: string, part: Lead): string =>
  createHmac('sha256', key).update(path).update('\0').update(writeLead(part)).digest('base64');

/** The paths that differ between what was told and what is, in either direction. */
export function changedSince(told: ToldFields, now: ToldFields): string[] {
  const paths = new Set([...Object.keys(told), ...Object.keys(now)]);
  return [...paths].filter((path) => told[path] !== now[path]);
}

/**
 * The lead that an offer stands for: what its plan will release, and of the rest (never shown, or shown in part) the lead as
 * it is. What changes between the plan and the release is told after the release.
 */
export function offeredSnapshot(lead: Lead, { released, neverFields }: DisclosurePlan): Lead {
  let snapshot = lead;
  for (const { path } of leadFields) {
    const [value, promised] = [getField(lead, path), getField(released, path)];
    const hidden = neverFields.includes(path) || path === CUSTOM;
    const masked = promised !== undefined && JSON.stringify(maskValue(path, value)) === JSON.stringify(promised);
    if (!hidden && !masked) snapshot = setField(snapshot, path, promised);
  }
  return snapshot;
}

/** What is told after the other side named these fields (or was named them): `now` for these, what it was for the others. */
export function retold(told: ToldFields, now: ToldFields, paths: readonly string[]): ToldFields {
  const isNamed = (path: string) => paths.includes(path.startsWith(`${CUSTOM}.`) ? CUSTOM : path);
  const kept = Object.entries(told).filter(([path]) => !isNamed(path));
  const named = Object.entries(now).filter(([path]) => isNamed(path));
  return Object.fromEntries([...kept, ...named]);
}

/** As if these fields had not been told: whatever stands in them now is a change. */
export const untold = (told: ToldFields, paths: readonly string[]): ToldFields => ({
  ...told,
  ...Object.fromEntries(paths.map((path) => [path, ''])),
});
