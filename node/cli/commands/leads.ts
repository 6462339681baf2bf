import { parseJson } from '../../kernel/request-body.ts';
import { leadStates } from '../../leads/life-cycle.ts';
import type { Asked, Command } from '../command.ts';
import { misuse } from '../command.ts';
import type { Door } from '../door.ts';
import { fileBytes, fileNameOf } from '../input.ts';
import { entry, table, words, type Output, type Page } from '../output.ts';
import { flag, given, needed, pageOptions, value } from './options.ts';

const columns = {
  id: 'id',
  state: 'state',
  title: 'title',
  company: 'company',
  city: 'city',
  box: 'box.name',
  holder: 'holder.name',
  from: 'origin.name',
  received: 'receivedAt',
};
const historyColumns = { at: 'at', what: 'sentence' };
const offerColumns = { round: 'round', mode: 'mode', state: 'state', box: 'box', closes: 'closesAt', to: 'to' };
const listColumns = {
  id: 'id',
  state: 'state',
  provider: 'provider',
  file: 'fileName',
  rows: 'rows',
  accepted: 'accepted',
  repeated: 'repeated',
  refused: 'refused',
};

interface OfferView {
  readonly box: { readonly name: string };
  readonly recipients: readonly { readonly name: string; readonly state: string }[];
}

async function showLead(door: Door, id: string): Promise<Output> {
  const params = { id };
  const lead = await door.ask<object>('GET /api/leads/:id', { params });
  const offers = await door.ask<{ items: OfferView[] }>('GET /api/leads/:id/offers', { params });
  const history = await door.ask<Page>('GET /api/leads/:id/history', { params, query: { limit: '200' } });
  const rows = offers.items.map((offer) => ({
    ...offer,
    box: offer.box.name,
    to: offer.recipients.map(({ name, state }) => `${name} (${state})`).join(', '),
  }));
  const text = [
    entry(lead).text,
    '\nOffers',
    table({ items: rows }, offerColumns).text,
    '\nHistory',
    table(history, historyColumns).text,
  ];
  return words(text.join('\n'), { lead, offers: offers.items, history: history.items });
}

async function addLead(door: Door, asked: Asked): Promise<Output> {
  const route = 'POST /api/leads';
  const lead = parseJson(await fileBytes(asked.arg('file'), door.limitOf(route), asked.terminal));
  const body = { lead, ...(asked.isOn('test') && { test: true }) };
  const key = asked.text('key');
  const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key };
  const made = await door.ask<{ id: string }>(route, { body, headers });
  return words(made.id, made);
}

interface Preview {
  readonly counts: object;
  readonly layout: { readonly columns: readonly object[] };
}

async function importList(door: Door, asked: Asked): Promise<Output> {
  const route = 'POST /api/lists';
  const file = asked.arg('file');
  const preview = asked.isOn('preview');
  const options = ['provider', 'licence', 'campaign', 'country', 'date-order', 'delimiter', 'encoding', 'map'];
  const query = { ...given(asked, ...options), provider: needed(asked, 'provider'), fileName: fileNameOf(file) };
  const body = await fileBytes(file, door.limitOf(route), asked.terminal);
  if (preview) {
    const seen = await door.ask<Preview>(route, { query: { ...query, commit: 'false' }, body });
    const mapping = table({ items: seen.layout.columns }, { column: 'header', field: 'field' });
    return words(`${entry(seen.counts).text}\n\n${mapping.text}`, seen, 'Nothing was imported.');
  }
  const started = await door.ask<{ id: string; again: boolean }>(route, { query, body });
  const note = started.again
    ? 'This file of this provider was brought before; nothing is imported again.'
    : 'The running node imports it; "leadmesh lead imports" shows how far it is.';
  return words(started.id, started, note);
}

interface MailOutcome {
  readonly leadIds: readonly string[];
  readonly trayIds: readonly string[];
  readonly again: boolean;
}

async function takeMail(door: Door, asked: Asked): Promise<Output> {
  const route = 'POST /api/mail';
  const body = await fileBytes(asked.arg('file'), door.limitOf(route), asked.terminal);
  const outcome = await door.ask<MailOutcome>(route, { query: given(asked, 'campaign', 'country'), body });
  const notes = [
    ...(outcome.again ? ['This message came before; nothing is taken again.'] : []),
    ...outcome.trayIds.map((id) => `${id} waits in the tray for a person to decide.`),
  ];
  return words(outcome.leadIds.join('\n'), outcome, notes.length > 0 ? notes.join('\n') : undefined);
}

async function changeLead(door: Door, asked: Asked): Promise<Output> {
  const { amount, currency, ...facts } = given(
    asked,
    'amount',
    'currency',
    'until',
    'reason',
    'note',
    'order-reference',
  );
  if ((amount === undefined) !== (currency === undefined)) throw misuse('--amount and --currency go together.');
  const money = amount === undefined ? {} : { amount: { amount, currency } };
  const params = { id: asked.arg('lead') };
  await door.ask('POST /api/leads/:id/changes', { params, body: { event: asked.arg('event'), ...facts, ...money } });
  return entry(await door.ask<object>('GET /api/leads/:id', { params }));
}

const country = value('country', 'Country of phone numbers without prefix, such as DE.');
const campaign = value('name', 'Campaign the leads belong to.');

const reading: readonly Command[] = [
  {
    name: 'lead list',
    summary: 'List the leads, last changed first',
    options: {
      ...pageOptions,
      state: value('state', `One of ${leadStates.join(', ')}.`),
      box: value('id', 'Only those in this lead box.'),
      holder: value('id', 'Only those this user or partner holds.'),
      q: value('words', 'Beginnings of words of contact, company or e-mail address.'),
    },
    example: 'leadmesh lead list --state working --q acme',
    onNode: async (door, asked) => {
      const query = given(asked, 'limit', 'cursor', 'state', 'box', 'holder', 'q');
      return table(await door.ask<Page>('GET /api/leads', { query }), columns);
    },
  },
  {
    name: 'lead show',
    summary: 'Show a lead with its offers and its history',
    arguments: ['lead'],
    example: 'leadmesh lead show lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X',
    onNode: (door, asked) => showLead(door, asked.arg('lead')),
  },
];

const taking: readonly Command[] = [
  {
    name: 'lead add',
    summary: 'Take in one lead from a JSON file (- for standard input)',
    arguments: ['file'],
    options: {
      test: flag('It is a test, and counts nowhere.'),
      key: value('key', 'The same key again answers the first lead.'),
    },
    example: 'leadmesh lead add lead.json --key order-4711',
    onNode: addLead,
  },
  {
    name: 'lead import',
    summary: 'Take in a CSV list (- for standard input)',
    arguments: ['file'],
    options: {
      provider: value('name', 'Who provided the list.'),
      licence: value('words', 'What the list may be used for.'),
      campaign,
      country,
      'date-order': value('dmy|mdy', 'How dates are written.'),
      delimiter: value('character', 'What parts the columns.'),
      encoding: value('name', 'How the text is encoded.'),
      map: value('json', 'Corrections of the mapping: {"Column":"contact.title","Other":null}.'),
      preview: flag('Only tell what would become of the list.'),
    },
    example: 'leadmesh lead import fair.csv --provider "Trade fair" --country DE',
    onNode: importList,
  },
  {
    name: 'lead imports',
    summary: 'List the lists that were brought, with what became of their rows',
    options: pageOptions,
    example: 'leadmesh lead imports',
    onNode: async (door, asked) => {
      const query = given(asked, 'limit', 'cursor');
      return table(await door.ask<Page>('GET /api/lists', { query }), listColumns);
    },
  },
  {
    name: 'lead mail',
    summary: 'Take in one raw e-mail (- for standard input)',
    arguments: ['file'],
    options: { campaign, country },
    example: 'leadmesh lead mail enquiry.eml --country DE',
    onNode: takeMail,
  },
];

const changing: readonly Command[] = [
  {
    name: 'lead change',
    summary: 'Tell what became of a lead: contact, work, sleep, wake, win, lose, reopen, note',
    arguments: ['lead', 'event'],
    options: {
      until: value('time', 'When a sleeping lead wakes, such as 2026-12-01T09:00:00Z.'),
      amount: value('number', 'What a won lead is worth, such as 1250.00; with --currency.'),
      currency: value('code', 'Such as EUR.'),
      'order-reference': value('text', 'The order a won lead became.'),
      reason: value('words', 'Why a lead was lost.'),
      note: value('words', 'A note for the history.'),
    },
    example: 'leadmesh lead change lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X win --amount 1250.00 --currency EUR',
    onNode: changeLead,
  },
  {
    name: 'lead reroute',
    summary: 'Send a lead through the rules again; an open offer is recalled',
    arguments: ['lead'],
    options: { reason: value('words', 'For the history.') },
    example: 'leadmesh lead reroute lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X --reason "wrong region"',
    onNode: async (door, asked) => {
      const question = { params: { id: asked.arg('lead') }, body: given(asked, 'reason') };
      return entry(await door.ask<object>('POST /api/leads/:id/reroute', question));
    },
  },
];

export const leadCommands: readonly Command[] = [...reading, ...taking, ...changing];
