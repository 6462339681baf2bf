import { z } from 'zod';
import { partnerNews } from './plan-partner-mail.ts';
import { sharedTopics } from './plan-shared-mail.ts';
import { responseOutcomes } from './respond.ts';

const offerNotice = z.object({
  kind: z.enum(['offer', 'taken', 'expired', 'recalled', 'released', 'freed']),
  /** Absent for somebody of a partner: the offer says who. */
  userId: z.string().nullish(),
  recipientId: z.string(),
  leadId: z.string(),
});

/** Fields of a lead changed that somebody of a partner holds, or what its person decided. `about`: tells one telling from another. */
const updatedNotice = z.object({
  kind: z.enum(['updated', 'consent-changed']),
  userId: z.null().optional(),
  recipientId: z.string(),
  leadId: z.string(),
  /** Paths. */
  fields: z.array(z.string()),
  about: z.string(),
});

/** Somebody of a partner is asked for a lead back, or to delete what they have of it; `about`: tells one telling from another. */
const askedNotice = z.object({
  kind: z.enum(['asked-back', 'erase']),
  userId: z.null().optional(),
  recipientId: z.string(),
  leadId: z.string(),
  about: z.string(),
  /** Epoch milliseconds: until when an answer is expected. */
  until: z.number(),
});

/** What came of an answer by mail. */
const answeredNotice = z.object({
  kind: z.literal('answered'),
  userId: z.string().nullish(),
  recipientId: z.string(),
  leadId: z.string(),
  outcome: z.enum(responseOutcomes),
  answerId: z.string(),
});

/** A sleeping lead of the user woke. `historyId`: the entry of the waking. */
const wokenNotice = z.object({
  kind: z.literal('woken'),
  userId: z.string(),
  leadId: z.string(),
  historyId: z.string(),
});

/** Leads nobody took since a time wait for the user's decision. */
const unroutedNotice = z.object({
  kind: z.literal('unrouted'),
  userId: z.string(),
  /** Epoch milliseconds. */
  since: z.number(),
});

/** Something administrators should know about a partner. */
const partnerNotice = z.object({
  kind: z.literal('partner'),
  noticeId: z.string(),
  userId: z.string(),
  peerId: z.string(),
  peerName: z.string(),
  news: z.enum(partnerNews),
  /** A code, when the news has a reason. */
  reason: z.string().optional(),
});

/** Something about a lead that is shared with a partner. `about`: tells one telling from another. */
const sharedNotice = z.object({
  kind: z.literal('shared-lead'),
  userId: z.string(),
  leadId: z.string(),
  partner: z.string(),
  topic: z.enum(sharedTopics),
  about: z.string(),
  /** Epoch milliseconds. */
  until: z.number().optional(),
});

/** What a `notify` intent says: whom to tell what. */
export const notice = z
  .discriminatedUnion('kind', [
    offerNotice,
    updatedNotice,
    askedNotice,
    answeredNotice,
    wokenNotice,
    unroutedNotice,
    partnerNotice,
    sharedNotice,
  ])
  .and(z.object({ waitsSince: z.number().optional() }));
export type OfferNotice = z.output<typeof offerNotice>;
export type UpdatedNotice = z.output<typeof updatedNotice>;
export type AskedNotice = z.output<typeof askedNotice>;
export type AnsweredNotice = z.output<typeof answeredNotice>;
export type WokenNotice = z.output<typeof wokenNotice>;
export type UnroutedNotice = z.output<typeof unroutedNotice>;
export type PartnerNotice = z.output<typeof partnerNotice>;
export type SharedNotice = z.output<typeof sharedNotice>;
export type UserNotice = WokenNotice | UnroutedNotice | PartnerNotice | SharedNotice;
/** `waitsSince`: when the mail server first did not take it, epoch milliseconds. */
export type Notice = z.output<typeof notice>;
