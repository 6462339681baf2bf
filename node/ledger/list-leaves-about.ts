import type { Context } from '../kernel/context.ts';
import { findPlaceOf } from './find-leaf.ts';
import type { LeafKind } from './leaf.ts';
import { listLeaves, listPending } from './store/leaves.ts';

const pageLeaves = 1_000;

/** A leaf, read: its time in epoch milliseconds, and its lines by name. */
export interface ReadLeaf {
  readonly at: number;
  readonly lines: ReadonlyMap<string, string>;
}

interface About {
  readonly kind: LeafKind;
  readonly leadId: string;
  /** Epoch milliseconds: when there was a first leaf at the earliest. */
  readonly since: number;
  readonly most: number;
}

/**
 * The leaves of one kind about a lead, oldest first. The log since then is read page by page, between which others have their
 * turn: not for use in a transaction.
 */
export async function listLeavesAbout(ctx: Context, { kind, leadId, since, most }: About): Promise<ReadLeaf[]> {
  const isAbout = (text: string) => text.includes(`\nkind: ${kind}\n`) && text.includes(`\nlead: ${leadId}\n`);
  // First what waits for its number: it may get it meanwhile.
  const waiting = (await listPending(ctx)).filter(isAbout);
  const found = new Set<string>();
  for (let from = await findPlaceOf(ctx, since); found.size < most; from += pageLeaves) {
    const page = await listLeaves(ctx, from, pageLeaves);
    for (const { text } of page) if (isAbout(text)) found.add(text);
    if (page.length < pageLeaves) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  return [...new Set([...found, ...waiting])].slice(0, most).map(readLeaf);
}

function readLeaf(text: string): ReadLeaf {
  const lines = new Map(text.split('\n').map((line) => [line.split(': ', 1)[0] ?? '', line.replace(/^[^:]*: /, '')]));
  return { at: Date.parse(lines.get('at') ?? ''), lines };
}
