import { makeCommitments, makeOpenings } from '../../../protocol/commitment.ts';
import type { AnyMessage, Bodies, Header, Lead, MessageType } from '../../../protocol/generated.ts';
import { omitFields } from '../../../protocol/lead.ts';
import { messageTable } from '../../../protocol/message-table.ts';

const now = Date.UTC(2026, 2, 14, 9, 26, 53);
export const at = (ms: number): string => new Date(now + ms).toISOString();
export const bytes32 = (fill: number): string => Buffer.alloc(32, fill).toString('base64');
export const minute = 60_000;
export const day = 86_400_000;

/** Readable ids that are UUIDs of version 7 all the same. */
export const idOf = (number: number): string =>
  `019cebab-8748-7${number.toString(16).padStart(3, '0')}-846c-d1fa1bfd7822`;

const lead: Lead = {
  createdAt: '2026-03-14T10:20:00+01:00',
  contact: {
    givenName: 'Zoë',
    familyName: "O'Brien-Müller",
    jobTitle: 'Head of Purchasing',
    emails: [{ kind: 'work', value: 'zoe@example.com' }],
    phones: [{ kind: 'mobile', value: '0044123456' }],
    address: { streets: ['Musterstraße 7'], city: 'Köln', postalCode: '01067', country: 'DE' },
  },
  account: { name: 'Müller & Söhne "Pumpen" GmbH', domain: 'pumpen.example' },
  interest: {
    products: [{ name: 'Pump 9000', quantity: '12' }],
    comments: 'Please call in the morning.\nAsk for <Zoë>.',
  },
  source: { kind: 'web-form', campaign: 'spring' },
};
const hidden = [
  'contact.givenName',
  'contact.familyName',
  'contact.emails',
  'contact.phones',
  'contact.address.streets',
  'interest.comments',
];
const secret = Buffer.alloc(32, 0x5e);
const conversation = 'c-7f3a';

export const bodies: { readonly [T in MessageType]: Bodies[T] } = {
  Capabilities: {
    name: 'Vendor Ltd',
    endpoint: 'https://vendor.example/lead-exchange',
    versions: ['1'],
    levels: ['Core', 'Withhold', 'SomeLaterLevel'],
    keys: [{ kid: 'k'.repeat(22), algorithm: 'ecdsa-sha256', spki: 'MFkw' }],
    maxMessageBytes: 262_144,
    maxBatchMessages: 100,
    maxBatchBytes: 1_048_576,
    messagesPerMinute: 600,
    bytesInFlight: 4_194_304,
    algorithms: ['ecdsa-sha256', 'rsa-sha256', 'some-later-algorithm'],
    extensions: ['https://example.com/score/1'],
    schemas: [{ name: 'exchange.xsd', digest: bytes32(1) }],
    logKey: 'vendor.example+0a1b2c3d+AWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh',
  },
  Offer: {
    mode: 'grab',
    opensAt: at(minute),
    closesAt: at(60 * minute),
    lead: omitFields(lead, hidden),
    withheldFields: hidden,
    commitments: makeCommitments(lead, { conversation, round: 1, secret }),
  },
  Accept: { offerDigest: bytes32(7) },
  Reject: { reason: 'no-capacity', text: 'Nobody is free this week.' },
  Award: { leaseUntil: at(10 * minute) },
  NoLongerAvailable: { reason: 'taken' },
  Release: { lead, openings: makeOpenings(secret) },
  Status: { revision: 1, disposition: 'received', at: at(0) },
  Receipt: { receivedAt: at(100) },
  Problem: { code: 'stale-round', retryable: false, text: 'This round is over.' },
  Update: {
    revision: 1,
    reason: 'correction',
    changedFields: ['contact.phones', 'contact.jobTitle'],
    lead: { contact: { phones: [{ kind: 'work', value: '+49 341 5550199' }] } },
  },
  Recall: { reason: 'customer-wish', answerBy: at(day), text: 'The customer asked for another partner.' },
  RecallAnswer: { outcome: 'agreed' },
  Return: {
    reason: 'not-reachable',
    text: 'Called five times.',
    proofs: [{ url: 'https://files.example.com/calls.pdf' }],
  },
  ReturnAnswer: { outcome: 'refused', text: 'The window is over.' },
  Erasure: { reason: 'person-asked', answerBy: at(day) },
  ErasureStatus: {
    outcome: 'partial',
    at: at(0),
    holdUntil: at(400 * day),
    text: 'The invoice must be kept.',
    onwards: [{ recipient: 'Rheintal Vertrieb', nodeId: 'rheintal.example', outcome: 'done' }],
  },
  ConsentChange: { at: at(0), consents: [{ purpose: 'marketing', state: 'withdrawn' }], doNotContacts: ['phone'] },
  AccessRequest: { answerBy: at(day) },
  AccessReport: {
    heldSince: at(-day),
    purposes: ['quotation'],
    lead,
    disclosures: [{ recipient: 'Rheintal Vertrieb', at: at(0), fields: ['contact.phones'], purpose: 'quotation' }],
  },
  Agreement: {
    step: 'propose',
    agreementId: 'ag-2026-1',
    terms: {
      validFrom: at(0),
      offers: 'proposer',
      purposes: ['sale of pumps'],
      fieldTerms: [
        { field: 'contact.phones', inOffer: 'withheld', inRelease: 'shown' },
        { field: 'qualification.budget', inOffer: 'never', inRelease: 'never' },
      ],
      deleteShownHours: 24,
      retentionDays: 365,
      returnWindowDays: 14,
      feedback: { assignedTo: false, amount: 'band', reason: true, note: false, update: false },
      caps: { releasesPerDay: 50, openLeads: 200, returnPercent: 20 },
      onward: { to: 'listed', partners: ['rheintal.example'], purposes: ['sale of pumps'] },
    },
  },
  KeyRollover: {
    newKey: { kid: 'k'.repeat(22), algorithm: 'ecdsa-sha256', spki: 'MFkw' },
    validFrom: at(0),
    oldKeyUntil: at(31 * day),
    proof: Buffer.alloc(64, 3).toString('base64'),
  },
  Pull: { maxMessages: 100, maxBytes: 1_048_576 },
  States: {
    ofEpoch: 29_000_000,
    part: 1,
    parts: 1,
    states: [
      { conversation: 'c-7f3a', is: 'released', received: 3, round: 1, side: 'holding' },
      { conversation: 'c-0b11', is: 'claimed', received: 2, round: 1, side: 'offering' },
    ],
  },
};

/** Types that the holding side says in the walk of the vectors. */
const byHolder: readonly MessageType[] = ['Accept', 'Reject', 'Status', 'RecallAnswer', 'Return'];

/** A good message of a type, between vendor.example and reseller.example, received by whom the manifest says. */
export function messageOf<T extends MessageType>(
  type: T,
  change: Partial<Bodies[T]> = {},
  head: Partial<Header> = {},
): AnyMessage {
  const { conversation: inOne, answers, blind } = messageTable[type];
  const held = byHolder.includes(type);
  const header: Header = {
    messageId: idOf(Object.keys(bodies).indexOf(type) + 1),
    type,
    from: held ? 'reseller.example' : 'vendor.example',
    to: held ? 'vendor.example' : type === 'Capabilities' ? '*' : 'reseller.example',
    ...(inOne && { conversation, round: 1, seq: 1 }),
    ...(answers && { inReplyTo: { messageId: idOf(0xabc), digest: bytes32(9) } }),
    created: at(0),
    expires: at(14 * day),
    ...(blind && { blind: bytes32(0x42) }),
    ...head,
  };
  return { header, body: { ...bodies[type], ...change } } as unknown as AnyMessage;
}
