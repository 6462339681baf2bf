import type { Context } from '../kernel/context.ts';
import type { Actor } from '../kernel/routes.ts';
import { listIdsBelow } from './store.ts';

/**
 * Whose leads someone may see: administrators and auditors everyone's, a manager hers and those of everyone below her, a
 * representative her own.
 */
export async function visibleUserIds(
  ctx: Context,
  { userId, role }: Pick<Actor, 'userId' | 'role'>,
): Promise<readonly string[] | 'all'> {
  if (role === 'administrator' || role === 'auditor') return 'all';
  return role === 'manager' ? listIdsBelow(ctx, userId) : [userId];
}
