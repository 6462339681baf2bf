import { describe, expect, it } from 'vitest';
import { transact, type Context, type Tx } from '../../node/kernel/context.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import type { Actor } from '../../node/kernel/routes.ts';
import { settle } from '../../node/kernel/workers.ts';
import { importListHandler } from '../../node/intake/import-chunk.ts';
import { startImport } from '../../node/intake/start-import.ts';
import * as store from '../../node/intake/store.ts';
import { receiveMail } from '../../node/intake/receive-mail.ts';
import { submitForm } from '../../node/intake/submit-form.ts';
import { formDefinition } from '../../node/intake/form.ts';
import { signOpened } from '../../node/intake/form-token.ts';
import { dismissTrayEntry, makeLeadOfTray } from '../../node/intake/settle-tray.ts';
import { memoryDays, trimIntake } from '../../node/intake/trim-intake.ts';
import { enterLead } from '../../node/intake/enter-lead.ts';
import { findOriginal } from '../../node/leads/store.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase } from '../support/databases.ts';

const actor: Actor = { userId: 'user_1', role: 'administrator', name: 'Ada', via: 'token' };

/** Routing is not wired here: what is meant for it is counted, not done. */
const workersOf = (ctx: Context) =>
  makeJobWorkers([importListHandler, { kind: 'route-lead', apply: () => Promise.resolve() }]).map((worker) => ({
    worker,
    ctx,
  }));
const run = (ctx: Context) =>
  settle(
    ctx,
    workersOf(ctx).map(({ worker }) => worker),
  );

const csv = (from: number, to: number) =>
  [
    'Name,Email,Note',
    ...Array.from({ length: to - from }, (_, at) => `Person ${from + at},p${from + at}@example.com,0044123`),
  ].join('\n');

const bring = (ctx: Context, text: string, provider = 'Fair') =>
  startImport(ctx, actor, { bytes: Buffer.from(text), provider, options: {} });

async function countsOf(ctx: Context, id: string) {
  const { state, rows, accepted, repeated, refused } = await store.getList(ctx, id);
  return { state, rows, accepted, repeated, refused };
}
const allLeads = (ctx: Context) => ctx.db.selectFrom('lead').select(['id', 'email']).orderBy('id').execute();
const waiting = (ctx: Context, kind: string) =>
  ctx.db.selectFrom('job').select('id').where('kind', '=', kind).execute();

onEachDatabase((database) => {
  describe('a list', () => {
    it('becomes leads, each with its intent to be routed, its history and its row', () =>
      database.withStore(async ({ ctx }) => {
        const { id } = await bring(ctx, csv(0, 250));
        const workers = makeJobWorkers([importListHandler]);
        for (let chunk = 0; chunk < 3; chunk++) await transact(ctx, (tx) => importListHandlerApply(tx, id, chunk));
        expect(await countsOf(ctx, id)).toEqual({ state: 'done', rows: 250, accepted: 250, repeated: 0, refused: 0 });
        expect(await waiting(ctx, 'route-lead')).toHaveLength(250);
        const leads = await allLeads(ctx);
        expect(new Set(leads.map(({ email }) => email)).size).toBe(250);
        const original = await findOriginal(ctx, leads[7]!.id);
        expect(original?.bytes.toString()).toBe('Name,Email,Note\nPerson 7,p7@example.com,0044123');
        expect(workers.length).toBeGreaterThan(0);
      }));

    it('adds nothing when the same file comes again, and only what is new of a longer one', () =>
      database.withStore(async ({ ctx }) => {
        const first = await bring(ctx, csv(0, 120));
        await run(ctx);
        expect(await bring(ctx, csv(0, 120))).toEqual({ id: first.id, again: true });
        const longer = await bring(ctx, csv(0, 130).replaceAll(',', ';'));
        await run(ctx);
        expect(await countsOf(ctx, longer.id)).toMatchObject({ accepted: 10, repeated: 120 });
        expect(await allLeads(ctx)).toHaveLength(130);
        const other = await bring(ctx, csv(0, 1), 'Other provider');
        await run(ctx);
        expect(await countsOf(ctx, other.id)).toMatchObject({ accepted: 1 });
      }));

    it('makes one lead of the same row twice, and counts refused ones', () =>
      database.withStore(async ({ ctx }) => {
        const { id } = await bring(ctx, 'Name,Email\nA,a@b.cd\nA,a@b.cd\nNobody,\n"x" y,z@b.cd\n');
        await run(ctx);
        expect(await countsOf(ctx, id)).toEqual({ state: 'done', rows: 4, accepted: 1, repeated: 1, refused: 2 });
        const refused = await store.listRefusals(ctx, id, { afterLine: 0, limit: 10 });
        expect(refused.map(({ line, code, bytes }) => [line, code, bytes.toString()])).toEqual([
          [4, 'no-contact', 'Nobody,'],
          [5, 'bad-quotes', '"x" y,z@b.cd'],
        ]);
      }));

    it('goes on where it was after a failure, with whole chunks only', () =>
      database.withStore(async ({ ctx }) => {
        const { id } = await bring(ctx, csv(0, 250));
        await transact(ctx, (tx) => importListHandlerApply(tx, id, 0));
        const fail = transact(ctx, async (tx) => {
          await importListHandlerApply(tx, id, 1);
          throw new Error('power cut');
        });
        await expect(fail).rejects.toThrow('power cut');
        expect(await countsOf(ctx, id)).toMatchObject({ state: 'running', accepted: 100 });
        expect(await allLeads(ctx)).toHaveLength(100);
        await run(ctx);
        expect(await countsOf(ctx, id)).toMatchObject({ state: 'done', accepted: 250 });
        expect(await allLeads(ctx)).toHaveLength(250);
      }));

    it('does a chunk once, however often it is asked to', () =>
      database.withStore(async ({ ctx }) => {
        const { id } = await bring(ctx, csv(0, 150));
        await transact(ctx, (tx) => importListHandlerApply(tx, id, 0));
        await transact(ctx, (tx) => importListHandlerApply(tx, id, 0));
        expect(await countsOf(ctx, id)).toMatchObject({ rows: 100, accepted: 100 });
        await run(ctx);
        expect(await allLeads(ctx)).toHaveLength(150);
      }));

    it('deletes the rows it has read', () =>
      database.withStore(async ({ ctx }) => {
        await bring(ctx, csv(0, 150));
        await run(ctx);
        expect(await ctx.db.selectFrom('importChunk').select('number').execute()).toEqual([]);
      }));

    it('is one list when two processes bring it at once, and its rows become leads once', () =>
      database.withStore(async ({ ctx }, { open }) => {
        const other = await open();
        const started = await Promise.all([bring(ctx, csv(0, 30)), bring(other.ctx, csv(0, 30))]);
        expect(started[0].id).toBe(started[1].id);
        await Promise.all([bring(ctx, csv(0, 40)), bring(other.ctx, csv(10, 50))]);
        await Promise.all([run(ctx), run(other.ctx)]);
        await run(ctx);
        const emails = (await allLeads(ctx)).map(({ email }) => email);
        expect(new Set(emails).size).toBe(emails.length);
        expect(emails.length).toBeGreaterThanOrEqual(40);
      }));

    it.each([
      ['empty-file', ''],
      ['no-rows', 'Name,Email\n'],
      ['not-a-table', 'PK\u0003\u0004'],
    ])('is refused with %s', (code, text) =>
      database.withStore(async ({ ctx }) => {
        await expect(bring(ctx, text)).rejects.toMatchObject({ code });
        expect(await ctx.db.selectFrom('importList').select('id').execute()).toEqual([]);
      }),
    );
  });

  describe('a mail', () => {
    const form = Buffer.from('From: a@portal.example\nSubject: New lead\n\nName: Ann Lee\nEmail: ann@lee.example\n');
    const unclear = Buffer.from('From: Ann <ann@lee.example>\nSubject: hi \0 there\n\nhello\n');

    it('is one lead, however often it is delivered', () =>
      database.withStore(async ({ ctx }, { open }) => {
        const other = await open();
        const outcomes = await Promise.all([
          receiveMail(ctx, form),
          receiveMail(other.ctx, form),
          receiveMail(ctx, form),
        ]);
        expect(new Set(outcomes.map(({ leadIds }) => leadIds.join())).size).toBe(1);
        expect(outcomes.filter(({ again }) => !again)).toHaveLength(1);
        const [lead] = await allLeads(ctx);
        expect((await findOriginal(ctx, lead!.id))?.bytes.equals(form)).toBe(true);
      }));

    it('waits in the tray when it is unclear, until one person decides', () =>
      database.withStore(async ({ ctx }, { open }) => {
        const other = await open();
        const { leadIds, trayIds } = await receiveMail(ctx, unclear);
        expect(leadIds).toEqual([]);
        const [id] = trayIds;
        const entry = await store.getTrayEntry(ctx, id!);
        expect(entry).toMatchObject({ state: 'open', reason: 'no-lead-found', sender: 'ann@lee.example' });
        expect(entry.bytes.equals(unclear)).toBe(true);
        const lead = { contact: { fullName: 'Ann Lee', emails: [{ value: 'ann@lee.example' }] } };
        const decisions = await Promise.allSettled([
          makeLeadOfTray(ctx, actor, id!, { lead }),
          makeLeadOfTray(other.ctx, actor, id!, { lead }),
          dismissTrayEntry(ctx, actor, id!),
        ]);
        expect(decisions.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect((await allLeads(ctx)).length).toBeLessThanOrEqual(1);
        await expect(dismissTrayEntry(ctx, actor, id!)).rejects.toMatchObject({ code: 'already-decided' });
      }));

    it('in the tray becomes no lead that does not fit, and nothing when it is not there', () =>
      database.withStore(async ({ ctx }) => {
        const { trayIds } = await receiveMail(ctx, unclear);
        await expect(makeLeadOfTray(ctx, actor, trayIds[0]!, { lead: { name: 1 } })).rejects.toMatchObject({
          code: 'schema',
        });
        await expect(makeLeadOfTray(ctx, actor, 'tray_x', { lead: {} })).rejects.toMatchObject({ code: 'not-found' });
        await expect(receiveMail(ctx, Buffer.alloc(0))).rejects.toMatchObject({ code: 'empty-mail' });
        expect((await store.listTray(ctx, { state: 'open', limit: 10 })).items).toHaveLength(1);
        expect(await allLeads(ctx)).toEqual([]);
      }));
  });

  it('what is settled is forgotten after ninety days, what is open is not', () => {
    const clock = makeFakeClock();
    return database.withStore(
      async ({ ctx }) => {
        const mail = (text: string) => Buffer.from(`From: a@b.example\nSubject: ${text}\n\nhello\n`);
        const settled = await receiveMail(ctx, mail('one'));
        const open = await receiveMail(ctx, mail('two'));
        await dismissTrayEntry(ctx, actor, settled.trayIds[0]!);
        const { id } = await bring(ctx, 'Name,Email\nNobody,\n');
        await run(ctx);
        clock.advance(`${memoryDays - 1}d`);
        await transact(ctx, trimIntake);
        expect(await store.listRefusals(ctx, id, { afterLine: 0, limit: 10 })).toHaveLength(1);
        expect(await receiveMail(ctx, mail('one'))).toMatchObject({ again: true });
        clock.advance('2d');
        await transact(ctx, trimIntake);
        expect(await store.listRefusals(ctx, id, { afterLine: 0, limit: 10 })).toEqual([]);
        await expect(store.getTrayEntry(ctx, settled.trayIds[0]!)).rejects.toMatchObject({ code: 'not-found' });
        expect(await store.getTrayEntry(ctx, open.trayIds[0]!)).toMatchObject({ state: 'open' });
        expect(await receiveMail(ctx, mail('one'))).toMatchObject({ again: false });
      },
      { clock },
    );
  });

  describe('a form and the API', () => {
    const definition = formDefinition.parse({
      title: 'Contact',
      fields: [{ name: 'email', label: 'E-mail', field: 'contact.emails', required: true }],
    });

    it('make one lead of what is sent twice', () => {
      const clock = makeFakeClock();
      return database.withStore(
        async ({ ctx }, { open }) => {
          const other = await open();
          await transact(ctx, (tx) => store.saveForm(tx, 'contact', definition, true));
          const opened = signOpened(ctx.keys.secret, { slug: 'contact', at: clock.now() - 5000, nonce: 'n' });
          const body = Buffer.from(new URLSearchParams({ email: 'a@b.cd', opened }).toString());
          const post = {
            slug: 'contact',
            definition,
            body,
            values: new Map([
              ['email', 'a@b.cd'],
              ['opened', opened],
            ]),
          };
          const sent = await Promise.all([submitForm(ctx, post), submitForm(other.ctx, post), submitForm(ctx, post)]);
          expect(new Set(sent.map((outcome) => JSON.stringify(outcome))).size).toBe(1);
          expect(sent[0]).toMatchObject({ kind: 'received' });
          const lead = { contact: { emails: [{ value: 'c@d.ef' }] } };
          const entered = await Promise.all([
            enterLead(ctx, actor, { lead }, 'k1'),
            enterLead(other.ctx, actor, { lead }, 'k1'),
          ]);
          expect(entered[0]).toEqual(entered[1]);
          await expect(enterLead(ctx, actor, { lead: { contact: { fullName: 'X' } } }, 'k1')).rejects.toMatchObject({
            code: 'idempotency-conflict',
          });
          expect(await enterLead(ctx, { ...actor, userId: 'user_2' }, { lead }, 'k1')).not.toEqual(entered[0]);
          expect(await allLeads(ctx)).toHaveLength(3);
        },
        { clock },
      );
    });

    it('keep forms by their short name, with the last definition', () =>
      database.withStore(async ({ ctx }) => {
        await transact(ctx, (tx) => store.saveForm(tx, 'contact', definition, true));
        await transact(ctx, (tx) => store.saveForm(tx, 'contact', { ...definition, title: 'Second' }, false));
        expect(await store.getForm(ctx, 'contact')).toMatchObject({
          version: 2,
          active: false,
          definition: { title: 'Second' },
        });
        expect((await store.listForms(ctx, { limit: 10 })).items).toHaveLength(1);
        await expect(store.getForm(ctx, 'nope')).rejects.toMatchObject({ code: 'not-found' });
      }));
  });
});

function importListHandlerApply(tx: Tx, listId: string, number: number): Promise<void> {
  if (!('apply' in importListHandler)) throw new Error('The import is no transaction.');
  return importListHandler.apply(tx, { listId, number });
}
