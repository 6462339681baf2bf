import type { TraceStep } from './decide-route.ts';

/**
 * One step of a routing decision in plain English. Reasons of rules may quote fields of the lead: `withReasons` is for those
 * who may see all of them.
 */
export function describeStep(step: TraceStep, withReasons: boolean): string {
  switch (step.kind) {
    case 'box':
      return `In the box “${step.name}”:`;
    case 'rule':
      return `Rule “${step.name}” ${step.matched ? 'applies' : 'does not apply'}${withReasons ? `: ${step.why}` : ''}.`;
    case 'excluded':
      return `Not “${step.name}”: ${step.why}.`;
    case 'chosen':
      return `Offered to ${step.names.map((name) => `“${name}”`).join(', ')}: ${step.why}.`;
    case 'note':
      return `${step.why.charAt(0).toUpperCase()}${step.why.slice(1)}.`;
  }
}
