import { z } from 'zod';
import type { Context } from '../../kernel/context.ts';
import type { Actor } from '../../kernel/routes.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getPeer } from '../store/peers.ts';

export const partnerView = z.object({ peerId: z.string(), name: z.string() });
export const viewPartner = async (ctx: Context, peerId: string) => ({
  peerId,
  name: (await getPeer(ctx, peerId)).name,
});

export const actorOf = ({ userId: id, name }: Actor): LeadActor => ({ kind: 'user', id, name });
