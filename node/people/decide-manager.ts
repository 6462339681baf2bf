import { CodedError, conflict } from '../kernel/errors.ts';
import type { User } from './store.ts';

/** Why `manager` cannot manage someone who has the users `below` (and is among them); undefined when it is fine. */
export function decideManager(manager: User | undefined, below: readonly string[]): CodedError | undefined {
  if (!manager?.active || !managesOthers(manager.role))
    return new CodedError('manager-unfit', 422, 'A manager is an active user with the role manager or administrator.', {
      path: 'managerId',
    });
  if (below.includes(manager.id)) return conflict('manager-cycle', 'Nobody can be above their own manager.');
  return undefined;
}

export const managesOthers = (role: User['role']) => role === 'manager' || role === 'administrator';
