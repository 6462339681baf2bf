import { parseJson } from '../../kernel/request-body.ts';
import type { Asked, Command } from '../command.ts';
import { misuse } from '../command.ts';
import type { Door } from '../door.ts';
import { entry, table, words, type Output } from '../output.ts';
import { given, needed, value } from './options.ts';

interface PolicyLine {
  readonly recipientKind: string;
  readonly recipientId?: string;
  readonly mode?: string;
  readonly conditionText?: string;
}

const columns = {
  for: 'for',
  field: 'target',
  stage: 'stage',
  offered: 'mode',
  when: 'conditionText',
  action: 'action',
};

const whom = ({ recipientKind, recipientId }: PolicyLine) =>
  recipientId ?? (recipientKind === 'peer' ? 'every partner' : 'every user');

const forWhom = {
  partner: value('partner', 'Of this partner only; default: every partner.'),
  user: value('id', 'Of this user of ours; * for every user.'),
};

/** Throws `usage`. */
function recipientOf(asked: Asked): { recipientKind: string; recipientId?: string } {
  const { partner, user } = given(asked, 'partner', 'user');
  if (partner !== undefined && user !== undefined) throw misuse('--partner and --user exclude each other.');
  if (user !== undefined) return { recipientKind: 'user', ...(user !== '*' && { recipientId: user }) };
  return { recipientKind: 'peer', ...(partner !== undefined && { recipientId: partner }) };
}

async function show(door: Door, asked: Asked): Promise<Output> {
  const { items } = await door.ask<{ items: PolicyLine[] }>('GET /api/field-policies');
  const partner = asked.text('partner');
  const shown = items.filter(
    ({ recipientKind, recipientId }) =>
      partner === undefined || (recipientKind === 'peer' && (recipientId ?? partner) === partner),
  );
  return table({ items: shown.map((line) => ({ ...line, for: whom(line) })) }, columns);
}

async function set(door: Door, asked: Asked): Promise<Output> {
  const when = asked.text('when');
  const condition = when === undefined ? {} : { condition: parseJson(Buffer.from(when)) };
  const policy = {
    ...recipientOf(asked),
    target: asked.arg('field'),
    stage: asked.text('stage') ?? 'offered',
    ...given(asked, 'mode'),
    ...condition,
    action: asked.arg('action'),
  };
  await door.ask('PUT /api/field-policies', { body: { policies: [policy] } });
  return show(door, asked);
}

/** `amount=band,note=yes,dispositions=won+lost` as the API has it. Throws `usage`. */
function readSettings(text: string): Record<string, unknown> {
  const settings = text.split(',').map((part): [string, unknown] => {
    const [name = '', setting] = part.split('=');
    if (setting === undefined) throw misuse(`“${part}” is no setting such as note=yes.`);
    if (name === 'dispositions') return [name, setting === '' ? [] : setting.split('+')];
    return [name, name === 'amount' ? setting : readSwitch(part, setting)];
  });
  return Object.fromEntries(settings);
}

/** `EUR=1000+5000+25000` as the API has it. Throws `usage`. */
function readBands(text: string): Record<string, number[]> {
  const bands = text.split(',').map((part): [string, number[]] => {
    const [, currency, ends] = /^([A-Z]{3})=(\d+(?:\+\d+)*)$/.exec(part) ?? [];
    if (currency === undefined || ends === undefined) throw misuse(`“${part}” is no list such as EUR=1000+5000+25000.`);
    return [currency, ends.split('+').map(Number)];
  });
  return Object.fromEntries(bands);
}

function readSwitch(part: string, setting: string): boolean {
  if (setting !== 'yes' && setting !== 'no') throw misuse(`“${part}” is neither yes nor no.`);
  return setting === 'yes';
}

async function feedback(door: Door, asked: Asked): Promise<Output> {
  const params = { id: asked.arg('partner') };
  const { tell, keep, bands } = given(asked, 'tell', 'keep', 'bands');
  const body = {
    ...(tell && { tell: readSettings(tell) }),
    ...(keep && { keep: readSettings(keep) }),
    ...(bands && { bands: readBands(bands) }),
  };
  const route = '/api/peers/:id/feedback-policy';
  return entry(
    Object.keys(body).length === 0
      ? await door.ask<object>(`GET ${route}`, { params })
      : await door.ask<object>(`PATCH ${route}`, { params, body }),
  );
}

const mode = value('direct|grab', 'Only of leads offered to one, or up for grabs; default: both.');

export const policyCommands: readonly Command[] = [
  {
    name: 'policy show',
    summary: 'List what partners and users may see of a lead, where it differs from the default',
    options: { partner: value('partner', 'Only what holds for this partner.') },
    example: 'leadmesh policy show --partner reseller.example',
    onNode: show,
  },
  {
    name: 'policy set',
    summary: 'Set what is shown of a field or a group of fields: show, mask, withhold (until award), never or default',
    arguments: ['field', 'action'],
    options: {
      ...forWhom,
      stage: value('offered|released|updated', 'In the offer (the default), after the award, or in later updates.'),
      mode,
      when: value('json', 'Only of leads that fulfil this condition.'),
    },
    example:
      'leadmesh policy set group:phone mask --partner reseller.example --when \'{"field":"contact.address.country","op":"equals","value":"DE"}\'',
    onNode: set,
  },
  {
    name: 'policy feedback',
    summary: 'Show or change what a partner is told of its leads, and what is kept of what it tells about ours',
    arguments: ['partner'],
    options: {
      tell: value(
        'settings',
        'What it is told, such as amount=band,assignedTo=no,reason=yes,note=no,update=no,dispositions=won+lost; under an agreement all dispositions are told.',
      ),
      keep: value('settings', 'What is kept of what it tells, such as assignedTo=no,amount=none.'),
      bands: value(
        'currencies',
        'Where ranges of amounts begin, such as EUR=1000+5000+25000; the others are taken away.',
      ),
    },
    example: 'leadmesh policy feedback vendor.example --tell amount=band,note=no',
    onNode: feedback,
  },
];

interface Preview {
  readonly fields: readonly { readonly label: string; readonly offered: string; readonly released: string }[];
  readonly xml: { readonly offered: string; readonly released: string; readonly updated: string };
  readonly agreementId?: string;
}
const previewColumns = { field: 'label', offer: 'offered', award: 'released', updates: 'updated' };

/** What somebody would see of a lead. */
export const previewCommand: Command = {
  name: 'lead preview',
  summary: 'Show what a partner would see of a lead: offered, after the award, and in updates; byte for byte',
  arguments: ['lead'],
  options: {
    partner: value('partner', 'The partner.'),
    mode: value('direct|grab', 'How it is offered; default: grab.'),
  },
  example: 'leadmesh lead preview lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X --partner reseller.example',
  onNode: async (door, asked) => {
    const query = { peerId: needed(asked, 'partner'), ...given(asked, 'mode') };
    const seen = await door.ask<Preview>('GET /api/leads/:id/preview', { params: { id: asked.arg('lead') }, query });
    const { offered, released, updated } = seen.xml;
    const parts = [
      ...(seen.agreementId === undefined ? [] : [`Within agreement ${seen.agreementId}\n`]),
      table({ items: seen.fields }, previewColumns).text,
      `\nIn the offer\n${offered}`,
      `\nAfter the award\n${released}`,
      `\nIn an update, if every field had changed\n${updated}`,
    ];
    return words(parts.join('\n'), seen);
  },
};
