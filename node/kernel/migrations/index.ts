import type { Migration } from '../migrate.ts';
import { migration as kernel } from './0001-kernel.ts';

/** Every change to the tables, oldest first. A migration that was released is never edited. */
export const migrations: readonly Migration[] = [kernel];
