import { z } from 'zod';
import type { Context } from '../kernel/context.ts';
import type { OutgoingMail } from '../kernel/mail.ts';
import { getLead } from '../leads/store.ts';
import { leadLines } from './lead-lines.ts';
import { findOfferedLead, type OfferedLead } from './offered-lead.ts';
import { planClosedMail, planOfferMail, planReleasedMail, type Draft } from './plan-mail.ts';
import { makeResponseToken } from './response-token.ts';

const notice = z.object({
  kind: z.enum(['offer', 'taken', 'expired', 'recalled', 'released']),
  userId: z.string(),
  recipientId: z.string(),
  leadId: z.string(),
});
export type Notice = z.infer<typeof notice>;

/** Only the winner's mail holds what was withheld, and it goes to the address on file. */
async function draftReleased(ctx: Context, offered: OfferedLead): Promise<Draft> {
  const lead = await getLead(ctx, offered.recipient.leadId);
  return planReleasedMail({
    nodeName: ctx.config.name,
    title: offered.title,
    lines: leadLines(lead.document),
    hidden: [],
    link: `${ctx.config.publicUrl}/leads/${lead.id}`,
  });
}

async function draft(ctx: Context, { kind }: Notice, offered: OfferedLead): Promise<Draft | undefined> {
  const nodeName = ctx.config.name;
  if (kind === 'released') return draftReleased(ctx, offered);
  if (kind !== 'offer') return planClosedMail({ nodeName, title: offered.title, reason: kind });
  // The offer may be over by the time its mail is due: then there is nothing to tell.
  if (offered.recipient.state !== 'offered' || !offered.lead) return undefined;
  const { title, hidden, link, mode, closesAt } = offered;
  return planOfferMail({
    nodeName,
    title,
    hidden,
    link,
    mode,
    closesAt,
    now: ctx.clock.now(),
    lines: leadLines(offered.lead),
  });
}

/** Sends the mail of one notice. A repetition after a crash carries the same Message-ID. */
export async function notify(ctx: Context, payload: unknown): Promise<void> {
  const told = notice.parse(payload);
  const offered = await findOfferedLead(ctx, told.recipientId);
  if (!offered) return;
  const mail = await draft(ctx, told, offered);
  if (!mail) return;
  const token = makeResponseToken(ctx.keys.secret, told.recipientId);
  const outgoing: OutgoingMail = { id: `${told.recipientId}-${told.kind}`, to: offered.user.email, ...mail };
  if (told.kind === 'offer') outgoing.replyTo = `reply+${token}@${ctx.config.nodeId}`;
  await ctx.mail.send(outgoing);
}
