import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { askBack, giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { listQuestionsOf } from '../../node/federation/store/questions.ts';
import { changeFields } from '../../node/leads/change-fields.ts';
import type { LeadActor } from '../../node/leads/history.ts';
import type { AnswerOutcome, RecallReason, ReturnReason } from '../../protocol/index.ts';
import { openFederation, type FederationNode, type FederationPlan } from '../support/federation.ts';

export const grace: LeadActor = { kind: 'user', id: 'user_grace', name: 'Grace' };
export const hedy: LeadActor = { kind: 'user', id: 'user_hedy', name: 'Hedy' };

/** A vendor whose lead its reseller's Ann has accepted; nothing is released before the world settles. */
export async function openAccepted(plan: Partial<FederationPlan> = {}) {
  const world = await openFederation({ nodes: ['vendor', 'reseller'], ...plan });
  await world.introduce('vendor', 'reseller');
  const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  const leadId = await vendor.receive();
  await world.settle();
  const [offered] = await reseller.leads();
  const heldId = offered?.id ?? '';
  await reseller.accept(heldId, ann.id);
  const stateOf = async (node: FederationNode) => {
    const rows = await node.ctx.db.selectFrom('conversation').select('state').orderBy('createdAt').execute();
    return rows.map(({ state }) => state);
  };
  return Object.assign(world, {
    vendor,
    reseller,
    ann,
    /** The lead at the vendor, and the same at the reseller. */
    leadId,
    heldId,
    edit: (node: FederationNode, values: Record<string, unknown>, reason = 'correction') =>
      node.write((tx) =>
        changeFields(tx, node === vendor ? leadId : heldId, {
          values: new Map(Object.entries(values)),
          actor: node === vendor ? grace : hedy,
          reason,
        }),
      ),
    askBack: (reason: RecallReason = 'mistake', answerBy?: number) =>
      vendor.write((tx) => askBack(tx, leadId, { reason, actor: grace, ...(answerBy !== undefined && { answerBy }) })),
    giveBack: (reason: ReturnReason = 'not-a-fit', text?: string) =>
      reseller.write((tx) => giveBack(tx, heldId, { reason, text, actor: hedy })),
    async answer(node: FederationNode, outcome: AnswerOutcome, text?: string) {
      const id = node === vendor ? leadId : heldId;
      const open = (await listQuestionsOf(node.ctx, id)).find(({ state, ours }) => state === 'open' && !ours);
      const given = { questionId: open?.id ?? '', outcome, text, actor: node === vendor ? grace : hedy };
      return node.write((tx) => answerQuestion(tx, id, given));
    },
    questions: (node: FederationNode) => listQuestionsOf(node.ctx, node === vendor ? leadId : heldId),
    conversations: async () => ({ vendor: await stateOf(vendor), reseller: await stateOf(reseller) }),
    kinds: async (node: FederationNode) =>
      (await node.history(node === vendor ? leadId : heldId)).map(({ kind }) => kind),
  });
}
export type SharedLead = Awaited<ReturnType<typeof openAccepted>>;

/** The same, released: the reseller's Ann holds the lead. */
export async function openHeld(plan: Partial<FederationPlan> = {}) {
  const world = await openAccepted(plan);
  await world.settle();
  return world;
}
