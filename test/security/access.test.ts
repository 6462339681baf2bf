import SqliteFile from 'better-sqlite3';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteFile } from '../../node/kernel/database.ts';
import { declaredRoutes as routes, nameOf, requestTo } from './declared-routes.ts';
import { canary, openScene, people, roleOf, type Person, type Scene } from './scene.ts';

let scene: Scene;
let objects: Readonly<Record<string, string>>;
beforeAll(async () => {
  scene = await openScene();
  const held = await scene.enter('mia');
  await scene.ask('mia', `POST /api/offers/${await scene.recipientOf('mia', held)}/accept`);
  const offered = await scene.enter('mia');
  const foreign = await scene.enter('nora');
  const unrouted = await scene.enter('nowhere');
  const list = await scene.ask('administrator', 'POST /api/lists?provider=P', `Name,Email\n${canary},x\n`);
  await scene.ask('administrator', 'POST /api/mail', `From: a@b.example\n\n${canary}?`, {
    'content-type': 'text/plain',
  });
  await scene.settle();
  const tray = JSON.parse((await scene.ask('administrator', 'GET /api/tray')).text) as { items: { id: string }[] };
  const boxes = JSON.parse((await scene.ask('administrator', 'GET /api/boxes')).text) as {
    items: { id: string; userId?: string }[];
  };
  const miasToken = JSON.parse((await scene.ask('mia', 'GET /api/tokens')).text) as { items: { id: string }[] };
  const addPartner = async (partner: object) =>
    (JSON.parse((await scene.ask('administrator', 'POST /api/partners', partner)).text) as { id: string }).id;
  objects = {
    agency: await addPartner({ kind: 'people', name: 'Agency' }),
    crm: await addPartner({ kind: 'webhook', name: 'CRM', url: 'https://crm.example/leads' }),
    held,
    offered,
    foreign,
    unrouted,
    mia: scene.ids.mia,
    'mia’s offer': await scene.recipientOf('mia', offered),
    'nora’s offer': await scene.recipientOf('nora', foreign),
    'mia’s token': miasToken.items[0]?.id ?? '',
    'mia’s box': boxes.items.find(({ userId }) => userId === scene.ids.mia)?.id ?? '',
    list: (JSON.parse(list.text) as { id: string }).id,
    'tray entry': tray.items[0]?.id ?? '',
    partner: 'partner.localhost',
    form: 'contact',
  };
});
afterAll(() => scene[Symbol.asyncDispose]());

const everyone = people;
const keepers: readonly Person[] = ['administrator', 'marta', 'nils'];
const overseers: readonly Person[] = ['administrator', 'auditor', 'marta', 'nils'];

/** Who sees which lead: holders, whoever is above them, administrators and auditors; managers what nobody took. */
const seen: Readonly<Record<string, readonly Person[]>> = {
  held: ['administrator', 'auditor', 'marta', 'mia'],
  offered: ['administrator', 'auditor'],
  foreign: ['administrator', 'auditor'],
  unrouted: overseers,
};
const overseen: Readonly<Record<string, readonly Person[]>> = {
  held: ['administrator', 'marta'],
  offered: ['administrator'],
  foreign: ['administrator'],
  unrouted: keepers,
};
/** What is for administrators alone, on any lead. */
const administered = Object.fromEntries(Object.keys(overseen).map((lead) => [lead, ['administrator'] as const]));
const offers: Readonly<Record<string, readonly Person[]>> = {
  'mia’s offer': ['administrator', 'auditor', 'marta', 'mia'],
  'nora’s offer': ['administrator', 'auditor', 'nils', 'nora'],
};
const own: Readonly<Record<string, readonly Person[]>> = { 'mia’s offer': ['mia'], 'nora’s offer': ['nora'] };

interface Guarded {
  /** A body that would be taken from whoever may. */
  readonly body?: unknown;
  /** Whom the route serves, by object. */
  readonly may: Readonly<Record<string, readonly Person[]>>;
}

/** Every route that names an object, and whom it serves: nobody else. A route that is missing here fails the test. */
const table: Readonly<Record<string, Guarded>> = {
  'PATCH /api/users/:id': { body: { availability: 'absent' }, may: { mia: ['administrator', 'marta', 'mia'] } },
  'POST /api/users/:id/sign-in-link': { may: { mia: ['administrator'] } },
  'DELETE /api/tokens/:id': { may: { 'mia’s token': ['administrator', 'mia'] } },
  'GET /api/leads/:id': { may: seen },
  'GET /api/leads/:id/history': { may: seen },
  'GET /api/leads/:id/original': { may: seen },
  'GET /api/leads/:id/traces': { may: seen },
  'GET /api/leads/:id/preview': { may: { ...seen, held: ['administrator', 'auditor', 'marta'] } },
  'GET /api/leads/:id/offers': { may: seen },
  'POST /api/leads/:id/changes': { body: { event: 'note', note: 'x' }, may: { ...overseen, held: ['administrator', 'marta', 'mia'] } },
  'POST /api/leads/:id/reroute': { body: {}, may: overseen },
  'POST /api/leads/:id/assign': { body: { userId: 'nobody' }, may: overseen },
  'POST /api/leads/:id/recall': { may: overseen },
  'GET /api/leads/:id/privacy': { may: { ...seen, held: ['administrator', 'auditor', 'marta'] } },
  'POST /api/leads/:id/erase': { body: { reason: 'other', confirm: 'x' }, may: administered },
  'PUT /api/leads/:id/legal-hold': { body: { until: null }, may: administered },
  'POST /api/leads/:id/privacy-requests/:requestId/answer': { body: { outcome: 'agreed' }, may: administered },
  'POST /api/leads/:id/privacy-requests/:requestId/confirm-erased': { body: {}, may: administered },
  'POST /api/leads/:id/do-not-contact': { body: { channels: ['visit'] }, may: { ...overseen, held: ['administrator', 'marta', 'mia'] } },
  'POST /api/leads/:id/consents': { body: { purpose: 'marketing', state: 'withdrawn' }, may: { ...overseen, held: ['administrator', 'marta', 'mia'] } },
  'POST /api/leads/:id/access-report': { may: administered },
  'GET /api/leads/:id/access-report': { may: administered },
  'GET /api/leads/:id/access-report/text': { may: administered },
  'PATCH /api/leads/:id': { body: { version: 1, fields: {} }, may: { ...overseen, held: ['administrator', 'marta', 'mia'] } },
  'GET /api/leads/:id/questions': { may: seen },
  'POST /api/leads/:id/ask-back': { body: { reason: 'other' }, may: overseen },
  'POST /api/leads/:id/free': { body: { reason: 'x' }, may: administered },
  'POST /api/leads/:id/give-back': { body: { reason: 'other' }, may: { ...overseen, held: ['administrator', 'marta', 'mia'] } },
  'POST /api/leads/:id/questions/:questionId/answer': { body: { outcome: 'agreed' }, may: { ...overseen, held: ['administrator', 'marta', 'mia'] } },
  'GET /api/offers/:recipientId': { may: offers },
  'POST /api/offers/:recipientId/accept': { may: own },
  'POST /api/offers/:recipientId/reject': { body: { reason: 'other' }, may: own },
  'GET /api/boxes/:id/rules': { may: { 'mia’s box': [...overseers, 'mia'] } },
  'PUT /api/boxes/:id/rules': { body: { version: 99, rules: [] }, may: { 'mia’s box': ['administrator', 'mia'] } },
  'PATCH /api/boxes/:id': { body: { closed: true }, may: { 'mia’s box': ['administrator'] } },
  'DELETE /api/boxes/:id': { may: { 'mia’s box': ['administrator'] } },
  'GET /api/lists/:id': { may: { list: keepers } },
  'GET /api/lists/:id/refused.csv': { may: { list: keepers } },
  'GET /api/tray/:id': { may: { 'tray entry': keepers } },
  'POST /api/tray/:id/lead': { body: { lead: {} }, may: { 'tray entry': keepers } },
  'POST /api/tray/:id/dismiss': { may: { 'tray entry': keepers } },
  'PUT /api/forms/:slug': { body: { definition: { title: 'x', fields: [{ name: 'a', label: 'b' }] } }, may: { form: keepers } },
  'GET /api/peers/:id': { may: { partner: everyone } },
  'POST /api/peers/:id/confirm': { body: { fingerprint: 'x' }, may: { partner: ['administrator'] } },
  'PATCH /api/peers/:id': { body: { role: 'both' }, may: { partner: ['administrator'] } },
  'GET /api/peers/:id/feedback-policy': { may: { partner: overseers } },
  'PATCH /api/peers/:id/feedback-policy': { body: { tell: { note: true } }, may: { partner: ['administrator'] } },
  'POST /api/peers/:id/repin': { body: { invitation: 'x' }, may: { partner: ['administrator'] } },
  'POST /api/peers/:id/keys/:kid/confirm': { body: { fingerprint: 'x' }, may: { partner: ['administrator'] } },
  'POST /api/peers/:id/keys/:kid/refuse': { may: { partner: ['administrator'] } },
  'GET /api/peers/:id/agreements': { may: { partner: overseers } },
  'GET /api/peers/:id/agreements/:agreementId': { may: {} },
  'POST /api/peers/:id/agreements': { body: { terms: {} }, may: { partner: ['administrator'] } },
  'POST /api/peers/:id/agreements/:agreementId/accept': { may: { partner: ['administrator'] } },
  'POST /api/peers/:id/agreements/:agreementId/end': { body: {}, may: { partner: ['administrator'] } },
  'POST /api/peers/:id/resume-offers': { may: { partner: ['administrator'] } },
  'POST /api/peers/:id/suspend': { may: { partner: ['administrator'] } },
  'POST /api/peers/:id/resume': { may: { partner: ['administrator'] } },
  'GET /api/peers/:id/messages': { may: { partner: overseers } },
  'POST /api/peers/:id/messages/:messageId/replay': { may: { partner: ['administrator'] } },
  'GET /api/partners/:id/people': { may: { agency: overseers } },
  'POST /api/partners/:id/people': { body: { email: 'a@b.example', name: 'A' }, may: { agency: ['administrator'] } },
  'PATCH /api/partners/:id/people/:personId': { body: { name: 'A' }, may: { agency: ['administrator'] } },
  'GET /api/partners/:id/mapping': { may: { crm: overseers } },
  'PUT /api/partners/:id/mapping': { body: {}, may: { crm: ['administrator'] } },
  'POST /api/partners/:id/secrets': { may: { crm: ['administrator'] } },
  'POST /api/partners/:id/preview': { body: { leadId: 'x' }, may: { crm: overseers } },
}; // prettier-ignore

/** Public ones are guarded by what their address holds; see pages.test.ts. */
const guarded = routes.filter(({ access, path }) => access !== 'public' && path.includes('/:'));
const unknownId = 'lead_00000000000000000000000000';

/** A digest of every table but notes of use. */
function books(): string {
  const database = new SqliteFile(sqliteFile(scene.node.ctx.config.dataFolder), { readonly: true });
  try {
    const tables = database.prepare(`select name from sqlite_master where type = 'table'`).pluck().all() as string[];
    const kept = tables.filter((name) => !['apiToken', 'liveEvent'].includes(name));
    const rows = kept.map((name) => database.prepare(`select * from "${name}"`).all());
    return createHash('sha256').update(JSON.stringify(rows)).digest('hex');
  } finally {
    database.close();
  }
}

describe('every route that names an object', () => {
  it('says in the table whom it serves', () => {
    expect(guarded.map(nameOf).filter((name) => !Object.hasOwn(table, name))).toEqual([]);
    expect(Object.values(objects).filter((id) => id === '')).toEqual([]);
  });

  it('serves nobody else: it answers as if the object did not exist, shows nothing and changes nothing', async () => {
    const before = books();
    const faults: string[] = [];
    for (const route of guarded) {
      const { may, body } = table[nameOf(route)] ?? { may: {}, body: undefined };
      for (const person of people) {
        const denied = Object.keys(may).filter((object) => !may[object]?.includes(person));
        if (denied.length === 0) continue;
        const unknown = await scene.ask(person, requestTo(route, unknownId), body);
        for (const object of denied) {
          const answer = await scene.ask(person, requestTo(route, objects[object] ?? ''), body);
          const same = answer.status === unknown.status && answer.code === unknown.code;
          if (![403, 404].includes(answer.status) || !same || answer.text.includes(canary))
            faults.push(`${person} ${nameOf(route)} ${object}: ${answer.status} ${answer.text}`);
        }
      }
    }
    expect(faults).toEqual([]);
    expect(books()).toBe(before);
  });

  it('serves those it says', async () => {
    const faults: string[] = [];
    for (const route of guarded.filter(({ method }) => method === 'GET'))
      for (const [object, allowed] of Object.entries(table[nameOf(route)]?.may ?? {}))
        for (const person of allowed) {
          const answer = await scene.ask(person, requestTo(route, objects[object] ?? ''));
          if (answer.status !== 200)
            faults.push(`${person} ${nameOf(route)} ${object}: ${answer.status} ${answer.text}`);
        }
    expect(faults).toEqual([]);
  });
});

describe('every route', () => {
  it('is closed to the roles it does not name, whatever they send', async () => {
    const faults: string[] = [];
    for (const route of routes) {
      if (typeof route.access === 'string') continue;
      for (const person of people.filter((each) => !route.access.includes(roleOf[each] as never))) {
        const { status, code } = await scene.ask(
          person,
          requestTo(route, 'nothing'),
          route.body === 'raw' ? 'x' : undefined,
        );
        if (status !== 403 || code !== 'forbidden') faults.push(`${person} ${nameOf(route)}: ${status} ${code ?? ''}`);
      }
    }
    expect(faults).toEqual([]);
  });
});

describe('lists', () => {
  it('show of leads, inboxes, users and unrouted leads what their reader may open, and no more', async () => {
    const lines = async (person: Person, path: string) => {
      const { status, text } = await scene.ask(person, `GET ${path}`);
      if (status !== 200) return status;
      const { items } = JSON.parse(text) as { items: { id?: string; leadId?: string; userId?: string }[] };
      return items.map(({ id, leadId, userId }) => nameOfId(id ?? leadId ?? userId ?? '')).sort();
    };
    const nameOfId = (id: string) =>
      [...Object.entries(objects), ...Object.entries(scene.ids)].find(([, each]) => each === id)?.[0] ?? id;
    for (const person of people) {
      const mine = Object.keys(seen).filter((lead) => seen[lead]?.includes(person));
      expect(await lines(person, '/api/leads'), person).toEqual(mine.sort());
      const below = {
        administrator: people,
        auditor: people,
        marta: ['marta', 'mia'],
        nils: ['nils', 'nora'],
      } as Record<string, readonly Person[]>;
      const visible = [...(below[person] ?? [person])].sort();
      expect(await lines(person, '/api/users'), person).toEqual(visible);
      expect(await lines(person, '/api/inboxes'), person).toEqual(visible);
      for (const other of people) {
        const inbox = await lines(person, `/api/inbox?user=${scene.ids[other]}`);
        expect(inbox, `${person} looks into the inbox of ${other}`).toEqual(
          !visible.includes(other) ? 404 : other === 'mia' ? ['offered'] : other === 'nora' ? ['foreign'] : [],
        );
      }
      expect(await lines(person, '/api/unrouted'), person).toEqual(overseers.includes(person) ? ['unrouted'] : 403);
    }
  });

  it('keep to their reader whatever their filters and cursors say', async () => {
    const { held, foreign } = objects;
    const tries = [
      `holder=${scene.ids.nora}`,
      `holder=${scene.ids.mia}`,
      'box=box_system',
      'q=ada',
      'q=%25',
      'q=_',
      `cursor=9999999999999-${held}`,
      `cursor=9999999999999-z`,
      'state=offered',
    ];
    for (const query of tries) {
      const { text } = await scene.ask('olaf', `GET /api/leads?${query}`);
      expect(JSON.parse(text), query).toEqual({ items: [] });
      expect((await scene.ask('mia', `GET /api/leads?${query}`)).text, query).not.toContain(foreign);
    }
    for (const cursor of ["9'; drop table lead; --", '0-%27', '-1-lead_x', '1e3-x', 'x'])
      expect(await scene.ask('olaf', `GET /api/leads?cursor=${encodeURIComponent(cursor)}`)).toMatchObject({
        status: 422,
      });
  });
});

describe('tokens', () => {
  it('do no more than their scopes say, on any route', async () => {
    const readOnly = { token: await scene.makeToken({ of: 'administrator', scopes: ['read'] }) };
    const intakeOnly = { token: await scene.makeToken({ of: 'administrator', scopes: ['intake'] }) };
    const faults: string[] = [];
    for (const route of routes.filter(({ access }) => access !== 'public')) {
      const needed = route.scope ?? (route.method === 'GET' ? 'read' : 'write');
      for (const [scope, who] of [['read', readOnly], ['intake', intakeOnly]] as const) {
        if (scope === needed) continue;
        const { status, code } = await scene.ask(who, requestTo(route, 'nothing'), route.body === 'raw' ? 'x' : undefined);
        if (status !== 403 || code !== 'scope-missing') faults.push(`${scope} ${nameOf(route)}: ${status} ${code ?? ''}`);
      }
    }
    expect(faults).toEqual([]);
  }); // prettier-ignore

  it('of an administrator that act as a representative see what a representative sees', async () => {
    const lesser = { token: await scene.makeToken({ of: 'administrator', role: 'representative' }) };
    expect(await scene.ask(lesser, `GET /api/leads/${objects['held'] ?? ''}`)).toMatchObject({ status: 404 });
    expect(await scene.ask(lesser, 'GET /api/boxes')).toMatchObject({ status: 403 });
  });

  it('that are limited make nobody’s sign-in link: it would be a way to everything', async () => {
    for (const scopes of [['write'], ['read', 'write', 'intake']] as const) {
      const limited = { token: await scene.makeToken({ of: 'administrator', scopes: [...scopes] }) };
      const answer = await scene.ask(limited, `POST /api/users/${scene.ids.administrator}/sign-in-link`);
      expect(answer).toMatchObject({ status: 403, code: 'scope-missing' });
    }
  });
});
