import type { Role } from '../kernel/routes.ts';
import type { Box } from './store/boxes.ts';

/** The box and all boxes above it, from below; stops where the tree is broken. */
export function pathOf(boxes: ReadonlyMap<string, Box>, boxId: string): Box[] {
  const path: Box[] = [];
  for (let box = boxes.get(boxId); box && !path.includes(box); box = boxes.get(box.parentId ?? '')) path.push(box);
  return path;
}

/**
 * Whether someone may write the rules of a box: administrators anywhere, the keeper of the box or of one above it, unless
 * she is an auditor.
 */
export function mayKeepBox(
  actor: { readonly userId: string; readonly role: Role },
  boxes: ReadonlyMap<string, Box>,
  boxId: string,
): boolean {
  if (actor.role === 'administrator') return true;
  return actor.role !== 'auditor' && pathOf(boxes, boxId).some((box) => box.ownerId === actor.userId);
}
