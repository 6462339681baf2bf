import { compileCondition } from './compile.ts';
import type { CompiledCondition } from './compile.ts';
import type { Subject } from './field.ts';
import type { Rule } from './rule.ts';

export interface CompiledRule {
  readonly rule: Rule;
  readonly condition: CompiledCondition;
}

/** What a rule said about a lead, and why. Holds no personal value. */
interface RuleVerdict {
  readonly ruleId: string;
  readonly name: string;
  readonly matched: boolean;
  readonly why: string;
}

export const compileRule = (rule: Rule): CompiledRule => ({ rule, condition: compileCondition(rule.condition) });

/** One rule on one lead, with its reason. */
export function evaluateRule({ rule, condition }: CompiledRule, subject: Subject): RuleVerdict {
  const verdict = { ruleId: rule.id, name: rule.name };
  if (!rule.enabled) return { ...verdict, matched: false, why: 'the rule is switched off' };
  return { ...verdict, matched: condition.test(subject), why: condition.explain(subject) };
}

/** All rules of one box on one lead, in order: those that match, and a verdict for every rule. */
export function evaluateRules(
  rules: readonly CompiledRule[],
  subject: Subject,
): { matches: readonly Rule[]; trace: readonly RuleVerdict[] } {
  const trace = rules.map((rule) => evaluateRule(rule, subject));
  const matches = rules.filter((_, index) => trace[index]?.matched).map(({ rule }) => rule);
  return { matches, trace };
}
