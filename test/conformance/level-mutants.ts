import {
  batchMediaType,
  mediaType,
  problemFor,
  problemStatus,
  readBatch,
  seal,
  writeBatch,
} from '../../protocol/index.ts';
import type { AccessReport, Header, ProblemCode } from '../../protocol/index.ts';
import { saysType, type Answered, type Arrived, type Keys } from './door.ts';
import { forgives, opened, receiptAsIf, said, taken } from './mutants.ts';
import type { NodeMutant, Wrong } from './real-node.ts';
import { changed } from './relay.ts';

const zeros = Buffer.alloc(32).toString('base64');
const isFrame = ({ headers }: Arrived): boolean => headers['content-type'] === batchMediaType;
const isRead = ({ status }: Answered): boolean => status === 200;

/** Answers a frame with other documents than those it has for it. */
const answersFrame = (change: (documents: Uint8Array[], keys: Keys) => Uint8Array[]): Wrong => ({
  answers: (arrived, answered, keys) =>
    isFrame(arrived) && isRead(answered)
      ? { ...answered, body: writeBatch(change(readBatch(Buffer.from(answered.body)), keys)) }
      : answered,
});

/** Batches and Pull. */
const framing: readonly NodeMutant[] = [
  [
    'answers a frame in another order',
    'batch',
    'The answer in place 1 is for another message.',
    answersFrame((documents) => documents.toReversed()),
  ],
  [
    'refuses a frame for one bad document',
    'batch-one-is-bad',
    'Expected a frame, got 401',
    {
      answers(arrived, answered) {
        const bad = isFrame(arrived) && isRead(answered) && readBatch(Buffer.from(answered.body)).some(({ length }) => length === 0); // prettier-ignore
        return bad ? { status: 401, type: 'text/plain', body: 'unauthenticated\n' } : answered;
      },
    },
  ],
  [
    'tells strangers what was wrong with a frame',
    'batch-cut-off',
    'it tells what was wrong.',
    {
      answers: (arrived, answered) =>
        isFrame(arrived) && answered.status === 401 ? { ...answered, body: 'cut off\n' } : answered,
    },
  ],
  [
    'hands over again when a Pull is repeated',
    'pull',
    'A repeated Pull was handed 1 messages.',
    answersFrame((documents) => [...documents, ...documents]),
  ],
  [
    'takes a Pull of any age',
    'pull-lives-too-long',
    'Expected Problem expired, got Receipt.',
    answersFrame((documents, keys) => documents.map((one) => Buffer.from(receiptAsIf(said(Buffer.from(one), keys).header, keys)))), // prettier-ignore
  ],
];

const forgiving = (code: ProblemCode): Wrong => ({ answers: forgives(code).answers });

/** Agreements and keys. */
const agreeing: readonly NodeMutant[] = [
  [
    'takes the acceptance of nothing',
    'agreement-of-nothing',
    'Expected Problem agreement-unknown, got a Receipt.',
    forgiving('agreement-unknown'),
  ],
  [
    'takes offers under any agreement',
    'offer-under-no-agreement',
    'Expected Problem agreement-unknown, got a Receipt.',
    forgiving('agreement-unknown'),
  ],
  [
    'answers the end of an agreement anew each time',
    'agreement',
    'byte for byte',
    {
      answers: (_, answered, keys) =>
        answered.type === mediaType && isRead(answered)
          ? { ...answered, body: receiptAsIf(said(answered.body, keys).header, keys) }
          : answered,
    },
  ],
  [
    'takes a new key whose owner proved nothing',
    'rollover-unproven',
    'Expected a Problem, got receipt.',
    forgiving('conflict'),
  ],
  [
    'counts a new key before anybody confirmed it',
    'rollover-unconfirmed',
    'A key that nobody confirmed counts.',
    { answers: (arrived, answered, keys) => (answered.status === 401 ? taken(arrived, keys) : answered) },
  ],
];

/** What a report of the node says otherwise. */
const reports = (change: (report: AccessReport, header: Header) => AccessReport): Wrong => ({
  sends: changed('AccessReport', ({ header, body }) => ({ body: change(body as AccessReport, header) })),
});

/** Privacy. */
const privacy: readonly NodeMutant[] = [
  [
    'refuses to erase what it was disclosed, and has no duty to keep it',
    'erasure',
    'The erasure binds, and was answered refused.',
    { sends: changed('ErasureStatus', ({ body }) => ({ body: { ...body, outcome: 'refused' } })) },
  ],
  [
    'goes on after it erased everything',
    'erasure-of-an-offer',
    'Expected Problem erased, got a Receipt.',
    forgiving('erased'),
  ],
  [
    'answers another erasure than it was asked for',
    'erasure-twice',
    'quotes another digest',
    {
      sends: changed('ErasureStatus', ({ header }) => ({
        header: { ...header, inReplyTo: { messageId: header.inReplyTo?.messageId, digest: zeros } },
      })),
    },
  ],
  [
    'takes an erasure where nothing is',
    'erasure-of-nothing',
    'Expected Problem illegal-transition, got a Receipt.',
    forgiving('illegal-transition'),
  ],
  [
    'has erased what a claimer asked it to erase, and awards the lead',
    'erasure-by-a-claimer',
    'Expected Problem erased, got a Receipt.',
    { sends: changed('ErasureStatus', ({ body }) => ({ body: { ...body, outcome: 'done' } })) },
  ],
  [
    'erases all conversations with a partner',
    'erasure-beside',
    'Expected a Receipt, got Problem erased',
    { answers: (arrived, answered, keys) => (saysType(arrived, 'Release') ? refusedAs('erased', arrived, keys) : answered) }, // prettier-ignore
  ],
  [
    'takes answers to what it never asked',
    'erasure-answer-to-nothing',
    'Expected Problem illegal-transition, got a Receipt.',
    forgiving('illegal-transition'),
  ],
  [
    'reports what it said was erased',
    'access-after-erasure',
    'and reports what it holds.',
    reports((report) => ({ ...report, lead: { account: { name: 'Customer Ltd' } } })),
  ],
  [
    'leaves out of its report what it holds',
    'access',
    'The report leaves out what was released.',
    reports(({ lead, ...report }) => ({ ...report, lead: { account: lead?.account ?? {} } })),
  ],
  [
    'reports consents that were withdrawn as they were before',
    'consent-change',
    'other consents than those that were decided last',
    reports((report) => ({ ...report, lead: { ...report.lead, consents: [{ purpose: 'marketing', state: 'granted' }] } })), // prettier-ignore
  ],
  [
    'tells a holder who else was given something',
    'access-from-below',
    'who else was given something.',
    reports((report, { created }) => ({
      ...report,
      disclosures: [{ recipient: 'Other Ltd', nodeId: 'other.example', at: created, fields: ['account.name'] }],
    })),
  ],
];

function refusedAs(code: ProblemCode, { body }: Arrived, keys: Keys): Answered {
  const { message, digest } = opened(body, keys);
  const { from, to, messageId, created } = message.header;
  const problem = problemFor({ from, messageId, digest }, { code }, { nodeId: to, now: Date.parse(created) });
  return { status: problemStatus[code], type: mediaType, body: seal(problem, keys.peer).xml };
}

const reportsContact = (contact: object): Wrong =>
  reports(({ lead, ...report }) => ({ ...report, lead: { ...lead, contact: { ...lead?.contact, ...contact } } }));

/** Updates. */
const updating: readonly NodeMutant[] = [
  ['goes back to an older Update', 'update', 'the value of the higher revision.', reportsContact({ jobTitle: 'Clerk' })], // prettier-ignore
  [
    'takes more from an Update than that names',
    'update-beyond-its-names',
    'a field that the Update did not name.',
    reportsContact({ salutation: 'Dr.' }),
  ],
];

/** Rules of the levels above Core and Withhold. */
export const levelMutants: readonly NodeMutant[] = [...framing, ...agreeing, ...privacy, ...updating];
