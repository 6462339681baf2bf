import { hash } from 'node:crypto';
import type { Condition } from '../rules/index.ts';
import { defaultsVersion } from './default-policy.ts';
import type { FieldPolicy } from './decide-field.ts';

/**
 * What names a set of policies in the ledger: SHA-256 (base64) of their canonical text. The same policies have the same digest
 * in whatever order they were set; the version of the defaults is part of it.
 */
export function digestPolicies(policies: readonly FieldPolicy[]): string {
  const lines = policies.map(({ recipientKind, recipientId, target, stage, mode, condition, action }) =>
    JSON.stringify([recipientKind, recipientId ?? '', target, stage, mode ?? '', condition ?? null, action]),
  );
  return hash('sha256', [`leadmesh-policies ${defaultsVersion}`, ...lines.toSorted()].join('\n'), 'base64');
}

/** What tells conditions apart; empty for none. */
export const digestCondition = (condition: Condition | undefined): string =>
  condition === undefined ? '' : hash('sha256', JSON.stringify(condition), 'base64');
