import type { Context } from '../kernel/context.ts';
import type { Actor } from '../kernel/routes.ts';
import { scopeOf } from './scope.ts';
import { listIdsInScope } from './store/list.ts';

/** Which of these leads somebody sees. */
export async function seenLeads(ctx: Context, actor: Actor, leadIds: readonly string[]): Promise<ReadonlySet<string>> {
  const scope = await scopeOf(ctx, actor);
  return new Set(scope.kind === 'all' ? leadIds : await listIdsInScope(ctx, leadIds, scope));
}
