import { expect, it } from 'vitest';
import { listFailedJobs } from '../../node/kernel/jobs.ts';
import PostalMime from 'postal-mime';
import { makeMailTransport } from '../../node/delivery/mail-transport.ts';
import { openSmtpSink, type TakenMail } from '../support/smtp-sink.ts';
import { linkIn, openOffice, post, secretLead } from './office.ts';

const parse = (mail: TakenMail | undefined) => PostalMime.parse(mail?.raw ?? '');
const subjectsTo = async (taken: readonly TakenMail[], email: string) =>
  Promise.all(taken.filter(({ to }) => to === email).map(async (mail) => (await parse(mail)).subject));

it('sends by SMTP, with the Message-ID of the notice', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  await office.takeIn();
  expect(sink.taken.map(({ to }) => to)).toEqual([office.ann.email]);
  const mail = await parse(sink.taken[0]);
  expect(mail.messageId).toMatch(/^<recipient_[0-9A-Z]{26}-offer@vendor\.localhost>$/);
  expect(await office.mails()).toEqual([]);
  await post(office.vendor, linkIn(mail), { answer: 'accept' });
  await office.settle();
  expect(await subjectsTo(sink.taken, office.ann.email)).toContainEqual(expect.stringMatching(/^Your lead/));
});

it('waits for a mail server that is away, longer and longer, and then sends each mail once', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  const { vendor } = office;
  await office.takeIn();
  const mail = await parse(sink.taken[0]);
  await sink.stop();
  await post(vendor, linkIn(mail), { answer: 'accept' });
  await office.settle();
  for (let step = 0; step < 8; step++) await office.advance('3h');
  expect((await listFailedJobs(vendor.ctx, { limit: 10 })).items).toEqual([]);
  await sink.start();
  await office.advance('15m');
  await office.advance('1h');
  expect(await subjectsTo(sink.taken.slice(1), office.ann.email)).toEqual([expect.stringMatching(/^Your lead/)]);
});

it('does not send an offer that closed while the mail server was away', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  await sink.stop();
  await office.takeIn();
  await office.advance('61m');
  await sink.start();
  await office.advance('1h');
  const subjects = await subjectsTo(sink.taken, office.ann.email);
  expect(subjects).toEqual([expect.stringMatching(/^No longer available/)]);
});

it('gives up after three days, visibly', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  await office.takeIn();
  const mail = await parse(sink.taken[0]);
  await sink.stop();
  await post(office.vendor, linkIn(mail), { answer: 'accept' });
  await office.settle();
  for (let step = 0; step < 14; step++) await office.advance('5h');
  expect((await listFailedJobs(office.vendor.ctx, { limit: 10 })).items).toEqual([]);
  for (let step = 0; step < 20; step++) await office.advance('30m');
  expect((await listFailedJobs(office.vendor.ctx, { limit: 10 })).items).toMatchObject([
    { kind: 'notify', lastError: 'mail-server-unavailable' },
  ]);
});

it('shows an address that is refused for good as a failed job, and lets other mails pass', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ mode: 'grab', env: { LEADMESH_SMTP_URL: sink.url } });
  const { vendor, ann, ben } = office;
  sink.refuse = (command) => (command.includes(ann.email) ? '550 5.1.1 no such user' : undefined);
  await office.takeIn();
  await office.takeIn({ ...secretLead, account: { name: 'Other' } });
  expect(sink.taken.map(({ to }) => to)).toEqual([ben.email, ben.email]);
  for (let step = 0; step < 12; step++) await office.advance('4m');
  const { items } = await listFailedJobs(vendor.ctx, { limit: 10 });
  expect(items).toMatchObject([
    { kind: 'notify', attempts: 10, lastError: 'mail-refused' },
    { kind: 'notify', attempts: 10, lastError: 'mail-refused' },
  ]);
  expect(JSON.stringify(items)).not.toContain(ann.email);
});

it('tries again what the server puts off, and what it refuses in the middle', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  const moods = ['RCPT TO|451 greylisted', 'EHLO|421 busy', '.|452 disk full', 'MAIL|421 closing'];
  let refused = 0;
  sink.refuse = (command) => {
    const [start = '', answer] = (moods[0] ?? '').split('|');
    if (start === '' || !command.startsWith(start)) return undefined;
    moods.shift();
    refused++;
    return answer;
  };
  await office.takeIn();
  for (let step = 0; step < 20; step++) await office.advance('1m');
  expect(refused).toBe(4);
  expect(await subjectsTo(sink.taken, office.ann.email)).toEqual([expect.stringMatching(/^New lead/)]);
});

it('sends a mail twice at most under the same Message-ID, when the server’s answer is lost', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  let stopped: Promise<void> | undefined;
  sink.refuse = (command) => {
    if (command !== '.' || stopped) return undefined;
    // It has the mail, but nobody hears that.
    sink.taken.push({ to: 'unheard', raw: '' });
    stopped = sink.stop();
    return '250 taken';
  };
  await office.takeIn();
  await stopped;
  await sink.start();
  await office.advance('1m');
  const ids = await Promise.all(sink.taken.filter(({ to }) => to === office.ann.email).map(parse));
  expect(new Set(ids.map(({ messageId }) => messageId)).size).toBe(1);
  expect(ids.length).toBeLessThanOrEqual(2);
});

it.each([
  ['to', { to: 'ann@shop.example\r\nBcc: eve@evil.example' }],
  ['subject', { subject: 'Lead\nBcc: eve@evil.example' }],
  ['replyTo', { replyTo: 'a@b.example\r\nX: y' }],
  ['headers', { headers: { 'X-Note': 'a\rb' } }],
  ['subject', { subject: 'Lead\0' }],
])('refuses line breaks in %s', async (_where, part) => {
  await using office = await openOffice();
  const mail = { id: 'mail_1', to: 'ann@shop.example', subject: 'Lead', text: 'x', ...part };
  await expect(makeMailTransport(office.vendor.ctx.config).send(mail)).rejects.toMatchObject({
    code: 'mail-header-injection',
  });
  expect(await office.mails()).toEqual([]);
});

it('sends to the one address it was given, not to a list in it', async () => {
  await using sink = await openSmtpSink();
  await using office = await openOffice({ env: { LEADMESH_SMTP_URL: sink.url } });
  const { mail } = office.vendor.ctx;
  await mail
    .send({ id: 'mail_1', to: 'a@b.example, eve@evil.example', subject: 'x', text: 'x' })
    .catch(() => undefined);
  expect(sink.taken.map(({ to }) => to)).not.toContain('eve@evil.example');
});
