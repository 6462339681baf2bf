import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeResponseToken, readResponseToken } from '../../node/delivery/response-token.ts';
import { makeIds } from '../../node/kernel/ids.ts';
import { listOffers } from '../../node/routing/store/offers.ts';
import { listRecipients } from '../../node/routing/store/recipients.ts';
import { makeFakeClock } from '../support/clock.ts';
import { canary, linkIn, openOffice, post, secrets, visit, type Office } from './office.ts';

/** State and rows of a lead's offers: what must not change when a link is only looked at. */
async function rowsOf({ vendor }: Office, leadId: string) {
  const offers = await listOffers(vendor.ctx, leadId);
  const recipients = await Promise.all(offers.map((offer) => listRecipients(vendor.ctx, offer.id)));
  const { items } = await vendor.administrator.api.get<{ items: unknown[] }>(`/api/leads/${leadId}/history`);
  return JSON.stringify([offers, recipients, items]);
}

const outcomes = (mails: readonly { subject?: string | undefined }[], subject: string) =>
  mails.filter((mail) => mail.subject?.startsWith(subject)).length;

it('changes nothing when a link is opened, by people or by programs that open every link', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  const leadId = await office.takeIn();
  const path = linkIn(await office.mailTo(ann, 'New lead'));
  const before = await rowsOf(office, leadId);
  const first = await visit(vendor, path);
  expect(first.status).toBe(200);
  for (const query of ['', '?answer=accept', '?answer=reject&reason=other'])
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])
      await fetch(`${vendor.url}${path}${query}`, { method, headers: { purpose: 'prefetch' } });
  await office.settle();
  expect(await rowsOf(office, leadId)).toBe(before);
  expect((await visit(vendor, path)).text).toBe(first.text);
});

it('keeps a link from frames, search engines, caches and other sites', async () => {
  await using office = await openOffice();
  await office.takeIn();
  const { headers } = await visit(office.vendor, linkIn(await office.mailTo(office.ann, 'New lead')));
  expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('x-robots-tag')).toContain('noindex');
});

it('accepts once by POST, says so again to who asks again, and shows no customer data afterwards', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  const leadId = await office.takeIn();
  const path = linkIn(await office.mailTo(ann, 'New lead'));
  const won = await post(vendor, path, { answer: 'accept' });
  expect(won.status).toBe(200);
  expect(won.text).toContain('You were first');
  expect(won.text).toContain(`href="/leads/${leadId}"`);
  const again = await post(vendor, path, { answer: 'accept' });
  expect(again.text).toContain('already accepted');
  expect((await post(vendor, path, { answer: 'reject', reason: 'other' })).status).toBe(409);
  const lead = await ann.api.get<{ state: string; holder: { id: string } }>(`/api/leads/${leadId}`);
  expect([lead.state, lead.holder.id]).toEqual(['assigned', ann.id]);
  await office.settle();
  expect(outcomes(await office.mails(), 'Your lead')).toBe(1);
  const after = await visit(vendor, path);
  expect(after.text).toContain('This lead is yours');
  for (const page of [won.text, again.text, after.text])
    for (const secret of [...secrets, 'Acme', 'Ulm']) expect(page).not.toContain(secret);
});

it('rejects with the reason and the words of the form', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  const leadId = await office.takeIn();
  const path = linkIn(await office.mailTo(ann, 'New lead'));
  const gone = await post(vendor, path, {
    answer: 'reject',
    reason: 'no-capacity',
    text: ' on\u0000 leave\r\nuntil May ',
  });
  expect([gone.status, gone.text.includes('you pass on this lead')]).toEqual([200, true]);
  const [offer] = await listOffers(vendor.ctx, leadId);
  const [recipient] = await listRecipients(vendor.ctx, offer!.id);
  expect(recipient).toMatchObject({ state: 'rejected', rejectReason: 'no-capacity', rejectText: 'on leave until May' });
  expect((await post(vendor, path, { answer: 'reject', reason: 'other', text: '' })).text).toContain('already passed');
  expect((await post(vendor, path, { answer: 'accept' })).text).toContain('already passed');
  const page = (await visit(vendor, path)).text;
  expect(page).toContain('You passed on this lead');
  expect(page).not.toContain(canary);
});

it('shows no customer data once the offer has closed, even before anybody noticed', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  await office.takeIn();
  const path = linkIn(await office.mailTo(ann, 'New lead'));
  office.clock.advance('60m');
  const closing = await visit(vendor, path);
  await office.settle();
  const closed = await visit(vendor, path);
  for (const page of [closing, closed]) {
    expect(page.text).toContain('This offer has closed');
    expect(page.text).not.toContain('<form');
    for (const secret of [...secrets, 'Acme', 'Ulm']) expect(page.text).not.toContain(secret);
  }
  const late = await post(vendor, path, { answer: 'accept' });
  expect([late.status, late.text.includes('had already closed')]).toEqual([409, true]);
});

it('shows an offer that opens later, lets it be declined, and does not accept it yet', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  const { version, items } = await vendor.administrator.api.get<{
    version: number;
    items: { action: { assign: Record<string, unknown> } }[];
  }>('/api/boxes/box_system/rules');
  const action = { assign: { ...items[0]!.action.assign, opensInMinutes: 30 } };
  const rules = [{ name: 'Later', condition: { all: [] }, action }];
  await vendor.administrator.api.send('PUT', '/api/boxes/box_system/rules', { version, rules });
  await office.takeIn();
  const mail = await office.mailTo(ann, 'New lead');
  expect(mail.text).toContain('You can accept it from 4 May 2026, 09:30 UTC on.');
  const page = (await visit(vendor, linkIn(mail))).text;
  expect(page).toContain('Pass on this lead');
  expect(page).not.toContain('Accept this lead');
  const early = await post(vendor, linkIn(mail), { answer: 'accept' });
  expect([early.status, early.text.includes('not open yet')]).toEqual([409, true]);
  await office.advance('30m');
  expect((await post(vendor, linkIn(mail), { answer: 'accept' })).text).toContain('You were first');
});

it('knows no token it did not make, and takes its own in any case', async () => {
  await using office = await openOffice({ mode: 'grab' });
  const { vendor, ann, ben } = office;
  const leadId = await office.takeIn();
  const path = linkIn(await office.mailTo(ann, 'New lead'));
  const other = linkIn(await office.mailTo(ben, 'New lead'));
  const before = await rowsOf(office, leadId);
  const flip = (text: string, at: number) => `${text.slice(0, at)}${text[at] === '0' ? '1' : '0'}${text.slice(at + 1)}`;
  const forged = [
    path.slice(0, -1),
    `${path}0`,
    flip(path, 3),
    flip(path, path.length - 1),
    // The id of one recipient with the digest of another.
    `${other.slice(0, 29)}${path.slice(29)}`,
    '/a/x',
    `/a/${'%F0%9F%98%80'.repeat(10)}`,
  ];
  for (const guess of forged) {
    expect((await visit(vendor, guess)).status, guess).toBe(404);
    const refused = await post(vendor, guess, { answer: 'accept' });
    expect([refused.status, refused.text.includes('This link does not work')], guess).toEqual([404, true]);
  }
  expect(await rowsOf(office, leadId)).toBe(before);
  const loud = `/a/${path.slice(3).toUpperCase()}`;
  expect((await post(vendor, loud, { answer: 'accept' })).text).toContain('You were first');
});

it('answers a form that does not fit with a page, and changes nothing', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  const leadId = await office.takeIn();
  const path = linkIn(await office.mailTo(ann, 'New lead'));
  const before = await rowsOf(office, leadId);
  const wrong: readonly Readonly<Record<string, string>>[] = [
    {},
    { answer: 'maybe' },
    { answer: 'reject' },
    { answer: 'reject', reason: 'because' },
    { answer: 'accept', round: '7' },
    { answer: 'reject', reason: 'other', text: 'x'.repeat(501) },
  ];
  for (const fields of wrong) {
    const refused = await post(vendor, path, fields);
    expect([refused.status, refused.text.includes('This did not work')]).toEqual([422, true]);
  }
  expect(await rowsOf(office, leadId)).toBe(before);
});

it('makes tokens of 52 small letters and digits, that only the same secret reads', () => {
  const clock = makeFakeClock();
  const ids = makeIds(clock);
  const secret = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => createSecretKey(bytes));
  fc.assert(
    fc.property(secret, secret, fc.nat(1e12), (key, otherKey, elapsed) => {
      clock.advance(elapsed % 1_000);
      const id = ids.make('recipient');
      const token = makeResponseToken(key, id);
      expect(token).toMatch(/^[0-9a-z]{52}$/);
      expect(readResponseToken(key, token)).toBe(id);
      expect(readResponseToken(key, token.toUpperCase())).toBe(id);
      if (!key.equals(otherKey)) expect(readResponseToken(otherKey, token)).toBeUndefined();
    }),
  );
});

it('reads no token out of any other text', () => {
  const secret = createSecretKey(Buffer.alloc(32, 7));
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z]{52}$/)), (text) => {
      expect(readResponseToken(secret, text)).toBeUndefined();
    }),
  );
});
