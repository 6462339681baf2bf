import { leadFields } from '../../protocol/index.ts';
import type { Tx } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import type { FieldPolicy, PolicyAction } from './decide-field.ts';
import { maskOf } from './masks.ts';
import { deletePolicy, upsertPolicy } from './store.ts';

/** A policy to set; `default` removes what was set. */
type PolicyChange = Omit<FieldPolicy, 'action'> & { readonly action: PolicyAction | 'default' };

const targets = new Set(leadFields.flatMap((field) => [field.path, `group:${field.group}`]));

/**
 * Sets what recipients see of a field or group at a stage; `by` is who says so. Throws `unknown-field` for a target that is none, and
 * `not-maskable` for a mask on a field of which no part can be shown.
 */
export async function setFieldPolicy(tx: Tx, { action, ...policy }: PolicyChange, by?: string): Promise<void> {
  const { recipientKind, recipientId = '*', target, stage, mode } = policy;
  if (!targets.has(target) && !/^fields\../.test(target))
    throw new CodedError('unknown-field', 422, 'There is no such field or group of fields.', { path: 'target' });
  if (action === 'mask' && !isMaskable(target))
    throw new CodedError('not-maskable', 422, 'No part of this field can be shown; withhold it.', { path: 'action' });
  if (action === 'default') await deletePolicy(tx, policy);
  else await upsertPolicy(tx, { ...policy, action });
  const recipient = `${recipientKind}:${recipientId}`;
  await appendLeaf(tx, 'field-policy-set', { recipient, target, stage, mode, action, by });
}

function isMaskable(target: string): boolean {
  return leadFields.some(
    (field) => (field.path === target || `group:${field.group}` === target) && maskOf(field.path) !== undefined,
  );
}
