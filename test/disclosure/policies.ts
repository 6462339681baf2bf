import fc from 'fast-check';
import { policyActions, stages, type FieldPolicy, type Recipient } from '../../node/disclosure/decide-field.ts';
import { leadFields } from '../../protocol/index.ts';

export const reseller = { kind: 'peer', id: 'reseller.example' } as const satisfies Recipient;

/** A policy for all partners' offers, unless `more` says otherwise. */
export const rule = (target: string, action: FieldPolicy['action'], more: Partial<FieldPolicy> = {}): FieldPolicy => ({
  recipientKind: 'peer',
  target,
  stage: 'offered',
  action,
  ...more,
});

const targets = [
  ...leadFields.map((field) => field.path),
  ...new Set(leadFields.map((field) => `group:${field.group}`)),
  'fields.Roof area',
];

/** Conditions that hold for some leads of `anyLead`, and not for others. */
const anyCondition = fc.constantFrom(
  { field: 'contact.address.country', op: 'exists' } as const,
  { field: 'account.name', op: 'missing' } as const,
  { not: { field: 'source.kind', op: 'exists' } } as const,
);

const anyPolicy = fc.record(
  {
    recipientKind: fc.constantFrom('peer' as const, 'peer' as const, 'user' as const),
    recipientId: fc.constantFrom('reseller.example', 'other.example'),
    target: fc.constantFrom(...targets),
    stage: fc.constantFrom(...stages),
    mode: fc.constantFrom('direct' as const, 'grab' as const),
    condition: anyCondition,
    action: fc.constantFrom(...policyActions),
  },
  { requiredKeys: ['recipientKind', 'target', 'stage', 'action'] },
);
export const anyPolicies: fc.Arbitrary<FieldPolicy[]> = fc.array(anyPolicy, { maxLength: 12 });
export const anyMode = fc.constantFrom('direct' as const, 'grab' as const);
