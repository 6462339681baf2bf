import request, { type Test } from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { setPassword } from '../../node/people/set-password.ts';
import { createSignInLink } from '../../node/people/sign-in-link.ts';
import type { User } from '../../node/people/store.ts';
import { updateUser } from '../../node/people/update-user.ts';
import { type Browser, openPeople, type PeopleNode } from '../support/people.ts';

let node: PeopleNode;
let ann: User;
const password = 'correct horse battery';
beforeAll(async () => {
  node = await openPeople();
  ann = await node.add('ann', 'administrator');
  await node.add('root', 'administrator');
  await setPassword(node.ctx, { userId: ann.id, password });
});
afterAll(() => node[Symbol.asyncDispose]());

const api = () => request(node.app);
const tryPassword = (email: string, typed: string) => api().post('/api/sign-in').send({ email, password: typed });
const as = (browser: Browser, test: Test) => test.set('cookie', browser.cookie).set('x-csrf-token', browser.csrf);
const linkToken = async (user: User, on = node) =>
  (await transact(on.ctx, (tx) => createSignInLink(tx, user.id))).url.replace(/^.*#token=/, '');
const rowsOf = (table: 'session' | 'signInAttempt') => node.ctx.db.selectFrom(table).selectAll().execute();

describe('signing in by password', () => {
  it('answers who one is, sets the cookie and gives the CSRF token', async () => {
    const answer = await tryPassword('Ann@Test.localhost', password).expect(200);
    expect(answer.body).toMatchObject({
      user: { id: ann.id, role: 'administrator', email: 'ann@test.localhost' },
      node: { id: 'test.localhost', name: 'Test' },
    });
    expect(answer.get('set-cookie')).toEqual([
      expect.stringMatching(/^lm-test-localhost=[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/),
    ]);
    const cookie = String(answer.get('set-cookie')).split(';')[0] ?? '';
    const me = await api().get('/api/me').set('cookie', cookie).expect(200);
    expect(me.body).toEqual(answer.body);
    expect(me.text).not.toMatch(/hash|argon/i);
  });

  it('stores neither password nor session token', async () => {
    const answer = await tryPassword(ann.email, password);
    const token = /=([\w-]{43});/.exec(String(answer.get('set-cookie')))?.[1] ?? 'none';
    const stored = JSON.stringify([
      await rowsOf('session'),
      await node.ctx.db.selectFrom('user').selectAll().execute(),
    ]);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(password);
    expect(stored).toContain('$argon2id$');
  });

  it('answers the same for a wrong password, an unknown address, a user without password and one who left', async () => {
    const bob = await node.add('bob');
    const left = await node.add('left');
    await setPassword(node.ctx, { userId: left.id, password });
    await transact(node.ctx, (tx) => updateUser(tx, left.id, { active: false }));
    const answers = [
      await tryPassword(ann.email, 'wrong password'),
      await tryPassword('nobody@test.localhost', password),
      await tryPassword(bob.email, password),
      await tryPassword(left.email, password),
    ];
    const shown = answers.map(({ status, body, headers }) =>
      JSON.stringify([status, { ...body, requestId: '' }, headers['set-cookie']]),
    );
    expect(new Set(shown).size).toBe(1);
    expect(answers[0]?.body.code).toBe('sign-in-refused');
  });

  it('takes the same password from another keyboard', async () => {
    const zoe = await node.add('zoe');
    await setPassword(node.ctx, { userId: zoe.id, password: 'Schlu\u0308sselbund 12' });
    await tryPassword(zoe.email, 'Schlüsselbund 12').expect(200);
  });

  it('locks after ten failures, for unknown addresses alike, and opens again', async () => {
    const cid = await node.add('cid');
    await setPassword(node.ctx, { userId: cid.id, password });
    for (const email of [cid.email, 'ghost@test.localhost']) {
      const guesses = await Promise.all(Array.from({ length: 14 }, () => tryPassword(email, 'wrong password')));
      expect(guesses.filter((each) => each.status === 401).length).toBe(10);
      expect(guesses.filter((each) => each.body.code === 'sign-in-locked').length).toBe(4);
    }
    const locked = await tryPassword(cid.email, password).expect(429);
    expect(Number(locked.headers['retry-after'])).toBeGreaterThan(800);
    expect(JSON.stringify(await rowsOf('signInAttempt'))).not.toContain('cid');
    node.clock.advance('16m');
    await tryPassword(cid.email, password).expect(200);
    expect((await rowsOf('signInAttempt')).every((row) => row.attempts === 0)).toBe(true);
  });

  it('counts no success', async () => {
    for (let count = 0; count < 12; count++) await tryPassword(ann.email, password).expect(200);
  });

  it('ends the session the browser had before', async () => {
    const first = await node.signIn(ann);
    const again = await tryPassword(ann.email, password).set('cookie', first.cookie).expect(200);
    await api().get('/api/me').set('cookie', first.cookie).expect(401);
    await api()
      .get('/api/me')
      .set('cookie', String(again.get('set-cookie')).split(';')[0] ?? '')
      .expect(200);
  });
});

describe('one-time links', () => {
  const useLink = (token: string) => api().post('/api/sign-in/link').send({ token });

  it('work once', async () => {
    const token = await linkToken(ann);
    const answers = await Promise.all([useLink(token), useLink(token), useLink(token)]);
    expect(answers.map((each) => each.status).sort()).toEqual([200, 401, 401]);
    expect(answers.find((each) => each.status === 401)?.body.code).toBe('link-refused');
  });

  it('end after a day, and when the user leaves', async () => {
    const token = await linkToken(ann);
    node.clock.advance('24h');
    await useLink(token).expect(401);
    const dee = await node.add('dee');
    const hers = await linkToken(dee);
    await transact(node.ctx, (tx) => updateUser(tx, dee.id, { active: false }));
    await useLink(hers).expect(401);
  });

  it('are stored as digests only', async () => {
    const token = await linkToken(ann);
    expect(JSON.stringify(await node.ctx.db.selectFrom('signInLink').selectAll().execute())).not.toContain(token);
  });

  it.each(['', 'x', 'x'.repeat(101)])('are refused when they are none: %j', async (token) => {
    expect([401, 422]).toContain((await useLink(token)).status);
  });
});

describe('sessions', () => {
  it('need the CSRF token to write, and only theirs', async () => {
    const browser = await node.signIn(ann);
    const other = await node.signIn(ann);
    const body = { availability: 'absent' };
    const patch = () => api().patch(`/api/users/${ann.id}`).set('cookie', browser.cookie).send(body);
    for (const attempt of [patch(), patch().set('x-csrf-token', ''), patch().set('x-csrf-token', other.csrf)])
      expect((await attempt.expect(403)).body.code).toBe('csrf-token-missing');
    expect((await api().get('/api/me').set('cookie', browser.cookie)).body.user.availability).toBe('available');
    await patch().set('x-csrf-token', browser.csrf).expect(200);
    await as(browser, api().patch(`/api/users/${ann.id}`))
      .send({ availability: 'available' })
      .expect(200);
  });

  it('end by signing out', async () => {
    const browser = await node.signIn(ann);
    await api().post('/api/sign-out').set('cookie', browser.cookie).expect(403);
    const answer = await as(browser, api().post('/api/sign-out')).expect(204);
    expect(String(answer.get('set-cookie'))).toMatch(/^lm-test-localhost=; Path=\/; Max-Age=0/);
    await api().get('/api/me').set('cookie', browser.cookie).expect(401);
  });

  it('end when idle for twelve hours, and after seven days in any case', async () => {
    const idle = await node.signIn(ann);
    node.clock.advance('13h');
    await api().get('/api/me').set('cookie', idle.cookie).expect(401);
    const busy = await node.signIn(ann);
    for (let hours = 0; hours < 7 * 24 - 11; hours += 11) {
      node.clock.advance('11h');
      await api()
        .get('/api/me')
        .set('cookie', busy.cookie)
        .expect(hours + 11 < 7 * 24 ? 200 : 401);
    }
    node.clock.advance('11h');
    await api().get('/api/me').set('cookie', busy.cookie).expect(401);
  });

  it('end at once when the user is made inactive', async () => {
    const eve = await node.add('eve');
    const browser = await node.signIn(eve);
    await transact(node.ctx, (tx) => updateUser(tx, eve.id, { active: false }));
    await api().get('/api/me').set('cookie', browser.cookie).expect(401);
    await transact(node.ctx, (tx) => updateUser(tx, eve.id, { active: true }));
    await api().get('/api/me').set('cookie', browser.cookie).expect(401);
  });

  it('follow the role of the user at once', async () => {
    const fay = await node.add('fay', 'administrator');
    const browser = await node.signIn(fay);
    await transact(node.ctx, (tx) => updateUser(tx, fay.id, { role: 'representative' }));
    const answer = await as(browser, api().post('/api/users'))
      .send({ email: 'x@y.z', name: 'x', role: 'auditor' })
      .expect(403);
    expect(answer.body.code).toBe('forbidden');
  });

  it('are not taken from two cookies of one name, nor from odd ones', async () => {
    const browser = await node.signIn(ann);
    for (const cookie of [
      `${browser.cookie}; ${browser.cookie}`,
      'lm-test-localhost=',
      `${browser.cookie}x`,
      'lm-test-localhost',
    ])
      await api().get('/api/me').set('cookie', cookie).expect(401);
  });

  it('change the password with the present one only, and end the other sessions', async () => {
    const gus = await node.add('gus');
    const [here, there] = [await node.signIn(gus), await node.signIn(gus)];
    await as(here, api().post('/api/me/password')).send({ password: 'too short' }).expect(422);
    await as(here, api().post('/api/me/password')).send({ password }).expect(204);
    await api().get('/api/me').set('cookie', there.cookie).expect(401);
    for (const current of [undefined, 'wrong password'])
      expect(
        (await as(here, api().post('/api/me/password')).send({ current, password: 'another password' }).expect(403))
          .body.code,
      ).toBe('password-wrong');
    await as(here, api().post('/api/me/password'))
      .send({ current: password, password: 'another password' })
      .expect(204);
    await tryPassword(gus.email, 'another password').expect(200);
  });
});

describe('where signing in is safe', () => {
  it('is not over plain http from another machine, and says why', async () => {
    const answer = await tryPassword(ann.email, password).set('host', '192.168.1.20:8080').expect(403);
    expect(answer.body.code).toBe('sign-in-needs-https');
    expect(answer.body.detail).toContain('LEADMESH_TLS_CERTIFICATE');
    const token = await linkToken(ann);
    await api().post('/api/sign-in/link').set('host', 'leads.example').send({ token }).expect(403);
    await api().post('/api/sign-in/link').set('host', 'vendor.localhost:8080').send({ token }).expect(200);
  });

  it('takes no session over plain http under another name', async () => {
    const browser = await node.signIn(ann);
    await api().get('/api/me').set('cookie', browser.cookie).set('host', 'leads.example').expect(401);
  });

  it('sets a Secure __Host- cookie behind a proxy that speaks https, and takes no other', async () => {
    await using secure = await openPeople({
      config: { trustedProxy: '127.0.0.0/8,::1', publicUrl: 'https://leads.example' },
    });
    const bob = await secure.add('bob');
    const https = (test: Test) => test.set('x-forwarded-proto', 'https').set('host', 'leads.example');
    const answer = await https(request(secure.app).post('/api/sign-in/link'))
      .send({ token: await linkToken(bob, secure) })
      .expect(200);
    const [cookie = ''] = answer.get('set-cookie') ?? [];
    expect(cookie).toMatch(
      /^__Host-lm-test-localhost=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(answer.headers['strict-transport-security']).toContain('max-age');
    const pair = cookie.split(';')[0] ?? '';
    await https(request(secure.app).get('/api/me')).set('cookie', pair).expect(200);
    await https(request(secure.app).get('/api/me')).set('cookie', pair.replace('__Host-', '')).expect(401);
  });

  it('believes X-Forwarded-Proto from the trusted proxy only', async () => {
    const answer = await tryPassword(ann.email, password)
      .set('x-forwarded-proto', 'https')
      .set('host', 'leads.example');
    expect(answer.body.code).toBe('sign-in-needs-https');
  });
});

describe('two nodes on one host name', () => {
  it('have cookies of their own: signing in to one keeps the other’s', async () => {
    await using other = await openPeople({ config: { nodeId: 'other.localhost' } });
    const here = await node.signIn(ann);
    const there = await other.signIn(await other.add('ann'));
    const jar = `${here.cookie}; ${there.cookie}`;
    expect(here.cookie.split('=')[0]).not.toBe(there.cookie.split('=')[0]);
    await request(node.app).get('/api/me').set('cookie', jar).expect(200);
    expect((await request(other.app).get('/api/me').set('cookie', jar).expect(200)).body.node.id).toBe(
      'other.localhost',
    );
    await request(other.app).post('/api/sign-out').set('cookie', jar).set('x-csrf-token', there.csrf).expect(204);
    await request(node.app).get('/api/me').set('cookie', jar).expect(200);
    const stolen = here.cookie.replace('lm-test-localhost', 'lm-other-localhost');
    await request(other.app).get('/api/me').set('cookie', stolen).expect(401);
  });
});
