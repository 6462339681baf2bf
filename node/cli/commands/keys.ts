import type { Command } from '../command.ts';
import { fileBytes } from '../input.ts';
import { entry, table, words, type Page } from '../output.ts';
import { flag, value, wholeNumber } from './options.ts';

interface Rolled {
  readonly kid: string;
  readonly fingerprint: string;
}
const longestInvitation = 16_384;

/** Keys of this node, and the new ones of partners. */
export const keyCommands: readonly Command[] = [
  {
    name: 'key list',
    summary: 'List the keys this node signs with, and those it signed with before',
    example: 'leadmesh key list',
    onNode: async (door) =>
      table(await door.ask<Page>('GET /api/keys'), {
        ...{ kid: 'kid', algorithm: 'algorithm', from: 'validFrom', until: 'validUntil', revoked: 'revokedAt' },
        'not taken by': 'notTakenBy',
      }),
  },
  {
    name: 'key roll',
    summary: 'Make a new signing key and tell the partners, signed by the old one',
    options: {
      days: value('number', 'From when on it signs; default 14. The old key stays good for 30 days more.'),
      stolen: flag('Revoke the old key now and sign with the new one; partners must take the new invitation by hand.'),
    },
    example: 'leadmesh key roll --days 14',
    onNode: async (door, asked) => {
      if (asked.isOn('stolen')) {
        const made = await door.ask<Rolled>('POST /api/keys/replace');
        return entry(
          made,
          'Hand the new invitation (leadmesh peer invite) to every partner, and read the ten words out.',
        );
      }
      const days = wholeNumber(asked, 'days');
      const made = await door.ask<Rolled>('POST /api/keys/roll', { body: { ...(days !== undefined && { days }) } });
      return entry(made, 'Read the ten words out to every partner’s administrator, on the telephone for example.');
    },
  },
  {
    name: 'peer confirm-key',
    summary: 'Let a partner’s new key count, by the ten words its administrator read out',
    arguments: ['partner', 'kid', 'words...'],
    example:
      'leadmesh peer confirm-key reseller.example GI4dTK4eN2eI-tdV-lSlx5 vapag tidid pogok madiv gadom ravit guton fasul zabaf ligib',
    onNode: async (door, asked) => {
      const params = { id: asked.arg('partner'), kid: asked.arg('kid') };
      await door.ask('POST /api/peers/:id/keys/:kid/confirm', { params, body: { fingerprint: asked.words.join(' ') } });
      return entry(await door.ask<object>('GET /api/peers/:id', { params: { id: params.id } }));
    },
  },
  {
    name: 'peer refuse-key',
    summary: 'Refuse a partner’s new key for good',
    arguments: ['partner', 'kid'],
    example: 'leadmesh peer refuse-key reseller.example GI4dTK4eN2eI-tdV-lSlx5',
    onNode: async (door, asked) => {
      const params = { id: asked.arg('partner'), kid: asked.arg('kid') };
      await door.ask('POST /api/peers/:id/keys/:kid/refuse', { params });
      return words(params.kid, params, 'This key will never count.');
    },
  },
  {
    name: 'peer repin',
    summary: 'Revoke a partner’s keys, stolen or lost; the key of its new invitation then waits for its ten words',
    arguments: ['partner', 'file'],
    example: 'leadmesh peer repin reseller.example reseller-invitation.json',
    onNode: async (door, asked) => {
      const invitation = (await fileBytes(asked.arg('file'), longestInvitation, asked.terminal)).toString('utf8');
      const params = { id: asked.arg('partner') };
      const { kid } = await door.ask<{ kid: string }>('POST /api/peers/:id/repin', { params, body: { invitation } });
      return words(kid, { kid }, `Then: leadmesh peer confirm-key ${params.id} ${kid} and the ten words.`);
    },
  },
];
