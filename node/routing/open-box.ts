import type { Tx } from '../kernel/context.ts';
import { raiseSetup } from '../kernel/setup.ts';
import { getUser } from '../people/store.ts';
import { findBoxOf, findBoxesOwnedBy, getBox, insertBox, systemBoxId, updateBox } from './store/boxes.ts';
import type { Box } from './store/boxes.ts';

/** The box of a user; made when it is not there yet, below the team of the user's manager. */
export async function openUserBox(tx: Tx, userId: string): Promise<Box> {
  const there = await findBoxOf(tx, { userId });
  if (there) return there;
  // From here one process after another: the command and the job of the same user may both be at it.
  await raiseSetup(tx);
  return (await findBoxOf(tx, { userId })) ?? addUserBox(tx, userId);
}

async function addUserBox(tx: Tx, userId: string): Promise<Box> {
  const user = await getUser(tx, userId);
  const [team] = user.managerId === null ? [] : await findBoxesOwnedBy(tx, user.managerId);
  const id = tx.ids.make('box');
  const parentId = team?.id ?? systemBoxId;
  await insertBox(tx, { id, kind: 'user', name: user.name, parentId, ownerId: userId, userId });
  return getBox(tx, id);
}

/** The box of a partner; made when it is not there yet, below the root. */
export async function openPartnerBox(tx: Tx, { peerId, name }: { peerId: string; name: string }): Promise<Box> {
  const there = await findBoxOf(tx, { peerId });
  if (there) return there;
  const id = tx.ids.make('box');
  await insertBox(tx, { id, kind: 'partner', name, parentId: systemBoxId, peerId });
  return getBox(tx, id);
}

/** Stops or resumes offers to a partner; what it holds or is offered stays. No box: nothing to do. */
export async function suspendPartnerBox(tx: Tx, peerId: string, suspended: boolean): Promise<void> {
  const box = await findBoxOf(tx, { peerId });
  if (box) await updateBox(tx, box.id, { closedAt: suspended ? tx.clock.now() : null });
}
