import { createHmac, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transact } from '../../node/kernel/context.ts';
import { type Route, route, type Scope } from '../../node/kernel/routes.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { deriveKey } from '../../node/people/secret-tokens.ts';
import type { User } from '../../node/people/store.ts';
import { updateUser } from '../../node/people/update-user.ts';
import { openPeople, type PeopleNode } from '../support/people.ts';

const intake: Route = route({
  method: 'POST',
  path: '/api/taken-in',
  access: ['representative', 'administrator'],
  summary: 'For the test',
  scope: 'intake',
  handler: () => undefined,
});

let node: PeopleNode;
let ann: User;
beforeAll(async () => {
  node = await openPeople({ routes: [intake] });
  ann = await node.add('ann', 'administrator');
});
afterAll(() => node[Symbol.asyncDispose]());

const api = () => request(node.app);
const me = (authorization: string) => api().get('/api/me').set('authorization', authorization);
const make = (more: object = {}) => createApiToken(node.ctx, { userId: ann.id, name: 'shop', ...more });

describe('API tokens', () => {
  it('need no CSRF token, and are shown once', async () => {
    const browser = await node.signIn(ann);
    const made = await api()
      .post('/api/tokens')
      .set('cookie', browser.cookie)
      .set('x-csrf-token', browser.csrf)
      .send({ name: 'web shop', days: 30, scopes: ['write', 'read'] })
      .expect(201);
    const bearer = `Bearer ${made.body.token}`;
    await api()
      .patch(`/api/users/${ann.id}`)
      .set('authorization', bearer)
      .send({ availability: 'available' })
      .expect(200);
    const list = await api().get('/api/tokens').set('authorization', bearer).expect(200);
    expect(list.body.items).toContainEqual(
      expect.objectContaining({ id: made.body.id, name: 'web shop', usedAt: new Date(node.clock.now()).toISOString() }),
    );
    expect(list.text).not.toContain(made.body.token);
    expect(JSON.stringify(await node.ctx.db.selectFrom('apiToken').selectAll().execute())).not.toContain(
      made.body.token,
    );
  });

  it('are not made by tokens', async () => {
    const answer = await api()
      .post('/api/tokens')
      .set('authorization', await node.bearer(ann))
      .send({ name: 'more' })
      .expect(403);
    expect(answer.body.code).toBe('session-needed');
  });

  it('end when revoked, at once, also when they were remembered', async () => {
    const { id, token } = await make();
    await me(`Bearer ${token}`).expect(200);
    await api().delete(`/api/tokens/${id}`).set('authorization', `Bearer ${token}`).expect(204);
    expect((await me(`Bearer ${token}`).expect(401)).body.code).toBe('token-refused');
    await api()
      .delete(`/api/tokens/${id}`)
      .set('authorization', await node.bearer(ann))
      .expect(404);
  });

  it('end on their day, also when they were remembered', async () => {
    const { token } = await make({ days: 1 });
    await me(`Bearer ${token}`).expect(200);
    node.clock.advance('24h');
    await me(`Bearer ${token}`).expect(401);
  });

  it('end for good when the user leaves', async () => {
    const bob = await node.add('bob');
    const bearer = await node.bearer(bob);
    await me(bearer).expect(200);
    await transact(node.ctx, (tx) => updateUser(tx, bob.id, { active: false }));
    await me(bearer).expect(401);
    await transact(node.ctx, (tx) => updateUser(tx, bob.id, { active: true }));
    await me(bearer).expect(401);
  });

  it('of others are unknown, whether or not they exist', async () => {
    const cid = await node.add('cid');
    const { id } = await make();
    const bearer = await node.bearer(cid);
    const answers = new Set<string>();
    for (const each of [id, 'token_nobody']) {
      const { body } = await api().delete(`/api/tokens/${each}`).set('authorization', bearer).expect(404);
      answers.add(JSON.stringify({ ...body, requestId: '' }));
    }
    expect(answers.size).toBe(1);
    expect((await api().get('/api/tokens').set('authorization', bearer)).text).not.toContain(id);
  });

  it('act in a lesser role, never in a greater one', async () => {
    const { token } = await make({ role: 'representative' });
    expect((await me(`Bearer ${token}`)).body.user.role).toBe('representative');
    await api().post('/api/users').set('authorization', `Bearer ${token}`).send({}).expect(403);
    const dee = await node.add('dee');
    await expect(createApiToken(node.ctx, { userId: dee.id, name: 'x', role: 'administrator' })).rejects.toMatchObject({
      code: 'role-beyond-user',
    });
    const low = await make({ role: 'manager' });
    await node.add('second', 'administrator');
    await transact(node.ctx, (tx) => updateUser(tx, ann.id, { role: 'representative' }));
    expect((await me(`Bearer ${low.token}`)).body.user.role).toBe('representative');
    await transact(node.ctx, (tx) => updateUser(tx, ann.id, { role: 'administrator' }));
  });

  it.each([
    [['read'], 200, 403, 403],
    [['write'], 403, 204, 201],
    [['intake'], 403, 204, 403],
    [undefined, 200, 204, 201],
  ] as [Scope[] | undefined, number, number, number][])('with scopes %j', async (scopes, read, takeIn, write) => {
    const { token } = await make({ scopes });
    const call = api();
    const bearer = `Bearer ${token}`;
    expect((await call.get('/api/users').set('authorization', bearer)).status).toBe(read);
    expect((await call.post('/api/taken-in').set('authorization', bearer)).status).toBe(takeIn);
    const body = {
      email: `u${read}${takeIn}${write}${scopes?.length ?? 0}@test.localhost`,
      name: 'x',
      role: 'auditor',
    };
    expect((await call.post('/api/users').set('authorization', bearer).send(body)).status).toBe(write);
  });
});

describe('tokens that were tampered with', () => {
  const seconds = () => Math.floor(node.clock.now() / 1000);
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  /** A token that is right in everything but what `change` makes of it. */
  async function forge(
    change: { header?: object; claims?: Record<string, unknown>; key?: Parameters<SignJWT['sign']>[0] } = {},
  ): Promise<string> {
    const { id } = await make();
    const claims: Record<string, unknown> = {
      iss: 'test.localhost',
      aud: 'test.localhost/api',
      sub: ann.id,
      jti: id,
      iat: seconds(),
      exp: seconds() + 1000,
      ...change.claims,
    };
    const present = Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
    return new SignJWT(present)
      .setProtectedHeader({ alg: 'HS256', typ: 'leadmesh-api+jwt', ...change.header })
      .sign(change.key ?? deriveKey(node.ctx, 'api-token'));
  }

  it('starts from one that is right', async () => {
    await me(`Bearer ${await forge()}`).expect(200);
  });

  it.each(['exp', 'iat', 'jti', 'sub', 'iss', 'aud'])('is refused without %s', async (claim) => {
    const answer = await me(`Bearer ${await forge({ claims: { [claim]: undefined } })}`).expect(401);
    expect(answer.body.code).toBe('token-refused');
  });

  it.each([
    ['another issuer', { iss: 'other.localhost' }],
    ['another audience', { aud: 'test.localhost/forms' }],
    ['an expiry in the past', { exp: 1 }],
    ['an expiry that is text', { exp: '9999999999' }],
    ['a start in the future', { nbf: 99_999_999_999 }],
    ['an id that is a number', { jti: 5 }],
    ['the id of no token', { jti: 'token_nobody' }],
    ['another user', { sub: 'user_other' }],
  ])('is refused with %s', async (_what, claims) => {
    await me(`Bearer ${await forge({ claims })}`).expect(401);
  });

  it.each([
    ['another type', { typ: 'JWT' }],
    ['no type', { typ: undefined }],
  ])('is refused with %s', async (_what, header) => {
    await me(`Bearer ${await forge({ header })}`).expect(401);
  });

  it('is refused with an extension it calls critical', async () => {
    const [, payload = ''] = (await forge()).split('.');
    const sign = (header: object) => {
      const text = `${encode({ alg: 'HS256', typ: 'leadmesh-api+jwt', ...header })}.${payload}`;
      return `${text}.${createHmac('sha256', deriveKey(node.ctx, 'api-token')).update(text).digest('base64url')}`;
    };
    await me(`Bearer ${sign({ note: 'ignored' })}`).expect(200);
    await me(`Bearer ${sign({ crit: ['note'], note: 'obey' })}`).expect(401);
  });

  it('is refused under other algorithms and keys', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const node256 = node.ctx.keys.signing;
    const pem = node256.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const jwk = publicKey.export({ format: 'jwk' });
    const tokens = [
      await forge({ header: { alg: 'HS512' } }),
      await forge({ header: { alg: 'ES256' }, key: node256.privateKey }),
      await forge({ header: { alg: 'ES256', jwk }, key: privateKey }),
      await forge({ key: createSecretKey(Buffer.from(pem)) }),
      await forge({ key: createSecretKey(node256.publicKey.export({ type: 'spki', format: 'der' })) }),
      await forge({ key: node.ctx.keys.secret }),
      await forge({ key: deriveKey(node.ctx, 'csrf') }),
    ];
    for (const token of tokens) await me(`Bearer ${token}`).expect(401);
  });

  it('is refused without a signature, in every spelling', async () => {
    const [, payload = '', signature = ''] = (await forge()).split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      const header = encode({ alg, typ: 'leadmesh-api+jwt' });
      for (const end of ['', signature]) await me(`Bearer ${header}.${payload}.${end}`).expect(401);
    }
    await me(`Bearer ${payload}`).expect(401);
  });

  it('is refused when one character of it differs', async () => {
    const token = await forge();
    for (const at of [5, token.indexOf('.') + 10, token.length - 10]) {
      const other = token[at] === 'A' ? 'B' : 'A';
      await me(`Bearer ${token.slice(0, at)}${other}${token.slice(at + 1)}`).expect(401);
    }
    const [header, payload] = token.split('.');
    const signed = createHmac('sha256', '').update(`${header}.${payload}`).digest('base64url');
    await me(`Bearer ${header}.${payload}.${signed}`).expect(401);
  });

  it.each(['', 'Bearer', 'Bearer ', 'bearer x', 'Basic YTpi', 'Bearer a b', `Bearer ${'x'.repeat(3000)}`])(
    'is refused when it is none: %j',
    async (authorization) => {
      expect((await me(authorization)).status).toBe(401);
    },
  );

  it('does not fall back to the session', async () => {
    const browser = await node.signIn(ann);
    await me('Bearer wrong').set('cookie', browser.cookie).expect(401);
  });

  it('of one node is worth nothing at another with another secret', async () => {
    await using other = await openPeople({ config: { nodeId: 'other.localhost' } });
    const { token } = await make();
    await request(other.app).get('/api/me').set('authorization', `Bearer ${token}`).expect(401);
  });
});
