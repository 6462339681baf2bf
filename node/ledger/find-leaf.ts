import type { Context } from '../kernel/context.ts';
import { getHead } from './store/head.ts';
import { listLeaves, type Leaf } from './store/leaves.ts';

/** Clocks of two nodes, and leaves that waited for their number. */
const slackMilliseconds = 24 * 3_600_000;
const pageLeaves = 1_000;

/** The first leaf about a message, whose id tells when it was made: only what was logged since then is read. */
export async function findLeafOfMessage(ctx: Context, messageId: string): Promise<Leaf | undefined> {
  const madeAt = Number.parseInt(messageId.replace('-', '').slice(0, 12), 16);
  const line = `\nmessage: ${messageId}\n`;
  for (let from = await findPlaceOf(ctx, madeAt); ; from += pageLeaves) {
    const page = await listLeaves(ctx, from, pageLeaves);
    const found = page.find(({ text }) => text.includes(line));
    if (found || page.length < pageLeaves) return found;
  }
}

/** Leaves are logged in the order of their times, but for moments: a place with all behind it that are not older. */
export async function findPlaceOf(ctx: Context, since: number): Promise<number> {
  const at = since - slackMilliseconds;
  let [low, high] = [0, (await getHead(ctx)).size];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const [leaf] = await listLeaves(ctx, middle, 1);
    if (leaf && timeOf(leaf) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

const timeOf = ({ text }: Leaf): number => Date.parse(/^at: (.*)$/m.exec(text)?.[1] ?? '');
