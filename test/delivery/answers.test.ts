import { expect, it } from 'vitest';
import { getMail, listMails } from '../../node/delivery/mailbox.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { canary, codeOf, linkIn, openOffice, post, replyToOf, secrets, writeAnswer, type Office } from './office.ts';

async function recipientsOf({ vendor }: Office, leadId: string) {
  const [offer] = await listOffers(vendor.ctx, leadId);
  return listRecipients(vendor.ctx, offer!.id);
}
const stateOf = async ({ vendor }: Office, leadId: string) =>
  (await vendor.administrator.api.get<{ state: string }>(`/api/leads/${leadId}`)).state;
const subjects = async (office: Office) => (await office.mails()).map((mail) => mail.subject ?? '').sort();

/** Ann's offer, and the answers she can write to it. */
async function openAnswered(office: Office) {
  const leadId = await office.takeIn();
  const offer = await office.mailTo(office.ann, 'New lead');
  const answer = (text: string, headers: readonly string[] = [], from = `Ann <${office.ann.email}>`) =>
    writeAnswer({ from, to: replyToOf(offer), text, headers });
  return { leadId, offer, answer };
}

it('accepts for who answers ACCEPT from her own address, and sends the details there', async () => {
  await using office = await openOffice();
  await office.withholdCanaries();
  const { leadId, answer } = await openAnswered(office);
  expect(await office.handOver(answer('accept\n\n> A lead for you'))).toBe('won');
  await office.settle();
  expect(await stateOf(office, leadId)).toBe('assigned');
  const released = await office.mailTo(office.ann, 'Your lead');
  expect(released.text).toContain(`${canary}gasse 1`);
  // The mail with the details says it all; there is no second one.
  expect(await subjects(office)).toHaveLength(2);
});

it('rejects with the words of the answer, and says that it is noted', async () => {
  await using office = await openOffice();
  const { leadId, offer, answer } = await openAnswered(office);
  expect(await office.handOver(answer('Reject: no time before June'))).toBe('rejected');
  const [recipient] = await recipientsOf(office, leadId);
  expect(recipient).toMatchObject({ rejectReason: 'no-capacity', rejectText: 'no time before June' });
  await office.settle();
  const reply = await office.mailTo(office.ann, 'Re: New lead');
  expect(reply.text).toContain('Noted: you pass on this lead.');
  expect(reply.inReplyTo).toBe(offer.messageId);
  expect(reply.headers.find(({ key }) => key === 'auto-submitted')?.value).toBe('auto-replied');
  expect(reply.replyTo).toBeUndefined();
});

it('refuses answers that come from another address, and tells nobody', async () => {
  await using office = await openOffice();
  const { leadId, answer } = await openAnswered(office);
  const forged = [
    'Eve <eve@evil.example>',
    `"${office.ann.email}" <eve@evil.example>`,
    `${office.ann.email}, eve@evil.example`,
  ];
  for (const from of forged) expect(await codeOf(office.handOver(answer('ACCEPT', [], from)))).toBe('sender-unknown');
  const twice = answer('ACCEPT', ['From: eve@evil.example']);
  expect(await codeOf(office.handOver(twice))).toBe('sender-unknown');
  await office.settle();
  expect(await stateOf(office, leadId)).toBe('offered');
  expect(await subjects(office)).toHaveLength(1);
  expect(await office.handOver(answer('ACCEPT', [], office.ann.email.toUpperCase()))).toBe('won');
});

it('knows no reply address it did not make, and takes one offer at a time', async () => {
  await using office = await openOffice();
  const { answer, offer } = await openAnswered(office);
  const other = `reply+${'0'.repeat(52)}@vendor.localhost`;
  const to = (address: string) => writeAnswer({ from: office.ann.email, to: address, text: 'ACCEPT' });
  for (const address of [other, 'leads@vendor.localhost', 'reply+@vendor.localhost', ''])
    expect(await codeOf(office.handOver(to(address)))).toBe('link-unknown');
  expect(await codeOf(office.handOver(answer('ACCEPT', [`Cc: ${other}`])))).toBe('answer-ambiguous');
  expect(await codeOf(office.handOver(''))).toBe('link-unknown');
  expect(await codeOf(office.handOver(Buffer.alloc(70_000, 0xff)))).toBe('link-unknown');
  // A mail program may write it in capitals, and to several people.
  expect(await office.handOver(to(`${replyToOf(offer).toUpperCase()}, boss@shop.example`))).toBe('won');
});

it('gives the same mail its first outcome, whatever happened since, and sends no second mail', async () => {
  await using office = await openOffice();
  const { answer } = await openAnswered(office);
  const sent = answer('REJECT too far', ['Message-ID: <one@mail.example>']);
  expect(await office.handOver(sent)).toBe('rejected');
  expect(await office.handOver(sent)).toBe('rejected');
  expect(await office.handOver(`Received: by mx2\r\n${sent}`)).toBe('rejected');
  await office.settle();
  expect(await subjects(office)).toHaveLength(2);
  const changed = answer('ACCEPT', ['Message-ID: <one@mail.example>']);
  expect(await codeOf(office.handOver(changed))).toBe('idempotency-conflict');
  expect(await office.handOver(answer('ACCEPT'))).toBe('already-rejected');
});

it('ignores what programs answer, and answers nothing', async () => {
  await using office = await openOffice();
  const { leadId, answer } = await openAnswered(office);
  const automatic = [
    ['Auto-Submitted: auto-replied'],
    ['Precedence: auto_reply'],
    ['X-Autoreply: yes'],
    ['Return-Path: <>'],
    ['Subject: Automatic reply: New lead'],
  ];
  for (const headers of automatic) expect(await office.handOver(answer('ACCEPT', headers))).toBe('ignored');
  // A mail of ours that came back to us, and a stranger's notice.
  const [mail] = await office.mails();
  expect(await office.handOver(mail!.raw)).toBe('ignored');
  expect(
    await office.handOver(
      writeAnswer({ from: 'x@y.example', to: 'z@y.example', text: 'x', headers: ['Precedence: bulk'] }),
    ),
  ).toBe('ignored');
  await office.settle();
  expect(await stateOf(office, leadId)).toBe('offered');
  expect(await subjects(office)).toHaveLength(1);
});

it('asks back once when an answer is not clear, and no more: programs might answer for ever', async () => {
  await using office = await openOffice();
  const { leadId, answer } = await openAnswered(office);
  for (const text of ['What is this?', 'I am away until Monday.', 'Thank you for your mail.'])
    expect(await office.handOver(answer(text))).toBe('unclear');
  await office.settle();
  expect(await stateOf(office, leadId)).toBe('offered');
  expect(await subjects(office)).toHaveLength(2);
  const asked = await office.mailTo(office.ann, 'Re: New lead');
  expect(asked.text).toContain('Please answer with ACCEPT');
  const second = writeAnswer({ from: office.ann.email, to: replyToOf(asked), text: 'Ja' });
  expect(await office.handOver(second)).toBe('won');
});

it('tells who was too late kindly, with nothing about the customer', async () => {
  await using office = await openOffice({ mode: 'grab' });
  await office.withholdCanaries();
  const { answer } = await openAnswered(office);
  const ben = await office.mailTo(office.ben, 'New lead');
  await post(office.vendor, linkIn(ben), { answer: 'accept' });
  expect(await office.handOver(answer('Yes!'))).toBe('taken');
  await office.settle();
  const reply = await office.mailTo(office.ann, 'Re: New lead');
  expect(reply.text).toContain('Somebody else was first.');
  for (const secret of secrets) expect(reply.raw + (reply.text ?? '')).not.toContain(secret);
  await office.advance('1h');
  expect(await office.handOver(answer('No'))).toBe('too-late');
});

it('has one winner when a grab is answered by link and by mail in the same moment', async () => {
  await using office = await openOffice({ mode: 'grab' });
  const { vendor, ann, ben } = office;
  for (let round = 0; round < 8; round++) {
    const leadId = await office.takeIn();
    const mailOf = async (userId: string) => {
      const recipient = (await recipientsOf(office, leadId)).find((one) => one.userId === userId)!;
      return (await getMail(vendor.ctx, `${recipient.id}-offer`)).mail;
    };
    const [toAnn, toBen] = [await mailOf(ann.id), await mailOf(ben.id)];
    const byMail = (offer: typeof toAnn, from: string) =>
      office.handOver(writeAnswer({ from, to: replyToOf(offer), text: 'ACCEPT' }));
    const byLink = (offer: typeof toAnn) => post(vendor, linkIn(offer), { answer: 'accept' });
    const answers = await Promise.all([
      byLink(toAnn).then(({ text }) => (text.includes('You were first') ? 'won' : 'late')),
      byMail(toBen, ben.email),
      byMail(toAnn, ann.email),
      byLink(toBen).then(({ text }) => (text.includes('You were first') ? 'won' : 'late')),
    ]);
    expect(answers.filter((outcome) => outcome === 'won')).toHaveLength(1);
    await office.settle();
    const states = (await recipientsOf(office, leadId)).map((one) => one.state).sort();
    expect(states).toEqual(['lost', 'won']);
  }
  const { mails } = await listMails(vendor.ctx, { limit: 200, page: 0 });
  expect(mails.filter(({ mail }) => mail.subject?.startsWith('Your lead'))).toHaveLength(8);
});

it('takes answers from who may hand over mail only', async () => {
  await using office = await openOffice();
  const { answer } = await openAnswered(office);
  const upload = { contentType: 'message/rfc822', bytes: Buffer.from(answer('ACCEPT')) };
  expect(await codeOf(office.ann.api.upload('/api/mail-answers', upload))).toBe('forbidden');
  expect(
    await codeOf(office.vendor.administrator.api.upload('/api/mail-answers', { ...upload, contentType: 'text/plain' })),
  ).toBe('unsupported-media-type');
});
