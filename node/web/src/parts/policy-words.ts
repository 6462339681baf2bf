import type { FieldPolicy, PolicyAction, Stage, Visibility } from '../policy-shapes.ts';

export const stageWords: Readonly<Record<Stage, string>> = {
  offered: 'In the offer',
  released: 'After the award',
  updated: 'In later updates',
};

export const actionWords: Readonly<Record<PolicyAction, string>> = {
  show: 'show it',
  mask: 'show a part of it',
  withhold: 'withhold it until the award',
  never: 'never show it',
};

export const groupWords: Readonly<Record<string, string>> = {
  person: 'Name and person',
  email: 'E-mail',
  phone: 'Telephone',
  address: 'Address of the person',
  account: 'Company',
  product: 'Products',
  opportunity: 'Opportunity',
  comments: 'Comments',
  qualification: 'Qualification',
  source: 'Source',
  consent: 'Consents',
  attachment: 'Attachments',
  custom: 'Custom fields',
};

/** What a partner sees of a field at a stage, in a word or two. */
export function describeSight(stage: Stage, at: Readonly<Record<Stage, Visibility>>): string {
  if (at[stage] === 'show') return 'shown';
  if (at[stage] === 'mask') return 'in part';
  return stage === 'offered' && at.released !== 'hide' ? 'withheld' : 'never';
}

/** A policy as a sentence; `nameOf` names a field or a group. */
export function describePolicy(policy: FieldPolicy, nameOf: (target: string) => string): string {
  const modes = { direct: ' of a direct offer', grab: ' when up for grabs' };
  const where = `${stageWords[policy.stage]}${policy.mode ? modes[policy.mode] : ''}`;
  const when = policy.conditionText ? `, if ${policy.conditionText}` : '';
  return `${nameOf(policy.target)}: ${where.toLowerCase()} ${actionWords[policy.action]}${when}.`;
}
