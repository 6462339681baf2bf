import type { Command } from '../command.ts';
import { findCommand } from '../parse-command.ts';
import { helpOn, overview } from '../help.ts';
import { agreementCommands } from './agreements.ts';
import { auditCommands } from './audit.ts';
import { boxCommands } from './boxes.ts';
import { conformanceCommands } from './conformance.ts';
import { jobCommands } from './jobs.ts';
import { keyCommands } from './keys.ts';
import { leadCommands } from './leads.ts';
import { nodeCommands } from './node.ts';
import { partnerCommands } from './partners.ts';
import { peerCommands } from './peers.ts';
import { policyCommands, previewCommand } from './policies.ts';
import { sharedLeadCommands } from './shared-leads.ts';
import { privacyCommands } from './privacy.ts';
import { userCommands } from './users.ts';

const help: Command = {
  name: 'help',
  summary: 'List the commands, or show how one is used',
  arguments: ['[command...]'],
  example: 'leadmesh help user add',
  run: ({ words }) => Promise.resolve(words.length === 0 ? overview(commands) : helpOn(findCommand(commands, words))),
};

/** Every command of `leadmesh`, in the order help and documentation show them. */
export const commands: readonly Command[] = [
  ...nodeCommands,
  ...userCommands,
  ...peerCommands,
  ...agreementCommands,
  ...partnerCommands,
  ...keyCommands,
  ...boxCommands,
  ...leadCommands,
  ...sharedLeadCommands,
  ...privacyCommands,
  previewCommand,
  ...policyCommands,
  ...jobCommands,
  ...auditCommands,
  ...conformanceCommands,
  help,
];
