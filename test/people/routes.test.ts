import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { roles, type Route } from '../../node/kernel/routes.ts';
import { routes } from '../../node/people/routes.ts';
import type { User } from '../../node/people/store.ts';
import { openPeople, type PeopleNode } from '../support/people.ts';

let node: PeopleNode;
let root: User;
const bearers = new Map<string, string>();
beforeAll(async () => {
  node = await openPeople();
  root = await node.add('root', 'administrator');
  for (const role of roles) {
    const user = role === 'administrator' ? root : await node.add(role, role);
    bearers.set(role, await node.bearer(user));
  }
});
afterAll(() => node[Symbol.asyncDispose]());

const bearer = (role = 'administrator') => bearers.get(role) ?? '';
const call = ({ method, path }: Pick<Route, 'method' | 'path'>) => {
  const verb = method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete';
  return request(node.app)[verb](path.replaceAll(/:\w+/g, root.id));
};
const guarded = routes.filter((each) => each.access !== 'public');
const named = (list: readonly Route[]) => list.map((each) => [`${each.method} ${each.path}`, each] as const);
const users = () => node.ctx.db.selectFrom('user').selectAll().orderBy('id').execute();

describe('every route', () => {
  it.each(named(guarded))('needs someone who is signed in: %s', async (_name, each) => {
    expect((await call(each).expect(401)).body.code).toBe('sign-in-needed');
  });

  it.each(named(guarded.filter((each) => Array.isArray(each.access))))(
    'is closed to other roles: %s',
    async (_name, each) => {
      for (const role of roles.filter((one) => !each.access.includes(one)))
        expect((await call(each).set('authorization', bearer(role)).expect(403)).body.code).toBe('forbidden');
    },
  );

  it.each(named(routes.filter((each) => each.method !== 'GET')))(
    'takes no property it does not name: %s',
    async (_name, each) => {
      const before = await users();
      for (const extra of ['role2', 'userId', 'passwordHash', 'id', '__proto__']) {
        const sent = call(each).set('authorization', bearer()).set('content-type', 'application/json');
        const answer = await sent.send(`{"${extra}":"x"}`).expect(422);
        const { path, issues = [{ path }] } = answer.body.details as { path: string; issues?: { path: string }[] };
        expect(issues.map((issue) => issue.path)).toContain(extra);
      }
      expect(await users()).toEqual(before);
    },
  );

  it.each(named(routes.filter((each) => each.method === 'GET')))(
    'takes no query it does not name: %s',
    async (_name, each) => {
      expect(
        (await call(each).query({ extra: '1' }).set('authorization', bearer()).expect(422)).body.details.path,
      ).toBe('query.extra');
    },
  );

  it('has strict objects at every depth of its schemas', () => {
    const loose = (schema: unknown): boolean =>
      typeof schema === 'object' &&
      schema !== null &&
      (('properties' in schema && (schema as { additionalProperties?: unknown }).additionalProperties !== false) ||
        Object.values(schema).some(loose));
    for (const each of routes)
      for (const schema of [each.body, each.query, each.params])
        if (schema instanceof z.ZodType)
          expect(loose(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))).toBe(false);
  });
});

describe('users over HTTP', () => {
  const add = (body: object) => request(node.app).post('/api/users').set('authorization', bearer()).send(body);

  it('are added, listed page by page and changed', async () => {
    const made = await add({ email: 'New@Test.localhost', name: 'New', role: 'representative' }).expect(201);
    expect(made.body).toMatchObject({
      email: 'new@test.localhost',
      active: true,
      availability: 'available',
      signedInAt: null,
    });
    expect((await add({ email: 'new@test.LOCALHOST', name: 'Again', role: 'auditor' }).expect(409)).body.code).toBe(
      'email-taken',
    );
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 20; page++) {
      const answer = await request(node.app)
        .get('/api/users')
        .query({ limit: 2, ...(cursor && { cursor }) })
        .set('authorization', bearer());
      seen.push(...(answer.body.items as User[]).map((each) => each.id));
      cursor = answer.body.nextCursor;
      if (cursor === undefined) break;
    }
    expect(seen).toEqual((await users()).map((each) => each.id));
    const changed = await request(node.app)
      .patch(`/api/users/${made.body.id}`)
      .set('authorization', bearer())
      .send({ active: false })
      .expect(200);
    expect(changed.body).toEqual({ ...made.body, active: false });
  });

  it('are unknown to whom they do not concern, whether or not they exist', async () => {
    const answers = [];
    for (const id of [root.id, 'user_nobody'])
      for (const role of ['representative', 'manager', 'auditor'])
        answers.push(
          (
            await request(node.app)
              .patch(`/api/users/${id}`)
              .set('authorization', bearer(role))
              .send({ availability: 'absent' })
              .expect(404)
          ).body,
        );
    expect(new Set(answers.map(({ code, detail }) => `${code} ${detail}`)).size).toBe(1);
    const list = await request(node.app).get('/api/users').set('authorization', bearer('representative')).expect(200);
    expect((list.body.items as User[]).map((each) => each.role)).toEqual(['representative']);
  });

  it('cannot raise themselves', async () => {
    const own = (await request(node.app).get('/api/me').set('authorization', bearer('representative'))).body.user;
    for (const change of [{ role: 'administrator' }, { managerId: null }, { active: true }, { email: 'a@b.c' }])
      await request(node.app)
        .patch(`/api/users/${own.id}`)
        .set('authorization', bearer('representative'))
        .send(change)
        .expect(404);
    await request(node.app)
      .patch(`/api/users/${own.id}`)
      .set('authorization', bearer('representative'))
      .send({ availability: 'absent' })
      .expect(200);
  });

  it('sign in first by a link the administrator makes', async () => {
    const made = await add({ email: 'linked@test.localhost', name: 'Linked', role: 'auditor' });
    const link = await request(node.app)
      .post(`/api/users/${made.body.id}/sign-in-link`)
      .set('authorization', bearer())
      .expect(201);
    expect(link.body.expiresAt).toBe(new Date(node.clock.now() + 24 * 3_600_000).toISOString());
    const token = String(link.body.url).split('#token=')[1];
    const answer = await request(node.app).post('/api/sign-in/link').send({ token }).expect(200);
    expect(answer.body.user).toMatchObject({ name: 'Linked', signedInAt: new Date(node.clock.now()).toISOString() });
    await request(node.app).post('/api/users/user_nobody/sign-in-link').set('authorization', bearer()).expect(404);
  });
});

describe('the description of the API', () => {
  it('names every route with its schemas, and no secret', async () => {
    const { body } = await request(node.app).get('/api/openapi.json').expect(200);
    expect(body.openapi).toBe('3.1.0');
    for (const each of routes) {
      const operation = body.paths[each.path.replaceAll(/:(\w+)/g, '{$1}')]?.[each.method.toLowerCase()];
      expect(operation?.summary).toBe(each.summary);
      expect(operation.security.length > 0).toBe(each.access !== 'public');
      if (each.body) expect(operation.requestBody.content['application/json'].schema.additionalProperties).toBe(false);
    }
    const paths = body.paths as Record<string, Record<string, { operationId: string }>>;
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map((each) => each.operationId));
    expect(new Set(ids).size).toBe(ids.length);
    expect(body.paths['/api/users/{id}'].patch.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', minLength: 1, maxLength: 200 } },
    ]);
  });
});
