import type { Lead } from '../../protocol/index.ts';
import type { Passage } from './recording-proxy.ts';

/** A lead of which every value that is withheld by default holds its number, in a form that no other text has. */
export function canaryLead(number: number, campaign: string): Lead {
  const tag = String(number).padStart(4, '0');
  return {
    contact: {
      givenName: `Ada Kanarie${tag}`,
      familyName: `Lovelace Kanarie${tag}`,
      emails: [{ kind: 'work', value: `kanarie${tag}@kanarie.example` }],
      phones: [{ kind: 'mobile', value: `+49170555${tag}` }],
      address: { streets: [`Kanarie${tag} Hof 1`], city: 'Ulm', country: 'DE' },
    },
    account: { name: 'Acme' },
    source: { kind: 'api', name: 'Shop', campaign, externalId: externalId(number) },
  };
}

export const externalId = (number: number) => `kill-${String(number).padStart(4, '0')}`;

/** The external ids of the leads of which a text holds a withheld value. */
function canariesIn(text: string): string[] {
  const found = [...text.matchAll(/kanarie(\d{4})|49170555(\d{4})/gi)];
  return [...new Set(found.map(([, word, phone]) => externalId(Number(word ?? phone))))];
}

const field = (xml: string, name: string) => new RegExp(`<l:${name}>([^<]*)</l:${name}>`).exec(xml)?.[1] ?? '';

/** A signed document on the wire, also one that was cut, with what answered it in the same place. */
interface Sent {
  readonly document: string;
  readonly answer: string;
  readonly passage: Passage;
}

/** A frame carries several documents, and as many answers in the same order. */
const documentsOf = (body: string): string[] =>
  body.split(/(?=<l:Message[ >])/).filter((part) => part.includes('<l:Message'));

const unpack = (passage: Passage): Sent[] => {
  const answers = documentsOf(passage.answerBody());
  return documentsOf(passage.body()).map((document, at) => ({ document, answer: answers[at] ?? '', passage }));
};

/** What a vendor's wire shows: releases with withheld values, and whatever left too early or by another way. */
export function checkWire(fromVendor: readonly Passage[], fromReseller: readonly Passage[]) {
  const leadOf = new Map<string, string>();
  const awardedAt = new Map<string, number>();
  const leaks: string[] = [];
  const released = new Set<string>();
  const sent = fromVendor.flatMap(unpack);
  for (const { document, answer, passage } of sent) {
    const [type, conversation] = [field(document, 'Type'), field(document, 'Conversation')];
    if (type === 'Offer') leadOf.set(conversation, field(document, 'ExternalId'));
    const receiptedAt = /<l:Receipt[ >]/.test(answer) ? passage.answeredAt : undefined;
    const before = awardedAt.get(conversation) ?? Infinity;
    if (type === 'Award') awardedAt.set(conversation, Math.min(before, receiptedAt ?? Infinity));
  }
  for (const { document, passage } of sent) {
    const found = canariesIn(document);
    if (found.length === 0) continue;
    const [type, conversation] = [field(document, 'Type'), field(document, 'Conversation')];
    const own = found.length === 1 && found[0] === leadOf.get(conversation);
    const inTime = (awardedAt.get(conversation) ?? Infinity) < passage.beganAt;
    if (type === 'Release' && own && inTime) released.add(conversation);
    else leaks.push(`${type} of ${found.join()} in ${conversation}${inTime ? '' : ' before the award was receipted'}`);
  }
  for (const passage of fromVendor)
    for (const id of canariesIn(passage.sent().split('<l:Message')[0] ?? '')) leaks.push(`${id} beside a document`);
  for (const passage of fromReseller)
    for (const id of canariesIn(passage.answered())) leaks.push(`${id} in an answer to the reseller`);
  return { leaks, released };
}
