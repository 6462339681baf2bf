import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { setPassword } from '../../node/people/set-password.ts';
import { declaredRoutes, nameOf, requestTo } from './declared-routes.ts';
import { openScene, type Scene } from './scene.ts';

const evil = 'evil.example';

let scene: Scene;
let authorization: string;
let ids: readonly string[];
beforeAll(async () => {
  scene = await openScene();
  const { ctx, administrator } = scene.node;
  authorization = `Bearer ${(await createApiToken(ctx, { userId: administrator.id, name: 'test' })).token}`;
  await scene.ask('administrator', 'PUT /api/forms/contact', {
    definition: { title: 'Contact', fields: [{ name: 'mail', label: 'E-mail', field: 'contact.emails' }] },
  });
  const leadId = await scene.enter('mia');
  ids = [leadId, await scene.recipientOf('mia', leadId), 'contact', 'partner.localhost', scene.ids.mia];
});
afterAll(() => scene[Symbol.asyncDispose]());

interface Heard {
  readonly status: number;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** A request with exactly these headers, `Host` among them. */
function send(what: string, headers: Record<string, string>, body?: unknown): Promise<Heard> {
  const [method = '', path = ''] = what.split(' ');
  const { hostname, port } = new URL(scene.node.url);
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, method, path, headers: { ...type, ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, headers: answer.headers }));
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** What every GET route answers, for every id there is, and pages that are none of them. */
async function everyAnswer(headers: Record<string, string>): Promise<Map<string, Heard>> {
  const heard = new Map<string, Heard>();
  const gets = declaredRoutes.filter(({ method }) => method === 'GET');
  const requests = gets.flatMap((route) =>
    route.path.includes(':') ? ids.map((id) => requestTo(route, id)) : [nameOf(route)],
  );
  for (const what of [...requests, 'GET /', 'GET /leads', 'GET //evil.example/leads', 'GET /health', 'GET /api/x'])
    heard.set(what, await send(what, headers));
  return heard;
}
const failing = (heard: ReadonlyMap<string, Heard>, isWrong: (answer: Heard) => boolean) =>
  [...heard].filter(([, answer]) => isWrong(answer)).map(([what, { status }]) => `${what} ${status}`);

describe('a forged name of the host', () => {
  const forged = { host: evil, 'x-forwarded-host': evil, forwarded: `host=${evil}` };

  it('gets into no answer and no redirect', async () => {
    const heard = await everyAnswer({ authorization, ...forged });
    expect([...heard.values()].filter(({ status }) => status === 200).length).toBeGreaterThan(20);
    expect(failing(heard, ({ text, headers }) => `${text}${JSON.stringify(headers)}`.includes(evil))).toEqual([]);
  });

  it('gets into no link that lets somebody in, and into no mail', async () => {
    const link = await send(`POST /api/users/${scene.ids.mia}/sign-in-link`, { authorization, ...forged });
    expect(JSON.parse(link.text)).toMatchObject({ url: expect.stringContaining(`${scene.node.url}/`) as unknown });
    const folder = join(scene.node.ctx.config.dataFolder, 'mailbox');
    const before = readdirSync(folder).length;
    const lead = { contact: { fullName: 'Ada' }, account: { name: 'Acme' }, source: { kind: 'api', campaign: 'mia' } };
    expect((await send('POST /api/leads', { authorization, ...forged }, { lead })).status).toBe(201);
    await scene.settle();
    const mails = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(mails.length).toBeGreaterThan(before);
    expect(mails.filter((mail) => mail.includes(evil))).toEqual([]);
  });
});

describe('another site', () => {
  const foreign = { origin: `https://${evil}`, referer: `https://${evil}/` };

  it('reads no answer, and is asked for no more by any', async () => {
    const heard = await everyAnswer({ authorization, ...foreign });
    const opens = (answer: Heard) => Object.keys(answer.headers).some((name) => name.startsWith('access-control-'));
    expect(failing(heard, opens)).toEqual([]);
    const asked = { ...foreign, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-csrf-token' };
    for (const { path } of declaredRoutes) {
      const { headers } = await send(`OPTIONS ${path.replaceAll(/:\w+/g, 'x')}`, asked);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control-')), path).toEqual([]);
    }
  }); // prettier-ignore

  it('frames nothing but the forms that name it, and makes nothing a type that it is not', async () => {
    const heard = await everyAnswer({ authorization, accept: 'text/html' });
    const lax = ({ headers }: Heard) =>
      headers['x-content-type-options'] !== 'nosniff' ||
      !/frame-ancestors 'none'|frame-ancestors 'self'/.test(String(headers['content-security-policy'])) ||
      /script-src[^;]*'unsafe|default-src[^;]*\*/.test(String(headers['content-security-policy']));
    expect(failing(heard, lax)).toEqual([]);
  });
});

describe('signing in', () => {
  it('costs as much for an address that nobody has as for a wrong password', async () => {
    const { ctx } = scene.node;
    await setPassword(ctx, { userId: scene.ids.olaf, password: 'correct horse battery' });
    // Processor time of this process, hashing threads included: what else the machine does is not in it.
    const cost = async (email: string) => {
      const before = process.cpuUsage();
      const { status } = await scene.ask(undefined, 'POST /api/sign-in', { email, password: 'wrong horse battery' });
      expect(status).toBe(401);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let round = 0; round < 8; round++) {
      known.push(await cost('olaf@vendor.example'));
      unknown.push(await cost(`nobody${round}@vendor.example`));
    }
    const ratio = Math.min(...unknown) / Math.min(...known);
    // Without the hash it would be a tenth.
    expect(ratio).toBeGreaterThan(0.4);
    expect(ratio).toBeLessThan(2.5);
  });
});
