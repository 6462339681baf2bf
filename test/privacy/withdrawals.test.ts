import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { beginRestoration } from '../../node/federation/restoration/begin-restoration.ts';
import { digestPurpose, ensureErasures, readErasures } from '../../node/federation/restoration/erasures-file.ts';
import { readErasureLines } from '../../node/federation/restoration/read-erasures.ts';
import { backup } from '../../node/kernel/backup.ts';
import { transact } from '../../node/kernel/context.ts';
import { findRestoration, insertRestoration } from '../../node/kernel/restoration.ts';
import { restoreBackup } from '../../node/kernel/restore.ts';
import { receiveLead } from '../../node/leads/receive-lead.ts';
import { getLead, listLeads } from '../../node/leads/store.ts';
import { claimOffer } from '../../node/routing/claim-offer.ts';
import { listRecipientsOfLead } from '../../node/routing/store/recipients.ts';
import { boxOf, offerTo } from '../bridge/scene.ts';
import { sampleLead } from '../support/federation.ts';
import { startNetwork } from '../support/network.ts';

const at = '2026-03-14T10:26:53.000Z';
const later = '2026-03-15T10:26:53.000Z';
const digest = digestPurpose('lead_1', 'marketing');

describe('the file that outlives a restore', () => {
  const [erased, closed, withdrawn] = [
    `${at} lead_2 person-asked`,
    `${at} lead_1 no-contact phone,email`,
    `${at} lead_1 consent ${digest} withdrawn ${at}`,
  ];
  const told = ({ erasures, withdrawals }: ReturnType<typeof readErasureLines>) => ({
    erasures,
    ...Object.fromEntries(
      [...withdrawals].map(([id, { channels, consents }]) => [id, [[...channels], [...consents.values()]]]),
    ),
  });

  it('is read whoever wrote it, in whatever order; the last decision about a purpose counts', () => {
    const old = `\n${erased}\n\n${at} lead_3 other\n`;
    const erasures = [
      { leadId: 'lead_2', reason: 'person-asked' },
      { leadId: 'lead_3', reason: 'other' },
    ];
    expect(told(readErasureLines(old))).toEqual({ erasures });
    const granted = `${later} lead_1 consent ${digest} granted ${later}`;
    const text = `${granted}\r\n# a note\n${old}${withdrawn}\n${closed}\n${later} lead_1 no-contact post\n`;
    const all = { erasures, lead_1: [['phone', 'email', 'post'], [{ state: 'granted', at: later }]] };
    expect(told(readErasureLines(text))).toEqual(all);
  });

  it('may end in a line that a crash cut off, anywhere', () => {
    for (const line of [erased, closed, withdrawn])
      for (let length = 1; length < line.length; length++)
        expect(() => readErasureLines(`${line.slice(0, length)}\n${erased}\n`)).not.toThrow();
  });

  it.each([
    `${at} lead_2 because`,
    `${at} lead_2 person-asked twice`,
    `${at} person_2 person-asked`,
    `yesterday lead_2 person-asked`,
    `${at} lead_2 no-contact fax`,
    `${at} lead_2 no-contact phone,email and post`,
    `${at} lead_2 consent marketing! withdrawn ${at}`,
    `${at} lead_2 consent ${digest} maybe ${at}`,
    `${at} lead_2 consent ${digest} withdrawn soon`,
    `lead_2`,
  ])('is refused with “%s” in it', (line) => {
    const details = { line: 3 };
    const refused = expect.objectContaining({ code: 'erasures-unreadable', details }) as Error;
    expect(() => readErasureLines(`\n${erased}\n${line}\n`)).toThrow(refused);
  });
});

it('what a person withdrew after the backup was made is withdrawn again before the node does anything, and partners hear of it', async () => {
  await using network = await startNetwork({ nodes: ['vendor', 'reseller'] });
  await network.introduce('vendor', 'reseller');
  const [vendor, reseller] = [network.node('vendor'), network.node('reseller')];
  const { id: userId } = await reseller.addUser('Ann');
  await offerTo(vendor, [await boxOf(vendor, reseller.nodeId)]);
  await offerTo(reseller, [await boxOf(reseller, userId)]);
  const granted = (purpose: string) => ({ purpose, state: 'granted' as const, wording: 'Yes, please.' });
  const document = { ...sampleLead, consents: ['marketing', 'profiling', 'surveys'].map(granted) };
  const id = await transact(vendor.ctx, (tx) => receiveLead(tx, { document, origin: 'local' }));
  await network.settle();
  const held = (await listLeads(reseller.ctx, { kind: 'all' }, { limit: 5 })).items[0]?.id ?? '';
  const [recipient] = await listRecipientsOfLead(reseller.ctx, held);
  await transact(reseller.ctx, (tx) => claimOffer(tx, { recipientId: recipient?.id ?? '' }));
  await network.settle();

  const { config } = vendor.ctx;
  const kept = join(config.dataFolder, 'backup.db');
  await backup(config, kept);
  const { api } = vendor.administrator;
  const decide = (purpose: string, state: string) => api.send('POST', `/api/leads/${id}/consents`, { purpose, state });
  const file = join(config.dataFolder, 'erasures');
  const standing = async () => {
    const { doNotContact, document: now } = await getLead(vendor.ctx, id);
    return [doNotContact, now.consents?.map(({ purpose, state }) => `${purpose} ${state}`)];
  };
  const again = [['phone'], ['marketing withdrawn', 'profiling granted', 'surveys refused']];
  // The partner hears nothing of it before.
  await reseller.restart(async () => {
    await api.send('POST', `/api/leads/${id}/do-not-contact`, { channels: ['phone'] });
    await decide('marketing', 'withdrawn');
    await decide('profiling', 'withdrawn');
    await vendor.settle();
    network.clock.advance('1m');
    await decide('profiling', 'granted');
    const { version, document: now } = await getLead(vendor.ctx, id);
    const consents = now.consents?.map((one) => (one.purpose === 'surveys' ? { ...one, state: 'refused' } : one));
    await api.send('PATCH', `/api/leads/${id}`, { version, fields: { consents } });
    await vendor.settle();
    await vendor.restart(async () => {
      await restoreBackup(config, kept, network.clock);
    });
  });
  expect(readFileSync(file, 'utf8')).not.toMatch(/marketing|profiling|please|Lovelace/i);
  expect(await standing()).toEqual(again);
  const [withdrawn] = (await getLead(vendor.ctx, id)).document.consents ?? [];
  expect(withdrawn).toEqual({ purpose: 'marketing', state: 'withdrawn', at: expect.any(String) as string });
  const waits = await vendor.ctx.db.selectFrom('outbox').select('type').where('state', '=', 'waiting').execute();
  expect(waits.map(({ type }) => type)).toContain('ConsentChange');
  for (let round = 0; round < 3; round++) await network.advance('20m');
  expect(await getLead(reseller.ctx, held)).toMatchObject({ doNotContact: ['phone'] });

  // A line that nobody wrote so stops the start of a restored node, and nothing is changed; mended, it goes on.
  const before = readFileSync(file, 'utf8');
  appendFileSync(file, `\n${at} ${id} because\n`);
  const { epoch = 0 } = (await findRestoration(vendor.ctx)) ?? {};
  await transact(vendor.ctx, (tx) => insertRestoration(tx, epoch + 1));
  const line = before.split('\n').length + 1;
  await expect(beginRestoration(vendor.ctx)).rejects.toMatchObject({ code: 'erasures-unreadable', details: { line } });
  expect(await findRestoration(vendor.ctx)).toMatchObject({ epoch: epoch + 1, begunAt: null });
  expect((await getLead(vendor.ctx, id)).erasedAt).toBeNull();

  // Of an older version, it knows of erasures alone: what was withdrawn until now is written into it.
  writeFileSync(file, `\n${at} lead_gone other\n`);
  await ensureErasures(vendor.ctx);
  const { erasures, withdrawals } = readErasures(vendor.ctx);
  expect(erasures).toEqual([{ leadId: 'lead_gone', reason: 'other' }]);
  expect(new Set(withdrawals.get(id)?.consents.keys())).toEqual(
    new Set(['marketing', 'surveys'].map((purpose) => digestPurpose(id, purpose))),
  );
  expect([...(withdrawals.get(id)?.channels ?? [])]).toEqual(['phone']);
  await beginRestoration(vendor.ctx);
  expect(await standing()).toEqual(again);
});
