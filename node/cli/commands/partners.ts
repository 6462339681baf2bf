import type { Asked, Command } from '../command.ts';
import { fileBytes } from '../input.ts';
import { parseJson } from '../../kernel/request-body.ts';
import { entry, table, words, type Page } from '../output.ts';
import { given, needed, pageOptions, value } from './options.ts';

const people = { id: 'id', email: 'email', name: 'name', active: 'active', 'takes offers': 'takesOffers' };
const longestMapping = 256 * 1024;
const mappingOption = value('file', 'How leads look to its software, and what its reports mean; see docs/bridge.md.');

const readMapping = async (file: string, asked: Asked): Promise<unknown> =>
  parseJson(await fileBytes(file, longestMapping, asked.terminal));

/** The mapping of `--mapping`, if any. */
async function givenMapping(asked: Asked): Promise<unknown> {
  const file = asked.text('mapping');
  return file === undefined ? undefined : readMapping(file, asked);
}

/** Commands about partners without a node: people who answer by mail, and software that takes webhooks. */
export const partnerCommands: readonly Command[] = [
  {
    name: 'partner add',
    summary: 'Add a partner without a node: people who answer by mail, or software that takes webhooks',
    arguments: ['name'],
    options: {
      kind: value('people|webhook', 'How it is reached.'),
      url: value('url', 'Where its software takes webhooks.'),
      'allowed-address': value('range', 'Where that may be although not public, such as 10.8.0.0/16.'),
      mapping: mappingOption,
    },
    example: 'leadmesh partner add "Harbour CRM" --kind webhook --url https://crm.harbour.example/hooks/leads',
    onNode: async (door, asked) => {
      const mapping = await givenMapping(asked);
      const kind = needed(asked, 'kind');
      const asIs = { kind, name: asked.arg('name'), ...given(asked, 'url', 'allowed-address'), mapping };
      // What was not given is not of this kind, perhaps.
      const body = Object.fromEntries(Object.entries(asIs).filter(([, each]) => each !== undefined));
      return entry(await door.ask<object>('POST /api/partners', { body }));
    },
  },
  {
    name: 'partner mapping',
    summary: 'Set how leads look to a partner’s software, and what its reports mean',
    arguments: ['partner', 'file'],
    example: 'leadmesh partner mapping partner_01J8ZQ4X7M3N5P6R7S8T9V0W1X mapping.json',
    onNode: async (door, asked) => {
      const body = await readMapping(asked.arg('file'), asked);
      const question = { params: { id: asked.arg('partner') }, body };
      return entry(await door.ask<object>('PUT /api/partners/:id/mapping', question));
    },
  },
  {
    name: 'partner preview',
    summary: 'Show what a partner’s software would be sent of a lead',
    arguments: ['partner', 'lead'],
    options: { mode: value('direct|grab', 'Default: grab.'), mapping: mappingOption },
    example: 'leadmesh partner preview partner_01J8ZQ4X7M3N5P6R7S8T9V0W1X lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X',
    onNode: async (door, asked) => {
      const mapping = await givenMapping(asked);
      const body = { leadId: asked.arg('lead'), ...given(asked, 'mode'), mapping };
      const question = { params: { id: asked.arg('partner') }, body };
      return entry(await door.ask<object>('POST /api/partners/:id/preview', question));
    },
  },
  {
    name: 'partner secrets',
    summary: 'Make new secrets for a partner’s software; they are shown this once',
    arguments: ['partner'],
    example: 'leadmesh partner secrets partner_01J8ZQ4X7M3N5P6R7S8T9V0W1X',
    onNode: async (door, asked) =>
      entry(await door.ask<object>('POST /api/partners/:id/secrets', { params: { id: asked.arg('partner') } })),
  },
  {
    name: 'person add',
    summary: 'Add somebody who is offered a partner’s leads by mail',
    arguments: ['partner', 'email', 'name'],
    example: 'leadmesh person add partner_01J8ZQ4X7M3N5P6R7S8T9V0W1X pat@harbour.example "Pat Miller"',
    onNode: async (door, asked) => {
      const body = { email: asked.arg('email'), name: asked.arg('name') };
      const question = { params: { id: asked.arg('partner') }, body };
      return entry(await door.ask<object>('POST /api/partners/:id/people', question));
    },
  },
  {
    name: 'person list',
    summary: 'List the people of a partner who are offered leads by mail',
    arguments: ['partner'],
    options: pageOptions,
    example: 'leadmesh person list partner_01J8ZQ4X7M3N5P6R7S8T9V0W1X',
    onNode: async (door, asked) => {
      const question = { params: { id: asked.arg('partner') }, query: given(asked, 'limit', 'cursor') };
      return table(await door.ask<Page>('GET /api/partners/:id/people', question), people);
    },
  },
  {
    name: 'person deactivate',
    summary: 'End what the mails to somebody of a partner can do',
    arguments: ['partner', 'person'],
    example: 'leadmesh person deactivate partner_01J8ZQ4X7M3N5P6R7S8T9V0W1X person_01J8ZQ4X7M3N5P6R7S8T9V0W1X',
    onNode: async (door, asked) => {
      const params = { id: asked.arg('partner'), personId: asked.arg('person') };
      const person = await door.ask<object>('PATCH /api/partners/:id/people/:personId', {
        params,
        body: { active: false },
      });
      return words('', person, 'No more mails go there, and the links of earlier ones work no longer.');
    },
  },
];
