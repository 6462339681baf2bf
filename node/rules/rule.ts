import { z } from 'zod';
import type { Condition } from './condition.ts';
import { describeCondition } from './describe-condition.ts';

const assignModes = ['direct', 'round-robin', 'grab'] as const;
export type AssignMode = (typeof assignModes)[number];

/**
 * Who gets the lead. `direct`: the first of `to` that can take it; `round-robin`: the one whose turn is oldest; `grab`: all
 * of `to` at once, first to accept wins. A team box in `to` means "go on with the rules of that box"; the rule's own box
 * means everybody directly in it.
 */
export interface Assign {
  mode: AssignMode;
  /** Ids of lead boxes. */
  to: string[];
  /** How long the offer stays open. */
  offerMinutes: number;
  /** Head start for people to see a grab before anybody may accept it. */
  opensInMinutes?: number | undefined;
}
/** What a rule does: one property names the kind. */
export interface Action {
  assign: Assign;
}

export interface Rule {
  id: string;
  boxId: string;
  /** Rules of a box apply in this order, from 0. */
  position: number;
  name: string;
  /** When the rule is asked: a lead enters the box. */
  event: 'enter';
  condition: Condition;
  action: Action;
  enabled: boolean;
}

const assign = z.strictObject({
  mode: z.enum(assignModes),
  to: z.array(z.string().min(1).max(100)).min(1).max(200),
  offerMinutes: z.number().min(0.1).max(20_160),
  opensInMinutes: z.number().int().min(0).max(1_440).optional(),
});
/** A rule as people write it: the box, the position and a missing id are given by the place it is put in. */
export const ruleInputSchema = z.strictObject({
  id: z.string().min(1).max(100).optional(),
  name: z.string().min(1).max(200),
  event: z.literal('enter').default('enter'),
  /** Checked by `readCondition`, which measures before it recurses. */
  condition: z.unknown().meta({ description: 'all, any, not, or field, op and value' }),
  action: z.strictObject({ assign }),
  enabled: z.boolean().default(true),
});
export type RuleInput = z.output<typeof ruleInputSchema>;

const ways: Readonly<Record<AssignMode, (names: string) => string>> = {
  direct: (names) => `offer the lead to ${names}`,
  'round-robin': (names) => `offer the lead in turn to ${names}`,
  grab: (names) => `put the lead up for grabs for ${names}`,
};

/** A rule in plain English; `nameOf` gives the name of a box. */
export function describeRule(rule: Pick<Rule, 'condition' | 'action'>, nameOf: (boxId: string) => string): string {
  const { mode, to, offerMinutes } = rule.action.assign;
  const names = to.map(nameOf);
  const last = names.pop() ?? '';
  const people = names.length === 0 ? last : `${names.join(', ')} ${mode === 'direct' ? 'or else' : 'and'} ${last}`;
  const when = describeCondition(rule.condition);
  return `${when === 'always' ? 'Always' : `When ${when}:`} ${ways[mode](people)} for ${minutesText(offerMinutes)}.`;
}

function minutesText(minutes: number): string {
  const [amount, unit] =
    minutes % 1440 === 0 ? [minutes / 1440, 'day'] : minutes % 60 === 0 ? [minutes / 60, 'hour'] : [minutes, 'minute'];
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`;
}
