import { describeTime } from './describe-time.ts';
import { layMail, type Draft } from './mail-layout.ts';

/** What people are told about a lead they share with a partner. */
export const sharedTopics = [
  'recall-asked',
  'return-asked',
  'said-returned',
  'suggested',
  'remind',
  'agreed',
  'refused',
  'unanswered',
  'unheard',
  'updated',
  'erased',
  'erasure-asked',
  'privacy-overdue',
  'privacy-owed',
  'consent-changed',
  'consent-untold',
  'release-doubtful',
] as const;
export type SharedTopic = (typeof sharedTopics)[number];

interface SharedFacts {
  readonly nodeName: string;
  readonly title: string;
  readonly partner: string;
  readonly topic: SharedTopic;
  /** Epoch milliseconds: until when an answer is expected. */
  readonly until?: number | undefined;
  /** The lead's page. */
  readonly link: string;
}

type Words = (partner: string, by: string) => [subject: string, text: string];

const words: Readonly<Record<SharedTopic, Words>> = {
  'recall-asked': (partner, by) => [
    'Asked back',
    `${partner} asks you to give this lead back${by}. It stays yours until you agree.`,
  ],
  'return-asked': (partner, by) => [
    'Offered back',
    `${partner} asks you to take this lead back${by}. It stays with them until you agree.`,
  ],
  'said-returned': (partner) => [
    'Reported as returned',
    `${partner} reports that you have this lead back, without asking. It stays with them until you ask for it back and they agree, or an administrator takes it.`,
  ],
  suggested: (partner) => [
    'Corrections suggested',
    `${partner} suggests other contact data for this lead. Take it over, or leave yours as it is.`,
  ],
  remind: (partner, by) => ['Answer awaited', `${partner} waits for your answer about this lead${by}.`],
  agreed: (partner) => ['Agreed', `${partner} agreed: this lead goes back where it came from.`],
  refused: (partner) => ['Refused', `${partner} refused: this lead stays where it is. The lead's page says why.`],
  unanswered: (partner) => [
    'No answer',
    `No answer was given in time: this lead stays where it is. A late answer to ${partner}, or by them, still counts.`,
  ],
  unheard: (partner) => [
    'Not reached',
    `Your question about this lead did not get through to ${partner}: everything is as it was. You can ask again.`,
  ],
  erased: (partner) => ['Erased', `${partner}, who gave you this lead, erased it: nothing of it is left here.`],
  'erasure-asked': (partner, by) => [
    'Erasure asked for',
    `${partner} asks you to erase this lead${by}. The lead's page shows what can be done.`,
  ],
  'privacy-overdue': (partner) => [
    'Privacy: no answer',
    `${partner} has not answered in time what you asked for the person this lead is about. The lead's page shows what.`,
  ],
  'consent-changed': (partner) => [
    'Consent changed',
    `${partner} tells that this person changed what their data may be used for. Read it before you contact them.`,
  ],
  'consent-untold': (partner) => [
    'Not told',
    `${partner} has this lead and could not be told that the person changed what their data may be used for. Call them. The lead's page shows what was decided.`,
  ],
  'release-doubtful': (partner) => [
    'Who has it?',
    `${partner} won this lead and may have its details, but says that it cannot take them now. It stays theirs: ask them. If they do not have it, an administrator can free it.`,
  ],
  'privacy-owed': (partner) => [
    'Privacy: answer due',
    `${partner} still waits for your answer about the person this lead is about.`,
  ],
  updated: (partner) => ['Changed', `${partner} changed details of this lead. The lead's page shows them.`],
};

/** Something about a lead that is shared with a partner; no value of it but its title. */
export function planSharedMail({ nodeName, title, partner, topic, until, link }: SharedFacts): Draft {
  const by = until === undefined ? '' : ` by ${describeTime(until)}`;
  const [subject, text] = words[topic](partner, by);
  return layMail({
    subject: `${subject}: ${title}`,
    title,
    intro: [text],
    link: { url: link, label: 'Open the lead' },
    nodeName,
  });
}
