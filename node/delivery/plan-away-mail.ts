import type { Consent } from '../../protocol/index.ts';
import { describeTime } from './describe-time.ts';
import { oneLine, type LeadLine } from './lead-lines.ts';
import { layMail, type Draft } from './mail-layout.ts';

interface UpdatedFacts {
  readonly nodeName: string;
  readonly title: string;
  /** The new values. */
  readonly lines: readonly LeadLine[];
  /** Labels of what has no value any more. */
  readonly gone: readonly string[];
  readonly link: string;
}

/** Details of a lead changed that somebody without an account here holds. */
export const planUpdatedAwayMail = ({ nodeName, title, lines, gone, link }: UpdatedFacts): Draft =>
  layMail({
    subject: `Changed: ${title}`,
    title,
    intro: ['Details of this lead changed. These are the new ones; what is not named is as it was.'],
    lines,
    notes: gone.length > 0 ? [`Known no longer: ${gone.join(', ')}.`] : [],
    link: { url: link, label: 'Tell what became of it' },
    nodeName,
  });

interface ConsentFacts {
  readonly nodeName: string;
  readonly title: string;
  /** Codes of the protocol. */
  readonly doNotContact: readonly string[];
  readonly consents: readonly Consent[];
}

const ways: Readonly<Record<string, string>> = {
  all: 'in any way',
  email: 'by e-mail',
  phone: 'by phone',
  post: 'by post',
  visit: 'by visits',
};

/** The person a lead is about changed what their data may be used for: somebody without an account here has the lead. */
export const planConsentAwayMail = ({ nodeName, title, doNotContact, consents }: ConsentFacts): Draft =>
  layMail({
    subject: `${doNotContact.length > 0 ? 'Do not contact' : 'Consent changed'}: ${title}`,
    title,
    intro: [
      ...(doNotContact.length > 0
        ? [`This person may not be contacted ${sayWays(doNotContact)} any more.`]
        : ['This person changed what their data may be used for.']),
      'Please see to it wherever you keep this lead, and tell whoever you gave it to.',
    ],
    lines: consents.map(({ purpose, state }) => ({ label: oneLine(purpose), value: state, partly: false })),
    nodeName,
  });

const sayWays = (codes: readonly string[]): string =>
  codes.includes('all') ? 'in any way' : codes.map((code) => ways[code] ?? code).join(' or ');

interface AskedFacts {
  readonly nodeName: string;
  readonly title: string;
  /** Epoch milliseconds. */
  readonly until: number;
  /** Page that takes the answer. */
  readonly link: string;
}

/** Somebody without an account here is asked to give a lead back. */
export const planAskedBackMail = ({ nodeName, title, until, link }: AskedFacts): Draft =>
  layMail({
    subject: `Asked back: ${title}`,
    title,
    intro: [`We ask you to give this lead back by ${describeTime(until)}. It stays yours until you agree.`],
    link: { url: link, label: 'Agree or refuse' },
    nodeName,
  });

/** A lead was taken from somebody without an account here. */
export const planFreedAwayMail = ({ nodeName, title }: Pick<AskedFacts, 'nodeName' | 'title'>): Draft =>
  layMail({
    subject: `No longer yours: ${title}`,
    title,
    intro: ['We took this lead back: it is not yours any more. Please keep nothing of it.'],
    nodeName,
  });

/** Somebody without an account here is asked to delete a lead: its title is deleted here already, the time has to do. */
export const planEraseMail = ({
  nodeName,
  until,
  link,
  sentAt,
}: Omit<AskedFacts, 'title'> & { sentAt: number }): Draft =>
  layMail({
    subject: 'Please delete a lead',
    title: 'Please delete a lead',
    intro: [
      `The lead that was sent to you on ${describeTime(sentAt)} has to be deleted wherever you keep it: mails about it (this mail answers the first of them), contacts, notes, other programs.`,
      `Please tell us by ${describeTime(until)} that it is gone.`,
    ],
    link: { url: link, label: 'Tell that it is gone' },
    nodeName,
  });
