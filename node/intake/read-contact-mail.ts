import type { Lead } from '../../protocol/index.ts';
import { isEmail } from '../cleansing/email.ts';
import { addField, boundFields, clipText, oneLine, placeValue, type PlaceOptions } from './lead-draft.ts';
import { emailsIn, looksLikeName, phonesIn, readPhrase, type Phrase } from './read-phrase.ts';
import { readPairs, type PairedText } from './read-pairs.ts';

/** Who sent a mail and to whom: none of these addresses is the customer's, unless it is a person who wrote herself. */
export interface MailParties {
  readonly subject: string;
  readonly from?: { readonly name: string; readonly address: string } | undefined;
  readonly replyTo?: { readonly name: string; readonly address: string } | undefined;
  readonly others: readonly string[];
}

export interface ContactMail {
  readonly document: Lead;
  /** How the contact was found: labelled in a form, told in a sentence, standing alone in the text, or only the sender. */
  readonly evidence: 'labels' | 'sentence' | 'text' | 'sender' | 'none';
}

const machine =
  /^(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|mailer-daemon|postmaster|bounces?|notifications?|notify|alerts?|leads?|updates?|info|support|admin|system|robot|automat\w*|webmaster|wordpress|forms?|contact|sales|service|team|hello|marketing|newsletter|chat|batch|feedback|help)(?:[-_.+].*)?@/i;
const tollFree = /^(?:\+?1[\s.-]?)?\(?8(?:00|33|44|55|66|77|88)\)?[\s.-]/;

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();
/** The last two labels, roughly the organisation. */
const organisationOf = (address: string): string => domainOf(address).split('.').slice(-2).join('.');

const bigMailHosts = new Set(
  `gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com aol.com icloud.com me.com gmx.de gmx.net web.de t-online.de orange.fr free.fr
  wanadoo.fr libero.it proton.me protonmail.com qq.com 163.com mail.ru yandex.ru comcast.net msn.com example.com`.split(
    /\s+/,
  ),
);

/** Whether an address is the sender's or ours. */
function isOurs(address: string, parties: MailParties): boolean {
  const known = [parties.from?.address, ...parties.others].flatMap((text) => (text ? [text.toLowerCase()] : []));
  if (known.includes(address.toLowerCase()) || /^no[-_.]?reply|^do[-_.]?not[-_.]?reply/i.test(address)) return true;
  return known.some(
    (other) => organisationOf(other) === organisationOf(address) && !bigMailHosts.has(organisationOf(other)),
  );
}

interface Draft {
  readonly lead: Lead;
  put(field: string, name: string, value: string | undefined): void;
}

function makeDraft(options: PlaceOptions): Draft {
  const lead: Lead = {};
  return {
    lead,
    put(field, name, value) {
      const text = value?.trim() ?? '';
      if (text !== '' && !(field !== '' && placeValue(lead, field, text, options)))
        addField(lead, name, clipText(text, 4000));
    },
  };
}

const hasReach = ({ contact }: Lead): boolean => (contact?.emails?.length ?? 0) + (contact?.phones?.length ?? 0) > 0;
const hasName = ({ contact }: Lead): boolean =>
  (contact?.fullName ?? contact?.givenName ?? contact?.familyName) !== undefined;

function placePairs(draft: Draft, { pairs }: PairedText, parties: MailParties): void {
  for (const { label, value, field } of pairs) {
    const [email] = emailsIn(value);
    if (field?.startsWith('contact.emails') && email) {
      if (!parties.others.includes(email.toLowerCase())) draft.put(field, label, email);
    } else if (field?.startsWith('contact.phones')) draft.put(field, label, phonesIn(value)[0] ?? value);
    else if (field === 'contact.fullName' && email) {
      draft.put(
        field,
        label,
        value
          .replace(email, '')
          .replace(/[<>()[\]"]|mailto:/g, '')
          .trim(),
      );
      if (!hasReach(draft.lead)) draft.put('contact.emails', label, email);
    } else draft.put(field ?? '', label, value);
  }
}

function placePhrase(draft: Draft, phrase: Phrase): void {
  if (!hasName(draft.lead)) draft.put('contact.fullName', 'name', phrase.name);
  if (!hasReach(draft.lead)) {
    draft.put('contact.emails', 'email', phrase.email);
    draft.put('contact.phones', 'phone', phrase.phone);
  }
  if (!draft.lead.contact?.address?.city) draft.put('contact.address.city', 'city', phrase.city);
  if (!draft.lead.interest?.products) draft.put('interest.products', 'product', phrase.subjectMatter);
  if (phrase.event) draft.put('', 'event', phrase.event);
  if (phrase.kind) draft.put('', 'lead type', phrase.kind);
}

/** Addresses and numbers that stand in the text without a label; numbers of a hotline are not the customer's. */
function placeLoose(draft: Draft, rest: readonly string[], parties: MailParties): void {
  const text = rest.join('\n');
  const email = emailsIn(text).find((address) => !isOurs(address, parties));
  if (!draft.lead.contact?.emails) draft.put('contact.emails', 'email', email);
  const phone = phonesIn(text).find((number) => !tollFree.test(number));
  if (!draft.lead.contact?.phones) draft.put('contact.phones', 'phone', phone);
  const said = rest.find((line) => /^["“„«].{3,}["”“»]$/su.test(line))?.slice(1, -1);
  if (!draft.lead.interest?.comments) draft.put('interest.comments', 'message', said);
}

/** `From: Ann Lee <ann@example.org>` inside the body: whose message was forwarded, or what a form filled in. */
function placeForwarded(draft: Draft, from: string | undefined, parties: MailParties): void {
  const [email] = emailsIn(from ?? '');
  if (!email || machine.test(email) || isOurs(email, parties) || hasReach(draft.lead)) return;
  draft.put('contact.emails', 'email', email);
  const name = (from ?? '')
    .replace(email, '')
    .replace(/[<>()[\]"]|mailto:/g, '')
    .trim();
  if (!hasName(draft.lead) && name) draft.put('contact.fullName', 'name', name);
}

/** A reply goes to the customer where a form sets it so; to a robot or the portal itself it tells nothing. */
function placeReplyTo(draft: Draft, parties: MailParties): void {
  const { replyTo, from } = parties;
  if (!replyTo || !isEmail(replyTo.address) || machine.test(replyTo.address) || draft.lead.contact?.emails) return;
  if (!from || replyTo.address.toLowerCase() === from.address.toLowerCase() || isOurs(replyTo.address, parties)) return;
  draft.put('contact.emails', 'email', replyTo.address);
  if (!hasName(draft.lead) && looksLikeName(replyTo.name, true)) draft.put('contact.fullName', 'name', replyTo.name);
}

function placeSender(draft: Draft, parties: MailParties): void {
  const { from } = parties;
  if (!from || machine.test(from.address) || !isEmail(from.address)) return;
  draft.put('contact.emails', 'email', from.address);
  if (!hasName(draft.lead) && looksLikeName(from.name, true)) draft.put('contact.fullName', 'name', from.name);
}

/**
 * Reads the notification of a portal or contact form: labelled values first, then what subject and first lines say, then
 * loose addresses. The sender's own addresses are never taken for the customer's; a person's own mail is told by `evidence`.
 */
export function readContactMail(text: string, parties: MailParties, options: PlaceOptions = {}): ContactMail {
  const draft = makeDraft(options);
  const paired = readPairs(text);
  placePairs(draft, paired, parties);
  const labelled = hasReach(draft.lead);
  const firstLines = paired.rest.filter(Boolean).slice(0, 6);
  for (const sentence of [parties.subject, paired.forwarded.subject ?? '', ...firstLines]) {
    const phrase = readPhrase(sentence);
    if (phrase && (phrase.name ?? phrase.email ?? phrase.subjectMatter)) placePhrase(draft, phrase);
    if (phrase?.name) break;
  }
  const nameLine = firstLines[0];
  if (!hasName(draft.lead) && nameLine && looksLikeName(nameLine)) draft.put('contact.fullName', 'name', nameLine);
  const told = hasReach(draft.lead);
  placeForwarded(draft, paired.forwarded.from, parties);
  placeReplyTo(draft, parties);
  const early = hasReach(draft.lead);
  placeLoose(draft, paired.rest, parties);
  const loose = hasReach(draft.lead);
  if (!loose && !hasName(draft.lead)) placeSender(draft, parties);
  if (!draft.lead.interest?.comments && paired.pairs.length === 0)
    draft.put('interest.comments', 'text', clipText(paired.rest.join('\n').trim(), 16_000));
  draft.put('', 'subject', oneLine(parties.subject));
  boundFields(draft.lead);
  const sender = hasReach(draft.lead);
  const evidence = labelled ? 'labels' : told || early ? 'sentence' : loose ? 'text' : sender ? 'sender' : 'none';
  return { document: draft.lead, evidence };
}
