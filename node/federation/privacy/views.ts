import { z } from 'zod';
import type { Context } from '../../kernel/context.ts';
import type { Actor } from '../../kernel/routes.ts';
import type { LeadActor } from '../../leads/history.ts';
import { getPeer } from '../store/peers.ts';

/** A time as the API shows it, from epoch milliseconds. */
export const when = (at: number) => new Date(at).toISOString();
export const maybe = (at: number | null) => (at === null ? undefined : when(at));

export const partnerView = z.object({ peerId: z.string(), name: z.string() });
export const partnerOf = async (ctx: Context, peerId: string) => ({ peerId, name: (await getPeer(ctx, peerId)).name });

export const actorOf = ({ userId: id, name }: Actor): LeadActor => ({ kind: 'user', id, name });
