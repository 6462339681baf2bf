import { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { transact, type Context } from '../../node/kernel/context.ts';
import { changeLead } from '../../node/leads/change-lead.ts';
import { getLead, listHistory, listLeads, type LeadQuery, type LeadScope } from '../../node/leads/store.ts';
import { leadsQuery } from '../../node/leads/store/list.ts';
import { makeFakeClock } from '../support/clock.ts';
import { onEachDatabase, type DatabaseUnderTest } from '../support/databases.ts';
import { ada, grace, north, receive, reseller } from './leads.ts';

const all: LeadScope = { kind: 'all' };
const ids = async (ctx: Context, scope: LeadScope, query: Partial<LeadQuery> = {}) =>
  (await listLeads(ctx, scope, { limit: 100, ...query })).items.map((lead) => lead.id);

/** Leads in every situation a scope tells apart. */
async function situations(ctx: Context) {
  const place = async (how: (leadId: string) => Promise<unknown>) => {
    const leadId = await receive(ctx);
    await how(leadId);
    return leadId;
  };
  const change = (
    leadId: string,
    ...rest: Parameters<typeof changeLead> extends [unknown, unknown, ...infer R] ? R : never
  ) => transact(ctx, (tx) => changeLead(tx, leadId, ...rest));
  const south = { id: 'box_south', name: 'South', userId: 'user_other' };
  return {
    fresh: await receive(ctx),
    unrouted: await place((leadId) => change(leadId, 'unroute')),
    inNorth: await place((leadId) => change(leadId, 'offer', { box: north })),
    inSouth: await place((leadId) => change(leadId, 'offer', { box: south })),
    graceFromSouth: await place((leadId) => change(leadId, 'assign', { box: south, holder: grace })),
    otherFromSouth: await place((leadId) =>
      change(leadId, 'assign', { box: south, holder: { kind: 'user', id: 'user_other' } }),
    ),
    partnerFromNorth: await place((leadId) => change(leadId, 'assign', { box: north, holder: reseller })),
  };
}

onEachDatabase((database) => {
  it('shows each scope its leads, in lists and one by one', () =>
    database.withStore(async ({ ctx }) => {
      const lead = await situations(ctx);
      const expected: [LeadScope, string[]][] = [
        [all, Object.values(lead)],
        [{ kind: 'held', userId: grace.id }, [lead.graceFromSouth]],
        [{ kind: 'held', userId: 'user_nobody' }, []],
        [
          { kind: 'branch', userIds: ['user_manager', grace.id] },
          [lead.unrouted, lead.inNorth, lead.graceFromSouth, lead.partnerFromNorth],
        ],
        [{ kind: 'branch', userIds: ['user_nobody'] }, [lead.unrouted]],
      ];
      for (const [scope, visible] of expected) {
        expect((await ids(ctx, scope)).toSorted()).toEqual(visible.toSorted());
        for (const leadId of Object.values(lead)) {
          if (visible.includes(leadId)) expect((await getLead(ctx, leadId, scope)).id).toBe(leadId);
          else await expect(getLead(ctx, leadId, scope)).rejects.toMatchObject({ code: 'not-found', status: 404 });
        }
      }
    }));

  it('filters within the scope', () =>
    database.withStore(async ({ ctx }) => {
      const lead = await situations(ctx);
      expect(await ids(ctx, all, { state: 'unrouted' })).toEqual([lead.unrouted]);
      expect((await ids(ctx, all, { boxId: 'box_north' })).toSorted()).toEqual([lead.inNorth, lead.partnerFromNorth]);
      expect(await ids(ctx, all, { holderId: reseller.id })).toEqual([lead.partnerFromNorth]);
      expect(await ids(ctx, { kind: 'held', userId: grace.id }, { holderId: reseller.id })).toEqual([]);
      expect(await ids(ctx, { kind: 'held', userId: grace.id }, { q: 'ada', state: 'assigned' })).toEqual([
        lead.graceFromSouth,
      ]);
      expect(await ids(ctx, { kind: 'held', userId: grace.id }, { q: 'ada', state: 'offered' })).toEqual([]);
    }));

  it('pages through leads, last changed first, also where many changed at once', () => {
    const clock = makeFakeClock();
    return database.withStore(
      async ({ ctx }) => {
        const made: string[] = [];
        for (let index = 0; index < 25; index++) {
          if (index % 5 === 0) clock.advance('1m');
          made.push(await receive(ctx));
        }
        const pages: string[][] = [];
        let cursor: string | undefined;
        do {
          const page = await listLeads(ctx, all, { limit: 7, cursor });
          pages.push(page.items.map((lead) => lead.id));
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        expect(pages.map((page) => page.length)).toEqual([7, 7, 7, 4]);
        expect(pages.flat()).toEqual(made.toReversed());
      },
      { clock },
    );
  });

  it('refuses a cursor of its own making', () =>
    database.withStore(async ({ ctx }) => {
      for (const cursor of ['x', '1', '-1-lead_1', '1-', "1-' or 1=1", '9'.repeat(20) + '-lead_1'])
        await expect(ids(ctx, all, { cursor }), cursor).rejects.toMatchObject({ code: 'invalid' });
    }));

  it('searches words of contact, company and e-mail address, in any script', () =>
    database.withStore(async ({ ctx }) => {
      const named = (givenName: string, familyName: string, company: string) =>
        receive(ctx, { document: { contact: { givenName, familyName }, account: { name: company } } });
      const lovelace = await receive(ctx);
      const muller = await named('Jürgen', 'Müller', 'Zürich AG');
      const ivanova = await named('Анна', 'Иванова', 'Ромашка');
      const tanaka = await named('太郎', '田中', '株式会社アクメ');
      const search = async (q: string) => (await ids(ctx, all, { q })).toSorted();
      expect(await search('ada')).toEqual([lovelace]);
      expect(await search('  LOVE acm ')).toEqual([lovelace]);
      expect(await search('ada@acme.example')).toEqual([lovelace]);
      expect(await search('acme.ex')).toEqual([lovelace]);
      expect(await search('love müller')).toEqual([]);
      expect(await search('muller')).toEqual([muller]);
      expect(await search('z')).toEqual([muller]);
      expect(await search('иван')).toEqual([ivanova]);
      expect(await search('田')).toEqual([tanaka]);
      expect(await search('%')).toEqual([lovelace, muller, ivanova, tanaka].toSorted());
      expect(await search('ovelace')).toEqual([]);
    }));

  it('reads no document for a list', () =>
    database.withStore(({ ctx }) => {
      const { sql } = leadsQuery(ctx, all, { limit: 10, q: 'ada' }).compile();
      expect(sql).not.toMatch(/document|\*/);
      return Promise.resolve();
    }));

  it('pages through a story, with the notes', () =>
    database.withStore(async ({ ctx }) => {
      const leadId = await receive(ctx, { document: ada });
      for (const note of ['one', 'two', 'three'])
        await transact(ctx, (tx) => changeLead(tx, leadId, 'note', { actor: grace, note }));
      const first = await listHistory(ctx, leadId, { limit: 3 });
      expect(first.items.map((entry) => first.notes.get(entry.facts.noteId ?? ''))).toEqual([undefined, 'one', 'two']);
      const second = await listHistory(ctx, leadId, { limit: 3, cursor: first.nextCursor });
      expect(second.items.map((entry) => second.notes.get(entry.facts.noteId ?? ''))).toEqual(['three']);
      expect(second.nextCursor).toBeUndefined();
    }));

  it('answers every list from an index', () =>
    database.withStore(async ({ ctx }) => {
      const queries: [string, LeadScope, LeadQuery][] = [
        ['all', all, { limit: 50 }],
        ['all, next page', all, { limit: 50, cursor: '1777885200000-lead_1' }],
        ['state', all, { limit: 50, state: 'offered', cursor: '1777885200000-lead_1' }],
        ['box', all, { limit: 50, boxId: 'box_1', cursor: '1777885200000-lead_1' }],
        ['holder', all, { limit: 50, holderId: 'user_1', cursor: '1777885200000-lead_1' }],
        ['held', { kind: 'held', userId: 'user_1' }, { limit: 50 }],
        ['branch', { kind: 'branch', userIds: ['user_1', 'user_2'] }, { limit: 50 }],
        ['search', all, { limit: 50, q: 'ada acme' }],
      ];
      for (const [name, scope, query] of queries) {
        const { sql, parameters } = leadsQuery(ctx, scope, query).compile();
        expect(await badSteps(database.kind, ctx, sql, parameters), name).toEqual([]);
      }
      const story = ctx.db
        .selectFrom('leadHistory')
        .select('id')
        .where('leadId', '=', 'lead_1')
        .orderBy('id')
        .compile();
      expect(await badSteps(database.kind, ctx, story.sql, story.parameters)).toEqual([]);
    }));
});

/** Steps of the query plan that read a whole table without an index; on PostgreSQL, where no other way exists. */
async function badSteps(
  kind: DatabaseUnderTest['kind'],
  ctx: Context,
  sql: string,
  parameters: readonly unknown[],
): Promise<string[]> {
  const explain = kind === 'sqlite' ? 'explain query plan ' : 'explain ';
  const plan = await transact(ctx, async (tx) => {
    if (kind === 'postgres') await tx.db.executeQuery(CompiledQuery.raw('set local enable_seqscan = off'));
    return tx.db.executeQuery<Record<string, unknown>>(CompiledQuery.raw(explain + sql, [...parameters]));
  });
  const steps = plan.rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']));
  expect(steps.length).toBeGreaterThan(0);
  return steps.filter((step) => (kind === 'sqlite' ? /^SCAN (?!.* USING )/.test(step) : /Seq Scan/.test(step)));
}
