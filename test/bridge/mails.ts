import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import type { TestNode } from '../support/network.ts';

export interface Person {
  readonly id: string;
  readonly email: string;
}

/** Every mail a node wrote to somebody, as sent and read. */
export async function mailsTo(node: TestNode, { email }: Pick<Person, 'email'>): Promise<(Email & { raw: string })[]> {
  const folder = join(node.ctx.config.dataFolder, 'mailbox');
  const raws = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const mails = await Promise.all(raws.map(async (raw) => ({ ...(await PostalMime.parse(raw)), raw })));
  return mails.filter((mail) => mail.to?.[0]?.address === email);
}

/** The only mail to somebody whose subject begins so. */
export async function mailTo(node: TestNode, person: Pick<Person, 'email'>, subject: string) {
  const all = await mailsTo(node, person);
  const [found, another] = all.filter((mail) => mail.subject?.startsWith(subject));
  if (!found || another) throw new Error(`Not one mail “${subject}”: ${all.map((mail) => mail.subject).join('; ')}`);
  return found;
}
