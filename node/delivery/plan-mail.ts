import type { LeadLine } from './lead-lines.ts';
import { describeClosing } from './describe-time.ts';
import { layMail, type Draft } from './mail-layout.ts';

/** What mails tell of one lead: only what the reader may see at that moment. */
interface LeadFacts {
  readonly nodeName: string;
  /** One line, for example "Ada Lovelace · Acme, Hamburg". */
  readonly title: string;
  readonly lines: readonly LeadLine[];
  /** Page of the offer or of the lead. */
  readonly link: string;
}
export interface OfferFacts extends LeadFacts {
  readonly mode: 'direct' | 'grab';
  /** Name of the partner it comes from. */
  readonly from: string | undefined;
  /** Labels of fields that open on acceptance. */
  readonly hidden: readonly string[];
  /** Epoch milliseconds. */
  readonly opensAt: number;
  readonly closesAt: number;
  readonly now: number;
}

/** Who else may get it, and from whom it comes. */
export const describeRace = ({ mode, from }: Pick<OfferFacts, 'mode' | 'from'>) =>
  `${mode === 'grab' ? 'It is up for grabs: the first to accept gets it.' : 'It is offered to you alone.'}${
    from === undefined ? '' : ` It comes from ${from}.`
  }`;

/** Which fields open on acceptance, or nothing. */
export const describeHidden = (hidden: readonly string[]) =>
  hidden.length > 0 ? [`Shown after you accept, as far as known: ${hidden.join(', ')}.`] : [];

/** A lead is offered: see it, accept or reject it, by link or by answering. */
export function planOfferMail(facts: OfferFacts): Draft {
  return layMail({
    subject: `New lead: ${facts.title}`,
    title: facts.title,
    intro: [`${describeRace(facts)} ${describeClosing(facts)}`],
    lines: facts.lines,
    notes: describeHidden(facts.hidden),
    link: { url: facts.link, label: 'See the lead and answer' },
    outro: ['Or answer this mail with ACCEPT, or with REJECT and a reason, in its first line.'],
    nodeName: facts.nodeName,
  });
}

/** The lead is yours: every field that was released and that you may see. */
export const planReleasedMail = ({ title, lines, link, nodeName }: LeadFacts): Draft =>
  layMail({
    subject: `Your lead: ${title}`,
    title,
    intro: ['This lead is yours now.'],
    lines,
    link: { url: link, label: 'Open the lead' },
    nodeName,
  });

/** How somebody without an account says what became of a lead. */
const howToReport =
  'Tell us what became of it: by the page above, or by answering this mail with CONTACTED, WORKING, WON and the amount (WON 1250.00 EUR), LOST and the reason, or RETURN and the reason, in its first line.';

/** The lead is yours, who have no account here: the mail is all there is of it. */
export const planReleasedAwayMail = ({ title, lines, link, nodeName }: LeadFacts): Draft =>
  layMail({
    subject: `Your lead: ${title}`,
    title,
    intro: ['This lead is yours now. These are its details; keep this mail.'],
    lines,
    link: { url: link, label: 'Tell what became of it' },
    outro: [howToReport],
    nodeName,
  });

/** A lead that slept wakes up: it is time to go on. */
export const planWokenMail = ({ title, lines, link, nodeName }: LeadFacts): Draft =>
  layMail({
    subject: `Awake again: ${title}`,
    title,
    intro: ['This lead slept until now. It is time to go on with it.'],
    lines,
    link: { url: link, label: 'Open the lead' },
    nodeName,
  });

export type OfferEnd = 'taken' | 'expired' | 'recalled';
const endings: Readonly<Record<OfferEnd, string>> = {
  taken: 'Somebody else was first.',
  expired: 'The offer closed before it was answered.',
  recalled: 'The offer was taken back.',
};

/** An offer is over without you; says nothing of who got it. */
export const planClosedMail = ({ nodeName, title, end }: { nodeName: string; title: string; end: OfferEnd }): Draft =>
  layMail({
    subject: `No longer available: ${title}`,
    title,
    intro: [`This lead is no longer available. ${endings[end]} Nothing is left for you to do.`],
    nodeName,
  });

/** The answer to an answer. */
export const planAnsweredMail = (facts: { nodeName: string; title: string; sentence: string }): Draft =>
  layMail({
    subject: `Re: New lead: ${facts.title}`,
    title: facts.title,
    intro: [facts.sentence],
    nodeName: facts.nodeName,
  });

interface UnroutedFacts {
  readonly nodeName: string;
  readonly leads: readonly { readonly title: string; readonly received: string; readonly box: string }[];
  /** Whether there are more than those named. */
  readonly more: boolean;
  /** Page of the leads that wait for a decision. */
  readonly link: string;
}

/** Leads nobody took wait for somebody to decide. */
export function planUnroutedMail({ nodeName, leads, more, link }: UnroutedFacts): Draft {
  const [only] = leads.length === 1 && !more ? leads : [];
  const count = `${leads.length}${more ? ' or more' : ''} leads`;
  const wait = only ? 'It waits' : 'They wait';
  return layMail({
    subject: only ? `Nobody took a lead: ${only.title}` : `Nobody took ${count}`,
    title: only ? 'Nobody took a lead' : `Nobody took ${count}`,
    intro: [`${wait} for your decision: assign a person, or mend the rules and route again.`],
    lines: leads.map(({ title, received, box }) => ({
      label: received,
      value: `${title} (${box})`,
      partly: false,
    })),
    link: { url: link, label: 'Open the unrouted leads' },
    nodeName,
  });
}
