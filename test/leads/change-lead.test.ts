import { expect, it } from 'vitest';
import { transact, type Context } from '../../node/kernel/context.ts';
import type { CodedError } from '../../node/kernel/errors.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { settle } from '../../node/kernel/workers.ts';
import { changeLead, tellHistory, type ChangeFacts } from '../../node/leads/change-lead.ts';
import { describeHistory } from '../../node/leads/describe-history.ts';
import { forgetLead } from '../../node/leads/forget-lead.ts';
import type { LeadEvent } from '../../node/leads/life-cycle.ts';
import { findNote, findOriginal, getLead, listHistory, listLeads } from '../../node/leads/store.ts';
import { unmaskLead } from '../../node/leads/unmask-lead.ts';
import { wakeLead } from '../../node/leads/wake-lead.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';
import { ada, grace, intents, north, offeredByVendor, receive, reseller } from './leads.ts';

const change = (ctx: Context, leadId: string, event: LeadEvent, facts?: ChangeFacts) =>
  transact(ctx, (tx) => changeLead(tx, leadId, event, facts));
const story = async (ctx: Context, leadId: string) =>
  (await listHistory(ctx, leadId, { limit: 100 })).items.map(describeHistory);
const all = { kind: 'all' } as const;

/** A lead of ours that Grace holds. */
async function held(ctx: Context): Promise<string> {
  const leadId = await receive(ctx);
  await change(ctx, leadId, 'offer', { box: north, told: { mode: 'direct', recipients: 1 } });
  await change(ctx, leadId, 'assign', { holder: grace });
  return leadId;
}

/** A lead of a peer that Grace accepted. */
async function claimed(ctx: Context): Promise<string> {
  const original = { mediaType: 'application/xml', bytes: Buffer.from('<Offer>Leipzig</Offer>') };
  const leadId = await receive(ctx, { ...offeredByVendor, original });
  await change(ctx, leadId, 'offer');
  await change(ctx, leadId, 'claim', { holder: grace });
  return leadId;
}

/** Every text of every table. */
async function wholeDatabase(ctx: Context): Promise<string> {
  const tables = ['lead', 'leadToken', 'leadHistory', 'leadNote', 'leadOriginal', 'job', 'liveEvent'] as const;
  const rows = await Promise.all(tables.map((table) => ctx.db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows.flat(), (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
}

onEachDatabase((database) => {
  it('receives a lead: columns, original, story and the intent to route it', () =>
    database.withStore(async ({ ctx }) => {
      const original = { mediaType: 'text/plain', bytes: Buffer.from([0, 255, 13, 10]) };
      const leadId = await receive(ctx, { original, receivedAt: 1_000, test: true });
      expect(leadId).toMatch(/^lead_[0-9A-Z]{26}$/);
      const lead = await getLead(ctx, leadId);
      expect(lead).toMatchObject({
        id: leadId,
        state: 'new',
        document: ada,
        origin: 'local',
        contactName: 'Ada Lovelace',
        company: 'Acme GmbH',
        email: 'ada@acme.example',
        city: 'Leipzig',
        country: 'DE',
        region: 'SN',
        campaign: 'Spring fair',
        sourceKind: 'web-form',
        hiddenFields: [],
        test: true,
        holder: undefined,
        receivedAt: 1_000,
        version: 1,
      });
      expect(await findOriginal(ctx, leadId)).toEqual(original);
      expect(await story(ctx, leadId)).toEqual(['Test lead came in (web form).']);
      expect((await intents(ctx, 'route-lead')).map((intent) => intent.payload)).toEqual([{ leadId }]);
    }));

  it('receives a lead that a peer offers', () =>
    database.withStore(async ({ ctx }) => {
      const lead = await getLead(ctx, await receive(ctx, offeredByVendor));
      const { document: _document, ...facts } = offeredByVendor;
      expect(lead).toMatchObject({ ...facts, contactName: null, company: 'Acme GmbH' });
      expect(await story(ctx, lead.id)).toEqual([
        'Lead came in from Vendor (withheld: First name, Last name, E-mail; shown in part: Phone).',
      ]);
    }));

  it('tells the whole story of a lead that is won', () => {
    const clock = makeFakeClock();
    return database.withStore(
      async ({ ctx }) => {
        const leadId = await held(ctx);
        const actor = grace;
        await change(ctx, leadId, 'contact', { actor, note: 'Wants a visit on Monday' });
        await change(ctx, leadId, 'sleep', { actor, until: clock.now() + 86_400_000 });
        await change(ctx, leadId, 'work', { actor });
        clock.advance('2h');
        const amount = { amount: '001250.00', currency: 'EUR' };
        await change(ctx, leadId, 'win', { actor, amount, orderReference: '0044123' });
        expect(await story(ctx, leadId)).toEqual([
          'Lead came in (web form).',
          'Offered to one recipient in the box “North”.',
          'Assigned to Grace Hopper.',
          'Grace Hopper contacted the customer.',
          'Grace Hopper put it to sleep until 2026-05-05 09:00 UTC.',
          'Grace Hopper is working on it.',
          'Grace Hopper won it: 001250.00 EUR, order 0044123.',
        ]);
        expect(await getLead(ctx, leadId)).toMatchObject({
          state: 'won',
          holder: grace,
          boxId: 'box_north',
          boxUserId: 'user_manager',
          asleepUntil: null,
          wonAmount: '001250.00',
          wonCurrency: 'EUR',
          orderReference: '0044123',
          closedAt: clock.now(),
          updatedAt: clock.now(),
          version: 7,
        });
        const { items, notes } = await listHistory(ctx, leadId, { limit: 100 });
        expect(notes.get(items[3]?.facts.noteId ?? '')).toBe('Wants a visit on Monday');
        expect(items[6]?.facts).toMatchObject({ from: 'working', to: 'won' });
        expect(JSON.stringify(items)).not.toContain('Monday');
        expect(await intents(ctx, 'wake-lead')).toEqual([]);
        expect(await intents(ctx, 'status-to-peer')).toEqual([]);

        await change(ctx, leadId, 'reopen', { actor });
        expect(await getLead(ctx, leadId)).toMatchObject({ closedAt: null, wonAmount: null, orderReference: null });
      },
      { clock },
    );
  });

  it('refuses what the life cycle does not allow, and changes nothing', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await receive(ctx);
      const before = await wholeDatabase(ctx);
      const refusals: [LeadEvent, ChangeFacts, string][] = [
        ['win', {}, 'illegal-change'],
        ['claim', { holder: grace }, 'illegal-change'],
        ['assign', {}, 'fact-missing'],
        ['note', {}, 'fact-missing'],
        ['note', { note: '' }, 'fact-missing'],
        ['withdraw', {}, 'fact-missing'],
        ['offer', { version: 7 }, 'lead-changed'],
      ];
      for (const [event, facts, code] of refusals)
        await expect(change(ctx, leadId, event, facts), event).rejects.toMatchObject({ code });
      await expect(change(ctx, 'lead_0', 'offer')).rejects.toMatchObject({ code: 'not-found' });
      expect(await wholeDatabase(ctx)).toBe(before);
    }));

  it('does not sleep into the past', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await held(ctx);
      const facts = { until: ctx.clock.now() };
      await expect(change(ctx, leadId, 'sleep', facts)).rejects.toMatchObject({ code: 'invalid' });
    }));

  it('keeps words that are no reason code as a note', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await held(ctx);
      await change(ctx, leadId, 'lose', { actor: grace, reason: 'Ada bought elsewhere', note: 'Sad' });
      expect((await getLead(ctx, leadId)).lostReason).toBe('other');
      const { facts } = (await listHistory(ctx, leadId, { limit: 100 })).items.at(-1)!;
      expect(facts).toMatchObject({ reason: 'other' });
      expect(await findNote(ctx, facts.noteId ?? '')).toBe('Sad\nAda bought elsewhere');
    }));

  it('takes the holder away when the lead is open again', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await receive(ctx);
      await change(ctx, leadId, 'offer');
      await change(ctx, leadId, 'claim', { holder: reseller });
      expect((await getLead(ctx, leadId)).holder).toEqual(reseller);
      await change(ctx, leadId, 'lapse', { told: { recipient: reseller } });
      expect(await getLead(ctx, leadId)).toMatchObject({ state: 'offered', holder: undefined });
    }));

  it('lets one of two processes change a lead when both try at once', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = await open();
      const leadIds = await Promise.all(Array.from({ length: 20 }, () => receive(ctx)));
      for (const leadId of leadIds) await change(ctx, leadId, 'offer');
      const claim = (store: Context, leadId: string) =>
        change(store, leadId, 'claim', { holder: store === ctx ? grace : reseller }).then(
          () => 'won',
          (error: unknown) => (error as CodedError).code,
        );
      const outcomes = await Promise.all(
        leadIds.map((leadId) => Promise.all([claim(ctx, leadId), claim(other.ctx, leadId)])),
      );
      for (const pair of outcomes) expect(pair.toSorted()).toEqual(['illegal-change', 'won']);
      for (const leadId of leadIds) {
        const kinds = (await listHistory(ctx, leadId, { limit: 10 })).items.map((entry) => entry.kind);
        expect(kinds).toEqual(['receive', 'offer', 'claim']);
      }
    }));

  it('loses no change when two processes write notes at once', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = await open();
      const leadId = await receive(ctx);
      const write = (store: Context, note: string) => change(store, leadId, 'note', { actor: grace, note });
      await Promise.all(
        Array.from({ length: 15 }, (_, index) => [write(ctx, `a${index}`), write(other.ctx, `b${index}`)]).flat(),
      );
      const { items, notes } = await listHistory(ctx, leadId, { limit: 100 });
      expect(items).toHaveLength(31);
      expect(notes.size).toBe(30);
      expect((await getLead(ctx, leadId)).version).toBe(31);
    }));

  it('unmasks a lead that is released, tells the peer, and goes on telling it', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await claimed(ctx);
      expect(await listLeads(ctx, all, { q: 'lovelace', limit: 10 })).toEqual({ items: [] });
      await transact(ctx, (tx) => unmaskLead(tx, leadId, ada));
      const lead = await getLead(ctx, leadId);
      expect(lead).toMatchObject({
        state: 'assigned',
        document: ada,
        contactName: 'Ada Lovelace',
        hiddenFields: [],
        maskedFields: [],
        holder: grace,
      });
      expect(lead.releasedAt).not.toBeNull();
      expect((await listLeads(ctx, all, { q: 'lovelace', limit: 10 })).items.map((item) => item.id)).toEqual([leadId]);
      expect((await story(ctx, leadId)).at(-1)).toBe('Released to us in full: First name, Last name, E-mail, Phone.');

      await change(ctx, leadId, 'contact', { actor: grace });
      await change(ctx, leadId, 'note', { actor: grace, note: 'private' });
      const told = (await intents(ctx, 'status-to-peer')).map((intent) => intent.payload);
      expect(told).toEqual([{ leadId }, { leadId }]);
    }));

  it('unmasks nothing that is not claimed', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await receive(ctx, offeredByVendor);
      const unmasking = transact(ctx, (tx) => unmaskLead(tx, leadId, ada));
      await expect(unmasking).rejects.toMatchObject({ code: 'illegal-change' });
      expect((await getLead(ctx, leadId)).document).toEqual(offeredByVendor.document);
    }));

  it('forgets a withdrawn lead: no personal value is left anywhere', () =>
    database.withStore(async ({ ctx }) => {
      const original = { mediaType: 'text/plain', bytes: Buffer.from('Ada Lovelace writes') };
      const leadId = await receive(ctx, { ...offeredByVendor, document: ada, original });
      await change(ctx, leadId, 'note', { actor: grace, note: 'Lovelace called' });
      await expect(transact(ctx, (tx) => forgetLead(tx, leadId, 'personal'))).rejects.toMatchObject({
        code: 'illegal-change',
      });
      await change(ctx, leadId, 'withdraw', { reason: 'taken' });
      const before = await wholeDatabase(ctx);
      await transact(ctx, (tx) => forgetLead(tx, leadId, 'personal'));

      const after = await wholeDatabase(ctx);
      const personal = [
        'Lovelace',
        'lovelace',
        'ada@acme',
        '5550123',
        'Hauptstr',
        '04109',
        'Ralph',
        '?u=ada',
        'says Ada',
        '140',
      ];
      for (const value of personal) {
        expect(before).toContain(value);
        expect(after).not.toContain(value);
      }
      const lead = await getLead(ctx, leadId);
      expect(lead).toMatchObject({ state: 'withdrawn', contactName: null, email: null, company: 'Acme GmbH' });
      expect(lead.document.contact).toEqual({
        jobTitle: 'Head of Purchasing',
        address: { city: 'Leipzig', region: 'SN', country: 'DE' },
      });
      expect(await findOriginal(ctx, leadId)).toBeUndefined();
      expect(await story(ctx, leadId)).toHaveLength(4);
    }));

  it('wakes a sleeping lead when its time has come, once', () => {
    const clock = makeFakeClock();
    const workers = makeJobWorkers([wakeLead, { kind: 'route-lead', run: () => Promise.resolve() }]);
    return database.withStore(
      async ({ ctx }) => {
        const leadId = await held(ctx);
        const state = async () => (await getLead(ctx, leadId)).state;
        await change(ctx, leadId, 'sleep', { actor: grace, until: clock.now() + 3_600_000 });
        await change(ctx, leadId, 'sleep', { actor: grace, until: clock.now() + 2 * 3_600_000 });
        clock.advance('90m');
        await settle(ctx, workers);
        expect(await state()).toBe('asleep');
        clock.advance('30m');
        await settle(ctx, workers);
        expect(await state()).toBe('working');
        expect((await story(ctx, leadId)).at(-1)).toBe('Woke up: time to go on.');

        await change(ctx, leadId, 'sleep', { actor: grace, until: clock.now() + 3_600_000 });
        await change(ctx, leadId, 'wake', { actor: grace });
        await change(ctx, leadId, 'sleep', { actor: grace, until: clock.now() + 7_200_000 });
        clock.advance('61m');
        await settle(ctx, workers);
        expect(await state()).toBe('asleep');
        clock.advance('60m');
        await settle(ctx, workers);
        expect(await state()).toBe('working');
        expect(await intents(ctx, 'wake-lead')).toEqual([]);
        const woken = await ctx.db.selectFrom('liveEvent').select('userId').where('kind', '=', 'woken').execute();
        expect(woken).toEqual([{ userId: grace.id }, { userId: grace.id }]);
      },
      { clock },
    );
  });

  it('leaves the waking of a partner’s lead to the partner', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await receive(ctx);
      await change(ctx, leadId, 'offer');
      await change(ctx, leadId, 'assign', { holder: reseller });
      await change(ctx, leadId, 'sleep', { actor: reseller, until: ctx.clock.now() + 1_000 });
      expect(await intents(ctx, 'wake-lead')).toEqual([]);
    }));

  it('tells what changes no state', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await receive(ctx);
      await transact(ctx, (tx) =>
        tellHistory(tx, leadId, 'reject', { recipient: reseller, reason: 'no-capacity', actor: reseller }),
      );
      const { items } = await listHistory(ctx, leadId, { limit: 10 });
      expect(items[1]).toMatchObject({ actor: reseller, kind: 'reject', facts: { recipient: reseller } });
      expect(items[1]?.facts).not.toHaveProperty('actor');
      expect((await getLead(ctx, leadId)).version).toBe(1);
    }));

  it('announces every change to open pages, without values of the lead', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await held(ctx);
      await change(ctx, leadId, 'contact', { actor: grace, note: 'secret words' });
      const events = await ctx.db.selectFrom('liveEvent').select(['kind', 'leadId', 'payload']).orderBy('id').execute();
      expect(events.map((event) => JSON.parse(event.payload) as unknown)).toEqual([
        { event: 'offer', state: 'offered' },
        { event: 'assign', state: 'assigned' },
        { event: 'contact', state: 'contacted' },
      ]);
      expect(events.every((event) => event.kind === 'lead-changed' && event.leadId === leadId)).toBe(true);
    }));
});
