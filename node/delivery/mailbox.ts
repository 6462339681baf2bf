import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import type { Context } from '../kernel/context.ts';
import { notFound } from '../kernel/errors.ts';
import { mailboxFolder } from './mail-transport.ts';

/** A mail this node wrote into its mailbox folder. */
export interface StoredMail {
  id: string;
  at: number;
  mail: Email;
}

const nameOf = /^[A-Za-z0-9_-]{1,120}$/;

async function readStored(folder: string, id: string): Promise<StoredMail> {
  const path = join(folder, `${id}.eml`);
  const [bytes, { mtimeMs }] = [await readFile(path), await stat(path)];
  return { id, at: mtimeMs, mail: await PostalMime.parse(bytes) };
}

/** The newest mails of the mailbox, newest first. */
export async function listMails(ctx: Context, { limit, page }: { limit: number; page: number }): Promise<StoredMail[]> {
  const folder = mailboxFolder(ctx.config);
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
  const dated = await Promise.all(
    names.map(async (name) => ({ id: name.slice(0, -4), at: (await stat(join(folder, name))).mtimeMs })),
  );
  const newest = dated.sort((a, b) => b.at - a.at).slice(page * limit, (page + 1) * limit);
  return Promise.all(newest.map(({ id }) => readStored(folder, id)));
}

/** One mail of the mailbox. Throws `not-found`. */
export async function getMail(ctx: Context, id: string): Promise<StoredMail> {
  if (!nameOf.test(id)) throw notFound('mail');
  return readStored(mailboxFolder(ctx.config), id).catch(() => {
    throw notFound('mail');
  });
}
