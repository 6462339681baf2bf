import type { Tx } from '../kernel/context.ts';
import { intend } from '../kernel/jobs.ts';
import { madeOfSetup } from '../kernel/setup.ts';
import { managesOthers } from '../people/decide-manager.ts';
import { findUser, listAdministrators } from '../people/store.ts';

/** Leads that nobody took within this time are told in one notice: an import of hundreds is not hundreds of mails. */
const gatherMilliseconds = 5 * 60_000;

/**
 * Tells whoever answers for a box that nobody took a lead there: its owner or the nearest manager above the owner, else the
 * administrators.
 */
export async function tellUnrouted(tx: Tx, { leadId, ownerId }: { leadId: string; ownerId?: string | undefined }) {
  const now = tx.clock.now();
  const since = now - (now % gatherMilliseconds);
  const dueAt = since + gatherMilliseconds;
  for (const userId of await listKeepers(tx, ownerId)) {
    const payload = { kind: 'unrouted', userId, leadId, since };
    await intend(tx, { kind: 'notify', payload, dueAt, key: `notify-unrouted:${userId}:${since}` });
  }
}

const readAdministrators = madeOfSetup(async (ctx) => (await listAdministrators(ctx)).map((user) => user.id));

/** Who answers for what lies in a box of this owner. */
export async function listKeepers(tx: Tx, ownerId: string | undefined): Promise<readonly string[]> {
  for (let id = ownerId; id !== undefined;) {
    const user = await findUser(tx, id);
    if (user?.active && managesOthers(user.role)) return [user.id];
    id = user?.managerId ?? undefined;
  }
  return readAdministrators(tx);
}
