import { transact, type Context } from '../../node/kernel/context.ts';
import { receiveLead, type ArrivingLead } from '../../node/leads/receive-lead.ts';
import type { Lead } from '../../protocol/index.ts';

/** A lead with every kind of personal data, each value easy to search for. */
export const ada: Lead = {
  createdAt: '2026-05-04T09:00:00+02:00',
  contact: {
    givenName: 'Ada',
    familyName: 'Lovelace',
    jobTitle: 'Head of Purchasing',
    emails: [{ kind: 'work', value: 'ada@acme.example' }],
    phones: [{ kind: 'mobile', value: '+49 341 5550123' }],
    address: { streets: ['Hauptstr. 5'], city: 'Leipzig', region: 'SN', postalCode: '04109', country: 'DE' },
  },
  account: { name: 'Acme GmbH', domain: 'acme.example' },
  interest: { products: [{ name: 'Difference engine' }], comments: 'Please call my brother Ralph.' },
  source: { kind: 'web-form', campaign: 'Spring fair', landingPage: 'https://vendor.example/?u=ada' },
  consents: [{ purpose: 'marketing', state: 'granted', wording: 'Yes, says Ada' }],
  fields: [{ name: 'Roof area', type: 'number', value: '140' }],
};

const local: ArrivingLead = { document: ada, origin: 'local' };
export const offeredByVendor: ArrivingLead = {
  document: { account: { name: 'Acme GmbH' }, contact: { address: { city: 'Leipzig' } } },
  origin: 'peer',
  originPeer: 'vendor.example',
  originName: 'Vendor',
  originConversation: 'conversation-1',
  originClosesAt: Date.UTC(2026, 4, 5),
  hiddenFields: ['contact.givenName', 'contact.familyName', 'contact.emails'],
  maskedFields: ['contact.phones'],
};

export const receive = (ctx: Context, arriving: Partial<ArrivingLead> = {}) =>
  transact(ctx, (tx) => receiveLead(tx, { ...local, ...arriving }));

/** Waiting intents of one kind. */
export async function intents(ctx: Context, kind: string): Promise<{ payload: unknown; dueAt: number }[]> {
  const rows = await ctx.db
    .selectFrom('job')
    .select(['payload', 'dueAt'])
    .where('kind', '=', kind)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ payload: JSON.parse(row.payload) as unknown, dueAt: row.dueAt }));
}

export const grace = { kind: 'user', id: 'user_grace', name: 'Grace Hopper' } as const;
export const reseller = { kind: 'peer', id: 'reseller.example', name: 'Reseller' } as const;
export const north = { id: 'box_north', name: 'North', userId: 'user_manager' };
