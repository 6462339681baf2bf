import type { Context } from '../../kernel/context.ts';
import { findEpoch } from '../../kernel/restoration.ts';

/** What the header of everything says that a restored node signs (LX-182); nothing on a node that never was. */
export async function headerEpoch(ctx: Context): Promise<{ epoch?: number }> {
  const epoch = await findEpoch(ctx);
  return epoch > 0 ? { epoch } : {};
}
