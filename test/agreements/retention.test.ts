import { expect, it } from 'vitest';
import { answerQuestion } from '../../node/federation/after-release/answer-question.ts';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { askAccess } from '../../node/federation/privacy/report-access.ts';
import { listPrivacyRequestsOf } from '../../node/federation/store/privacy-requests.ts';
import { listQuestionsOf } from '../../node/federation/store/questions.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { openText } from '../../node/leads/content-key.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { bytesOf, grace } from '../privacy/chain.ts';
import { canary, openFederation } from '../support/federation.ts';
import { agree } from './support.ts';

it('a lead that ended is kept as long as agreed, and its personal data is deleted then, with a leaf; not while work goes on', async () => {
  await using world = await openFederation({ nodes: ['vendor', 'reseller'] });
  await world.introduce('vendor', 'reseller');
  const [vendor, reseller] = [world.node('vendor'), world.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  const { digest } = await agree(world, [vendor, reseller], {
    retentionDays: 30,
    feedback: { assignedTo: false, amount: 'none', reason: false, note: false, update: false },
  });
  await vendor.receive();
  await world.settle();
  const [offered] = await reseller.leads();
  const leadId = offered!.id;
  await reseller.accept(leadId, ann.id);
  await world.settle();
  // What is asked meanwhile, and answered, may name the customer.
  const [why, whyNot] = ['Miller-Rabenhorst moved', 'Miller-Rabenhorst stays'];
  await reseller.write((tx) => giveBack(tx, leadId, { reason: 'other', text: why, actor: grace }));
  await world.settle();
  const [asked] = (await vendor.leads()).map(({ id }) => id);
  const [question] = await listQuestionsOf(vendor.ctx, asked!);
  const answer = { questionId: question!.id, outcome: 'refused', text: whyNot, actor: grace } as const;
  await vendor.write((tx) => answerQuestion(tx, asked!, answer));
  await world.settle();
  const words = async () => (await listQuestionsOf(reseller.ctx, leadId)).map(({ text, answerText }) => [text, answerText]); // prettier-ignore
  expect(await words()).toEqual([[why, whyNot]]);

  const change = (event: 'lose' | 'reopen' | 'win') =>
    reseller.write((tx) => changeLead(tx, leadId, event, { ...(event === 'lose' && { reason: 'too-expensive' }) }));
  await change('lose');
  await world.settle();
  // The terms allow no reason, whatever our policy says.
  expect(world.wire.calls.filter(({ type }) => type === 'Status').at(-1)?.xml).not.toContain('too-expensive');

  await world.advance('20d');
  await change('reopen');
  await world.advance('11d');
  expect(JSON.stringify(await reseller.lead(leadId))).toContain(canary);
  await change('win');
  await world.settle();
  await world.advance('29d');
  expect(JSON.stringify(await reseller.lead(leadId))).toContain(canary);
  // A report that is on its way then is made anew, of what is left.
  const [atVendor] = await vendor.leads();
  await vendor.write((tx) => askAccess(tx, atVendor!.id, { actor: grace }));
  world.wire.fault = ({ type }) => (type === 'AccessReport' ? 'lost' : undefined);
  await world.settle();
  const reports = () =>
    reseller.ctx.db.selectFrom('outbox').select(['state', 'document']).where('type', '=', 'AccessReport').orderBy('seq').execute(); // prettier-ignore
  expect(await openText(reseller.ctx, (await reports())[0]?.document ?? null)).toContain(canary);
  await world.advance('25h');
  expect(await reports()).toMatchObject([{ state: 'cancelled', document: null }, { state: 'waiting' }]);
  world.wire.fault = () => undefined;
  await world.advance('7h');
  const answered = (await listPrivacyRequestsOf(vendor.ctx, atVendor!.id)).at(-1);
  expect(answered).toMatchObject({ outcome: 'done', answer: { report: { lead: { account: { name: 'Acme' } } } } });
  expect(JSON.stringify(answered)).not.toContain(canary);

  expect(await words()).toEqual([[null, null]]);
  for (const word of ['Rabenhorst', 'rabenhorst']) expect(bytesOf(reseller)).not.toContain(word);

  const kept = await reseller.lead(leadId);
  expect(kept).toMatchObject({ state: 'won', document: { account: { name: 'Acme' } } });
  const tables = ['lead', 'inbox', 'outbox', 'offerRecipient', 'conversation'] as const;
  const rows = await Promise.all(tables.map((table) => reseller.ctx.db.selectFrom(table).selectAll().execute()));
  expect(JSON.stringify(rows)).not.toContain(canary);
  await sequence(reseller.ctx);
  expect(await leavesOf(reseller.ctx, 'retention-ended')).toMatchObject([
    expect.stringContaining(`lead: ${leadId}`) as string,
  ]);
  expect((await leavesOf(reseller.ctx, 'retention-ended'))[0]).toContain(`agreement-digest: ${digest}`);
});
