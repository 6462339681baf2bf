import {
  getField,
  leadFields,
  pickFields,
  setField,
  type Field,
  type Lead,
  type LeadField,
} from '../../protocol/index.ts';
import { maskOf, maskValue } from './masks.ts';

export const policyActions = ['show', 'mask', 'withhold', 'never'] as const;
export type PolicyAction = (typeof policyActions)[number];
export type Stage = 'offered' | 'released';
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
  readonly action: PolicyAction;
}

export interface Recipient {
  readonly kind: 'peer' | 'user';
  readonly id?: string | undefined;
}

/** What an offer is built from: never from the lead itself. The lists depend on policies alone, not on the lead. */
export interface DisclosurePlan {
  /** What the recipient sees before it accepts: the visible part, masks applied. */
  readonly offered: Lead;
  /** What it gets once it has won. */
  readonly released: Lead;
  /** Paths shown at release only; `fields` stands for all custom fields. */
  readonly withheldFields: readonly string[];
  /** Paths of which the offer shows a part, or only some of the entries. */
  readonly maskedFields: readonly string[];
  /** Paths that are never shown. */
  readonly neverFields: readonly string[];
}

/** How much of a field is shown at each stage. */
export interface Visibility {
  readonly offered: 'show' | 'mask' | 'hide';
  readonly released: 'show' | 'mask' | 'hide';
}

export interface FieldDecision extends Visibility {
  readonly path: string;
}

const CUSTOM = 'fields';
const customPath = (name: string) => `${CUSTOM}.${name}`;
const isCustom = (path: string) => path === CUSTOM || path.startsWith(`${CUSTOM}.`);

/** What `recipient` may see of `lead`, offered in `mode`. Fields that no policy and no schema know are withheld. */
export function decideDisclosure(
  lead: Lead,
  policies: readonly FieldPolicy[],
  recipient: Recipient,
  mode: OfferMode,
): DisclosurePlan {
  return compileDisclosure(policies, recipient, mode)(lead);
}

/** What one recipient may see of a lead, offered in one mode. */
export type Disclose = (lead: Lead) => DisclosurePlan;

/** `decideDisclosure` for many leads: the policies are looked through once. */
export function compileDisclosure(policies: readonly FieldPolicy[], recipient: Recipient, mode: OfferMode): Disclose {
  const decide = decider(policies, recipient, mode);
  const decisions = decideFields(policies, recipient, mode);
  const offered = compileStage(decisions, decide, 'offered');
  const released = compileStage(decisions, decide, 'released');
  const paths = listPaths(decisions);
  return (lead) => ({ offered: offered(lead), released: released(lead), ...paths });
}

/** The paths by how much an offer shows of them; custom fields count as one, so that their names tell nothing. */
function listPaths(decisions: readonly FieldDecision[]) {
  const pathsWhere = (test: (field: FieldDecision) => boolean) =>
    decisions.filter((field) => !isCustom(field.path) && test(field)).map(({ path }) => path);
  const custom = decisions.filter((field) => isCustom(field.path));
  const hidden = custom.filter((field) => field.offered === 'hide');
  const customIs = (shown: 'none' | 'part') =>
    hidden.length === 0 ? false : (shown === 'none') === (hidden.length === custom.length);
  const neverCustom = custom.every((field) => field.released === 'hide');
  return {
    withheldFields: [
      ...pathsWhere((field) => field.offered === 'hide' && field.released !== 'hide'),
      ...(customIs('none') && !neverCustom ? [CUSTOM] : []),
    ],
    maskedFields: [...pathsWhere((field) => field.offered === 'mask'), ...(customIs('part') ? [CUSTOM] : [])],
    neverFields: decisions.filter((field) => field.released === 'hide').map(({ path }) => path),
  };
}

/** The decision for every field of the schema, and for custom fields that a policy names. */
export function decideFields(policies: readonly FieldPolicy[], recipient: Recipient, mode: OfferMode): FieldDecision[] {
  const decide = decider(policies, recipient, mode);
  const named = policies.map((policy) => policy.target).filter((target) => target.startsWith(`${CUSTOM}.`));
  const paths = [...leadFields.map((field) => field.path), ...new Set(named)];
  return paths.map((path) => ({ path, ...decide(path) }));
}

type Decide = (path: string) => Visibility;

function decider(policies: readonly FieldPolicy[], recipient: Recipient, mode: OfferMode): Decide {
  const fields = new Map(leadFields.map((field) => [field.path, field]));
  const ours = policies.filter(
    (policy) =>
      policy.recipientKind === recipient.kind &&
      (policy.recipientId === undefined || policy.recipientId === recipient.id) &&
      (policy.mode === undefined || policy.mode === mode),
  );
  return (path) => {
    const field = fields.get(path) ?? (path.startsWith(`${CUSTOM}.`) ? fields.get(CUSTOM) : undefined);
    const candidates = ours.flatMap((policy) => {
      const nearness = nearnessOf(policy.target, path, field);
      return nearness < 0 ? [] : [{ policy, rank: rankOf(policy, nearness) }];
    });
    const actionAt = (stage: Stage) => chosen(candidates, stage) ?? defaultAction(recipient, field, stage);
    return combine(actionAt('offered'), actionAt('released'), maskOf(path) !== undefined);
  };
}

/** How closely a policy's target means a field: 0 its group, 1 all custom fields, 2 the field itself; -1 not at all. */
function nearnessOf(target: string, path: string, field: LeadField | undefined): number {
  if (target === path) return 2;
  if (target === CUSTOM && path.startsWith(`${CUSTOM}.`)) return 1;
  return field !== undefined && target === `group:${field.group}` ? 0 : -1;
}

/** One recipient before all, then the field before its group, then one mode before both, then the stricter one. */
function rankOf(policy: FieldPolicy, nearness: number): number {
  const strictness = policyActions.indexOf(policy.action);
  const whom = policy.recipientId === undefined ? 0 : 1;
  return ((whom * 3 + nearness) * 2 + (policy.mode === undefined ? 0 : 1)) * policyActions.length + strictness;
}

function chosen(candidates: readonly { policy: FieldPolicy; rank: number }[], stage: Stage): PolicyAction | undefined {
  const atStage = candidates.filter(({ policy }) => policy.stage === stage);
  return atStage.sort((one, other) => other.rank - one.rank)[0]?.policy.action;
}

/** Peers see nothing personal, and no field we do not know, before they have won; our own people see everything. */
function defaultAction(recipient: Recipient, field: LeadField | undefined, stage: Stage): PolicyAction {
  if (recipient.kind === 'user') return 'show';
  if (field === undefined) return stage === 'offered' ? 'withhold' : 'never';
  return stage === 'offered' && (field.personal || field.path === CUSTOM) ? 'withhold' : 'show';
}

/** An offer never shows more than the release will. */
function combine(offered: PolicyAction, released: PolicyAction, maskable: boolean): Visibility {
  const atRelease = released === 'show' ? 'show' : released === 'mask' && maskable ? 'mask' : 'hide';
  if (offered === 'never' || atRelease === 'hide') return { offered: 'hide', released: 'hide' };
  if (offered === 'withhold') return { offered: 'hide', released: atRelease };
  if (offered === 'mask' || atRelease === 'mask') return { offered: maskable ? 'mask' : 'hide', released: atRelease };
  return { offered: 'show', released: atRelease };
}

/** What is visible of a lead at one stage. */
function compileStage(decisions: readonly FieldDecision[], decide: Decide, stage: Stage): (lead: Lead) => Lead {
  const pathsWith = (shown: 'show' | 'mask') =>
    decisions.filter(({ path, [stage]: visible }) => !isCustom(path) && visible === shown).map(({ path }) => path);
  const [shown, masked] = [pathsWith('show'), pathsWith('mask')];
  const showsCustom = (field: Field) => decide(customPath(field.name))[stage] === 'show';
  return (lead) => {
    let part = pickFields(lead, shown);
    for (const path of masked) {
      const value = maskValue(path, getField(lead, path));
      if (value !== undefined) part = setField(part, path, value);
    }
    const custom = lead.fields?.filter(showsCustom) ?? [];
    return custom.length > 0 ? setField(part, CUSTOM, custom) : part;
  };
}
