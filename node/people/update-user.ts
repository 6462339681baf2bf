import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { requireFitManager, requireFreeEmail } from './create-user.ts';
import { managesOthers } from './decide-manager.ts';
import {
  getUser,
  listAdministrators,
  listIdsBelow,
  lockTree,
  updateUserRow,
  type User,
  type UserChange,
} from './store.ts';
import { deleteSessionsOf, deleteSignInLinksOf } from './store/sessions.ts';
import { revokeTokensOf } from './store/tokens.ts';

/** What only administrators change: who may do what here. */
const ledgered = ['email', 'role', 'managerId', 'active'] as const;

/**
 * Changes someone; `by` is who says so. Deactivation ends sessions, links and tokens. Throws `not-found`, `email-taken`, `manager-unfit`,
 * `manager-cycle`, `still-manages-others` and `last-administrator`.
 */
export async function updateUser(tx: Tx, id: string, change: UserChange, by?: string): Promise<User> {
  await lockTree(tx);
  const before = await getUser(tx, id);
  if (change.email !== undefined && change.email !== before.email) await requireFreeEmail(tx, change.email);
  if (change.managerId !== undefined) await requireFitManager(tx, id, change.managerId);
  const after = { ...before, ...change };
  await requireAdministrator(tx, before, after);
  await requireNobodyLeftBelow(tx, before, after);
  await updateUserRow(tx, id, change);
  if (before.active && !after.active) await endAccess(tx, id);
  await ledgerChange(tx, { before, after, by });
  return getUser(tx, id);
}

/** Names what was changed; of the values only those that are no personal data. */
async function ledgerChange(tx: Tx, { before, after, by }: { before: User; after: User; by: string | undefined }) {
  const changed = ledgered.filter((field) => before[field] !== after[field]);
  if (changed.length === 0) return;
  const { id: user, role, active, managerId: manager } = after;
  await appendLeaf(tx, 'user-changed', { user, changed, role, active, manager, by });
}

async function endAccess(tx: Tx, userId: string): Promise<void> {
  await deleteSessionsOf(tx, userId);
  await deleteSignInLinksOf(tx, userId);
  await revokeTokensOf(tx, userId);
}

async function requireAdministrator(tx: Tx, before: User, after: User): Promise<void> {
  const rules = ({ role, active }: User) => role === 'administrator' && active;
  if (!rules(before) || rules(after)) return;
  const others = (await listAdministrators(tx)).filter((each) => each.id !== before.id);
  if (others.length === 0) throw conflict('last-administrator', 'Make someone else administrator first.');
}

async function requireNobodyLeftBelow(tx: Tx, before: User, after: User): Promise<void> {
  const fit = ({ role, active }: User) => active && managesOthers(role);
  if (!fit(before) || fit(after)) return;
  if ((await listIdsBelow(tx, before.id)).length > 1)
    throw conflict('still-manages-others', 'Give the users below another manager first.');
}
