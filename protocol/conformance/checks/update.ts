import type { Lead, UpdateReason } from '../../index.ts';
import { expectProblem, expectReceipt } from '../answer.ts';
import { ask } from '../ask.ts';
import { checksOf, meets, type Check } from '../check.ts';
import type { Kit } from '../kit.ts';
import { awarded, offeredForLater, released, type Talk } from '../talk.ts';

const check = checksOf('vendor', 'Update');
const asItWas = 'Problem illegal-transition, and nothing changed';

const correction = (revision: number, jobTitle: string) => ({
  revision,
  reason: 'correction' as UpdateReason,
  changedFields: ['contact.jobTitle'],
  lead: { contact: { jobTitle } },
});

/** What the node says that it holds of the person. */
const askContact = async (kit: Kit, talk: Talk): Promise<Lead['contact']> =>
  (await ask(kit, talk, { type: 'AccessRequest', body: {}, answer: 'AccessReport' })).lead?.contact;

export const updateChecks: readonly Check[] = [
  check(
    'update',
    'LX-140',
    [
      'An Update of revision 2 to a released lead, then one of revision 1',
      'Receipts: the older one is ignored, as an AccessReport shows',
    ],
    async (kit) => {
      const talk = await released(kit);
      expectReceipt((await talk.send('Update', correction(2, 'Buyer'))).answer);
      expectReceipt((await talk.send('Update', correction(1, 'Clerk'))).answer);
      if (!kit.announced.has('Privacy')) return;
      const { jobTitle } = (await askContact(kit, talk)) ?? {};
      meets(jobTitle === 'Buyer', 'The report does not hold the value of the higher revision.');
    },
  ),
  check(
    'update-beyond-its-names',
    'LX-140',
    [
      'An Update that names a field nobody knows, and holds one it does not name',
      'A Receipt: both are ignored, as an AccessReport shows',
    ],
    async (kit) => {
      const talk = await released(kit);
      const body = correction(1, 'Buyer');
      const changedFields = [...body.changedFields, 'contact.shoeSize'];
      const lead = { contact: { ...body.lead.contact, salutation: 'Dr.' } };
      expectReceipt((await talk.send('Update', { ...body, changedFields, lead })).answer);
      if (!kit.announced.has('Privacy')) return;
      const { jobTitle, salutation } = (await askContact(kit, talk)) ?? {};
      meets(jobTitle === 'Buyer', 'The report does not hold the new value of the field that was named.');
      meets(salutation === undefined, 'The report holds a field that the Update did not name.');
    },
  ),
  check(
    'update-before-release',
    'LX-140 LX-100',
    ['An Update of a lead that is only offered', asItWas],
    async (kit) => {
      const talk = await offeredForLater(kit);
      expectProblem((await talk.send('Update', correction(1, 'Buyer'))).answer, 'illegal-transition');
      expectReceipt((await talk.close()).answer);
    },
  ),
  check(
    'recall-before-release',
    'LX-141',
    ['A Recall of a lead that is only offered, then an Award, then an Offer of round 2', 'Receipt, Problem, Receipt'],
    async (kit) => {
      const talk = await offeredForLater(kit);
      expectReceipt((await talk.send('Recall', { reason: 'mistake' })).answer);
      expectProblem((await talk.award()).answer, 'illegal-transition');
      talk.nextRound();
      expectReceipt((await talk.offer()).answer);
    },
  ),
  check('recall', 'LX-141', ['A Recall of a released lead', 'A Receipt: the holder will answer'], async (kit) => {
    const talk = await released(kit);
    expectReceipt((await talk.send('Recall', { reason: 'duplicate', answerBy: talk.inMs(3_600_000) })).answer);
  }),
  check(
    'answer-to-nothing',
    'LX-144',
    ['A ReturnAnswer that quotes the Release, to a holder that asked nothing', asItWas],
    async (kit) => {
      const talk = await awarded(kit);
      const { sealed, answer } = await talk.release();
      expectReceipt(answer);
      const inReplyTo = { messageId: sealed.messageId, digest: sealed.digest };
      const said = await talk.send('ReturnAnswer', { outcome: 'agreed' }, { inReplyTo });
      expectProblem(said.answer, 'illegal-transition');
      expectReceipt((await talk.send('Update', correction(1, 'Buyer'))).answer);
    },
  ),
];
