import { changeConsent } from '../../node/federation/privacy/change-consent.ts';
import { decideErasure, holdLead } from '../../node/federation/privacy/decide-request.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { askAccess } from '../../node/federation/privacy/report-access.ts';
import type { Context, Tx } from '../../node/kernel/context.ts';
import type { LeadActor } from '../../node/leads/history.ts';
import { lockLead } from '../../node/leads/store.ts';
import { contactChannels, erasureReasons, type Consent } from '../../protocol/index.ts';
import type { Random } from './random.ts';

export type Deed = readonly [name: string, run: (tx: Tx) => Promise<unknown>];

export const actor: LeadActor = { kind: 'user', id: 'user_people', name: 'People' };

const minute = 60_000;

/** What people do when the person whom a lead is about asks for something: at the vendor, a holder, or somebody who was only offered it. */
export async function decideRight(ctx: Context, { id }: { readonly id: string }, random: Random): Promise<Deed> {
  const asked = await findAsked(ctx, id);
  if (asked !== undefined && random.chance(0.6)) {
    const outcome = random.pick(['agreed', 'refused'] as const);
    const decision = { requestId: asked, outcome, text: 'Because.', actor };
    return [`decide erasure ${outcome}`, (tx) => decideErasure(tx, id, decision)];
  }
  const ask: Deed = ['ask report', (tx) => askAccess(tx, id, { actor })];
  const now = ctx.clock.now();
  const channels = [random.pick(contactChannels), random.pick(contactChannels)];
  const reason = random.pick(erasureReasons);
  const until = now + random.between(10, 600) * minute;
  return random.pick<Deed>([
    ...twice<Deed>([
      `no ${channels.join()}`,
      (tx) => changeConsent(tx, id, { change: { at: new Date(now).toISOString(), doNotContacts: channels }, actor }),
    ]),
    ...twice<Deed>(['withdraw consent', (tx) => withdraw(tx, id, withdrawn(now, random))]),
    ...twice(ask),
    ...twice<Deed>(['erase', (tx) => eraseLead(tx, id, { reason, actor })]),
    ['hold', (tx) => holdLead(tx, id, { until, reason: 'A duty.', actor })],
  ]);
}

/** What was agreed to once; partners that have the lead are told the words. */
const withdrawn = (now: number, random: Random): Consent => ({
  purpose: random.pick(['advertising', 'newsletter']),
  state: 'withdrawn',
  at: new Date(now).toISOString(),
});

/** As people do by the API: what was decided about other purposes stays as it is. */
async function withdraw(tx: Tx, id: string, consent: Consent): Promise<void> {
  const { consents = [] } = (await lockLead(tx, id)).document;
  const others = consents.filter(({ purpose }) => purpose !== consent.purpose);
  await changeConsent(tx, id, { change: { at: consent.at ?? '', consents: [...others, consent] }, actor });
}

const twice = <T>(one: T): T[] => [one, one];

/** An erasure that a holder asked for, and that people have to decide on. */
const findAsked = async (ctx: Context, leadId: string) =>
  (await ctx.db.selectFrom('privacyRequest').select('id').where('leadId', '=', leadId).where('ours', '=', 0).where('kind', '=', 'erasure').where('outcome', '=', 'pending').orderBy('id').execute())[0]?.id; // prettier-ignore
