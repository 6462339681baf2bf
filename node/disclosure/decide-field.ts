import { leadFields, type LeadField } from '../../protocol/index.ts';
import type { Condition } from '../rules/index.ts';
import { defaultForPeers } from './default-policy.ts';
import { isShownByGroup, maskOf } from './masks.ts';

/** `withhold`: until the award. From the mildest to the strictest. */
export const policyActions = ['show', 'mask', 'withhold', 'never'] as const;
export type PolicyAction = (typeof policyActions)[number];
/** In the offer, in the release to the winner, and in updates it gets later. */
export const stages = ['offered', 'released', 'updated'] as const;
export type Stage = (typeof stages)[number];
export type OfferMode = 'direct' | 'grab';

/** What recipients may see of a field, or of a group of fields, at one stage. */
export interface FieldPolicy {
  readonly recipientKind: 'peer' | 'user';
  /** One peer or user; absent: all of them. */
  readonly recipientId?: string | undefined;
  /** A field's path, one custom field (`fields.budgetCode`), or a group (`group:email`). */
  readonly target: string;
  readonly stage: Stage;
  /** Absent: in both. */
  readonly mode?: OfferMode | undefined;
  /** Which leads it is for; absent: all of them. */
  readonly condition?: Condition | undefined;
  readonly action: PolicyAction;
}

export interface Recipient {
  readonly kind: 'peer' | 'user';
  readonly id?: string | undefined;
}

export type Shown = 'show' | 'mask' | 'hide';

/** How much of a field is shown at each stage: never more in an offer or an update than in the release. */
export type Visibility = { readonly [stage in Stage]: Shown };

export interface FieldDecision extends Visibility {
  readonly path: string;
  /** False: no policy speaks of it and no default either; somebody should decide. */
  readonly decided: boolean;
}

/** The path that stands for all custom fields. */
export const CUSTOM = 'fields';
export const isCustom = (path: string): boolean => path === CUSTOM || path.startsWith(`${CUSTOM}.`);
/** The path of one custom field; its name counts without regard to case. */
export const customPath = (name: string): string => `${CUSTOM}.${name.trim().toLowerCase()}`;

/** The decision for every field of the schema, and for custom fields that a policy names; conditions are taken as fulfilled. */
export function decideFields(policies: readonly FieldPolicy[], recipient: Recipient, mode: OfferMode): FieldDecision[] {
  const ours = policies.filter((policy) => isFor(policy, recipient, mode));
  const named = ours.map(({ target }) => pathOf(target)).filter((path) => path.startsWith(`${CUSTOM}.`));
  const fields = new Map(leadFields.map((field) => [field.path, field]));
  return [...fields.keys(), ...new Set(named)].map((path) =>
    decideField(path, fields.get(isCustom(path) ? CUSTOM : path), { ours, recipient }),
  );
}

/** Whether a policy is about this recipient and this kind of offer. */
export function isFor(policy: FieldPolicy, recipient: Recipient, mode: OfferMode): boolean {
  return (
    policy.recipientKind === recipient.kind &&
    (policy.recipientId === undefined || policy.recipientId === recipient.id) &&
    (policy.mode === undefined || policy.mode === mode)
  );
}

/** The path a policy's target or a changed field means. */
export const pathOf = (target: string) =>
  target.startsWith(`${CUSTOM}.`) ? customPath(target.slice(CUSTOM.length + 1)) : target;

interface Setting {
  readonly ours: readonly FieldPolicy[];
  readonly recipient: Recipient;
}

function decideField(path: string, field: LeadField | undefined, { ours, recipient }: Setting): FieldDecision {
  const candidates = ours.flatMap((policy) => {
    const nearness = nearnessOf(pathOf(policy.target), path, field);
    if (nearness < 0) return [];
    const hides = policy.action === 'mask' && nearness === 0 && !isShownByGroup(path);
    return [{ policy: hides ? { ...policy, action: 'withhold' as const } : policy, rank: rankOf(policy, nearness) }];
  });
  const set = (stage: Stage) => chosen(candidates, stage);
  const fallback = recipient.kind === 'user' ? 'show' : defaultForPeers(path);
  const [offered, released, updated] = [set('offered'), set('released'), set('updated')];
  // Whoever decided what an offer shows of a field meant the winner to have it, unless it is "never".
  const atRelease = released ?? ((offered ?? fallback) === undefined ? 'never' : 'show');
  const shown = combine(
    { offered: offered ?? fallback ?? 'withhold', released: atRelease, updated: updated ?? atRelease },
    maskOf(path) !== undefined,
  );
  return { path, decided: (offered ?? released ?? fallback) !== undefined, ...shown };
}

/** How closely a policy's target means a field: 0 its group, 1 all custom fields, 2 the field itself; -1 not at all. */
function nearnessOf(target: string, path: string, field: LeadField | undefined): number {
  if (target === path) return 2;
  if (target === CUSTOM && isCustom(path)) return 1;
  return field !== undefined && target === `group:${field.group}` ? 0 : -1;
}

/**
 * The most specific policy decides: one recipient before all, then the field before its group, then one with a condition before
 * one for all leads, then one mode before both; and of two that are alike in all that, the stricter one.
 */
function rankOf({ recipientId, condition, mode, action }: FieldPolicy, nearness: number): number {
  const whom = recipientId === undefined ? 0 : 1;
  const when = (condition === undefined ? 0 : 2) + (mode === undefined ? 0 : 1);
  return ((whom * 3 + nearness) * 4 + when) * policyActions.length + policyActions.indexOf(action);
}

function chosen(candidates: readonly { policy: FieldPolicy; rank: number }[], stage: Stage): PolicyAction | undefined {
  const atStage = candidates.filter(({ policy }) => policy.stage === stage);
  return atStage.sort((one, other) => other.rank - one.rank)[0]?.policy.action;
}

/** An offer never shows more than the release will, and an update tells nothing the release did not. */
function combine(actions: Readonly<Record<Stage, PolicyAction>>, maskable: boolean): Visibility {
  const shownBy = (action: PolicyAction): Shown =>
    action === 'show' || (action === 'mask' && maskable) ? action : 'hide';
  const released = actions.offered === 'never' ? 'hide' : shownBy(actions.released);
  return {
    offered: least(shownBy(actions.offered), released),
    released,
    updated: least(shownBy(actions.updated), released),
  };
}

const byLeast = ['hide', 'mask', 'show'] as const;
const least = (one: Shown, other: Shown): Shown =>
  byLeast[Math.min(byLeast.indexOf(one), byLeast.indexOf(other))] ?? 'hide';
