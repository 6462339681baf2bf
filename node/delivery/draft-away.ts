import type { Context } from '../kernel/context.ts';
import { getLead } from '../leads/store.ts';
import { pickUpdatableFor } from '../routing/pick-updatable-for.ts';
import { labelsOf, leadLines } from './lead-lines.ts';
import type { AskedNotice, UpdatedNotice } from './notice.ts';
import type { OfferedLead } from './offered-lead.ts';
import type { Draft } from './mail-layout.ts';
import { planAskedBackMail, planConsentAwayMail, planEraseMail, planUpdatedAwayMail } from './plan-away-mail.ts';
import { mayReport } from './report-status.ts';

/**
 * To somebody of a partner who holds a lead: the fields that changed, as they are now; undefined when the lead is with others
 * by now, or may not be shown any more.
 */
export async function draftUpdatedAway(
  ctx: Context,
  offered: OfferedLead,
  { fields }: UpdatedNotice,
): Promise<Draft | undefined> {
  const { recipient, title, link } = offered;
  if (!(await mayReport(ctx, offered))) return undefined;
  const part = await pickUpdatableFor(ctx, recipient, await getLead(ctx, recipient.leadId), fields);
  if (!part) return undefined;
  const lines = leadLines(part.lead);
  const told = new Set(lines.map(({ label }) => label));
  const gone = labelsOf(part.fields).filter((label) => !told.has(label));
  return planUpdatedAwayMail({ nodeName: ctx.config.name, title, lines, gone, link });
}

/**
 * To somebody of a partner who was given a lead: in which ways its person is not to be contacted, and the consents as they are
 * now; undefined when the lead was erased meanwhile.
 */
export async function draftConsentAway(
  ctx: Context,
  { recipient, title }: OfferedLead,
  { fields }: UpdatedNotice,
): Promise<Draft | undefined> {
  const lead = await getLead(ctx, recipient.leadId);
  const { doNotContact, erasedAt } = lead;
  if (erasedAt !== null) return undefined;
  const part = await pickUpdatableFor(ctx, recipient, lead, fields);
  const consents = part?.lead.consents ?? [];
  return planConsentAwayMail({ nodeName: ctx.config.name, title, doNotContact, consents });
}

/** Where somebody of a partner answers what is asked of them. */
export const askedPath = (token: string) => `/asked/${token}`;

/** To somebody of a partner: give the lead back, or delete it; undefined when it is with others by now. */
export async function draftAskedAway(
  ctx: Context,
  offered: OfferedLead,
  { kind, until }: AskedNotice,
): Promise<Draft | undefined> {
  const { title, token, recipient } = offered;
  const link = ctx.config.publicUrl + askedPath(token);
  const { name: nodeName } = ctx.config;
  if (kind === 'erase') return planEraseMail({ nodeName, until, link, sentAt: recipient.createdAt });
  return (await mayReport(ctx, offered)) ? planAskedBackMail({ nodeName, title, until, link }) : undefined;
}
