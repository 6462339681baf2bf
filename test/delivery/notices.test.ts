import { expect, it } from 'vitest';
import { openOffice, secretLead, type Office } from './office.ts';

const mailsTo = async (office: Office, email: string) =>
  (await office.mails()).filter((mail) => mail.to?.[0]?.address === email);

/** Ann's offers go by; then nobody is left. */
async function leaveUnanswered(office: Office, leads: number): Promise<void> {
  for (let count = 0; count < leads; count++)
    await office.takeIn({ ...secretLead, account: { name: `Acme ${count}` } });
  await office.advance('60m');
}

/** Erases a lead, and waits until nothing of it is left. */
async function eraseAt({ vendor, advance }: Office, leadId: string): Promise<void> {
  await vendor.administrator.api.send('POST', `/api/leads/${leadId}/erase`, { reason: 'other', confirm: leadId });
  await advance('1m');
}

it('tells the administrators in one mail what nobody took in a while', async () => {
  await using office = await openOffice();
  const { vendor, clock } = office;
  await leaveUnanswered(office, 3);
  expect(await mailsTo(office, vendor.administrator.email)).toEqual([]);
  await office.advance('5m');
  const [mail, ...more] = await mailsTo(office, vendor.administrator.email);
  expect(more).toEqual([]);
  expect(mail?.subject).toBe('Nobody took 3 leads');
  for (const name of ['Acme 0 (All leads)', 'Acme 1', 'Acme 2', `${vendor.url}/unrouted`, '4 May 2026, 09:00 UTC'])
    expect(mail?.text).toContain(name);
  // A lead that comes later is told later, alone.
  clock.advance('1h');
  await leaveUnanswered(office, 1);
  await office.advance('5m');
  const subjects = (await mailsTo(office, vendor.administrator.email)).map(({ subject }) => subject).sort();
  expect(subjects).toHaveLength(2);
  expect(subjects[1]).toMatch(/^Nobody took a lead: Ada\S+ Lovelace\S+ · Acme 0$/);
  // What names a lead that is erased goes, though it links to none.
  const { items } = await vendor.administrator.api.get<{ items: { id: string; title: string }[] }>('/api/unrouted');
  await eraseAt(office, items.find(({ title }) => title.endsWith('Acme 2'))?.id ?? '');
  expect((await office.mails()).map(({ text }) => text).join()).not.toContain('Acme 2');
  expect(await mailsTo(office, vendor.administrator.email)).toHaveLength(1);
});

it('says nothing of leads that found somebody meanwhile', async () => {
  await using office = await openOffice();
  const { vendor, ben } = office;
  await leaveUnanswered(office, 1);
  const { items } = await vendor.administrator.api.get<{ items: { id: string }[] }>('/api/unrouted');
  await vendor.administrator.api.send('POST', `/api/leads/${items[0]!.id}/assign`, { userId: ben.id });
  await office.advance('5m');
  expect(await mailsTo(office, vendor.administrator.email)).toEqual([]);
});

it('tells the nearest manager above the owner of the box, before the administrators', async () => {
  await using office = await openOffice();
  const { vendor, ann } = office;
  const { api, email } = vendor.administrator;
  const mona = await vendor.addUser('Mona', 'manager');
  const gone = await vendor.addUser('Gone', 'manager', mona.id);
  const team = await api.send<{ id: string }>('POST', '/api/boxes', {
    kind: 'team',
    name: 'South',
    parentId: 'box_system',
    ownerId: gone.id,
  });
  await api.send('PATCH', `/api/users/${gone.id}`, { active: false });
  const boxes = await api.get<{ items: { id: string; userId?: string }[] }>('/api/boxes');
  const annBox = boxes.items.find(({ userId }) => userId === ann.id)!.id;
  const put = async (box: string, to: string) => {
    const { version } = await api.get<{ version: number }>(`/api/boxes/${box}/rules`);
    const action = { assign: { mode: 'direct', to: [to], offerMinutes: 60 } };
    const rules = [{ name: 'On', condition: { all: [] }, action }];
    await api.send('PUT', `/api/boxes/${box}/rules`, { version, rules });
  };
  await put(team.id, annBox);
  await put('box_system', team.id);
  await leaveUnanswered(office, 1);
  await office.advance('5m');
  const [told] = await mailsTo(office, mona.email);
  expect(told?.subject).toMatch(/^Nobody took a lead/);
  expect(told?.text).toContain('(South)');
  expect(await mailsTo(office, email)).toEqual([]);
});

it('wakes the holder of a lead that slept, by mail, as far as she may see it', async () => {
  await using office = await openOffice();
  await office.withholdCanaries('released');
  // So much of a foreign script that a mail is written in base64.
  const needs = '注'.repeat(3_000);
  const leadId = await office.takeIn({ ...secretLead, qualification: { need: needs } });
  const { items } = await office.ann.api.get<{ items: { recipientId: string }[] }>('/api/inbox');
  await office.ann.api.send('POST', `/api/offers/${items[0]!.recipientId}/accept`);
  const until = new Date(office.clock.now() + 49 * 3_600_000).toISOString();
  await office.ann.api.send('POST', `/api/leads/${leadId}/changes`, { event: 'sleep', until });
  await office.advance('48h');
  const before = (await mailsTo(office, office.ann.email)).length;
  await office.advance('1h');
  const mail = await office.mailTo(office.ann, 'Awake again');
  expect(mail.subject).toBe('Awake again: Acme, Ulm');
  expect(mail.text).toContain(`${office.vendor.url}/leads/${leadId}`);
  expect(mail.text).toContain('Pump × 3');
  expect(mail.raw + mail.text!).not.toContain('Kanarienvogel');
  expect((await mailsTo(office, office.ann.email)).length).toBe(before + 1);
  expect(mail.text).toContain(needs.slice(0, 100));
  await eraseAt(office, leadId);
  expect((await office.mails()).map(({ subject }) => subject)).toEqual([]);
});

it('marks the mails of test leads', async () => {
  await using office = await openOffice();
  await office.vendor.administrator.api.send('POST', '/api/leads', { lead: secretLead, test: true });
  await office.settle();
  expect((await office.mailTo(office.ann, 'New lead')).subject).toMatch(/^New lead: Test: Ada/);
});
