import type { Tx } from '../kernel/context.ts';
import { CodedError, conflict } from '../kernel/errors.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { findUser } from '../people/store.ts';
import { pathOf } from './may-keep-box.ts';
import { deleteBox, getBox, hasChildren, insertBox, listBoxes, lockTree, updateBox } from './store/boxes.ts';
import type { Box } from './store/boxes.ts';
import { listAllRules } from './store/rules.ts';

const refuse = (code: string, message: string, path: string) => new CodedError(code, 422, message, { path });

interface NewTeam {
  readonly name: string;
  readonly parentId: string;
  /** Who keeps its rules besides administrators. */
  readonly ownerId?: string | undefined;
}

/** Adds a team box; `by`, here and below: who says so. Throws `not-a-team` (parent), `unknown-user` (owner). */
export async function addTeam(tx: Tx, { name, parentId, ownerId }: NewTeam, by?: string): Promise<Box> {
  await lockTree(tx);
  await requireTeam(tx, parentId);
  await requireUser(tx, ownerId);
  const id = tx.ids.make('box');
  await insertBox(tx, { id, kind: 'team', name, parentId, ownerId });
  await appendLeaf(tx, 'box-changed', { box: id, change: 'added', parent: parentId, owner: ownerId, by });
  return getBox(tx, id);
}

interface BoxEdit {
  readonly name?: string | undefined;
  readonly parentId?: string | undefined;
  /** Null: administrators only. */
  readonly ownerId?: string | null | undefined;
  /** A closed box gets no leads. */
  readonly closed?: boolean | undefined;
}

/**
 * Changes a box. The root keeps its place and stays open; boxes of users and partners have their user and name. Throws
 * `box-fixed`, `not-a-team`, `box-cycle`, `unknown-user`.
 */
export async function editBox(tx: Tx, id: string, edit: BoxEdit, by?: string): Promise<Box> {
  const { name, parentId, ownerId, closed } = edit;
  await lockTree(tx);
  const box = await getBox(tx, id);
  const fixed = box.kind === 'system' && (parentId !== undefined || closed !== undefined);
  const named = box.kind === 'user' && (name !== undefined || ownerId !== undefined);
  if (fixed || named) throw conflict('box-fixed', 'This cannot be changed in a box of this kind.');
  if (parentId !== undefined) await requireFitParent(tx, id, parentId);
  await requireUser(tx, ownerId ?? undefined);
  await updateBox(tx, id, {
    ...(name !== undefined && { name }),
    ...(parentId !== undefined && { parentId }),
    ...(ownerId !== undefined && { ownerId }),
    ...(closed !== undefined && { closedAt: closed ? tx.clock.now() : null }),
  });
  const change = Object.entries(edit).flatMap(([field, to]) => (to === undefined ? [] : [field]));
  await appendLeaf(tx, 'box-changed', { box: id, change, parent: parentId, owner: ownerId, closed, by });
  return getBox(tx, id);
}

/** Deletes a team box that nothing hangs on. Throws `box-fixed`, and `box-in-use` with `details.rules`, `details.children`. */
export async function removeTeam(tx: Tx, id: string, by?: string): Promise<void> {
  await lockTree(tx);
  const box = await getBox(tx, id);
  if (box.kind !== 'team') throw conflict('box-fixed', 'Only team boxes are deleted; close others instead.');
  const rules = await listAllRules(tx);
  const naming = rules.filter((rule) => rule.boxId === id || rule.action.assign.to.includes(id));
  const children = await hasChildren(tx, id);
  if (naming.length > 0 || children) {
    const details = { rules: naming.map(({ id: ruleId, name, boxId }) => ({ ruleId, name, boxId })), children };
    throw new CodedError('box-in-use', 409, 'Rules or other boxes hang on this box.', details);
  }
  await deleteBox(tx, id);
  await appendLeaf(tx, 'box-changed', { box: id, change: 'removed', by });
}

async function requireTeam(tx: Tx, id: string): Promise<void> {
  const parent = (await listBoxes(tx)).find((box) => box.id === id);
  if (parent?.kind !== 'team' && parent?.kind !== 'system')
    throw refuse('not-a-team', 'A box hangs below a team box or the root.', 'parentId');
}

async function requireFitParent(tx: Tx, id: string, parentId: string): Promise<void> {
  await requireTeam(tx, parentId);
  const boxes = new Map((await listBoxes(tx)).map((box) => [box.id, box]));
  if (pathOf(boxes, parentId).some((box) => box.id === id))
    throw refuse('box-cycle', 'A box cannot hang below itself.', 'parentId');
}

async function requireUser(tx: Tx, userId: string | undefined): Promise<void> {
  if (userId === undefined) return;
  const user = await findUser(tx, userId);
  if (!user?.active || user.role === 'auditor')
    throw refuse('unknown-user', 'No active user who could keep rules has this id.', 'ownerId');
}
