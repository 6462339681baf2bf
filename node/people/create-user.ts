import type { Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import { intend } from '../kernel/jobs.ts';
import type { Role } from '../kernel/routes.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { decideManager } from './decide-manager.ts';
import { findUser, findUserByEmail, insertUser, listIdsBelow, lockTree, type User } from './store.ts';

interface NewUser {
  /** Lower case. */
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly managerId?: string | null | undefined;
  /** Who adds the user; the node itself when absent. */
  readonly by?: string | undefined;
}

/** Adds someone, who can sign in once a link or a password is made. Throws `email-taken`, `manager-unfit`. */
export async function createUser(tx: Tx, { email, name, role, managerId = null, by }: NewUser): Promise<User> {
  await lockTree(tx);
  await requireFreeEmail(tx, email);
  await requireFitManager(tx, undefined, managerId);
  const now = tx.clock.now();
  const user = {
    id: tx.ids.make('user'),
    email,
    name,
    role,
    managerId,
    active: true,
    availability: 'available',
  } as const;
  await insertUser(tx, { ...user, createdAt: now, updatedAt: now });
  await appendLeaf(tx, 'user-created', { user: user.id, role, manager: managerId, by });
  await intend(tx, { kind: 'open-user-box', payload: { userId: user.id }, key: `open-user-box:${user.id}` });
  return { ...user, signedInAt: null, createdAt: now, updatedAt: now };
}

/** Throws `email-taken`; holds until the end of the transaction, which has the tree locked. */
export async function requireFreeEmail(tx: Tx, email: string): Promise<void> {
  if (await findUserByEmail(tx, email)) throw conflict('email-taken', 'Someone here has this e-mail address already.');
}

/** Throws `manager-unfit` or `manager-cycle`. `userId`: whose manager it is to be; undefined for someone new. */
export async function requireFitManager(tx: Tx, userId: string | undefined, managerId: string | null): Promise<void> {
  if (managerId === null) return;
  const manager = await findUser(tx, managerId);
  const below = userId === undefined ? [] : await listIdsBelow(tx, userId);
  const objection = decideManager(manager, below);
  if (objection) throw objection;
}
