import { misuse, type Asked, type Command } from '../command.ts';
import { fileBytes } from '../input.ts';
import { entry, table, words, type Page } from '../output.ts';
import { flag, given, needed, pageOptions, value } from './options.ts';

interface Invited {
  readonly id: string;
  readonly fingerprint: string;
}

const columns = {
  id: 'id',
  name: 'name',
  role: 'role',
  state: 'state',
  reach: 'health.reach',
  waiting: 'outbox.waiting',
  dead: 'outbox.dead',
};
const messageColumns = {
  id: 'id',
  at: 'at',
  type: 'type',
  state: 'state',
  attempts: 'attempts',
  code: 'code',
  conversation: 'conversation',
};
const longestInvitation = 16_384;

/** Commands that ask one route about one partner and show the partner. */
const ofOne = (name: string, summary: string, route: string): Command => ({
  name: `peer ${name}`,
  summary,
  arguments: ['partner'],
  example: `leadmesh peer ${name} reseller.example`,
  onNode: async (door, asked) => entry(await door.ask<object>(route, { params: { id: asked.arg('partner') } })),
});

/** An option that is yes or no, or was left out. Throws `usage`. */
function switchOf(asked: Asked, option: string): boolean | undefined {
  const said = asked.text(option);
  if (said !== undefined && said !== 'yes' && said !== 'no') throw misuse(`--${option} is yes or no.`);
  return said === undefined ? undefined : said === 'yes';
}

const accept: Command = {
  name: 'peer accept',
  summary: 'Take a partner’s invitation; it waits until its fingerprint is confirmed',
  arguments: ['file'],
  options: {
    role: value('primary|secondary|both', 'primary: it offers leads to us; secondary: we offer leads to it.'),
    'allowed-address': value('range', 'Where it may be reached although not public, such as 10.8.0.0/16.'),
    succeeds: value('partner', 'The partner without a node that has this one from now on.'),
    'despite-look-alike': flag('Take it although its id resembles another one.'),
  },
  example: 'leadmesh peer accept reseller-invitation.json --role secondary',
  onNode: async (door, asked) => {
    const role = needed(asked, 'role');
    const invitation = (await fileBytes(asked.arg('file'), longestInvitation, asked.terminal)).toString('utf8');
    const despiteLookAlike = asked.isOn('despite-look-alike');
    const body = { invitation, role, despiteLookAlike, ...given(asked, 'allowed-address', 'succeeds') };
    const peer = await door.ask<Invited>('POST /api/peers/invitations/accept', { body });
    const advice =
      'Have its administrator read the ten words out to you, on the telephone for example. If they are these, then:\n' +
      `  leadmesh peer confirm ${peer.id} ${peer.fingerprint}`;
    return entry(peer, advice);
  },
};

export const peerCommands: readonly Command[] = [
  {
    name: 'peer list',
    summary: 'List the partners, with how the way to each of them fares',
    example: 'leadmesh peer list --json',
    onNode: async (door) => table(await door.ask<Page>('GET /api/peers'), columns),
  },
  {
    name: 'peer invite',
    summary: 'Print this node’s invitation, for a partner’s administrator',
    example: 'leadmesh peer invite > vendor-invitation.json',
    onNode: async (door) => {
      const made = await door.ask<{ text: string; fingerprint: string }>('POST /api/peers/invitations');
      return words(made.text, made, `Ten words to read out to the partner on another way: ${made.fingerprint}`);
    },
  },
  accept,
  {
    name: 'peer confirm',
    summary: 'Confirm a partner by the ten words its administrator read out',
    arguments: ['partner', 'words...'],
    example: 'leadmesh peer confirm reseller.example vapag tidid pogok madiv gadom ravit guton fasul zabaf ligib',
    onNode: async (door, asked) => {
      const question = { params: { id: asked.arg('partner') }, body: { fingerprint: asked.words.join(' ') } };
      return entry(await door.ask<object>('POST /api/peers/:id/confirm', question));
    },
  },
  {
    name: 'peer set',
    summary: 'Change how a partner is reached; what is left out stays',
    arguments: ['partner'],
    options: {
      fetches: value('yes|no', 'yes: nobody can reach it, so its messages wait until it asks for them.'),
      'require-agreement': value(
        'yes|no',
        'yes: without an agreement in force no offer goes to it, and none of its is taken.',
      ),
      endpoint: value('url', 'Where it takes messages.'),
    },
    example: 'leadmesh peer set reseller.example --fetches yes',
    onNode: async (door, asked) => {
      const [fetches, requireAgreement] = [switchOf(asked, 'fetches'), switchOf(asked, 'require-agreement')];
      const switches = { ...(fetches !== undefined && { fetches }), ...(requireAgreement !== undefined && { requireAgreement }) }; // prettier-ignore
      const body = { ...given(asked, 'endpoint'), ...switches };
      return entry(await door.ask<object>('PATCH /api/peers/:id', { params: { id: asked.arg('partner') }, body }));
    },
  },
  ofOne('suspend', 'Stop all exchange with a partner', 'POST /api/peers/:id/suspend'),
  ofOne('resume', 'Go on with a suspended partner', 'POST /api/peers/:id/resume'),
  ofOne(
    'resume-offers',
    'Let offers to a partner go on for a day, though a limit of the agreement was reached',
    'POST /api/peers/:id/resume-offers',
  ),
  ofOne('show', 'Show a partner with its keys and security events', 'GET /api/peers/:id'),
  {
    name: 'peer messages',
    summary: 'List the messages to or from a partner, newest first: types and states, no content',
    arguments: ['partner'],
    options: {
      ...pageOptions,
      direction: value('sent|received', 'Default: sent.'),
      state: value('state', 'Of those sent: waiting, delivered, refused, dead, cancelled or replayed.'),
    },
    example: 'leadmesh peer messages reseller.example --state dead',
    onNode: async (door, asked) => {
      const query = given(asked, 'limit', 'cursor', 'direction', 'state');
      const question = { params: { id: asked.arg('partner') }, query };
      return table(await door.ask<Page>('GET /api/peers/:id/messages', question), messageColumns);
    },
  },
  {
    name: 'peer replay',
    summary: 'Send a dead or refused message again, under a new id for the same effect',
    arguments: ['partner', 'message'],
    example: 'leadmesh peer replay reseller.example 01980d2e-6c1f-7b3a-9c55-0d6a4c1f2b10',
    onNode: async (door, asked) => {
      const params = { id: asked.arg('partner'), messageId: asked.arg('message') };
      const sent = await door.ask<{ id: string }>('POST /api/peers/:id/messages/:messageId/replay', { params });
      return words(sent.id, sent, 'It is sent under this new id.');
    },
  },
];
