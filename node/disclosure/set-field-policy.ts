import { leadFields } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { conditionFieldsOf, readCondition, type Condition } from '../rules/index.ts';
import type { FieldPolicy, PolicyAction } from './decide-field.ts';
import { digestCondition } from './digest-policies.ts';
import { maskOf } from './masks.ts';
import { countPolicies, deletePolicy, upsertPolicy } from './store.ts';

/** A policy to set; `default` removes what was set. */
export type PolicyChange = Omit<FieldPolicy, 'action' | 'condition'> & {
  readonly action: PolicyAction | 'default';
  /** Of the condition language; checked here. */
  readonly condition?: unknown;
};

/** All of them are read when the setup changes, and shown on one page. */
const mostPolicies = 2_000;

const targets = new Set(leadFields.flatMap((field) => [field.path, `group:${field.group}`]));

/**
 * Sets what recipients see of a field or group at a stage, of the leads that fulfil its condition; `by` is who says so. Throws
 * `unknown-field` for a target that is none, `not-maskable` for a mask on a field of which no part can be shown, `invalid-condition`,
 * `personal-condition` and `too-many-policies`.
 */
export async function setFieldPolicy(tx: Tx, { action, ...change }: PolicyChange, by?: string): Promise<void> {
  const { recipientKind, recipientId = '*', target, stage, mode } = change;
  if (!targets.has(target) && !/^fields\../.test(target))
    throw new CodedError('unknown-field', 422, 'There is no such field or group of fields.', { path: 'target' });
  if (action === 'mask' && !isMaskable(target))
    throw new CodedError('not-maskable', 422, 'No part of this field can be shown; withhold it.', { path: 'action' });
  const condition = change.condition === undefined ? undefined : readPolicyCondition(change.condition);
  const policy = { ...change, condition };
  if (action === 'default') await deletePolicy(tx, policy);
  else await upsertPolicy(tx, { ...policy, action });
  if ((await countPolicies(tx)) > mostPolicies)
    throw new CodedError('too-many-policies', 422, `There can be ${mostPolicies} policies; use groups of fields.`);
  const facts = { recipient: `${recipientKind}:${recipientId}`, target, stage, mode };
  await appendLeaf(tx, 'field-policy-set', {
    ...facts,
    condition: digestCondition(condition) || undefined,
    action,
    by,
  });
}

function isMaskable(target: string): boolean {
  return leadFields.some(
    (field) => (field.path === target || `group:${field.group}` === target) && maskOf(field.path) !== undefined,
  );
}

/** What is shown tells whether the condition holds: it must look at nothing that reaches a person, but for a consent. */
function readPolicyCondition(input: unknown): Condition {
  const condition = readCondition(input);
  for (const { path, label, personal } of conditionFieldsOf(condition)) {
    const told = path.startsWith('consents.') || !personal;
    if (!told)
      throw new CodedError('personal-condition', 422, `What is shown would tell something about ${label}.`, {
        path: 'condition',
      });
    if (path === 'lead.round')
      throw new CodedError('invalid-condition', 422, 'A policy holds in every round of offers.', { path: 'condition' });
  }
  return condition;
}
