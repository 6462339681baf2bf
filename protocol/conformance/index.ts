/** The door of the conformance kit (docs/conformance.md). */
import { answerChecks } from './checks/answers.ts';
import { conductChecks } from './checks/conduct.ts';
import { conversationChecks } from './checks/conversation.ts';
import { floodChecks } from './checks/flood.ts';
import { offeredChecks } from './checks/offered.ts';
import { offeringChecks } from './checks/offering.ts';
import { privacyChecks } from './checks/privacy.ts';
import { strangerChecks } from './checks/strangers.ts';
import { transportChecks } from './checks/transport.ts';
import { updateChecks } from './checks/update.ts';
import { vectorChecks } from './checks/vectors.ts';
import { withholdChecks } from './checks/withhold.ts';
import type { Check } from './check.ts';

export { NotRun, type Check } from './check.ts';
export { describeChecks } from './describe-checks.ts';
export { startKit, type Acts, type Kit, type KitOptions } from './kit.ts';
export { isIntroduced, runChecks, type Report } from './run.ts';
export {
  checkJunit,
  describeReport,
  describeResult,
  readSignedReport,
  writeJunit,
  writeSignedReport,
} from './report.ts';

/** The checks that are written by hand, in the order they run: Capabilities first, what was delivered last. */
const ownChecks: readonly Check[] = [
  ...offeringChecks,
  ...conversationChecks,
  ...withholdChecks,
  ...updateChecks,
  ...transportChecks,
  ...offeredChecks,
  ...privacyChecks,
  ...floodChecks,
  ...strangerChecks,
  ...answerChecks,
];

/** All checks; those of the vectors are read from schemas/vectors. */
export const allChecks = (): readonly Check[] => [...ownChecks, ...vectorChecks(), ...conductChecks];
