import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { askBack, giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { transact, type Context } from '../../node/kernel/context.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import { changeFields } from '../../node/leads/change-fields.ts';
import { changeLead, type ChangeFacts } from '../../node/leads/change-lead.ts';
import type { LeadEvent, LeadState } from '../../node/leads/life-cycle.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { recallOffer } from '../../node/routing/recall-offer.ts';
import { rejectOffer } from '../../node/routing/reject-offer.ts';
import { rerouteLead } from '../../node/routing/reroute-lead.ts';
import type { Random } from './random.ts';
import { actor, decideRight, type Deed } from './rights.ts';
import type { SimNode } from './station.ts';

/** What people say of what they did. */
export interface Desk {
  readonly random: Random;
  readonly say: (line: string) => void;
  readonly onFault: (fault: string) => void;
  /** How often what they do is about the rights of the person a lead is about. */
  readonly rights: number;
}

interface Matter {
  readonly id: string;
  readonly state: LeadState;
  readonly holderKind: 'user' | 'peer' | null;
  readonly origin: 'local' | 'peer';
  /** JSON. */
  readonly document: string;
}

/** Somebody at a node does something to one of its leads, or tries to. */
export async function act(node: SimNode, desk: Desk): Promise<void> {
  if (!node.isUp()) return;
  const { ctx } = node;
  const rows = await ctx.db.selectFrom('lead').selectAll().orderBy('id').execute();
  const matters = rows.filter(({ state }) => state !== 'withdrawn');
  if (matters.length === 0) return;
  const place = desk.random.int(matters.length);
  const matter = matters[place] as Matter;
  const isOfRights = desk.rights > 0 && desk.random.chance(desk.rights);
  const deed = await (isOfRights ? decideRight : decide)(ctx, matter, desk.random);
  if (!deed) return;
  const [name, run] = deed;
  const who = `${node.name} people: ${name} lead ${place + 1}`;
  try {
    await transact(ctx, run);
    desk.say(who);
  } catch (error) {
    if (!(error instanceof CodedError)) desk.onFault(`${who} threw ${String(error)}`);
    else desk.say(`${who}: ${error.code}`);
  }
}

async function decide(ctx: Context, matter: Matter, random: Random): Promise<Deed | undefined> {
  const question = await findQuestion(ctx, matter.id);
  if (question && random.chance(0.7)) return answer(matter, question, random);
  if (matter.state === 'offered' || matter.state === 'claimed') return onOffer(ctx, matter, random);
  if (matter.state === 'unrouted') return ['reroute', (tx) => rerouteLead(tx, matter.id, { actor })];
  if (random.chance(0.3)) return edit(matter, random);
  if (matter.holderKind === 'peer' && random.chance(0.4)) return edit(matter, random);
  if (matter.holderKind === 'peer') return ['ask-back', (tx) => askBack(tx, matter.id, { reason: 'mistake', actor })];
  if (random.chance(0.15)) return ['give-back', (tx) => giveBack(tx, matter.id, { reason: 'not-a-fit', actor })];
  if (random.chance(0.05)) return ['reroute', (tx) => rerouteLead(tx, matter.id, { actor })];
  return work(ctx, matter, random);
}

const findQuestion = async (ctx: Context, leadId: string) =>
  (await ctx.db.selectFrom('leadQuestion').select('id').where('leadId', '=', leadId).where('state', '=', 'open').where('ours', '=', 0).orderBy('id').execute())[0]?.id; // prettier-ignore

function answer({ id }: Matter, questionId: string, random: Random): Deed {
  const outcome = random.pick(['agreed', 'agreed', 'refused'] as const);
  return [`answer ${outcome}`, (tx) => answerQuestion(tx, id, { questionId, outcome, text: 'Because.', actor })];
}

async function onOffer(ctx: Context, { id }: Matter, random: Random): Promise<Deed | undefined> {
  const [offer] = await ctx.db.selectFrom('offer').select(['id']).where('leadId', '=', id).orderBy('round', 'desc').execute(); // prettier-ignore
  if (!offer) return undefined;
  if (random.chance(0.08)) return ['recall', (tx) => recallOffer(tx, offer.id, actor)];
  const recipients = await ctx.db
    .selectFrom('offerRecipient')
    .select('id')
    .where('offerId', '=', offer.id)
    .where('kind', '=', 'user')
    .where('state', '=', 'offered')
    .orderBy('id')
    .execute();
  if (recipients.length === 0) return undefined;
  const { id: recipientId } = random.pick(recipients);
  if (random.chance(0.75)) return ['accept', (tx) => claimOffer(tx, { recipientId })];
  return ['reject', (tx) => rejectOffer(tx, { recipientId, reason: 'not-a-fit' })];
}

/** What is withheld stays recognizable, whoever changes it. */
function edit({ id, document }: Matter, random: Random): Deed {
  const field = random.pick(['contact.jobTitle', 'contact.familyName', 'interest.timeframe']);
  const canary = field === 'contact.familyName' ? (/Canary\d+x/.exec(document)?.[0] ?? '') : '';
  const value = `Edited ${random.int(1_000)} ${canary}`.trim();
  return [`edit ${field}`, (tx) => changeFields(tx, id, { values: new Map([[field, value]]), actor, reason: 'correction' })]; // prettier-ignore
}

function work(ctx: Context, { id }: Matter, random: Random): Deed {
  const [event, facts] = random.pick<readonly [LeadEvent, ChangeFacts]>([
    ['contact', {}],
    ['work', {}],
    ['sleep', { until: ctx.clock.now() + random.between(1, 90) * 60_000 }],
    ['win', { amount: { amount: '1200.00', currency: 'EUR' } }],
    ['lose', { reason: 'too-expensive' }],
    ['reopen', {}],
    ['note', { note: 'Called.' }],
  ]);
  return [event, (tx) => changeLead(tx, id, event, { ...facts, actor })];
}
