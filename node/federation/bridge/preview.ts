import { readDiscloseTo } from '../../disclosure/disclose-to.ts';
import { factsOf } from '../../disclosure/facts.ts';
import type { Context } from '../../kernel/context.ts';
import type { StoredLead } from '../../leads/store.ts';
import { getWebhook } from '../store/webhooks.ts';
import { mapLead, type WebhookEvent } from './map-lead.ts';
import { checkMapping, type Mapping } from './mapping.ts';
import { offerFacts } from './offer-by-webhook.ts';

interface Asked {
  readonly peerId: string;
  readonly lead: StoredLead;
  readonly mode: 'direct' | 'grab';
  /** A mapping to try instead of the one that is set. */
  readonly mapping?: unknown;
}

/** The bodies a partner's software would get of a lead that is offered to it now, made as real ones are. */
export async function previewWebhook(ctx: Context, { peerId, lead, mode, mapping }: Asked) {
  const set = JSON.parse((await getWebhook(ctx, peerId)).mapping) as Mapping;
  const used = mapping === undefined ? set : checkMapping(mapping);
  const discloser = (await readDiscloseTo(ctx))({ kind: 'peer', id: peerId }, mode);
  const plan = discloser.plan(lead.document, factsOf(lead));
  const at = ctx.clock.now();
  const offered = offerFacts({ mode, opensAt: at, closesAt: at + 3_600_000 }, plan, lead.test);
  const bodyOf = (event: WebhookEvent, facts: object, document: typeof plan.offered) =>
    mapLead(used, { facts: { ...facts, event, lead: 'recipient_PREVIEW' }, document, at });
  return {
    offered: bodyOf('lead.offered', offered, plan.offered),
    released: bodyOf('lead.released', { ...offered, withheld: [], masked: [] }, plan.released),
    closed: bodyOf('lead.closed', { reason: 'taken' }, {}),
  };
}
