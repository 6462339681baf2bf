import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What an administrator copies from our answer into the other software. */
interface Settings {
  readonly secret: string;
  readonly reportSecret: string;
  readonly token: string;
  readonly reportUrl: string;
}

export interface Webhook {
  readonly id: string;
  readonly raw: string;
  /** Its signature and what was signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly type: string;
    readonly data: Readonly<Record<string, unknown>> & { readonly lead: string };
  };
}

const signatureOf = ({ headers }: IncomingMessage) =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith('webhook-') ? [[name, String(value)]] : [])),
  );

const macOf = (secret: string, signed: string) =>
  createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'))
    .update(signed)
    .digest('base64');

/** A CRM that knows webhooks and HTTP, and nothing of Lead Exchange: it checks signatures, and reports. */
export async function startCrm() {
  const taken: Webhook[] = [];
  const forged: string[] = [];
  const crm = { settings: undefined as Settings | undefined, taken, forged, answer: (_: ServerResponse) => false };
  const isOurs = ({ headers }: IncomingMessage, raw: string) => {
    const [id, time, given] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers[name]);
    const expected = Buffer.from(`v1,${macOf(crm.settings?.secret ?? '', `${String(id)}.${String(time)}.${raw}`)}`);
    const signatures = String(given).split(' ').map((one) => Buffer.from(one)); // prettier-ignore
    return signatures.some((one) => one.length === expected.length && timingSafeEqual(one, expected));
  };
  const server = createServer((request, response) => {
    void text(request).then((raw) => {
      const id = String(request.headers['webhook-id']);
      if (!isOurs(request, raw)) forged.push(id);
      else if (crm.answer(response)) return;
      else if (!taken.some((one) => one.id === id))
        taken.push({ id, raw, headers: signatureOf(request), body: JSON.parse(raw) as Webhook['body'] });
      response.writeHead(forged.includes(id) ? 401 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const post = async (headers: Record<string, string>, raw: string) => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: raw };
    const reply = await fetch(crm.settings?.reportUrl ?? '', init);
    return { status: reply.status, body: (await reply.json()) as { outcome?: string; code?: string } };
  };
  return Object.assign(crm, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/leads`,
    post,
    /** Reports with the token. */
    report: (body: object) => post({ authorization: `Bearer ${crm.settings?.token}` }, JSON.stringify(body)),
    /** Reports with a signature; the clock is that of the test. */
    signed(body: object, at: number, id: string = randomUUID()) {
      const raw = JSON.stringify(body);
      const time = String(Math.floor(at / 1000));
      const mac = macOf(crm.settings?.reportSecret ?? '', `${id}.${time}.${raw}`);
      return post({ 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,${mac}` }, raw);
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  });
}
export type Crm = Awaited<ReturnType<typeof startCrm>>;

/** A CRM that answers as it should not. */
export const faulty =
  (act: (response: ServerResponse) => unknown): Crm['answer'] =>
  (response) => {
    act(response);
    return true;
  };
