import { transact, type Context, type Tx } from '../kernel/context.ts';
import { conflict } from '../kernel/errors.ts';
import type { Actor } from '../kernel/routes.ts';
import { receiveLead } from '../leads/receive-lead.ts';
import { leadActorOf, readLeadJson } from './enter-lead.ts';
import { decideTrayEntry, getTrayEntry } from './store.ts';

async function decide(tx: Tx, actor: Actor, id: string, leadId: string | null): Promise<void> {
  const state = leadId === null ? 'dismissed' : 'lead';
  if (!(await decideTrayEntry(tx, id, { state, leadId, decidedById: actor.userId })))
    throw conflict('already-decided', 'Someone decided about this message before.');
}

/**
 * Makes a lead of a message in the tray, by hand; answers its id. Throws `not-found`, `schema`, and `already-decided` when
 * the entry is no longer open.
 */
export async function makeLeadOfTray(
  ctx: Context,
  actor: Actor,
  id: string,
  request: { readonly lead: unknown; readonly test?: boolean | undefined },
): Promise<string> {
  const document = readLeadJson(request.lead, 'other');
  return transact(ctx, async (tx) => {
    const { bytes } = await getTrayEntry(tx, id);
    const leadId = await receiveLead(tx, {
      document,
      origin: 'local',
      test: request.test,
      original: { mediaType: 'message/rfc822', bytes },
      actor: leadActorOf(actor),
    });
    await decide(tx, actor, id, leadId);
    return leadId;
  });
}

/** Puts a message aside that is no lead. Throws `not-found`, `already-decided`. */
export function dismissTrayEntry(ctx: Context, actor: Actor, id: string): Promise<void> {
  return transact(ctx, async (tx) => {
    await getTrayEntry(tx, id);
    await decide(tx, actor, id, null);
  });
}
