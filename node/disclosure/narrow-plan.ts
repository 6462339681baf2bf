import { getField, leadFields, pickFields, setField, type FieldTerm, type Lead } from '../../protocol/index.ts';
import type { DisclosurePlan } from './decide-disclosure.ts';
import { CUSTOM, customPath, isCustom, pathOf, type FieldDecision, type Shown } from './decide-field.ts';
import { maskOf, maskValue } from './masks.ts';

/** What an agreement allows of a field at most. */
interface Bound {
  readonly offered: Shown;
  readonly released: 'show' | 'hide';
}

/** A field without a term is withheld in offers and released (section 12 of the specification). */
const unnamed: Bound = { offered: 'hide', released: 'show' };
const strictness = ['show', 'mask', 'hide'] as const;
const stricter = (one: Shown, other: Shown): Shown =>
  strictness[Math.max(strictness.indexOf(one), strictness.indexOf(other))] ?? 'hide';

/** How much of any field the terms allow; a custom field may have a term of its own. */
function boundsOf(terms: readonly FieldTerm[]): (path: string) => Bound {
  const bounds = new Map<string, Bound>();
  for (const { field, inOffer, inRelease } of terms) {
    const released = inRelease === 'shown' ? 'show' : 'hide';
    const asked = inOffer === 'shown' ? 'show' : inOffer === 'masked' && maskOf(field) ? 'mask' : 'hide';
    bounds.set(pathOf(field), { offered: released === 'hide' || inOffer === 'never' ? 'hide' : asked, released });
  }
  return (path) => bounds.get(path) ?? (isCustom(path) ? bounds.get(CUSTOM) : undefined) ?? unnamed;
}

/** The plan within what the terms of an agreement allow: never more than the plan showed, never more than they say. */
export function narrowPlan(plan: DisclosurePlan, terms: readonly FieldTerm[]): DisclosurePlan {
  const boundOf = boundsOf(terms);
  const shownBefore = (path: string): Shown =>
    plan.maskedFields.includes(path) ? 'mask' : plan.withheldFields.includes(path) ? 'hide' : 'show';
  const paths = leadFields.map(({ path }) => path).filter((path) => !isCustom(path));
  const isNever = (path: string) => plan.neverFields.includes(path) || boundOf(path).released === 'hide';
  const shown = (path: string) => stricter(shownBefore(path), boundOf(path).offered);
  const kept = paths.filter((path) => !isNever(path));
  const custom = narrowCustom(plan, terms, boundOf);
  return {
    ...plan,
    offered: narrowOffered(plan, kept, { shown, customShown: (name) => boundOf(customPath(name)).offered === 'show' }),
    released: narrowReleased(plan.released, terms),
    withheldFields: [...kept.filter((path) => shown(path) === 'hide'), ...custom.withheld],
    maskedFields: [...kept.filter((path) => shown(path) === 'mask'), ...custom.masked],
    neverFields: [...paths.filter(isNever), ...custom.never],
  };
}

interface Bounds {
  readonly shown: (path: string) => Shown;
  readonly customShown: (name: string) => boolean;
}

function narrowOffered(plan: DisclosurePlan, kept: readonly string[], { shown, customShown }: Bounds): Lead {
  let offered = pickFields(plan.offered, kept.filter((path) => shown(path) === 'show')); // prettier-ignore
  for (const path of kept.filter((each) => shown(each) === 'mask')) {
    const value = getField(plan.offered, path);
    const masked = plan.maskedFields.includes(path) ? value : maskValue(path, value);
    if (masked !== undefined) offered = setField(offered, path, masked);
  }
  const fields = plan.offered.fields?.filter(({ name }) => customShown(name)) ?? [];
  return fields.length > 0 ? setField(offered, CUSTOM, fields) : offered;
}

/** Of what is shown after the award, at the release or later, the part that the terms allow. */
export function narrowReleased(lead: Lead, terms: readonly FieldTerm[]): Lead {
  const boundOf = boundsOf(terms);
  const allows = (path: string) => boundOf(path).released === 'show';
  const paths = leadFields.map(({ path }) => path).filter((path) => !isCustom(path) && allows(path));
  const fields = lead.fields?.filter(({ name }) => allows(customPath(name))) ?? [];
  const part = pickFields(lead, paths);
  return fields.length > 0 ? setField(part, CUSTOM, fields) : part;
}

/** The decisions on every field within what the terms allow. */
export function narrowDecisions(decisions: readonly FieldDecision[], terms: readonly FieldTerm[]): FieldDecision[] {
  const boundOf = boundsOf(terms);
  return decisions.map((decision) => {
    const { offered, released } = boundOf(decision.path);
    return {
      ...decision,
      offered: stricter(decision.offered, offered),
      released: stricter(decision.released, released),
      updated: stricter(decision.updated, released),
    };
  });
}

/** Custom fields count as one, so that their names tell nothing: what is said of them hangs on policies and terms alone. */
function narrowCustom(plan: DisclosurePlan, terms: readonly FieldTerm[], boundOf: (path: string) => Bound) {
  const named = terms.map(({ field }) => pathOf(field)).filter((path) => path.startsWith(`${CUSTOM}.`));
  const bounds = [CUSTOM, ...named].map(boundOf);
  const neverAll = plan.neverFields.includes(CUSTOM) || bounds.every(({ released }) => released === 'hide');
  const hiddenNow = bounds.filter(({ offered }) => offered === 'hide').length;
  const hidesAll = plan.withheldFields.includes(CUSTOM) || hiddenNow === bounds.length;
  const hidesSome = plan.maskedFields.includes(CUSTOM) || hiddenNow > 0;
  const neverNamed = named.filter((path) => boundOf(path).released === 'hide');
  const neverBefore = plan.neverFields.filter((path) => path.startsWith(`${CUSTOM}.`));
  return {
    withheld: hidesAll && !neverAll ? [CUSTOM] : [],
    masked: !hidesAll && hidesSome && !neverAll ? [CUSTOM] : [],
    never: neverAll ? [CUSTOM] : [...new Set([...neverBefore, ...neverNamed])],
  };
}

/** Of the fields an Update would name those that the terms allow to be released, with their values. */
export function narrowUpdate<U extends { readonly fields: readonly string[]; readonly lead: Lead }>(
  update: U,
  terms: readonly FieldTerm[],
): U | undefined {
  const boundOf = boundsOf(terms);
  const allows = (path: string) => boundOf(path).released === 'show';
  const fields = update.fields.filter((path) => (path === CUSTOM ? true : allows(path)));
  const lead = narrowReleased(update.lead, terms);
  const told = fields.filter(
    (path) => path !== CUSTOM || lead.fields !== undefined || boundOf(CUSTOM).released === 'show',
  );
  return told.length === 0 ? undefined : { ...update, fields: told, lead };
}
