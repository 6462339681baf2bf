import { createHash } from 'node:crypto';
import { transact, type Context } from '../kernel/context.ts';
import { CodedError } from '../kernel/errors.ts';
import { intend } from '../kernel/jobs.ts';
import type { Actor } from '../kernel/routes.ts';
import { cutIntoChunks, layoutOf } from './prepare-list.ts';
import { readList, type ListOptions } from './read-list.ts';
import { intendTrim } from './trim-intake.ts';
import { getListByFile, insertList } from './store.ts';

export interface ImportRequest {
  readonly bytes: Buffer;
  /** Who provided the list. */
  readonly provider: string;
  /** What the list may be used for, in words. */
  readonly licence?: string | undefined;
  readonly campaign?: string | undefined;
  readonly fileName?: string | undefined;
  readonly options: ListOptions;
}

/**
 * Stores a list and the intent to import it, a hundred rows at a time; answers the list's id. The same file of the same
 * provider again answers the first one's id (`again`) and adds nothing. Throws what `readList` throws, and `no-rows`.
 */
export async function startImport(
  ctx: Context,
  actor: Actor,
  request: ImportRequest,
): Promise<{ id: string; again: boolean }> {
  const { provider, licence = null, campaign = null, fileName = null } = request;
  const list = readList(request.bytes, request.options);
  const chunks = await cutIntoChunks(list);
  if (chunks.length === 0) throw new CodedError('no-rows', 422, 'The list has a header and no rows.');
  const fileDigest = createHash('sha256').update(request.bytes).digest('base64url');
  return transact(ctx, async (tx) => {
    const names = { createdById: actor.userId, createdByName: actor.name };
    const stored = { fileDigest, provider, licence, campaign, fileName, layout: layoutOf(list), ...names };
    const id = await insertList(tx, stored, chunks);
    if (id === undefined) return { id: await getListByFile(tx, provider, fileDigest), again: true };
    await intend(tx, { kind: 'import-list', payload: { listId: id, number: 0 }, key: `import-list:${id}:0` });
    await intendTrim(tx);
    return { id, again: false };
  });
}
