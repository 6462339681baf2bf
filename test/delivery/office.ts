import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import type { Lead } from '../../protocol/index.ts';
import { ApiError } from '../../node/cli/api-client.ts';
import { offerAllTo, takeIn } from '../browser/scene.ts';
import { startNetwork, type TestNetwork, type TestNode, type TestUser } from '../support/network.ts';

/** Every value of a lead that a policy keeps back before acceptance holds this word. */
export const canary = 'Kanarienvogel';

/** City, company and product may be seen; the rest is withheld by `withholdCanaries`. */
export const secretLead: Lead = {
  contact: {
    givenName: `Ada${canary}`,
    familyName: `Lovelace${canary}`,
    emails: [{ kind: 'work', value: `ada@${canary.toLowerCase()}.example` }],
    phones: [{ kind: 'mobile', value: '+491705550123' }],
    address: { streets: [`${canary}gasse 1`], city: 'Ulm', postalCode: '89073', country: 'DE' },
  },
  account: { name: 'Acme' },
  interest: { products: [{ name: 'Pump', quantity: '3' }], comments: `${canary} sings` },
};
export const secrets = [canary, canary.toLowerCase(), '705550123', '89073'];
const withheld = [
  'group:person',
  'group:email',
  'group:phone',
  'contact.address.streets',
  'contact.address.postalCode',
  'interest.comments',
];

interface Mail extends Email {
  /** As it was stored or sent, headers and all. */
  readonly raw: string;
}

/** A node with two representatives, and the mails it wrote. */
export interface Office extends TestNetwork {
  readonly vendor: TestNode;
  readonly ann: TestUser;
  readonly ben: TestUser;
  /** Every mail so far, in no order. */
  mails(node?: TestNode): Promise<Mail[]>;
  /** The only mail to someone whose subject begins so. */
  mailTo(user: TestUser, subject: string): Promise<Mail>;
  /** Takes in a lead and carries out what follows; answers its id. */
  takeIn(lead?: Lead): Promise<string>;
  /** Keeps the values with canaries from our own people until they accept. */
  withholdCanaries(stage?: 'offered' | 'released', recipientId?: string): Promise<void>;
  /** Hands over a mail as a mail server does; rejects with `ApiError`. */
  handOver(mail: string | Buffer): Promise<string>;
}

export interface OfficePlan {
  readonly env?: Readonly<Record<string, string>>;
  readonly mode?: 'grab' | 'direct';
  readonly others?: readonly string[];
}

export async function openOffice({ env = {}, mode = 'direct', others = [] }: OfficePlan = {}): Promise<Office> {
  const network = await startNetwork({ nodes: ['vendor', ...others], env });
  const vendor = network.node('vendor');
  const [ann, ben] = [await vendor.addUser('Ann'), await vendor.addUser('Ben')];
  await offerAllTo(vendor, mode === 'grab' ? [ann, ben] : [ann], { mode });
  const mails = async (node = vendor) => readMails(node);
  return {
    ...network,
    vendor,
    ann,
    ben,
    mails,
    async mailTo(user, subject) {
      const all = await mails();
      const found = all.filter((mail) => mail.to?.[0]?.address === user.email && mail.subject?.startsWith(subject));
      if (found.length !== 1)
        throw new Error(`${found.length} mails “${subject}” to ${user.email}: ${all.map(lineOf).join('; ')}`);
      return found[0]!;
    },
    async takeIn(lead = secretLead) {
      const id = await takeIn(vendor, lead);
      await network.settle();
      return id;
    },
    async withholdCanaries(stage = 'offered', recipientId) {
      const action = stage === 'offered' ? 'withhold' : 'never';
      const policies = withheld.map((target) => ({ recipientKind: 'user', recipientId, target, stage, action }));
      await vendor.administrator.api.send('PUT', '/api/field-policies', { policies });
    },
    async handOver(mail) {
      const bytes = Buffer.from(mail);
      const reply = await vendor.administrator.api.upload<{ outcome: string }>('/api/mail-answers', {
        contentType: 'message/rfc822',
        bytes,
      });
      return reply.outcome;
    },
  };
}

const lineOf = (mail: Email) => `${mail.to?.[0]?.address ?? 'nobody'}: ${mail.subject ?? ''}`;

async function readMails(node: TestNode): Promise<Mail[]> {
  const folder = join(node.ctx.config.dataFolder, 'mailbox');
  const names = listFolder(folder).filter((name) => name.endsWith('.eml'));
  return Promise.all(
    names.map(async (name) => {
      const raw = readFileSync(join(folder, name), 'utf8');
      return { ...(await PostalMime.parse(raw)), raw };
    }),
  );
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The path of the link in an offer mail. */
export function linkIn(mail: Pick<Email, 'text'>): string {
  const [, path] = /https?:\/\/[^/\s]+(\/(?:a|asked)\/[0-9a-z]{52})\b/.exec(mail.text ?? '') ?? [];
  if (path === undefined) throw new Error('The mail has no link.');
  return path;
}

/** The address an offer mail is answered to. */
export const replyToOf = (mail: Email): string => mail.replyTo?.[0]?.address ?? '';

interface AnswerParts {
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly headers?: readonly string[];
}

/** A raw answer; `headers` may bring a subject and a Message-ID of its own. */
export function writeAnswer({ from, to, text, headers = [] }: AnswerParts): string {
  const brings = (name: string) => headers.some((header) => header.toLowerCase().startsWith(`${name}:`));
  const subject = brings('subject') ? [] : ['Subject: Re: New lead'];
  const id = brings('message-id') ? [] : [`Message-ID: <${crypto.randomUUID()}@mail.example>`];
  const head = [`From: ${from}`, `To: ${to}`, ...subject, ...id, ...headers];
  return [...head, 'Content-Type: text/plain; charset=utf-8', '', ...text.split('\n')].join('\r\n');
}

/** A page of a node, as a browser without cookies asks for it. */
export async function visit(node: TestNode, path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(`${node.url}${path}`);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** A form of a page, posted. */
export async function post(
  node: TestNode,
  path: string,
  fields: Readonly<Record<string, string>>,
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${node.url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, text: await response.text() };
}

/** The code a refused call was answered with. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ApiError) return error.code;
    throw error;
  }
  throw new Error('It was not refused.');
}
