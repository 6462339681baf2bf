import { layMail, type Draft } from './mail-layout.ts';

/** What administrators are told about a partner. */
export const partnerNews = [
  'agreement-propose',
  'agreement-accept',
  'agreement-end',
  'agreement-refused',
  'agreement-unanswered',
  'offers-paused',
  'offers-without-agreement',
  'cap-reached',
] as const;
export type PartnerNews = (typeof partnerNews)[number];

interface PartnerFacts {
  readonly nodeName: string;
  readonly partner: string;
  readonly news: PartnerNews;
  /** A code. */
  readonly reason?: string | undefined;
  /** The partner's page. */
  readonly link: string;
}

const sentences: Readonly<Record<PartnerNews, (partner: string, why: string) => [title: string, text: string]>> = {
  'agreement-propose': (partner) => [
    `${partner} proposes an agreement`,
    'Read its terms, then accept or decline them. Until then everything goes on as it was.',
  ],
  'agreement-accept': (partner) => [
    `${partner} accepted your agreement`,
    'From the beginning you agreed on, it binds what you and the partner show each other.',
  ],
  'agreement-end': (partner) => [
    `${partner} ended or declined an agreement`,
    'No new leads are offered under it. Leads that were released go on.',
  ],
  'agreement-refused': (partner, why) => [
    `The node of ${partner} does not take your agreement`,
    `It answered: ${why}. Everything goes on as it was.`,
  ],
  'agreement-unanswered': (partner) => [
    `The node of ${partner} did not answer to your acceptance`,
    'It may have arrived, and binds you. Send it again, from the messages on the page of the partner, or end the agreement.',
  ],
  'offers-paused': (partner, why) => [
    `Offers to ${partner} pause`,
    `A limit of your agreement was reached: ${why}. They go on when the count allows it, or when you say so.`,
  ],
  'offers-without-agreement': (partner) => [
    `Offers to ${partner} pause`,
    'What you agreed on has ended. They go on under a new agreement that is in force.',
  ],
  'cap-reached': (partner, why) => [
    `A limit of your agreement with ${partner} was reached`,
    `The limit: ${why}. The partner may pause its offers to you until the count allows more.`,
  ],
};

/** Something about a partner that its administrators should look at. */
export function planPartnerMail({ nodeName, partner, news, reason, link }: PartnerFacts): Draft {
  const why = (reason ?? 'no reason given').replaceAll('-', ' ');
  const [title, text] = sentences[news](partner, why);
  return layMail({
    subject: title,
    title,
    intro: [text],
    lines: [],
    link: { url: link, label: 'Open the partner' },
    nodeName,
  });
}
