import { showLead, showSummary, sightOf } from '../disclosure/sight.ts';
import type { Context } from '../kernel/context.ts';
import type { OutgoingMail } from '../kernel/mail.ts';
import { leadTitle, promoteFields } from '../leads/promote-fields.ts';
import { scopeOf } from '../leads/scope.ts';
import { getLead, listLeads, type LeadSummary, type StoredLead } from '../leads/store.ts';
import type { User } from '../people/store.ts';
import { findPlan } from '../routing/store/recipients.ts';
import { describeTime } from './describe-time.ts';
import { draftAskedAway, draftConsentAway, draftUpdatedAway } from './draft-away.ts';
import { leadLines, oneLine } from './lead-lines.ts';
import { eraseMailPrefix } from './mailbox.ts';
import { messageIdOf } from './mail-transport.ts';
import type {
  AnsweredNotice,
  AskedNotice,
  OfferNotice,
  PartnerNotice,
  SharedNotice,
  UnroutedNotice,
  UpdatedNotice,
  UserNotice,
  WokenNotice,
} from './notice.ts';
import { findOfferedLead, isOpen, type OfferedLead } from './offered-lead.ts';
import {
  planAnsweredMail,
  planClosedMail,
  planOfferMail,
  planReleasedAwayMail,
  planReleasedMail,
  planUnroutedMail,
  planWokenMail,
} from './plan-mail.ts';
import { planFreedAwayMail } from './plan-away-mail.ts';
import { planPartnerMail } from './plan-partner-mail.ts';
import { planSharedMail } from './plan-shared-mail.ts';
import { describeOutcome } from './respond.ts';
import { replyAddress } from './response-token.ts';

/** A mail but for its address. Its id is the same however often it is drafted. */
export type NoticeMail = Omit<OutgoingMail, 'to'>;

const offerMailId = (recipientId: string) => `${recipientId}-offer`;

/** Mails about one offer are one thread. */
function threadOf(ctx: Context, recipientId: string): Record<string, string> {
  const first = messageIdOf(ctx.config, offerMailId(recipientId));
  return { 'In-Reply-To': first, References: first };
}

const replyTo = (ctx: Context, { token }: OfferedLead) => replyAddress(ctx.config.mailFrom, token);

/** The offer may be over by the time its mail is due: then there is nothing to tell. */
function draftOffer(ctx: Context, offered: OfferedLead): NoticeMail | undefined {
  const now = ctx.clock.now();
  if (!isOpen(offered, now)) return undefined;
  const lines = leadLines(offered.lead, offered.maskedFields);
  const mail = planOfferMail({ ...offered, nodeName: ctx.config.name, lines, now });
  return { id: offerMailId(offered.recipient.id), replyTo: replyTo(ctx, offered), ...mail };
}

/** A lead as its holder may see it now; undefined when somebody else holds it by the time the mail is due. */
async function findHeldLead(ctx: Context, user: User, leadId: string): Promise<StoredLead | undefined> {
  const lead = await getLead(ctx, leadId);
  if (lead.holder?.kind !== 'user' || lead.holder.id !== user.id) return undefined;
  return { ...lead, ...showLead(await sightOf(ctx, { userId: user.id, role: user.role }), lead) };
}

const titleOfLead = (lead: StoredLead) => {
  const words = [leadTitle(lead), lead.city].filter((word): word is string => Boolean(word));
  return oneLine(`${lead.test ? 'Test: ' : ''}${words.join(', ')}`);
};

const factsOfLead = (ctx: Context, lead: StoredLead) => ({
  nodeName: ctx.config.name,
  title: titleOfLead(lead),
  lines: leadLines(lead.document, lead.maskedFields),
  link: `${ctx.config.publicUrl}/leads/${lead.id}`,
});

/** What was withheld goes to the winner only, and only to the address on file. */
async function draftReleased(ctx: Context, offered: OfferedLead): Promise<NoticeMail | undefined> {
  const { recipient, to } = offered;
  if (!to.user) return draftReleasedAway(ctx, offered);
  const lead = await findHeldLead(ctx, to.user, recipient.leadId);
  if (!lead) return undefined;
  const headers = threadOf(ctx, recipient.id);
  return { id: `${recipient.id}-released`, headers, ...planReleasedMail(factsOfLead(ctx, lead)) };
}

/** To somebody of a partner: exactly what the offer promised; undefined once the mail was sent. */
async function draftReleasedAway(ctx: Context, offered: OfferedLead): Promise<NoticeMail | undefined> {
  const { recipient, link } = offered;
  const plan = recipient.state === 'accepted' ? await findPlan(ctx, recipient.id) : undefined;
  if (!plan) return undefined;
  const { released } = plan;
  const shown = promoteFields(released);
  const words = [leadTitle(shown), shown.city].filter(Boolean).join(', ');
  const title = oneLine(`${recipient.summary.test ? 'Test: ' : ''}${words}`);
  const facts = { nodeName: ctx.config.name, title, lines: leadLines(released), link };
  const headers = threadOf(ctx, recipient.id);
  return { id: `${recipient.id}-released`, replyTo: replyTo(ctx, offered), headers, ...planReleasedAwayMail(facts) };
}

async function draftAboutOffer(ctx: Context, { kind, recipientId }: OfferNotice): Promise<NoticeMail | undefined> {
  const offered = await findOfferedLead(ctx, recipientId);
  if (!offered) return undefined;
  if (kind === 'offer') return draftOffer(ctx, offered);
  if (kind === 'released') return draftReleased(ctx, offered);
  const headers = threadOf(ctx, recipientId);
  const facts = { nodeName: ctx.config.name, title: offered.title };
  const mail = kind === 'freed' ? planFreedAwayMail(facts) : planClosedMail({ ...facts, end: kind });
  return { id: `${recipientId}-${kind}`, headers, ...mail };
}

async function draftAnswered(ctx: Context, told: AnsweredNotice): Promise<NoticeMail | undefined> {
  const offered = await findOfferedLead(ctx, told.recipientId);
  if (!offered) return undefined;
  // The mail with the details says it, too.
  if (told.outcome === 'won' && offered.recipient.state === 'won') return undefined;
  const sentence = describeOutcome(told.outcome);
  const again = told.outcome === 'unclear' || told.outcome === 'not-open-yet' || told.outcome === 'noted';
  return {
    id: told.answerId,
    headers: { 'Auto-Submitted': 'auto-replied', ...threadOf(ctx, told.recipientId) },
    ...(again && { replyTo: replyTo(ctx, offered) }),
    ...planAnsweredMail({ nodeName: ctx.config.name, title: offered.title, sentence }),
  };
}

/** Which leads a mail names: when one is erased, a kept mail is found by it, however its text is written. */
const naming = (leadIds: readonly string[]) => ({ 'X-Leads': leadIds.join(' ') });

async function draftWoken(ctx: Context, user: User, told: WokenNotice): Promise<NoticeMail | undefined> {
  const lead = await findHeldLead(ctx, user, told.leadId);
  const headers = naming([told.leadId]);
  return lead && { id: `${told.historyId}-woken`, headers, ...planWokenMail(factsOfLead(ctx, lead)) };
}

const mostNamed = 20;

/** One mail for all that nobody took in a while; none when each has gone on meanwhile. */
async function draftUnrouted(ctx: Context, user: User, { since }: UnroutedNotice): Promise<NoticeMail | undefined> {
  const reader = { userId: user.id, role: user.role };
  const sight = await sightOf(ctx, reader);
  const scope = await scopeOf(ctx, reader);
  const { items, nextCursor } = await listLeads(ctx, scope, { state: 'unrouted', limit: mostNamed });
  const recent = items.filter((lead) => lead.updatedAt >= since);
  if (recent.length === 0) return undefined;
  const leads = recent.map((lead: LeadSummary) => ({
    title: oneLine(`${lead.test ? 'Test: ' : ''}${leadTitle(showSummary(sight, lead))}`),
    received: describeTime(lead.receivedAt),
    box: oneLine(lead.boxName ?? ''),
  }));
  return {
    id: `unrouted-${user.id}-${since}`,
    headers: naming(recent.map(({ id }) => id)),
    ...planUnroutedMail({
      nodeName: ctx.config.name,
      leads,
      more: recent.length === mostNamed && nextCursor !== undefined,
      link: `${ctx.config.publicUrl}/unrouted`,
    }),
  };
}

function draftPartner({ config }: Context, { noticeId, peerId, peerName, news, reason }: PartnerNotice): NoticeMail {
  const link = `${config.publicUrl}/partners/${encodeURIComponent(peerId)}`;
  const facts = { nodeName: config.name, partner: oneLine(peerName), news, reason, link };
  return { id: noticeId, ...planPartnerMail(facts) };
}

async function draftShared(ctx: Context, user: User, { about, leadId, partner, topic, until }: SharedNotice) {
  const lead = await getLead(ctx, leadId);
  const shown = showSummary(await sightOf(ctx, { userId: user.id, role: user.role }), lead);
  const title = oneLine(`${lead.test ? 'Test: ' : ''}${leadTitle(shown)}`);
  const link = `${ctx.config.publicUrl}/leads/${leadId}`;
  const facts = { nodeName: ctx.config.name, title, partner: oneLine(partner), topic, until, link };
  return { id: `${about}-${user.id}`, headers: naming([leadId]), ...planSharedMail(facts) };
}

/** About a lead somebody of a partner was given, or shown. */
async function draftAway(ctx: Context, told: UpdatedNotice | AskedNotice): Promise<NoticeMail | undefined> {
  const offered = await findOfferedLead(ctx, told.recipientId);
  const drafted = (to: OfferedLead) => {
    if ('until' in told) return draftAskedAway(ctx, to, told);
    return told.kind === 'updated' ? draftUpdatedAway(ctx, to, told) : draftConsentAway(ctx, to, told);
  };
  const mail = offered && (await drafted(offered));
  const headers = threadOf(ctx, told.recipientId);
  const id = `${told.kind === 'erase' ? eraseMailPrefix : ''}${told.about}`;
  return offered && mail && { id, headers, replyTo: replyTo(ctx, offered), ...mail };
}

/** The mail of a notice about an offer, whoever it was made to; undefined when by now there is nothing to tell. */
export function draftOfferNotice(
  ctx: Context,
  told: OfferNotice | AnsweredNotice | UpdatedNotice | AskedNotice,
): Promise<NoticeMail | undefined> {
  if ('about' in told) return draftAway(ctx, told);
  return told.kind === 'answered' ? draftAnswered(ctx, told) : draftAboutOffer(ctx, told);
}

/** The mail of another notice to `user`; undefined when by now there is nothing to tell. */
export function draftNotice(ctx: Context, user: User, told: UserNotice): Promise<NoticeMail | undefined> {
  switch (told.kind) {
    case 'woken':
      return draftWoken(ctx, user, told);
    case 'partner':
      return Promise.resolve(draftPartner(ctx, told));
    case 'shared-lead':
      return draftShared(ctx, user, told);
    case 'unrouted':
      return draftUnrouted(ctx, user, told);
  }
}
