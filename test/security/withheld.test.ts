import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../node/kernel/log.ts';
import { openText } from '../../node/leads/content-key.ts';
import { declaredRoutes, nameOf, requestTo } from './declared-routes.ts';
import { canary, openScene, type Person, type Scene } from './scene.ts';

/** The canary in any spelling, and the digits of the phone number. */
const secret = new RegExp(`${canary}|705550123`, 'i');

const targets = ['group:person', 'group:email', 'group:phone', 'contact.address.streets', 'interest.comments'];
const policies = (stage: 'offered' | 'released', action: string) =>
  targets.map((target) => ({ recipientKind: 'user', target, stage, action }));

let scene: Scene;
const lines: string[] = [];
beforeAll(async () => {
  const log = createLogger(
    { logLevel: 'debug', nodeId: 'vendor.localhost' },
    { write: (line: string) => void lines.push(line) },
  );
  scene = await openScene({ overrides: () => ({ log }) });
});
afterAll(() => scene[Symbol.asyncDispose]());

/** The routes that take an id like this one; any route takes what is none of ours. */
const kindOf = (id: string) =>
  id.startsWith('lead_')
    ? /leads/
    : id.startsWith('recipient_')
      ? /offers|mailbox/
      : id.length === 52
        ? /^\/a\//
        : /(?:)/;

/** Whatever the node tells somebody: every GET route with every id, and what a search finds. */
async function heardBy(person: Person, ids: readonly string[]): Promise<Map<string, string>> {
  const heard = new Map<string, string>();
  const note = async (request: string) => {
    const { text, headers } = await scene.ask(person, request);
    heard.set(`${person}: ${request}`, `${text}\n${JSON.stringify([...headers])}`);
  };
  for (const route of declaredRoutes.filter(({ method }) => method === 'GET')) {
    if (!route.path.includes(':')) await note(nameOf(route));
    else for (const id of ids.filter((each) => kindOf(each).test(route.path))) await note(requestTo(route, id));
  }
  for (const query of ['q=ada', `q=${canary}`, 'q=+491705550123', 'state=offered', 'holder=x'])
    await note(`GET /api/leads?${query}`);
  for (const state of ['open', 'mine', 'closed', 'missed']) await note(`GET /api/inbox?state=${state}`);
  return heard;
}

/** Answers to what somebody tries in vain, which might quote the lead. */
async function refusalsTo(person: Person, leadId: string, recipientId: string): Promise<Map<string, string>> {
  const tries: [string, unknown][] = [
    [`POST /api/leads/${leadId}/changes`, { event: 'win' }],
    [`POST /api/leads/${leadId}/assign`, { userId: 'x' }],
    [`POST /api/offers/${recipientId}/reject`, { reason: 'nonsense' }],
    ['POST /api/field-policies/preview', { leadId, userId: scene.ids.mia }],
  ];
  const heard = new Map<string, string>();
  for (const [request, body] of tries) heard.set(request, (await scene.ask(person, request, body)).text);
  return heard;
}

/** Every mail so far, by its file. */
function mails(): Map<string, string> {
  const folder = join(scene.node.ctx.config.dataFolder, 'mailbox');
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

const liveEvents = async () => {
  const rows = await scene.node.ctx.db.selectFrom('liveEvent').selectAll().execute();
  return new Map(rows.map((row) => [row.id, JSON.stringify(row)]));
};

/** What the ledger says, numbered or not yet. */
const ledger = async () => {
  const { db } = scene.node.ctx;
  const rows = [
    ...(await db.selectFrom('ledgerPending').selectAll().execute()),
    ...(await db.selectFrom('ledgerLeaf').selectAll().execute()),
  ];
  expect(rows.length).toBeGreaterThan(0);
  return new Map(rows.map((row, at) => [`leaf ${at}`, JSON.stringify(row)]));
};

const outbox = async () => {
  const rows = await scene.node.ctx.db.selectFrom('outbox').select(['type', 'messageId', 'document']).execute();
  const texts = await Promise.all(rows.map(({ document }) => openText(scene.node.ctx, document)));
  return new Map(rows.map((row, at) => [`${row.type} ${row.messageId}`, texts[at] ?? '']));
};

const log = () => new Map([['log', lines.join('')]]);

const leaks = (...heard: ReadonlyMap<string, string>[]) =>
  heard.flatMap((each) => [...each].filter(([, text]) => secret.test(decoded(text))).map(([where]) => where));
/** Quoted-printable and base64 lines as they are read. */
const decoded = (text: string) =>
  `${text}\n${text.replace(/=\r?\n/g, '')}\n${text
    .split(/\r?\n\r?\n/)
    .map((part) => Buffer.from(part.replace(/\s/g, ''), 'base64').toString('utf8'))
    .join('\n')}`;

const setPolicies = (some: readonly object[]) =>
  scene.ask('administrator', 'PUT /api/field-policies', { policies: some });

describe('a withheld value', () => {
  it('reaches nobody before the lead is accepted, by whatever way; then the winner alone', async () => {
    await setPolicies(policies('offered', 'withhold'));
    const leadId = await scene.enter('grab');
    const partners = await scene.enter('partner');
    const recipients = { mia: await scene.recipientOf('mia', leadId), nora: await scene.recipientOf('nora', leadId) };
    const ids = [leadId, partners, ...Object.values(recipients), 'partner.localhost'];
    const tokens = [...mails().values()].flatMap((mail) =>
      [...mail.matchAll(/reply\+(\w{52})@/g)].map(([, token = '']) => token),
    );
    expect(tokens.length).toBeGreaterThanOrEqual(2);
    expect((await outbox()).size).toBeGreaterThan(0);
    for (const person of ['mia', 'olaf'] as const)
      expect(
        leaks(await heardBy(person, [...ids, ...tokens]), await refusalsTo(person, leadId, recipients.mia)),
      ).toEqual([]);
    expect(leaks(mails(), await liveEvents(), await outbox(), await ledger(), log())).toEqual([]);

    expect((await scene.ask('mia', `POST /api/offers/${recipients.mia}/accept`)).status).toBe(200);
    await scene.settle();
    expect(
      leaks(await heardBy('nora', [...ids, ...tokens]), await refusalsTo('nora', leadId, recipients.nora)),
    ).toEqual([]);
    expect(leaks(await heardBy('mia', [leadId]))).toContain(`mia: GET /api/leads/${leadId}`);
    expect(leaks(mails())).toEqual([`${recipients.mia}-released.eml`]);
    expect(leaks(await liveEvents(), await ledger(), log())).toEqual([]);
  });

  it('that is for nobody to see stays hidden from its holder, too: in lists, search, story, reasons, mail and original', async () => {
    const before = new Set(mails().keys());
    await setPolicies(policies('released', 'never'));
    const leadId = await scene.enter('mia');
    const recipientId = await scene.recipientOf('mia', leadId);
    expect((await scene.ask('mia', `POST /api/offers/${recipientId}/accept`)).status).toBe(200);
    await scene.settle();
    expect((await scene.ask('mia', `GET /api/leads/${leadId}`)).text).toContain('Acme');
    expect(leaks(await heardBy('mia', [leadId, recipientId]), await refusalsTo('mia', leadId, recipientId))).toEqual(
      [],
    );
    const written = new Map([...mails()].filter(([name]) => !before.has(name)));
    expect([...written.keys()]).toContain(`${recipientId}-released.eml`);
    expect(leaks(written, await liveEvents(), await ledger(), log())).toEqual([]);
  });

  it('can be told apart by nobody who looks for it', async () => {
    const { status, code } = await scene.ask('mia', `GET /api/leads?q=${canary}`);
    expect({ status, code }).toEqual({ status: 403, code: 'forbidden' });
  });
});
