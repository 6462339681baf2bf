import type { JobHandler } from '../kernel/jobs.ts';
import { importListHandler } from './import-chunk.ts';

/** The intents this room carries out. */
export const intakeHandlers: readonly JobHandler[] = [importListHandler];
