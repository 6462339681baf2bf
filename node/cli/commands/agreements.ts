import { parseJson } from '../../kernel/request-body.ts';
import type { Asked, Command } from '../command.ts';
import type { Door } from '../door.ts';
import { fileBytes } from '../input.ts';
import { entry, table, type Output, type Page } from '../output.ts';
import { given, pageOptions, value } from './options.ts';

const columns = {
  id: 'id',
  state: 'state',
  'in force for': 'inForceFor',
  'proposed by': 'proposedBy',
  'proposed at': 'proposedAt',
  'accepted at': 'acceptedAt',
  'ends at': 'endsAt',
};
const longestTerms = 65_536;
const exampleId = 'agreement_01J8ZQ4X7M3N5P6R7S8T9V0W1X';
const text = value('words', 'In words, for the people on the other side.');

const versionOf = (asked: Asked) => ({ id: asked.arg('partner'), agreementId: asked.arg('agreement') });

async function propose(door: Door, asked: Asked): Promise<Output> {
  const terms = parseJson(await fileBytes(asked.arg('file'), longestTerms, asked.terminal));
  const replaced = asked.text('replaces');
  const body = { terms, ...given(asked, 'text'), ...(replaced !== undefined && { agreementId: replaced }) };
  const params = { id: asked.arg('partner') };
  const made = await door.ask<object>('POST /api/peers/:id/agreements', { params, body });
  return entry(made, 'It binds once the partner accepts it.');
}

async function end(door: Door, asked: Asked): Promise<Output> {
  const endsAt = asked.text('ends-at');
  const body = { ...given(asked, 'text'), ...(endsAt !== undefined && { endsAt }) };
  const params = versionOf(asked);
  return entry(await door.ask<object>('POST /api/peers/:id/agreements/:agreementId/end', { params, body }));
}

/** What was agreed with partners (docs/agreements.md). */
export const agreementCommands: readonly Command[] = [
  {
    name: 'agreement list',
    summary: 'List what was agreed or proposed with a partner, newest first',
    arguments: ['partner'],
    options: pageOptions,
    example: 'leadmesh agreement list reseller.example',
    onNode: async (door, asked) => {
      const question = { params: { id: asked.arg('partner') }, query: given(asked, 'limit', 'cursor') };
      return table(await door.ask<Page>('GET /api/peers/:id/agreements', question), columns);
    },
  },
  {
    name: 'agreement show',
    summary: 'Show one version: its terms, and every document both sides signed about it',
    arguments: ['partner', 'agreement'],
    example: `leadmesh agreement show reseller.example ${exampleId}`,
    onNode: async (door, asked) =>
      entry(await door.ask<object>('GET /api/peers/:id/agreements/:agreementId', { params: versionOf(asked) })),
  },
  {
    name: 'agreement propose',
    summary: 'Propose terms to a partner; they bind once it accepts',
    arguments: ['partner', 'file'],
    options: { text, replaces: value('name', 'The agreementId of the one it would replace.') },
    example: 'leadmesh agreement propose reseller.example terms.json --text "As we said on the telephone"',
    onNode: propose,
  },
  {
    name: 'agreement accept',
    summary: 'Accept what a partner proposed; from then on it binds both',
    arguments: ['partner', 'agreement'],
    example: `leadmesh agreement accept vendor.example ${exampleId}`,
    onNode: async (door, asked) => {
      const question = { params: versionOf(asked) };
      return entry(await door.ask<object>('POST /api/peers/:id/agreements/:agreementId/accept', question));
    },
  },
  {
    name: 'agreement end',
    summary: 'End an agreement, decline a proposal or take one back; released leads go on',
    arguments: ['partner', 'agreement'],
    options: { text, 'ends-at': value('time', 'When, such as 2027-01-01T00:00:00.000Z; default: now.') },
    example: `leadmesh agreement end reseller.example ${exampleId} --text "We part as friends"`,
    onNode: end,
  },
];
