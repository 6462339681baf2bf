import { evaluateRule } from '../rules/index.ts';
import type { AssignMode, CompiledRule, Rule, Subject } from '../rules/index.ts';

/** How far the rotation of a rule is: how many turns were taken, and which turn each box had last. */
export interface Turn {
  readonly number: number;
  readonly served: Readonly<Record<string, number>>;
}

/** A lead box as routing sees it at this moment. */
export interface RouteBox {
  readonly id: string;
  readonly kind: 'system' | 'user' | 'team' | 'partner';
  readonly name: string;
  readonly parentId?: string | undefined;
  readonly ownerId?: string | undefined;
  readonly userId?: string | undefined;
  readonly peerId?: string | undefined;
  /** Why the box can take nothing now (absent, closed, suspended); it keeps its turn. */
  readonly barred?: string | undefined;
}

export interface RouteInput {
  readonly subject: Subject;
  /** Where the lead is. */
  readonly startBoxId: string;
  readonly boxes: ReadonlyMap<string, RouteBox>;
  /** Rules by box, in their order. */
  readonly rules: ReadonlyMap<string, readonly CompiledRule[]>;
  readonly turns: ReadonlyMap<string, Turn>;
  /** Boxes that had their chance with this lead, and what came of it. */
  readonly tried: ReadonlyMap<string, string>;
}

/** What routing looked at, in order. */
export type TraceStep =
  | { kind: 'box'; boxId: string; name: string }
  | { kind: 'rule'; boxId: string; ruleId: string; name: string; matched: boolean; why: string }
  | { kind: 'excluded'; boxId: string; name: string; why: string }
  | { kind: 'chosen'; boxIds: string[]; names: string[]; why: string }
  | { kind: 'note'; why: string };

export interface OfferDecision {
  readonly kind: 'offer';
  /** The box whose rule decided. */
  readonly box: RouteBox;
  readonly rule?: Pick<Rule, 'id' | 'name'> | undefined;
  readonly mode: 'direct' | 'grab';
  /** User and partner boxes. */
  readonly to: readonly RouteBox[];
  readonly offerMinutes: number;
  readonly opensInMinutes: number;
  /** Rotations to move on: the rule, and the box whose turn it was. */
  readonly turns: readonly { ruleId: string; boxId: string }[];
}
export interface NobodyDecision {
  readonly kind: 'nobody';
  readonly reason: 'no-rule' | 'nobody-available' | 'nobody-left';
}
export type RouteDecision = OfferDecision | NobodyDecision;

/** How long an offer stays open when no rule says so: the lead was put into a user's or partner's box directly. */
export const defaultOfferMinutes = 60;

interface Walk {
  readonly input: RouteInput;
  readonly steps: TraceStep[];
  readonly visited: Set<string>;
  readonly children: ReadonlyMap<string, readonly RouteBox[]>;
  matched: boolean;
  barred: boolean;
}

/**
 * Decides who is offered a lead: the rules of its box in order, then those of the boxes above. A team box named by a rule is
 * entered and its own rules asked; what yields nobody is left again. No box is entered twice.
 */
export function decideRoute(input: RouteInput): { decision: RouteDecision; steps: TraceStep[] } {
  const children = Map.groupBy(input.boxes.values(), (box) => box.parentId ?? '');
  const walk: Walk = { input, steps: [], visited: new Set(), children, matched: false, barred: false };
  const { boxes } = input;
  for (let box = boxes.get(input.startBoxId); box && !walk.visited.has(box.id); box = boxes.get(box.parentId ?? '')) {
    const decision = enterBox(walk, box);
    if (decision) return { decision, steps: walk.steps };
  }
  const reason = !walk.matched ? 'no-rule' : walk.barred ? 'nobody-available' : 'nobody-left';
  return { decision: { kind: 'nobody', reason }, steps: walk.steps };
}

function enterBox(walk: Walk, box: RouteBox): OfferDecision | undefined {
  const { id: boxId, name } = box;
  if (walk.visited.has(boxId)) {
    exclude(walk, box, 'the lead was here before');
    return undefined;
  }
  walk.visited.add(boxId);
  walk.steps.push({ kind: 'box', boxId, name });
  for (const rule of walk.input.rules.get(boxId) ?? []) {
    const verdict = evaluateRule(rule, walk.input.subject);
    walk.steps.push({ kind: 'rule', boxId, ...verdict });
    const found = verdict.matched ? applyRule(walk, box, rule.rule) : undefined;
    if (found) return found;
  }
  return takesLeads(box) ? offerToItself(walk, box) : undefined;
}

const takesLeads = (box: RouteBox) => box.kind === 'user' || box.kind === 'partner';

function offerToItself(walk: Walk, box: RouteBox): OfferDecision | undefined {
  walk.matched = true;
  if (!mayTake(walk, box)) return undefined;
  const offer: OfferDecision = {
    kind: 'offer',
    box,
    mode: 'direct',
    to: [box],
    offerMinutes: defaultOfferMinutes,
    opensInMinutes: 0,
    turns: [],
  };
  return choose(walk, offer, 'the lead is in its box');
}

function applyRule(walk: Walk, box: RouteBox, rule: Rule): OfferDecision | undefined {
  walk.matched = true;
  const { mode } = rule.action.assign;
  const candidates = candidatesOf(walk, box, rule);
  if (mode === 'grab') return grab(walk, box, { rule, candidates });
  const ordered = mode === 'direct' ? candidates : inTurn(candidates, walk.input.turns.get(rule.id));
  for (const candidate of ordered) {
    const found = tryCandidate(walk, box, { rule, candidate });
    if (!found) continue;
    return mode === 'direct' ? found : { ...found, turns: [{ ruleId: rule.id, boxId: candidate.id }, ...found.turns] };
  }
  return undefined;
}

/** The boxes a rule names. Its own box stands for everybody directly in it; in a grab so does any team. */
function candidatesOf(walk: Walk, box: RouteBox, rule: Rule): RouteBox[] {
  const { to, mode } = rule.action.assign;
  const found = to.flatMap((id): RouteBox[] => {
    const target = walk.input.boxes.get(id);
    if (!target) {
      walk.steps.push({ kind: 'excluded', boxId: id, name: id, why: 'there is no such box any more' });
      return [];
    }
    if (target.id !== box.id && (mode !== 'grab' || takesLeads(target))) return [target];
    if (target.barred !== undefined) {
      exclude(walk, target, target.barred);
      return [];
    }
    return (walk.children.get(id) ?? []).filter(takesLeads);
  });
  return [...new Set(found)];
}

/** Whose last turn is longest ago comes first; who never had one before all, in the order the rule names them. */
function inTurn(candidates: readonly RouteBox[], turn: Turn | undefined): RouteBox[] {
  const last = (box: RouteBox) => turn?.served[box.id] ?? 0;
  return candidates.toSorted((a, b) => last(a) - last(b));
}

type Choice = { rule: Rule; candidate: RouteBox };

function tryCandidate(walk: Walk, box: RouteBox, { rule, candidate }: Choice): OfferDecision | undefined {
  if (!takesLeads(candidate)) {
    if (candidate.barred === undefined) return enterBox(walk, candidate);
    exclude(walk, candidate, candidate.barred);
    return undefined;
  }
  if (!mayTake(walk, candidate)) return undefined;
  return choose(walk, { ...offerBy(box, rule), mode: 'direct', to: [candidate] }, reasons[rule.action.assign.mode]);
}

function grab(
  walk: Walk,
  box: RouteBox,
  { rule, candidates }: { rule: Rule; candidates: readonly RouteBox[] },
): OfferDecision | undefined {
  const to = candidates.filter((candidate) => mayTake(walk, candidate));
  if (to.length === 0) return undefined;
  return choose(walk, { ...offerBy(box, rule), mode: 'grab', to }, reasons.grab);
}

const reasons: Readonly<Record<AssignMode, string>> = {
  direct: 'first of the rule’s list that can take it',
  'round-robin': 'its last turn is longest ago',
  grab: 'up for grabs: the first to accept gets it',
};

function offerBy(box: RouteBox, { id, name, action }: Rule): Omit<OfferDecision, 'mode' | 'to'> {
  const { offerMinutes, opensInMinutes = 0 } = action.assign;
  return { kind: 'offer', box, rule: { id, name }, offerMinutes, opensInMinutes, turns: [] };
}

function mayTake(walk: Walk, box: RouteBox): boolean {
  const tried = walk.input.tried.get(box.id);
  if (box.barred !== undefined) walk.barred = true;
  const why = box.barred ?? tried;
  if (why !== undefined) exclude(walk, box, why);
  return why === undefined;
}

function exclude(walk: Walk, { id, name }: RouteBox, why: string): void {
  walk.steps.push({ kind: 'excluded', boxId: id, name, why });
}

function choose(walk: Walk, offer: OfferDecision, why: string): OfferDecision {
  walk.steps.push({
    kind: 'chosen',
    boxIds: offer.to.map((box) => box.id),
    names: offer.to.map((box) => box.name),
    why,
  });
  return offer;
}
