import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { giveBack } from '../../node/federation/after-release/ask-partner.ts';
import { transact } from '../../node/kernel/context.ts';
import { offerAllTo, takeIn } from '../browser/scene.ts';
import { secretLead, openOffice, type Office } from '../delivery/office.ts';
import type { TestNode, TestUser } from '../support/network.ts';

interface QuestionView {
  id: string;
  kind: string;
  ours: boolean;
  state: string;
  overdue: boolean;
  answerText?: string;
  suggestions?: { path: string; label: string; value: unknown }[];
}
interface Questions {
  items: QuestionView[];
  may: { askBack: boolean; giveBack: boolean };
}
interface LeadView {
  id: string;
  version: number;
  state: string;
  document: { contact?: { jobTitle?: string; phones?: { value: string }[] } };
}

/** The vendor's leads go to its reseller, where Rita answers. */
let office: Office;
let vendor: TestNode;
let reseller: TestNode;
let rita: TestUser;
beforeAll(async () => {
  office = await openOffice({ others: ['reseller'] });
  ({ vendor } = office);
  reseller = office.node('reseller');
  await office.introduce('vendor', 'reseller');
  rita = await reseller.addUser('Rita');
  await offerAllTo(reseller, [rita]);
  await offerAllTo(vendor, [reseller], { mode: 'direct' });
});
afterAll(() => office[Symbol.asyncDispose]());

/** A lead that Rita holds: its id at the vendor, and at the reseller. */
async function held() {
  const leadId = await takeIn(vendor, secretLead);
  await office.settle();
  const inbox = await rita.api.get<{ items: { recipientId: string; leadId: string }[] }>('/api/inbox');
  const [offer] = inbox.items.filter(({ recipientId }) => recipientId);
  await rita.api.send('POST', `/api/offers/${offer?.recipientId ?? ''}/accept`);
  await office.settle();
  return { leadId, heldId: offer?.leadId ?? '' };
}

const questionsOf = (user: TestUser, id: string) => user.api.get<Questions>(`/api/leads/${id}/questions`);
const mails = async (node: TestNode, user: TestUser, subject: string) =>
  (await office.mails(node)).filter(
    (mail) => mail.to?.[0]?.address === user.email && mail.subject?.startsWith(subject) === true,
  );
const refusedWith = (code: string) => expect.objectContaining({ code }) as Error;

describe('correcting a lead through the API', () => {
  it('changes fields of the version that was read, canonically, and tells the partner that holds it', async () => {
    const { leadId, heldId } = await held();
    const { version } = await vendor.administrator.api.get<LeadView>(`/api/leads/${leadId}`);
    const fields = { 'contact.phones': [{ kind: 'work', value: '+49 731 555-123' }], 'contact.jobTitle': 'Buyer' };
    const edit = (body: object) => vendor.administrator.api.send('PATCH', `/api/leads/${leadId}`, body);
    expect(await edit({ version, fields })).toEqual({ changed: ['contact.jobTitle', 'contact.phones'] });
    await expect(edit({ version, fields })).rejects.toThrow(refusedWith('lead-changed'));
    await office.settle();
    const there = await rita.api.get<LeadView>(`/api/leads/${heldId}`);
    expect(there.document.contact).toMatchObject({ jobTitle: 'Buyer', phones: [{ value: '+49731555123' }] });
    const history = await rita.api.get<{ items: { sentence: string }[] }>(`/api/leads/${heldId}/history`);
    expect(history.items.at(-1)?.sentence).toBe('vendor changed Job title, Phone (correction).');
    expect(await mails(reseller, rita, 'Changed')).toHaveLength(1);
    const after = await vendor.administrator.api.get<LeadView>(`/api/leads/${leadId}`);
    for (const [wrong, code] of [
      [{ 'contact.shoeSize': '9' }, 'unknown-field'],
      [{ 'contact.phones': 7 }, 'schema'],
    ] as const)
      await expect(edit({ version: after.version, fields: wrong })).rejects.toThrow(refusedWith(code));
    expect(await vendor.administrator.api.get<LeadView>(`/api/leads/${leadId}`)).toEqual(after);
  });

  it('is for whoever holds or oversees the lead, and never for a field that is withheld from them', async () => {
    const { leadId, heldId } = await held();
    const stranger = await reseller.addUser('Otto');
    const auditor = await vendor.addUser('Aud', 'auditor');
    const edit = (user: TestUser, id: string, fields: object) =>
      user.api.send('PATCH', `/api/leads/${id}`, { version: 1, fields });
    await expect(edit(stranger, heldId, {})).rejects.toThrow(refusedWith('not-found'));
    await expect(edit(auditor, leadId, {})).rejects.toThrow(refusedWith('forbidden'));
    const policy = { recipientKind: 'user', recipientId: rita.id, target: 'group:phone', stage: 'released' };
    await reseller.administrator.api.send('PUT', '/api/field-policies', { policies: [{ ...policy, action: 'never' }] });
    await expect(edit(rita, heldId, { 'contact.phones': null })).rejects.toThrow(refusedWith('forbidden'));
    await reseller.administrator.api.send('PUT', '/api/field-policies', {
      policies: [{ ...policy, action: 'default' }],
    });
  });
});

describe('asking a partner for a lead', () => {
  it('says what may be asked, reminds the holder by mail and page, and tells the answer to who asked', async () => {
    const { leadId, heldId } = await held();
    const { administrator } = vendor;
    expect((await questionsOf(administrator, leadId)).may).toEqual({ askBack: true, giveBack: false, free: true });
    expect((await questionsOf(rita, heldId)).may).toEqual({ askBack: false, giveBack: true, free: false });
    const body = {
      reason: 'duplicate',
      text: 'Carl has them already.',
      answerBy: new Date(office.clock.now() + 3_600_000),
    };
    await administrator.api.send('POST', `/api/leads/${leadId}/ask-back`, body);
    await office.settle();
    const [asked] = await mails(reseller, rita, 'Asked back');
    expect(asked?.text).toContain('vendor asks you to give this lead back by');
    expect(asked?.raw).not.toContain('Carl');
    const [question] = (await questionsOf(rita, heldId)).items;
    expect(question).toMatchObject({
      kind: 'recall',
      ours: false,
      state: 'open',
      overdue: false,
      text: 'Carl has them already.',
    });
    const open = await rita.api.get<{ items: QuestionView[] }>('/api/questions');
    expect(open.items.map(({ id }) => id)).toEqual([question?.id]);
    await office.advance('31m');
    expect(await mails(reseller, rita, 'Answer awaited')).toHaveLength(1);
    await office.advance('30m');
    expect((await questionsOf(rita, heldId)).items[0]).toMatchObject({ state: 'open', overdue: true });
    expect((await mails(vendor, administrator, 'No answer'))[0]?.text).toContain('stays where it is');
    const path = `/api/leads/${heldId}/questions/${question?.id ?? ''}/answer`;
    await expect(rita.api.send('POST', path, { outcome: 'refused' })).rejects.toThrow(refusedWith('fact-missing'));
    await rita.api.send('POST', path, { outcome: 'refused', text: 'We meet tomorrow.' });
    await office.settle();
    expect(await mails(vendor, administrator, 'Refused')).toHaveLength(1);
    expect((await questionsOf(administrator, leadId)).items[0]).toMatchObject({
      state: 'refused',
      answerText: 'We meet tomorrow.',
    });
    expect(await rita.api.get('/api/questions')).toMatchObject({ items: [] });
  });

  it('agrees by itself to the reasons set for the partner, else asks those who answer for the lead', async () => {
    const { leadId, heldId } = await held();
    const send = (proofs: object[]) =>
      rita.api.send('POST', `/api/leads/${heldId}/give-back`, { reason: 'not-a-fit', proofs });
    const good = { url: 'https://files.example/calls/17', mediaType: 'text/plain', title: 'Log of calls' };
    const bad: [object[], string][] = [
      [[good, { url: 'javascript:alert(1)' }], 'proofs[1].url'],
      [[{ url: 'http://files.example/calls' }], 'proofs[0].url'],
      [[{ url: 'https://ada:secret@files.example/' }], 'proofs[0].url'],
      [[{ ...good, mediaType: 'a log' }], 'proofs[0].mediaType'],
      [[{ ...good, title: 'x'.repeat(301) }], 'proofs[0].title'],
      [[{ title: 'Log' }], 'proofs[0].url'],
      [Array.from({ length: 6 }, () => good), 'proofs'],
    ];
    for (const [proofs, path] of bad)
      await expect(send(proofs)).rejects.toThrow(
        expect.objectContaining({ code: 'invalid', message: expect.stringContaining(` ${path}: `) as string }) as Error,
      );
    expect((await questionsOf(rita, heldId)).items).toEqual([]);
    await send([good, { url: 'https://files.example/ä' }]);
    expect((await questionsOf(rita, heldId)).items).toMatchObject([{ proofs: [good, {}] }]);
    await office.settle();
    expect((await questionsOf(vendor.administrator, leadId)).items).toMatchObject([
      { kind: 'return', ours: false, proofs: [good, { url: 'https://files.example/%C3%A4' }] },
    ]);
    expect(await mails(vendor, vendor.administrator, 'Offered back')).toHaveLength(1);
    const [question] = (await questionsOf(vendor.administrator, leadId)).items;
    const path = `/api/leads/${leadId}/questions/${question?.id ?? ''}/answer`;
    expect(await vendor.administrator.api.send('POST', path, { outcome: 'agreed' })).toMatchObject({ state: 'agreed' });
    await office.settle();
    expect(await mails(reseller, rita, 'Agreed')).toHaveLength(1);
    expect(await vendor.administrator.api.get<LeadView>(`/api/leads/${leadId}`)).toMatchObject({ state: 'unrouted' });
    const agreeReturns = ['duplicate'];
    const view = await vendor.administrator.api.send('PATCH', `/api/peers/${reseller.nodeId}`, { agreeReturns });
    expect(view).toMatchObject({ agreeReturns });
    const again = await held();
    // Another node may send whatever the schema allows.
    const proofs = [
      'http://files.example/17',
      'https://ada:secret@files.example/',
      'https://\u0440\u0430\u0443\u0440\u04301.example/\u202e17',
    ];
    const told = { reason: 'duplicate', proofs: proofs.map((url) => ({ url })), actor: { kind: 'system' } } as const;
    await transact(reseller.ctx, (tx) => giveBack(tx, again.heldId, { ...told, proofs: [...told.proofs] }));
    await office.settle();
    expect((await questionsOf(vendor.administrator, again.leadId)).items).toMatchObject([
      { state: 'agreed', proofs: [{ url: 'https://xn--1-7sba6dbr.example/%E2%80%AE17' }] },
    ]);
  });

  it('is for managers, who may answer what a holder suggests', async () => {
    const { leadId, heldId } = await held();
    await expect(rita.api.send('POST', `/api/leads/${heldId}/ask-back`, { reason: 'other' })).rejects.toThrow(
      refusedWith('forbidden'),
    );
    await reseller.administrator.api.send('PATCH', `/api/peers/${vendor.nodeId}/feedback-policy`, {
      tell: { update: true },
    });
    const { version } = await rita.api.get<LeadView>(`/api/leads/${heldId}`);
    await rita.api.send('PATCH', `/api/leads/${heldId}`, { version, fields: { 'contact.jobTitle': 'Buyer' } });
    await office.settle();
    const [question] = (await questionsOf(vendor.administrator, leadId)).items;
    expect(question).toMatchObject({
      kind: 'correction',
      suggestions: [{ path: 'contact.jobTitle', label: 'Job title', value: 'Buyer' }],
    });
    const path = `/api/leads/${leadId}/questions/${question?.id ?? ''}/answer`;
    await vendor.administrator.api.send('POST', path, { outcome: 'agreed' });
    const { document } = await vendor.administrator.api.get<LeadView>(`/api/leads/${leadId}`);
    expect(document.contact?.jobTitle).toBe('Buyer');
  });
});
