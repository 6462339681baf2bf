import type { Money } from '../../protocol/index.ts';
import { transact, type Context } from '../kernel/context.ts';
import { forbidden } from '../kernel/errors.ts';
import type { Actor } from '../kernel/routes.ts';
import { changeLead } from './change-lead.ts';
import { eventsFor, mayChange, type LeadEvent } from './life-cycle.ts';
import { partyOf, scopeOf } from './scope.ts';
import { getLead } from './store.ts';

/** Events that people bring about by themselves; routing again is the routing room's verb. */
export const userEvents = [
  'contact',
  'work',
  'sleep',
  'wake',
  'win',
  'lose',
  'reopen',
  'note',
] as const satisfies readonly LeadEvent[];

interface UserChange {
  readonly event: (typeof userEvents)[number];
  /** Epoch milliseconds. */
  readonly until?: number | undefined;
  readonly amount?: Money | undefined;
  readonly orderReference?: string | undefined;
  readonly reason?: string | undefined;
  readonly note?: string | undefined;
  /** The version the page showed; another one is refused with `lead-changed`. */
  readonly version?: number | undefined;
}

/**
 * A person tells what became of a lead. Throws `not-found` when she does not see it, `illegal-change` when its state does
 * not allow the event, `forbidden` when it is not hers to tell. Answers the id of the history entry.
 */
export function changeByUser(ctx: Context, actor: Actor, leadId: string, change: UserChange): Promise<string> {
  return transact(ctx, async (tx) => {
    const lead = await getLead(tx, leadId, await scopeOf(tx, actor));
    const party = partyOf(actor, lead.holder);
    const allowed = party ? eventsFor({ state: lead.state, holderKind: lead.holder?.kind }, party) : [];
    const isAllowed = allowed.some((transition) => transition.event === change.event);
    if (!isAllowed && mayChange(lead.state, change.event)) throw forbidden('Only who holds this lead can tell that.');
    const { event, ...facts } = change;
    return changeLead(tx, leadId, event, { ...facts, actor: { kind: 'user', id: actor.userId, name: actor.name } });
  });
}
