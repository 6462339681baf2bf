import { CodedError } from '../../kernel/errors.ts';
import { answerOutcomes, recallReasons, returnReasons } from '../../../protocol/index.ts';
import { parseJson } from '../../kernel/request-body.ts';
import type { Asked, Command } from '../command.ts';
import type { Door } from '../door.ts';
import { fileBytes } from '../input.ts';
import { entry, table, words, type Output, type Page } from '../output.ts';
import { given, needed, value } from './options.ts';

const questionColumns = {
  id: 'id',
  kind: 'kind',
  state: 'state',
  ours: 'ours',
  partner: 'partner.name',
  reason: 'reason',
  'answer by': 'answerBy',
  overdue: 'overdue',
};

async function editLead(door: Door, asked: Asked): Promise<Output> {
  const route = 'PATCH /api/leads/:id';
  const params = { id: asked.arg('lead') };
  const fields = parseJson(await fileBytes(asked.arg('file'), door.limitOf(route), asked.terminal));
  // Nobody looked at a version before: that the node routes the lead meanwhile is no reason to refuse.
  for (let left = 3; ; left--) {
    const { version } = await door.ask<{ version: number }>('GET /api/leads/:id', { params });
    try {
      const { changed } = await door.ask<{ changed: string[] }>(route, { params, body: { version, fields } });
      return words(changed.join('\n'), { changed }, changed.length === 0 ? 'Nothing changed.' : undefined);
    } catch (error) {
      if (left === 1 || !(error instanceof CodedError) || error.code !== 'lead-changed') throw error;
    }
  }
}

const text = value('words', 'In your own words; the partner reads it.');
const lead = 'lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X';

/** What is settled with a partner about a lead that was released. */
export const sharedLeadCommands: readonly Command[] = [
  {
    name: 'lead edit',
    summary: 'Correct fields of a lead by a JSON file: new values by field path, null takes a field away',
    arguments: ['lead', 'file'],
    example: `leadmesh lead edit ${lead} corrections.json`,
    onNode: editLead,
  },
  {
    name: 'lead questions',
    summary: 'List what was asked between you and a partner about a lead, newest first',
    arguments: ['lead'],
    example: `leadmesh lead questions ${lead}`,
    onNode: async (door, asked) =>
      table(
        await door.ask<Page>('GET /api/leads/:id/questions', { params: { id: asked.arg('lead') } }),
        questionColumns,
      ),
  },
  {
    name: 'lead ask-back',
    summary: 'Ask the partner that holds a lead to give it back',
    arguments: ['lead'],
    options: {
      reason: value('code', `Why: ${recallReasons.join(', ')}.`),
      text,
      'answer-by': value('time', 'When an answer is expected, such as 2026-12-01T09:00:00Z; in three days if absent.'),
    },
    example: `leadmesh lead ask-back ${lead} --reason duplicate --text "We work on it already."`,
    onNode: async (door, asked) => {
      const body = { ...given(asked, 'text', 'answer-by'), reason: needed(asked, 'reason') };
      return entry(await door.ask<object>('POST /api/leads/:id/ask-back', { params: { id: asked.arg('lead') }, body }));
    },
  },
  {
    name: 'lead free',
    summary:
      'Take a lead from a partner that is gone, without its answer; the digest of the reason is kept as evidence',
    arguments: ['lead'],
    options: { reason: value('words', 'Why you do not wait; kept as a note of the lead.') },
    example: `leadmesh lead free ${lead} --reason "reseller.example is out of business"`,
    onNode: async (door, asked) => {
      const body = { reason: needed(asked, 'reason') };
      return entry(await door.ask<object>('POST /api/leads/:id/free', { params: { id: asked.arg('lead') }, body }));
    },
  },
  {
    name: 'lead give-back',
    summary: 'Ask the partner a lead came from to take it back',
    arguments: ['lead'],
    options: {
      reason: value('code', `Why: ${returnReasons.join(', ')}.`),
      text,
      proof: { ...value('url', 'Where what shows it lies, by https; may be repeated, five at most.'), multiple: true },
    },
    example: `leadmesh lead give-back ${lead} --reason not-a-fit --proof https://files.reseller.example/calls/17`,
    onNode: async (door, asked) => {
      const proofs = (asked.texts('proof') ?? []).map((url) => ({ url }));
      const body = { ...given(asked, 'text'), ...(proofs.length > 0 && { proofs }), reason: needed(asked, 'reason') };
      return entry(
        await door.ask<object>('POST /api/leads/:id/give-back', { params: { id: asked.arg('lead') }, body }),
      );
    },
  },
  {
    name: 'lead answer',
    summary: `Answer what a partner asked about a lead: ${answerOutcomes.join(' or ')}`,
    arguments: ['lead', 'question', 'outcome'],
    options: { text: value('words', 'Why not, or a word with it; the partner reads it. Needed to refuse.') },
    example: `leadmesh lead answer ${lead} question_01J8ZQ4X7M3N5P6R7S8T9V0W1X refused --text "We meet tomorrow."`,
    onNode: async (door, asked) => {
      const params = { id: asked.arg('lead'), questionId: asked.arg('question') };
      const body = { outcome: asked.arg('outcome'), ...given(asked, 'text') };
      return entry(await door.ask<object>('POST /api/leads/:id/questions/:questionId/answer', { params, body }));
    },
  },
];
