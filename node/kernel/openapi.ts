import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import type { Config } from './config.ts';
import { type Route, route } from './routes.ts';

type Json = Record<string, unknown>;

/** `GET /api/openapi.json`: the API of `routes` as OpenAPI 3.1, made from the declarations alone. */
export function openApiRoute(routes: readonly Route[]): Route {
  let document: Json | undefined;
  return route({
    method: 'GET',
    path: '/api/openapi.json',
    access: 'public',
    summary: 'This description',
    reply: z.record(z.string(), z.unknown()),
    handler: (ctx) => (document ??= describeApi(ctx.config, routes)),
  });
}

/** Describes the routes below `/api`, and health and readiness. */
function describeApi(config: Pick<Config, 'name' | 'publicUrl'>, routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const each of routes.filter(({ path }) => /^\/(api\/|health$|ready$)/.test(path))) {
    const path = each.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [each.method.toLowerCase()]: describeRoute(each) };
  }
  return {
    openapi: '3.1.0',
    info: { title: `Leadmesh of ${config.name}`, version: '1' },
    servers: [{ url: config.publicUrl }],
    paths,
    components: {
      schemas: { Problem: problem },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        session: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token', description: 'With the session cookie.' },
      },
    },
  };
}

function describeRoute(each: Route): Json {
  const status = String(each.status ?? (each.reply ? 200 : 204));
  return {
    summary: each.summary,
    operationId: operationId(each),
    security: each.access === 'public' ? [] : [{ token: [] }, { session: [] }],
    ...(Array.isArray(each.access) && { 'x-roles': each.access }),
    parameters: [...parametersOf(each.params, 'path'), ...parametersOf(each.query, 'query')],
    ...(each.body && { requestBody: { required: true, content: contentOf(each) } }),
    responses: {
      [status]: {
        description: STATUS_CODES[status] ?? 'Success',
        ...(each.reply && { content: { 'application/json': { schema: toSchema(each.reply, 'output') } } }),
      },
      default: {
        description: 'What went wrong',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const operationId = ({ method, path }: Route) =>
  [method.toLowerCase(), ...path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '' && word !== 'api')]
    .map((word, index) => (index === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join('');

function contentOf({ body, consumes }: Route): Json {
  if (body instanceof z.ZodType) return { 'application/json': { schema: toSchema(body, 'input') } };
  return Object.fromEntries((consumes ?? ['application/octet-stream']).map((type) => [type, {}]));
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = toSchema(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(properties).map(([name, each]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: each,
  }));
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}

const problem: Json = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId', 'details'],
  properties: {
    type: { const: 'about:blank' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable, kebab-case' },
    detail: { type: 'string' },
    requestId: { type: 'string' },
    details: { type: 'object' },
  },
};
