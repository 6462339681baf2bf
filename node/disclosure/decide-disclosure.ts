import { getField, pickFields, setField, type Field, type Lead } from '../../protocol/index.ts';
import { compileCondition, type LeadFacts, type Subject } from '../rules/index.ts';
import {
  CUSTOM,
  customPath,
  decideFields,
  isCustom,
  isFor,
  type FieldDecision,
  type FieldPolicy,
  type OfferMode,
  type Recipient,
  type Stage,
} from './decide-field.ts';
import { digestPolicies } from './digest-policies.ts';
import { maskValue } from './masks.ts';

/** Names what decided, in the ledger. */
export interface DecidedBy {
  /** Digest of the policies that decided what is shown. */
  readonly policy: string;
  /** Id of the rule that chose the recipient, and digest of the steps of that decision; absent where a person chose. */
  readonly rule?: string | undefined;
  readonly trace?: string | undefined;
}

/** What an offer is built from: never from the lead itself. The lists depend on policies alone, not on the lead. */
export interface DisclosurePlan extends DecidedBy {
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

/** What one recipient may see of leads that are offered in one mode; `facts`: of the lead's row, for conditions. */
export interface Discloser {
  readonly plan: (lead: Lead, facts?: LeadFacts) => DisclosurePlan;
  /** The decision on every field; the same combination of conditions gives the same list. */
  readonly decide: (subject: Subject) => readonly FieldDecision[];
}

/** What `recipient` may see of `lead`, offered in `mode`. Fields that no policy and no default know never leave. */
export function decideDisclosure(
  lead: Lead,
  policies: readonly FieldPolicy[],
  recipient: Recipient,
  mode: OfferMode,
): DisclosurePlan {
  return compileDisclosure(policies, recipient, mode).plan(lead);
}

/** So many combinations of conditions are kept compiled. */
const mostKept = 64;

/** `decideDisclosure` for many leads: the policies are looked through once for each combination of conditions that occurs. */
export function compileDisclosure(policies: readonly FieldPolicy[], recipient: Recipient, mode: OfferMode): Discloser {
  const decide = compileDecisions(policies, recipient, mode);
  const policy = digestPolicies(policies.filter((each) => isFor(each, recipient, mode)));
  const kept = new Map<readonly FieldDecision[], (lead: Lead) => DisclosurePlan>();
  const planFor = (decisions: readonly FieldDecision[]) => {
    const known = kept.get(decisions);
    if (known) return known;
    if (kept.size >= mostKept) kept.clear();
    const made = planBy(decisions, policy);
    kept.set(decisions, made);
    return made;
  };
  return { decide, plan: (lead, facts = {}) => planFor(decide({ lead, facts }))(lead) };
}

/** The decision on every field, for leads one after another; the same combination of conditions gives the same list. */
export function compileDecisions(
  policies: readonly FieldPolicy[],
  recipient: Recipient,
  mode: OfferMode,
): (subject: Subject) => readonly FieldDecision[] {
  const ours = policies.filter((policy) => isFor(policy, recipient, mode));
  const tests = ours.map(({ condition }) => (condition === undefined ? () => true : compileCondition(condition).test));
  const kept = new Map<string, readonly FieldDecision[]>();
  return (subject) => {
    const holds = tests.map((test) => test(subject));
    const key = holds.map(Number).join('');
    let decisions = kept.get(key);
    if (!decisions) {
      if (kept.size >= mostKept) kept.clear();
      decisions = decideFields(ours.filter((_, index) => holds[index]), recipient, mode); // prettier-ignore
      kept.set(key, decisions);
    }
    return decisions;
  };
}

/** The plan that decisions make of a lead: whoever narrows what may be shown narrows the decisions. */
function planBy(decisions: readonly FieldDecision[], policy: string): (lead: Lead) => DisclosurePlan {
  const offered = compileStage(decisions, 'offered');
  const released = compileStage(decisions, 'released');
  const paths = listPaths(decisions);
  return (lead) => ({ offered: offered(lead), released: released(lead), ...paths, policy });
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
    neverFields: [
      ...pathsWhere((field) => field.released === 'hide'),
      ...(neverCustom ? [CUSTOM] : custom.filter(isNeverByName).map(({ path }) => path)),
    ],
  };
}

const isNeverByName = ({ path, released }: FieldDecision) => released === 'hide' && path !== CUSTOM;

/** What is visible of a lead at one stage. */
export function compileStage(decisions: readonly FieldDecision[], stage: Stage): (lead: Lead) => Lead {
  const pathsWith = (shown: 'show' | 'mask') =>
    decisions.filter(({ path, [stage]: visible }) => !isCustom(path) && visible === shown).map(({ path }) => path);
  const [shown, masked] = [pathsWith('show'), pathsWith('mask')];
  const custom = new Map(decisions.filter(({ path }) => isCustom(path)).map((field) => [field.path, field[stage]]));
  const showsCustom = (field: Field) => (custom.get(customPath(field.name)) ?? custom.get(CUSTOM)) === 'show';
  return (lead) => {
    let part = pickFields(lead, shown);
    for (const path of masked) {
      const value = maskValue(path, getField(lead, path));
      if (value !== undefined) part = setField(part, path, value);
    }
    const fields = lead.fields?.filter(showsCustom) ?? [];
    return fields.length > 0 ? setField(part, CUSTOM, fields) : part;
  };
}
