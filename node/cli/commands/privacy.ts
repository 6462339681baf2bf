import { answerOutcomes, consentStates, contactChannels, erasureReasons } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';
import type { Command } from '../command.ts';
import { entry, table, words, type Page } from '../output.ts';
import { flag, given, needed, pageOptions, value } from './options.ts';

const lead = 'lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X';

const requestColumns = {
  id: 'id',
  lead: 'leadId',
  kind: 'kind',
  partner: 'partner.name',
  ours: 'ours',
  outcome: 'outcome',
  'answer by': 'answerBy',
  overdue: 'overdue',
};

/** What is done for the person a lead is about. */
export const privacyCommands: readonly Command[] = [
  {
    name: 'lead erase',
    summary: 'Erase a lead here for good, and ask every partner that has it to do the same',
    arguments: ['lead'],
    options: {
      reason: value('code', `Why: ${erasureReasons.join(', ')}.`),
      confirm: value('lead', 'The lead’s id once more: what is erased does not come back.'),
    },
    example: `leadmesh lead erase ${lead} --reason person-asked --confirm ${lead}`,
    onNode: async (door, asked) => {
      const id = asked.arg('lead');
      const body = { reason: needed(asked, 'reason'), confirm: needed(asked, 'confirm') };
      if (body.confirm !== id)
        throw new CodedError('not-confirmed', 422, 'Give the lead’s id in --confirm once more: nothing was erased.');
      return entry(await door.ask<object>('POST /api/leads/:id/erase', { params: { id }, body }));
    },
  },
  {
    name: 'lead privacy',
    summary: 'Show what is erased, held or asked for about a lead, and who confirmed its deletion',
    arguments: ['lead'],
    example: `leadmesh lead privacy ${lead}`,
    onNode: async (door, asked) =>
      entry(await door.ask<object>('GET /api/leads/:id/privacy', { params: { id: asked.arg('lead') } })),
  },
  {
    name: 'lead hold',
    summary: 'Keep a lead from being erased until a time, because a legal duty says so; without a time the hold ends',
    arguments: ['lead'],
    options: {
      until: value('time', 'Until when, such as 2033-12-31T00:00:00Z.'),
      reason: value('words', 'Which duty; stays on this node.'),
    },
    example: `leadmesh lead hold ${lead} --until 2033-12-31T00:00:00Z --reason "Order 4711: tax law"`,
    onNode: async (door, asked) => {
      const body = { until: null, ...given(asked, 'until', 'reason') };
      return entry(
        await door.ask<object>('PUT /api/leads/:id/legal-hold', { params: { id: asked.arg('lead') }, body }),
      );
    },
  },
  {
    name: 'lead do-not-contact',
    summary: 'The person may not be contacted any more in these ways; every partner that has the lead is told',
    arguments: ['lead'],
    options: { channels: value('codes', `Which, with commas between: ${contactChannels.join(', ')}.`) },
    example: `leadmesh lead do-not-contact ${lead} --channels phone,visit`,
    onNode: async (door, asked) => {
      const body = { channels: needed(asked, 'channels').split(',') };
      return entry(
        await door.ask<object>('POST /api/leads/:id/do-not-contact', { params: { id: asked.arg('lead') }, body }),
      );
    },
  },
  {
    name: 'lead consent',
    summary: 'What the person decided about one purpose; every partner that got this part of the lead is told',
    arguments: ['lead'],
    options: {
      purpose: value('name', 'What the data may be used for, such as marketing.'),
      state: value('code', `One of ${consentStates.join(', ')}.`),
      at: value('time', 'When the person said so; default now.'),
      wording: value('words', 'The words the person saw.'),
      'evidence-url': value('url', 'Where the proof lies.'),
    },
    example: `leadmesh lead consent ${lead} --purpose marketing --state withdrawn`,
    onNode: async (door, asked) => {
      const decided = { purpose: needed(asked, 'purpose'), state: needed(asked, 'state') };
      const evidenceUrl = asked.text('evidence-url');
      const body = { ...decided, ...given(asked, 'at', 'wording'), ...(evidenceUrl !== undefined && { evidenceUrl }) };
      return entry(await door.ask<object>('POST /api/leads/:id/consents', { params: { id: asked.arg('lead') }, body }));
    },
  },
  {
    name: 'lead ask-report',
    summary: 'Ask every partner that got a lead what it holds, for the person the lead is about',
    arguments: ['lead'],
    example: `leadmesh lead ask-report ${lead}`,
    onNode: async (door, asked) =>
      entry(await door.ask<object>('POST /api/leads/:id/access-report', { params: { id: asked.arg('lead') } })),
  },
  {
    name: 'lead report',
    summary: 'Show what is held of a lead here and at partners, and who got which fields when',
    arguments: ['lead'],
    options: { letter: flag('As plain text, to hand to the person it is about.') },
    example: `leadmesh lead report ${lead} --letter`,
    onNode: async (door, asked) => {
      const params = { id: asked.arg('lead') };
      if (!asked.isOn('letter')) return entry(await door.ask<object>('GET /api/leads/:id/access-report', { params }));
      const text = await door.ask<string>('GET /api/leads/:id/access-report/text', { params });
      return words(text.trimEnd(), { text });
    },
  },
  {
    name: 'privacy list',
    summary: 'List the requests about personal data that wait for an answer, oldest first',
    options: pageOptions,
    example: 'leadmesh privacy list',
    onNode: async (door, asked) => {
      const query = given(asked, 'limit', 'cursor');
      return table(await door.ask<Page>('GET /api/privacy-requests', { query }), requestColumns);
    },
  },
  {
    name: 'privacy overdue',
    summary: 'List the partners that have not confirmed in time that what they saw of a lead is deleted',
    options: pageOptions,
    example: 'leadmesh privacy overdue',
    onNode: async (door, asked) =>
      table(await door.ask<Page>('GET /api/overdue-deletions', { query: given(asked, 'limit', 'cursor') }), {
        lead: 'leadId',
        partner: 'partner.name',
        'delete by': 'deleteBy',
        silent: 'silent',
      }),
  },
  {
    name: 'privacy answer',
    summary: 'Decide on the erasure that a partner which holds the lead asked for',
    arguments: ['lead', 'request'],
    options: {
      outcome: value('code', `${answerOutcomes.join(' or ')}.`),
      text: value('words', 'Why not; the partner reads it.'),
    },
    example: `leadmesh privacy answer ${lead} privacy_01J8ZQ4X7M3N5P6R7S8T9V0W1X --outcome agreed`,
    onNode: async (door, asked) => {
      const params = { id: asked.arg('lead'), requestId: asked.arg('request') };
      const body = { outcome: needed(asked, 'outcome'), ...given(asked, 'text') };
      return entry(await door.ask<object>('POST /api/leads/:id/privacy-requests/:requestId/answer', { params, body }));
    },
  },
  {
    name: 'privacy confirm',
    summary: 'Note that a partner which has no node, or was not reached, told us that it deleted a lead',
    arguments: ['lead', 'request'],
    options: { text: value('words', 'How it is known; stays on this node.') },
    example: `leadmesh privacy confirm ${lead} privacy_01J8ZQ4X7M3N5P6R7S8T9V0W1X --text "Pat Miller, by phone"`,
    onNode: async (door, asked) => {
      const params = { id: asked.arg('lead'), requestId: asked.arg('request') };
      const body = { text: needed(asked, 'text') };
      const path = 'POST /api/leads/:id/privacy-requests/:requestId/confirm-erased';
      return entry(await door.ask<object>(path, { params, body }));
    },
  },
];
