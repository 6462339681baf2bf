import type { JobHandler } from '../kernel/jobs.ts';
import { importListHandler } from './import-chunk.ts';
import { trimIntake } from './trim-intake.ts';

/** The intents this room carries out. */
export const intakeHandlers: readonly JobHandler[] = [importListHandler, { kind: 'trim-intake', apply: trimIntake }];
