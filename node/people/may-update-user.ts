import type { Actor } from '../kernel/routes.ts';
import type { UserChange } from './store.ts';

/**
 * Whether someone may make this change: administrators any; managers the availability of those below; everyone their own
 * name and availability.
 */
export function mayUpdateUser(
  { userId, role }: Pick<Actor, 'userId' | 'role'>,
  targetId: string,
  change: UserChange,
): boolean {
  if (role === 'administrator') return true;
  const own: readonly string[] = targetId === userId ? ['name', 'availability'] : [];
  const allowed: readonly string[] = role === 'manager' ? ['availability', ...own] : own;
  return Object.keys(change).every((field) => allowed.includes(field));
}
