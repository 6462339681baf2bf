import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import PostalMime, { type Email } from 'postal-mime';
import type { Config } from '../kernel/config.ts';
import type { Context } from '../kernel/context.ts';
import { notFound } from '../kernel/errors.ts';

/** A mail this node wrote into its mailbox folder. */
export interface StoredMail {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly mail: Email;
}

const nameOf = /^[A-Za-z0-9_-]{1,120}$/;
/** Mails hold customer data: no more of them, and no older ones, than a person will look at. */
const mostMails = 2_000;
const longestMilliseconds = 30 * 24 * 3_600_000;

/** Folder of the mails a node without a mail server wrote, one `.eml` file each. */
const mailboxFolder = ({ dataFolder }: Pick<Config, 'dataFolder'>) => join(dataFolder, 'mailbox');

/** Puts a mail into the mailbox; the same id again replaces it. */
export async function storeMail(config: Config, id: string, message: Uint8Array): Promise<void> {
  if (!nameOf.test(id)) throw notFound('mail');
  const folder = mailboxFolder(config);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${id}.eml`);
  await writeFile(`${path}.part`, message, { mode: 0o600 });
  await rename(`${path}.part`, path);
}

interface Dated {
  readonly id: string;
  readonly at: number;
}

async function listDated(folder: string): Promise<Dated[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.eml'));
  const dated = await Promise.all(
    names.map(async (name) => {
      const found = await stat(join(folder, name)).catch(() => undefined);
      return found ? [{ id: name.slice(0, -4), at: found.mtimeMs }] : [];
    }),
  );
  return dated.flat().sort((one, other) => other.at - one.at || (one.id < other.id ? 1 : -1));
}

/** Deletes the mails that are too old, or too many. */
export async function trimMailbox(config: Config): Promise<void> {
  const folder = mailboxFolder(config);
  const mails = await listDated(folder);
  const oldest = (mails[0]?.at ?? 0) - longestMilliseconds;
  const stale = mails.filter(({ at }, index) => index >= mostMails || at < oldest);
  for (const { id } of stale) await rm(join(folder, `${id}.eml`), { force: true });
}

/** Mails so named ask to delete a lead: they tell nothing of it, and stay when it is erased. */
export const eraseMailPrefix = 'erase-';

/** Deletes the mails that are named by one of some ids, or hold one: a mail about a lead links to it. */
export async function deleteMailsAbout(config: Pick<Config, 'dataFolder'>, ids: readonly string[]): Promise<void> {
  const folder = mailboxFolder(config);
  for (const { id } of await listDated(folder)) {
    if (id.startsWith(eraseMailPrefix)) continue;
    const path = join(folder, `${id}.eml`);
    // Long lines are broken by quoted-printable.
    const text = `${id}\n${(await readFile(path, 'latin1').catch(() => '')).replace(/=\r?\n/g, '')}`;
    if (ids.some((each) => text.includes(each))) await rm(path, { force: true });
  }
}

async function readStored(folder: string, { id, at }: Dated): Promise<StoredMail> {
  return { id, at, mail: await PostalMime.parse(await readFile(join(folder, `${id}.eml`))) };
}

/** A page of the mailbox, newest first, and whether there are older mails. */
export async function listMails(
  ctx: Context,
  { limit, page }: { limit: number; page: number },
): Promise<{ mails: StoredMail[]; more: boolean }> {
  const folder = mailboxFolder(ctx.config);
  const dated = await listDated(folder);
  const wanted = dated.slice(page * limit, (page + 1) * limit);
  const mails = await Promise.all(wanted.map((each) => readStored(folder, each).catch(() => undefined)));
  return { mails: mails.filter((mail) => mail !== undefined), more: dated.length > (page + 1) * limit };
}

/** One mail of the mailbox. Throws `not-found`. */
export async function getMail(ctx: Context, id: string): Promise<StoredMail> {
  if (!nameOf.test(id)) throw notFound('mail');
  const folder = mailboxFolder(ctx.config);
  try {
    const { mtimeMs } = await stat(join(folder, `${id}.eml`));
    return await readStored(folder, { id, at: mtimeMs });
  } catch {
    throw notFound('mail');
  }
}
