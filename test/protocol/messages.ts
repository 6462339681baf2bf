import type { AnyMessage, Bodies, Lead, Message, MessageType } from '../../protocol/generated.ts';
import { makeHeader } from '../../protocol/header.ts';
import { makeSigningKey, verificationKey } from '../../protocol/keys.ts';
import { fieldGroups } from '../../protocol/generated.ts';
import { messageTable } from '../../protocol/message-table.ts';

/** 14 March 2026, 09:26:53 UTC. */
export const now = Date.UTC(2026, 2, 14, 9, 26, 53);
const at = (ms: number) => new Date(now + ms).toISOString();
const bytes32 = (fill: number) => Buffer.alloc(32, fill).toString('base64');

export const vendor = { nodeId: 'vendor.test', key: makeSigningKey() };
export const reseller = { nodeId: 'reseller.test', key: makeSigningKey() };

const pinned = new Map(
  [vendor, reseller].map(({ nodeId, key }) => [`${nodeId} ${key.kid}`, verificationKey(key.spki)]),
);
/** The keys a third party would have pinned. */
export const findKey = (from: string, kid: string) => pinned.get(`${from} ${kid}`);

export const lead: Lead = {
  createdAt: '2026-03-14T10:20:00+01:00',
  contact: {
    givenName: 'Zoë',
    familyName: "O'Brien-Müller",
    emails: [{ kind: 'work', value: 'zoe@example.com' }],
    phones: [{ kind: 'mobile', value: '0044 123 <456>' }],
    address: { streets: ['Musterstraße 7'], city: 'Köln', postalCode: '01067', country: 'DE' },
  },
  account: { name: 'Müller & Söhne "Pumpen" GmbH', domain: 'example.com' },
  interest: {
    products: [{ name: 'Pump 9000', quantity: '12' }],
    comments: 'Line one\nline two\twith a tab ]] > & 🙂',
  },
  source: { kind: 'web-form', campaign: 'spring' },
  fields: [{ name: 'machine park', type: 'text', value: 'three presses' }],
};

const bodies: { readonly [T in MessageType]: Bodies[T] } = {
  Capabilities: {
    name: 'Vendor',
    endpoint: 'https://vendor.test/lead-exchange',
    versions: ['1'],
    levels: ['Core', 'Withhold'],
    keys: [{ kid: vendor.key.kid, algorithm: 'ecdsa-sha256', spki: vendor.key.spki.toString('base64') }],
    maxMessageBytes: 262_144,
  },
  Offer: {
    mode: 'grab',
    closesAt: at(3_600_000),
    lead: { account: lead.account, interest: lead.interest, contact: { address: { city: 'Köln' } } },
    withheldFields: ['contact.emails', 'contact.phones'],
    commitments: fieldGroups.map((group, index) => ({ group, value: bytes32(index) })),
  },
  Accept: { offerDigest: bytes32(7) },
  Reject: { reason: 'no-capacity', text: 'Nobody is free.' },
  Award: { leaseUntil: at(600_000) },
  NoLongerAvailable: { reason: 'taken' },
  Release: { lead, openings: fieldGroups.map((group, index) => ({ group, salt: bytes32(index) })) },
  Status: { revision: 3, disposition: 'won', at: at(0), amount: { amount: '1250.00', currency: 'EUR' }, note: 'Done.' },
  Receipt: { receivedAt: at(0) },
  Problem: { code: 'stale-round', retryable: false },
  Update: {
    revision: 2,
    reason: 'correction',
    changedFields: ['contact.phones', 'contact.jobTitle'],
    lead: { contact: { phones: [{ kind: 'work', value: '+49 341 5550199' }] } },
  },
  Recall: { reason: 'customer-wish', answerBy: at(86_400_000), text: 'The customer asked for another partner.' },
  RecallAnswer: { outcome: 'agreed' },
  Return: { reason: 'not-reachable', text: 'Called five times.', proofs: [{ url: 'https://files.example.com/calls' }] },
  ReturnAnswer: { outcome: 'refused', text: 'The window is over.' },
  Erasure: { reason: 'person-asked', answerBy: at(86_400_000) },
  ErasureStatus: {
    outcome: 'partial',
    at: at(0),
    holdUntil: at(31_536_000_000),
    text: 'The invoice must be kept.',
    onwards: [{ recipient: 'Rheintal Vertrieb', nodeId: 'rheintal.test', outcome: 'done' }],
  },
  ConsentChange: { at: at(0), consents: [{ purpose: 'marketing', state: 'withdrawn' }], doNotContacts: ['phone'] },
  AccessRequest: { answerBy: at(86_400_000) },
  AccessReport: {
    heldSince: at(-86_400_000),
    purposes: ['offer'],
    lead,
    disclosures: [{ recipient: 'Rheintal Vertrieb', at: at(0), fields: ['contact.phones'], purpose: 'offer' }],
  },
  Agreement: {
    step: 'propose',
    agreementId: 'ag-1',
    terms: {
      validFrom: at(0),
      offers: 'proposer',
      purposes: ['sale of pumps'],
      fieldTerms: [{ field: 'contact.phones', inOffer: 'withheld', inRelease: 'shown' }],
      deleteShownHours: 24,
      retentionDays: 365,
      returnWindowDays: 14,
      feedback: { assignedTo: false, amount: 'band', reason: true, note: false, update: false },
      caps: { releasesPerDay: 50, openLeads: 200, returnPercent: 20 },
      onward: { to: 'listed', partners: ['rheintal.test'], purposes: ['sale of pumps'] },
    },
  },
  KeyRollover: {
    newKey: { kid: reseller.key.kid, algorithm: 'ecdsa-sha256', spki: reseller.key.spki.toString('base64') },
    validFrom: at(0),
    oldKeyUntil: at(31 * 86_400_000),
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

export const messageTypes = Object.keys(bodies) as MessageType[];

/** A good message of each type, from the vendor to the reseller. */
export function message<T extends MessageType>(type: T, body: Bodies[T] = bodies[type]): AnyMessage {
  const header = makeHeader({
    type,
    from: vendor.nodeId,
    to: type === 'Capabilities' ? '*' : reseller.nodeId,
    now,
    ...(messageTable[type].conversation && { conversation: 'conv-1', round: 1, seq: 1 }),
    ...(messageTable[type].answers && {
      inReplyTo: { messageId: '01890a5d-ac96-774b-bcce-b302099a8057', digest: bytes32(9) },
    }),
  });
  return { header, body } satisfies Message<T> as unknown as AnyMessage;
}
