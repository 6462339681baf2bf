import type { Context } from '../kernel/context.ts';
import type { Actor } from '../kernel/routes.ts';
import { visibleUserIds } from '../people/visible-users.ts';
import type { Holder } from './history.ts';
import type { Party } from './life-cycle.ts';
import type { LeadScope } from './store.ts';

type Who = Pick<Actor, 'userId' | 'role'>;

/** Which leads someone sees: the one place that decides it; every read of the store takes the answer. */
export async function scopeOf(ctx: Context, actor: Who): Promise<LeadScope> {
  if (actor.role === 'representative') return { kind: 'held', userId: actor.userId };
  const userIds = await visibleUserIds(ctx, actor);
  return userIds === 'all' ? { kind: 'all' } : { kind: 'branch', userIds };
}

/** What someone who sees a lead is to it; undefined: an onlooker, who changes nothing. */
export function partyOf(actor: Who, holder: Holder | undefined): Party | undefined {
  if (actor.role === 'auditor') return undefined;
  if (holder?.kind === 'user' && holder.id === actor.userId) return 'holder';
  return actor.role === 'representative' ? undefined : 'overseer';
}
