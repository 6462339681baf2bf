import type { Context } from '../kernel/context.ts';
import { findNewestCheckpoint } from './store/checkpoints.ts';

/** A checkpoint as messages carry it; with the node's id it makes the signed note again. */
export interface CarriedCheckpoint {
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** The note's signature line without its name. */
  readonly noteSignature: string;
}

/** This node's newest checkpoint; undefined before the first. */
export async function findLastCheckpoint(ctx: Context): Promise<CarriedCheckpoint | undefined> {
  const newest = await findNewestCheckpoint(ctx);
  if (!newest) return undefined;
  const [, , root = '', , signature = ''] = newest.note.split('\n');
  return { size: newest.size, root, noteSignature: signature.slice(signature.lastIndexOf(' ') + 1) };
}
