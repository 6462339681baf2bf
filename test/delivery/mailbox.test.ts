import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { trimMailbox } from '../../node/delivery/mailbox.ts';
import { linkIn, openOffice, post, secretLead, visit, type Office } from './office.ts';

const demo = { env: { LEADMESH_DEMO: 'true' } };
const mailIds = (office: Office) => readdirSync(folderOf(office)).map((name) => name.replace('.eml', ''));
const folderOf = ({ vendor }: Office) => join(vendor.ctx.config.dataFolder, 'mailbox');

it('is there in demonstrations only', async () => {
  await using office = await openOffice();
  await office.takeIn();
  const [id = ''] = mailIds(office);
  for (const path of ['/demo/mailbox', `/demo/mailbox/${id}`, `/demo/mailbox/${id}/body`]) {
    const page = await visit(office.vendor, path);
    expect([page.status, page.text.includes('Acme')]).toEqual([404, false]);
  }
  expect((await post(office.vendor, `/demo/mailbox/${id}/answer`, { text: 'ACCEPT' })).status).toBe(404);
  const [recipient] = (await office.ann.api.get<{ items: { recipientId: string }[] }>('/api/inbox')).items;
  expect(recipient).toBeDefined();
});

it('lists every mail, newest first, page by page', async () => {
  await using office = await openOffice(demo);
  const empty = await visit(office.vendor, '/demo/mailbox');
  expect(empty.text).toContain('No mail yet');
  for (let count = 0; count < 51; count++)
    await office.vendor.administrator.api.send('POST', '/api/leads', {
      lead: { ...secretLead, account: { name: `Acme ${count}` } },
    });
  await office.settle();
  const ids = mailIds(office).sort();
  for (const [index, id] of ids.entries())
    utimesSync(join(folderOf(office), `${id}.eml`), 1_000 + index, 1_000 + index);
  const listed = (text: string) => [...text.matchAll(/\/demo\/mailbox\/(\w+-offer)"/g)].map(([, id]) => id);
  const first = (await visit(office.vendor, '/demo/mailbox')).text;
  const second = (await visit(office.vendor, '/demo/mailbox?page=1')).text;
  expect([...listed(first), ...listed(second)]).toEqual(ids.toReversed());
  expect([first.includes('Older'), first.includes('Newer')]).toEqual([true, false]);
  expect([second.includes('Older'), second.includes('Newer')]).toEqual([false, true]);
  expect((await visit(office.vendor, '/demo/mailbox?page=-1')).status).toBe(422);
});

it('shows a mail in a frame that runs nothing and loads nothing', async () => {
  await using office = await openOffice(demo);
  await office.takeIn({ ...secretLead, account: { name: '<script>alert(1)</script><base href=//evil.example>' } });
  const [id = ''] = mailIds(office);
  const page = await visit(office.vendor, `/demo/mailbox/${id}`);
  expect(page.text).toContain('sandbox="allow-top-navigation-by-user-activation"');
  expect(page.text).not.toContain('<script');
  const body = await visit(office.vendor, `/demo/mailbox/${id}/body`);
  expect(body.headers.get('content-security-policy')).toMatch(/^sandbox allow-top.*default-src 'none'/);
  expect(body.text).not.toContain('<script');
  expect(body.text.match(/<base /g)).toHaveLength(1);
});

it('answers a mail as its reader would', async () => {
  await using office = await openOffice(demo);
  const leadId = await office.takeIn();
  const [id = ''] = mailIds(office);
  const answer = (text: string) => post(office.vendor, `/demo/mailbox/${id}/answer`, { text });
  expect((await answer('What is it?')).text).toContain('We could not read your answer');
  expect((await answer('x'.repeat(2_001))).status).toBe(422);
  expect((await answer('ja')).text).toContain('You were first');
  expect((await answer('ja')).text).toContain('already accepted');
  await office.settle();
  expect((await office.ann.api.get<{ state: string }>(`/api/leads/${leadId}`)).state).toBe('assigned');
  const released = await office.mailTo(office.ann, 'Your lead');
  expect(linkIn(await office.mailTo(office.ann, 'New lead'))).toMatch(/^\/a\//);
  expect((await visit(office.vendor, `/demo/mailbox/${id.replace('-offer', '-released')}`)).text).not.toContain(
    '<form',
  );
  expect(released.text).toContain('This lead is yours now.');
});

it('knows no mail by a name that is none', async () => {
  await using office = await openOffice(demo);
  await office.takeIn();
  writeFileSync(join(office.vendor.ctx.config.dataFolder, 'secret.eml'), 'Subject: secret\r\n\r\n');
  for (const id of ['..%2Fsecret', '..%2F..%2Fetc%2Fpasswd', 'secret', '%2e%2e', 'a%00b', 'a'.repeat(200)])
    expect((await visit(office.vendor, `/demo/mailbox/${id}`)).text, id).not.toContain('<h1>secret');
  expect((await visit(office.vendor, '/demo/mailbox/none')).status).toBe(404);
});

it('keeps no more than two thousand mails, and none older than thirty days than the newest', async () => {
  await using office = await openOffice(demo);
  const folder = folderOf(office);
  mkdirSync(folder, { recursive: true });
  const day = 86_400;
  const put = (id: string, at: number) => {
    writeFileSync(join(folder, `${id}.eml`), 'Subject: x\r\n\r\n');
    utimesSync(join(folder, `${id}.eml`), at, at);
  };
  for (let count = 0; count < 2_005; count++) put(`mail_${count}`, 100 * day + count);
  put('newest', 105 * day);
  put('stale', 74 * day);
  await trimMailbox(office.vendor.ctx.config);
  const left = mailIds(office);
  expect(left).toHaveLength(2_000);
  expect(left).toContain('newest');
  expect(left).not.toContain('stale');
  expect(left).not.toContain('mail_5');
  expect(left).toContain('mail_6');
});
