import type { Command } from '../command.ts';
import { flag, value } from './options.ts';

export const conformanceCommands: readonly Command[] = [
  {
    name: 'conformance',
    summary: 'Check whether a node, whoever wrote it, speaks the protocol (docs/conformance.md)',
    arguments: ['url'],
    options: {
      invitation: value('file', 'The invitation of the node under test; needed.'),
      'own-invitation': value('file', 'Where to write the invitation of the kit, for that node to take.'),
      key: value('file', 'The key of the kit, made when there is none; default: a new one for this run.'),
      'kit-id': value('node', 'Who the kit is; default conformance.localhost.'),
      'kit-port': value('port', 'Where the kit listens; default 4199, 0 takes a free one.'),
      'kit-host': value('address', 'On which address the kit listens; default 127.0.0.1.'),
      endpoint: value('url', 'Where the node reaches the kit; default: where it listens.'),
      'on-offer': value('command', 'Makes the node accept the offer that the environment of the command names.'),
      'make-offer': value('command', 'Makes the node offer a lead to the kit.'),
      wait: value('seconds', 'How long to wait for what the node does by itself; default 20.'),
      deadline: value('seconds', 'When no more check is begun; default 600.'),
      only: value('pattern', 'Only checks whose name matches this regular expression.'),
      complete: flag('Count a check that was skipped, of a level that is announced, as a failure.'),
      json: value('file', 'Write the report as JSON, signed by the kit.'),
      junit: value('file', 'Write the report as JUnit XML, signed by the kit.'),
    },
    example:
      'leadmesh conformance https://crm.example --invitation crm.json --own-invitation kit.json --json report.json',
    tells: true,
    run: async (asked) => (await import('../conformance.ts')).runConformance(asked),
  },
  {
    name: 'conformance verify',
    summary: 'Check that a report, JSON or JUnit XML, is as the kit signed it',
    arguments: ['file'],
    options: { invitation: value('file', 'The invitation of the kit, whose ten words you compared; needed.') },
    example: 'leadmesh conformance verify report.xml --invitation kit.json',
    run: async (asked) => (await import('../verify-report.ts')).verifyReport(asked),
  },
];
