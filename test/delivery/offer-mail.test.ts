import { expect, it } from 'vitest';
import type { Lead } from '../../protocol/index.ts';
import { offerAllTo } from '../browser/scene.ts';
import { canary, linkIn, openOffice, post, replyToOf, secretLead, secrets, visit } from './office.ts';

it('shows in an offer mail what may be seen, and nothing of what is withheld, in no part of it', async () => {
  await using office = await openOffice({ mode: 'grab' });
  await office.withholdCanaries('offered', office.ben.id);
  await office.takeIn();
  const [open, closed] = [await office.mailTo(office.ann, 'New lead'), await office.mailTo(office.ben, 'New lead')];
  expect(open.subject).toBe(`New lead: Ada${canary} Lovelace${canary} · Acme, Ulm`);
  expect(open.text).toContain('+491705550123');
  expect(closed.subject).toBe('New lead: Acme, Ulm');
  for (const part of [closed.text, closed.html]) {
    expect(part).toContain('Pump × 3');
    expect(part).toContain('Shown after you accept');
    expect(part).toContain('up for grabs');
    expect(part).toContain('closes in 60 minutes, on 4 May 2026, 10:00 UTC');
  }
  const decoded = [closed.raw, closed.subject, closed.text, closed.html].join('\n');
  for (const secret of secrets) expect(decoded).not.toContain(secret);
  const page = (await visit(office.vendor, linkIn(closed))).text;
  for (const secret of secrets) expect(page).not.toContain(secret);
  expect(page).toContain('Pump × 3');
});

it('marks what is shown in part', async () => {
  await using office = await openOffice();
  await office.vendor.administrator.api.send('PUT', '/api/field-policies', {
    policies: [{ recipientKind: 'user', target: 'group:email', stage: 'offered', action: 'mask' }],
  });
  await office.takeIn();
  const mail = await office.mailTo(office.ann, 'New lead');
  expect(mail.text).toContain(`E-mail: ***@${canary.toLowerCase()}.example (in part)`);
  expect((await visit(office.vendor, linkIn(mail))).text).toMatch(/\*\*\*@\S+ <span class="soft">\(in part\)/);
});

it('sends the winner what was withheld, as far as policies for our own people let her see it', async () => {
  await using office = await openOffice({ mode: 'grab' });
  await office.withholdCanaries();
  await office.vendor.administrator.api.send('PUT', '/api/field-policies', {
    policies: [{ recipientKind: 'user', target: 'group:phone', stage: 'released', action: 'never' }],
  });
  await office.takeIn();
  await post(office.vendor, linkIn(await office.mailTo(office.ann, 'New lead')), { answer: 'accept' });
  await office.settle();
  const released = await office.mailTo(office.ann, 'Your lead');
  expect(released.subject).toBe(`Your lead: Ada${canary} Lovelace${canary} · Acme, Ulm`);
  expect(released.text).toContain(`${canary}gasse 1`);
  expect(released.raw + (released.text ?? '') + (released.html ?? '')).not.toContain('705550123');
  expect(released.headers.find(({ key }) => key === 'references')?.value).toBe(
    (await office.mailTo(office.ann, 'New lead')).messageId,
  );
  const lost = await office.mailTo(office.ben, 'No longer available');
  for (const secret of secrets) expect(lost.raw + (lost.text ?? '')).not.toContain(secret);
  expect(lost.text).not.toContain('Ann');
});

it('sends no details to somebody who does not hold the lead any more', async () => {
  await using office = await openOffice();
  const { vendor, ann, ben } = office;
  const leadId = await office.takeIn();
  const { items } = await ann.api.get<{ items: { recipientId: string }[] }>('/api/inbox');
  await ann.api.send('POST', `/api/offers/${items[0]!.recipientId}/accept`);
  await vendor.administrator.api.send('POST', `/api/leads/${leadId}/assign`, { userId: ben.id });
  await office.settle();
  expect((await office.mails()).filter((mail) => mail.subject?.startsWith('Your lead')).map((mail) => mail.to)).toEqual(
    [[expect.objectContaining({ address: ben.email })]],
  );
});

it('sends nothing to who has left, and nothing about an offer that is over', async () => {
  await using office = await openOffice({ mode: 'grab' });
  const { vendor, ann, ben } = office;
  await vendor.administrator.api.send('POST', '/api/leads', { lead: secretLead });
  await office.takeIn({ ...secretLead, account: { name: 'Later' } });
  await expect(office.mails()).resolves.toHaveLength(4);
  await vendor.administrator.api.send('PATCH', `/api/users/${ben.id}`, { active: false });
  const mail = (await office.mails()).find((one) => one.to?.[0]?.address === ben.email)!;
  expect((await visit(vendor, linkIn(mail))).status).toBe(404);
  expect((await post(vendor, linkIn(mail), { answer: 'accept' })).status).toBe(404);
  const annMail = (await office.mails()).find((one) => one.to?.[0]?.address === ann.email)!;
  await post(vendor, linkIn(annMail), { answer: 'accept' });
  await office.advance('2h');
  const later = (await office.mails()).filter((one) => !one.subject?.startsWith('New lead'));
  expect(later.map((one) => one.to?.[0]?.address)).not.toContain(ben.email);
  expect(later.length).toBeGreaterThan(0);
});

it('escapes whatever a lead holds, and keeps its headers in one line each', async () => {
  await using office = await openOffice();
  const hostile = '<script>alert(1)</script><img src=x onerror="alert(2)">"\'&amp;';
  const lead: Lead = {
    contact: {
      givenName: 'Eve\u202e',
      familyName: `Bcc: all@evil.example ${hostile}`.slice(0, 90),
      emails: [{ value: 'eve@evil.example' }],
    },
    account: { name: 'Evil “Inc”' },
    interest: { comments: `one\nSee the lead and answer:\nhttps://evil.example/a/x\n${hostile}` },
    fields: [{ name: hostile, type: 'text', value: hostile }],
  };
  await office.takeIn(lead);
  const mail = await office.mailTo(office.ann, 'New lead');
  const page = (await visit(office.vendor, linkIn(mail))).text;
  for (const markup of [mail.html ?? '', page]) {
    expect(markup).toContain('&lt;script&gt;alert(1)');
    expect(markup).not.toMatch(/<script|<img/i);
    expect(markup).not.toContain('\u202e');
  }
  expect(mail.headers.map(({ key }) => key)).not.toContain('bcc');
  expect(mail.to).toEqual([{ name: '', address: office.ann.email }]);
  // What looks like our own words in a value is set in.
  expect(mail.text).toContain('\n    See the lead and answer:\n    https://evil.example/a/x');
  expect(mail.text?.match(/^See the lead and answer:$/gm)).toHaveLength(1);
});

it('cuts endless titles to a subject, between characters', async () => {
  await using office = await openOffice();
  await office.takeIn({ contact: { fullName: '😀'.repeat(140), emails: [{ value: 'a@b.example' }] } });
  const { subject = '' } = await office.mailTo(office.ann, 'New lead');
  expect(Array.from(subject)).toHaveLength(120);
  expect(subject.isWellFormed()).toBe(true);
  expect(subject.endsWith('😀…')).toBe(true);
});

it('has a reply address that mail servers take, and says that a program wrote it', async () => {
  await using office = await openOffice({ env: { LEADMESH_MAIL_FROM: 'sales@mail.vendor.example' } });
  await office.takeIn();
  const mail = await office.mailTo(office.ann, 'New lead');
  expect(replyToOf(mail)).toMatch(/^reply\+[0-9a-z]{52}@mail\.vendor\.example$/);
  expect(replyToOf(mail).split('@')[0]!.length).toBeLessThanOrEqual(64);
  expect(mail.from).toEqual({ name: 'vendor', address: 'sales@mail.vendor.example' });
  const header = (key: string) => mail.headers.find((one) => one.key === key)?.value;
  expect([header('auto-submitted'), header('x-auto-response-suppress')]).toEqual(['auto-generated', 'All']);
});

it('names the partner a lead comes from, hides what that partner withholds, and shows it once released', async () => {
  await using office = await openOffice({ others: ['reseller'] });
  const { vendor } = office;
  const reseller = office.node('reseller');
  await office.introduce('vendor', 'reseller');
  const rob = await reseller.addUser('Rob');
  await office.settle();
  await offerAllTo(reseller, [rob]);
  await offerAllTo(vendor, [reseller]);
  await office.takeIn();
  const [offer] = await office.mails(reseller);
  expect(offer?.to?.[0]?.address).toBe(rob.email);
  expect(offer?.text).toContain('It comes from vendor');
  for (const secret of secrets) expect(offer!.raw + offer!.text!).not.toContain(secret);
  const outcome = await post(reseller, linkIn(offer!), { answer: 'accept' });
  expect(outcome.text).toContain('as soon as they are released');
  expect((await visit(reseller, linkIn(offer!))).text).toContain('as soon as the partner it comes from releases it');
  await office.settle();
  const released = (await office.mails(reseller)).find((mail) => mail.subject?.startsWith('Your lead'));
  expect(released?.text).toContain(`${canary}gasse 1`);
});
