import fc from 'fast-check';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { startNetwork, type TestNetwork } from '../support/network.ts';

interface Operation {
  readonly operationId: string;
  readonly security: readonly object[];
  readonly parameters: readonly { name: string; in: 'path' | 'query' }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { schema?: object }>> };
}
interface Call extends Operation {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: string;
}

/** The whole API of a whole node, as the node itself describes it. */
let network: TestNetwork;
let calls: Call[];
let bearer: string;
beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor'] });
  const { ctx, administrator } = network.node('vendor');
  bearer = `Bearer ${(await createApiToken(ctx, { userId: administrator.id, name: 'test' })).token}`;
  const { body } = await request(network.node('vendor').url).get('/api/openapi.json').expect(200);
  const paths = body.paths as Record<string, Record<Call['method'], Operation>>;
  calls = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, each]) => ({ ...each, method: method as Call['method'], path })),
  );
});
afterAll(() => network[Symbol.asyncDispose]());

const send = ({ method, path }: Call, id = 'nothing') =>
  request(network.node('vendor').url)[method](path.replaceAll(/\{\w+\}/g, encodeURIComponent(id)));
const asAdministrator = (call: Call, id?: string) => send(call, id).set('authorization', bearer);
const names = (some: readonly Call[]) => some.map((call) => `${call.method} ${call.path}`);

/** Whether somewhere in a schema an object takes properties it does not name. */
function isLoose(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  if ('properties' in schema && (schema as { additionalProperties?: unknown }).additionalProperties !== false)
    return true;
  return Object.values(schema).some(isLoose);
}
const jsonSchemaOf = (call: Call) => call.requestBody?.content['application/json']?.schema;

describe('every route of a node', () => {
  it('is described, under a name of its own', () => {
    expect(calls.length).toBeGreaterThan(30);
    expect(new Set(calls.map((call) => call.operationId)).size).toBe(calls.length);
  });

  it('has strict bodies at every depth', () => {
    expect(names(calls.filter((call) => isLoose(jsonSchemaOf(call))))).toEqual([]);
  });

  it('takes no body property and no query parameter it does not name', async () => {
    const taken: string[] = [];
    for (const call of calls) {
      const raw = call.requestBody && !jsonSchemaOf(call);
      const refused =
        raw || call.method === 'get' ? undefined : await asAdministrator(call).send({ surplusProperty: 1 });
      if (refused && !(refused.status === 422 && refused.text.includes('surplusProperty')))
        taken.push(`${call.method} ${call.path}: ${refused.status} ${refused.text}`);
      const query = await asAdministrator(call).query({ surplusParameter: 1 });
      const quiet = raw || call.requestBody ? [415, 422] : [422];
      if (!quiet.includes(query.status)) taken.push(`${call.method} ${call.path}?: ${query.status} ${query.text}`);
    }
    expect(taken).toEqual([]);
  });

  it('is closed to whoever is not signed in, unless it says so', async () => {
    const open: string[] = [];
    for (const call of calls.filter((each) => each.security.length > 0)) {
      const answer = await send(call);
      if (answer.status !== 401) open.push(`${call.method} ${call.path}: ${answer.status}`);
    }
    expect(open).toEqual([]);
    expect(names(calls.filter((call) => call.security.length === 0)).sort()).toEqual([
      'get /health',
      'get /ready',
      'post /api/partners/{id}/reports',
      'post /api/sign-in',
      'post /api/sign-in/link',
    ]);
  });

  it('answers hostile ids with a coded refusal, never with an internal error', async () => {
    const hostile = [
      "' or 1=1 --",
      '__proto__',
      '../../etc/passwd',
      '%',
      'ä\u202e',
      '\ud83d\ude00',
      '{}',
      '1'.repeat(200),
    ];
    const failed: string[] = [];
    for (const call of calls.filter((each) => each.parameters.some((one) => one.in === 'path')))
      for (const id of hostile) {
        const answer = await asAdministrator(call, id);
        if (answer.status >= 500) failed.push(`${call.method} ${call.path} ${id}: ${answer.status} ${answer.text}`);
      }
    expect(failed).toEqual([]);
  });

  it('answers any JSON with a coded refusal or does what it says, never with an internal error', async () => {
    const bodies = fc.sample(fc.jsonValue({ maxDepth: 4 }), { numRuns: 12, seed: 7 });
    const failed: string[] = [];
    for (const call of calls.filter(jsonSchemaOf))
      for (const body of bodies) {
        const answer = await asAdministrator(call).set('content-type', 'application/json').send(JSON.stringify(body));
        if (answer.status >= 500) failed.push(`${call.method} ${call.path} ${JSON.stringify(body)}: ${answer.text}`);
      }
    expect(failed).toEqual([]);
  });
});
