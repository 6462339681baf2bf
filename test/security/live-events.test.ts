import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { announce } from '../../node/kernel/live-events.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { openLine, type Line } from './event-stream.ts';
import { canary, openScene, people, type Person, type Scene } from './scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const bearer = async (person: Person) => ({
  authorization: `Bearer ${await scene.makeToken({ of: person })}`,
});
const listenAs = async (person: Person, headers = {}) =>
  openLine(scene.node.url, { ...(await bearer(person)), ...headers });

let told = 0;
/** What somebody has heard when everything that happened until now has arrived. */
async function allHeard(line: Line, person: Person): Promise<string> {
  const kind = `sentinel-${++told}`;
  await transact(scene.node.ctx, (tx) => announce(tx, { userId: scene.ids[person], kind }));
  await line.until(kind);
  return line.heard();
}

interface Sent {
  readonly kind: string;
  readonly leadId: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
}
const eventsIn = (text: string): Sent[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Sent);

/** From before anything happened. */
const fromTheBeginning = { 'last-event-id': `event_${'0'.repeat(26)}` };

describe('live events', () => {
  it('name a lead only to those who see it; the others learn that something changed, not what', async () => {
    const lines = new Map<Person, Line>();
    for (const person of people) lines.set(person, await listenAs(person));
    const leadId = await scene.enter('mia');
    const recipientId = await scene.recipientOf('mia', leadId);
    expect((await scene.ask('mia', `POST /api/offers/${recipientId}/accept`)).status).toBe(200);
    await scene.ask('mia', `POST /api/leads/${leadId}/changes`, { event: 'contact', note: `${canary} calls back` });
    await scene.ask('mia', `POST /api/leads/${leadId}/changes`, { event: 'lose', reason: `no ${canary}` });
    await scene.settle();
    for (const [person, line] of lines) {
      const heard = await allHeard(line, person);
      expect(heard, person).not.toMatch(new RegExp(canary, 'i'));
      const sees = ['administrator', 'auditor', 'marta', 'mia'].includes(person);
      expect(heard.includes(leadId), `${person} hears of the lead`).toBe(sees);
      expect(heard.includes(recipientId), `${person} hears of the offer`).toBe(person === 'mia');
      const changes = eventsIn(heard).filter(({ kind }) => kind === 'lead-changed');
      expect(changes.length, `${person} hears that something changed`).toBeGreaterThan(0);
      if (!sees) for (const change of changes) expect(change).toMatchObject({ leadId: null, payload: {} });
      await line.close();
    }
  });

  it('tell nobody more who asks for what happened before', async () => {
    await scene.ask('administrator', 'POST /api/mail', `From: a@b.example\n\n${canary}?`, {
      'content-type': 'text/plain',
    });
    const leadId = await scene.enter('nora');
    for (const person of ['mia', 'olaf'] as const) {
      await using line = await listenAs(person, fromTheBeginning);
      const heard = await allHeard(line, person);
      expect(heard).not.toContain(leadId);
      expect(heard).not.toMatch(new RegExp(`recipient_(?!${/recipient_(\w+)/.exec(heard)?.[1] ?? ''})|tray_|list_`));
      expect(eventsIn(heard).filter(({ kind }) => kind === 'offer')).toHaveLength(person === 'mia' ? 1 : 0);
    }
    await using line = await listenAs('nora', fromTheBeginning);
    expect(eventsIn(await allHeard(line, 'nora'))).toContainEqual(expect.objectContaining({ kind: 'offer', leadId }));
  });

  it('tell whoever loses a lead that it changed, and nothing of what comes after', async () => {
    const leadId = await scene.enter('mia');
    await scene.ask('mia', `POST /api/offers/${await scene.recipientOf('mia', leadId)}/accept`);
    await scene.settle();
    await using line = await listenAs('mia');
    const assigned = await scene.ask('administrator', `POST /api/leads/${leadId}/assign`, { userId: scene.ids.nora });
    expect(assigned.status).toBe(200);
    await scene.settle();
    const heard = await allHeard(line, 'mia');
    expect(heard).toContain(leadId);
    expect((await scene.ask('nora', `POST /api/leads/${leadId}/changes`, { event: 'contact' })).status).toBe(200);
    expect((await allHeard(line, 'mia')).slice(heard.length)).not.toContain(leadId);
  });

  it('refuse an id to resume from that is none, and take one of a far past or future', async () => {
    const { authorization } = await bearer('olaf');
    const refused = ['x', '*', "event_' or '1'='1", `event_${'0'.repeat(27)}`, `lead_${'0'.repeat(26)}`, '-1', '%00'];
    for (const id of refused) {
      const { status, code } = await scene.ask(undefined, 'GET /api/events', undefined, {
        authorization,
        'last-event-id': id,
      });
      expect({ status, code }, id).toEqual({ status: 422, code: 'invalid' });
      const asked = await scene.ask('olaf', `GET /api/events?after=${encodeURIComponent(id)}`);
      expect(asked.status, id).toBe(422);
    }
    await using line = await listenAs('olaf', { 'last-event-id': `event_${'Z'.repeat(26)}` });
    expect(line.status).toBe(200);
  });
});

describe('a line', () => {
  /** Nobody hears more than a second longer. */
  async function expectEnd(line: Line, person: Person, change: () => Promise<unknown>) {
    await allHeard(line, person);
    await change();
    scene.clock.advance('1s');
    await transact(scene.node.ctx, (tx) => announce(tx, { kind: 'too-late' }));
    await line.ended;
    expect(line.heard()).not.toContain('too-late');
  }

  it('ends when its token is revoked', async () => {
    const { token, id } = await createApiToken(scene.node.ctx, { userId: scene.ids.olaf, name: 'short' });
    await using line = await openLine(scene.node.url, { authorization: `Bearer ${token}` });
    await expectEnd(line, 'olaf', () => scene.ask('olaf', `DELETE /api/tokens/${id}`));
  });

  it('ends when its session signs out', async () => {
    const link = JSON.parse(
      (await scene.ask('administrator', `POST /api/users/${scene.ids.olaf}/sign-in-link`)).text,
    ) as { url: string };
    const token = link.url.slice(link.url.indexOf('#token=') + 7);
    const { headers, text } = await scene.ask(undefined, 'POST /api/sign-in/link', { token });
    const cookie = headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { csrf } = JSON.parse(text) as { csrf: string };
    await using line = await openLine(scene.node.url, { cookie });
    await expectEnd(line, 'olaf', () =>
      scene.ask(undefined, 'POST /api/sign-out', undefined, { cookie, 'x-csrf-token': csrf }),
    );
  });

  it('shows somebody who was given a smaller role what this role sees', async () => {
    const user = await scene.node.addUser('Otto', 'auditor');
    await using line = await openLine(scene.node.url, { authorization: `Bearer ${user.token}` });
    const first = await scene.enter('nowhere');
    await line.until(first);
    await scene.ask('administrator', `PATCH /api/users/${user.id}`, { role: 'representative' });
    scene.clock.advance('1s');
    const second = await scene.enter('nowhere');
    await transact(scene.node.ctx, (tx) => announce(tx, { userId: user.id, kind: 'sentinel-otto' }));
    await line.until('sentinel-otto');
    expect(line.heard()).not.toContain(second);
  });

  it('ends when its user is deactivated', async () => {
    const user = await scene.node.addUser('Uwe');
    await using line = await openLine(scene.node.url, { authorization: `Bearer ${user.token}` });
    await line.until('retry:');
    await scene.ask('administrator', `PATCH /api/users/${user.id}`, { active: false });
    scene.clock.advance('1s');
    await transact(scene.node.ctx, (tx) => announce(tx, { kind: 'too-late' }));
    await line.ended;
    expect(line.heard()).not.toContain('too-late');
  });
});
