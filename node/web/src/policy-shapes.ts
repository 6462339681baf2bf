import type { OfferMode } from './shapes.ts';

export type Visibility = 'show' | 'mask' | 'hide';
export interface PreviewedField {
  path: string;
  label: string;
  group: string;
  decided: boolean;
  offered: Visibility;
  released: Visibility;
  updated: Visibility;
  offeredValue?: unknown;
  releasedValue?: unknown;
  updatedValue?: unknown;
}
export interface Preview {
  fields: PreviewedField[];
  xml: { offered: string; released: string; updated: string };
  agreementId?: string;
  unoffered?: 'agreement-over' | 'agreement-missing';
}

export type EffectiveField = Pick<
  PreviewedField,
  'path' | 'label' | 'group' | 'decided' | 'offered' | 'released' | 'updated'
>;

export type PolicyAction = 'show' | 'mask' | 'withhold' | 'never';
export type Stage = 'offered' | 'released' | 'updated';
export interface FieldPolicy {
  recipientKind: 'peer' | 'user';
  recipientId?: string;
  target: string;
  stage: Stage;
  mode?: OfferMode;
  condition?: unknown;
  conditionText?: string;
  action: PolicyAction;
}
export type FieldPolicyChange = Omit<FieldPolicy, 'action' | 'conditionText'> & { action: PolicyAction | 'default' };

export interface Feedback {
  dispositions: string[];
  assignedTo: boolean;
  amount: 'exact' | 'band' | 'none';
  reason: boolean;
  note: boolean;
  update: boolean;
}
export interface FeedbackPolicy {
  tell: Feedback;
  keep: Feedback;
  bands: Record<string, number[]>;
}
export type FeedbackChange = Partial<{
  tell: Partial<FeedbackPolicy['tell']>;
  keep: Partial<Feedback>;
  bands: Record<string, number[]>;
}>;
