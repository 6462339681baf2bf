import type { JobHandler } from '../kernel/jobs.ts';
import { notify } from './notify.ts';

/** Intents that this room carries out. */
export const deliveryHandlers: readonly JobHandler[] = [{ kind: 'notify', run: notify }];
