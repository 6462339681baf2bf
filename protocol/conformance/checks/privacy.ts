import { isDeepStrictEqual } from 'node:util';
import { makeMessageId } from '../../index.ts';
import type { Bodies, Consent, ErasureOutcome, ErasureStatus } from '../../index.ts';
import { expectProblem, expectReceipt, expectSame } from '../answer.ts';
import { ask, quoting, type Speaker } from '../ask.ts';
import { checksOf, meets, NotRun, type Check } from '../check.ts';
import { getOffer, next, won } from '../held.ts';
import type { Kit } from '../kit.ts';
import { awarded, makeTalk, offeredForLater, released } from '../talk.ts';
import { textsOf } from './offered.ts';

const above = checksOf('vendor', 'Privacy');
const below = checksOf('reseller', 'Privacy');
const hostile = checksOf('hostile', 'Privacy');

const erasure: Bodies['Erasure'] = { reason: 'person-asked' };

/** Asks the node under test to erase a conversation, and says what it answered. */
const askErasure = (kit: Kit, speaker: Speaker): Promise<ErasureStatus> => ask(kit, speaker, { type: 'Erasure', body: erasure, answer: 'ErasureStatus' }); // prettier-ignore
const askAccess = (kit: Kit, speaker: Speaker): Promise<Bodies['AccessReport']> => ask(kit, speaker, { type: 'AccessRequest', body: {}, answer: 'AccessReport' }); // prettier-ignore
const done = (kit: Kit): ErasureStatus => ({ outcome: 'done', at: new Date(kit.now()).toISOString() });

/** From where the data came an erasure binds: only a legal duty, told with its end, keeps anything. */
async function expectErased(kit: Kit, speaker: Speaker): Promise<void> {
  const { outcome, holdUntil } = await askErasure(kit, speaker);
  const refused = outcome === 'refused' && holdUntil === undefined;
  meets(!refused && outcome !== 'offer-deleted', `The erasure binds, and was answered ${outcome}.`);
  if (outcome !== 'done') throw new NotRun(`The erasure was answered ${outcome} ${holdUntil ?? ''}: it is not over.`);
}

const erasing: readonly Check[] = [
  above('erasure', 'LX-150 LX-151', ['An Erasure of a released lead, then NoLongerAvailable', 'A Receipt, an ErasureStatus that quotes it; after done Problem erased'], async (kit) => {
    const talk = await released(kit);
    await expectErased(kit, talk);
    expectProblem((await talk.close()).answer, 'erased');
  }),
  above('erasure-of-an-offer', 'LX-150 LX-151', ['An Erasure of a lead that is only offered, then the Award', 'An ErasureStatus; after done Problem erased'], async (kit) => {
    const talk = await offeredForLater(kit);
    await expectErased(kit, talk);
    expectProblem((await talk.award()).answer, 'erased');
  }),
  above('erasure-twice', 'LX-131 LX-151', ['An Erasure, the same bytes again, then a new one', 'The same Receipt; a new Erasure is answered, too, though all is erased'], async (kit) => {
    const talk = await offeredForLater(kit);
    const sealed = talk.say('Erasure', erasure);
    const first = await kit.deliver(sealed);
    expectReceipt(first);
    expectSame(first, await kit.deliver(sealed));
    await expectErased(kit, talk);
  }),
  above('erasure-of-an-earlier-round', 'LX-092', ['An Offer of round 1, its end, an Offer of round 2; then an Erasure of round 1', 'A Receipt: an Erasure counts in every round'], async (kit) => {
    const talk = await offeredForLater(kit);
    expectReceipt((await talk.close()).answer);
    talk.nextRound();
    expectReceipt((await talk.offer({ opensAt: talk.inMs(1_800_000) })).answer);
    expectReceipt((await talk.send('Erasure', erasure, { round: 1 })).answer);
  }),
  above('erasure-of-nothing', 'LX-151', ['An Erasure in a conversation nobody began', 'Problem illegal-transition: nothing is held there'], async (kit) => {
    expectProblem((await makeTalk(kit).send('Erasure', erasure)).answer, 'illegal-transition');
  }),
  above('access', 'LX-154', ['A Release, then an AccessRequest', 'An AccessReport that quotes it, with the lead as it was released, and since when it is held'], async (kit) => {
    const talk = await released(kit);
    const { lead, heldSince } = await askAccess(kit, talk);
    meets(heldSince !== undefined, 'The report does not say since when the lead is held.');
    for (const text of textsOf(talk.lead.contact)) meets(textsOf(lead).includes(text), 'The report leaves out what was released.');
  }),
  above('access-after-erasure', 'LX-154 LX-155', ['An Erasure of a released lead, then an AccessRequest', 'An AccessReport without a lead'], async (kit) => {
    const talk = await released(kit);
    await expectErased(kit, talk);
    const { lead } = await askAccess(kit, talk);
    meets(lead === undefined, 'The node said that all was erased, and reports what it holds.');
  }),
  above('consent-change', 'LX-153 LX-154', ['A Release, a ConsentChange, another one with an older grant, an AccessRequest', 'Two Receipts; the AccessReport holds what was decided last'], async (kit) => {
    const talk = await released(kit);
    const at = talk.inMs(-60_000);
    const decision: Consent = { purpose: 'conformance', state: 'withdrawn', at };
    expectReceipt((await talk.send('ConsentChange', { at, consents: [decision], doNotContacts: ['phone'] })).answer);
    const older: Consent = { ...decision, state: 'granted', at: talk.inMs(-120_000) };
    expectReceipt((await talk.send('ConsentChange', { at, consents: [older] })).answer);
    const { lead } = await askAccess(kit, talk);
    const isHeld = lead?.consents?.some((consent) => isDeepStrictEqual(consent, decision));
    meets(isHeld === true, 'The report holds other consents than those that were decided last.');
  }),
]; // prettier-ignore

const asked: readonly Check[] = [
  below('erasure-from-below', 'LX-150 LX-151', ['An Erasure by the holder of a released lead, then a Status', 'An ErasureStatus that quotes it; unless a person agreed, the lead stays: a Receipt'], async (kit) => {
    const one = await won(kit);
    const { outcome } = await askErasure(kit, one);
    const at = new Date(kit.now()).toISOString();
    const answer = await one.send('Status', { revision: 1, disposition: 'received', at });
    if (outcome === 'done') expectProblem(answer, 'erased');
    else expectReceipt(answer);
  }),
  below('access-from-below', 'LX-154', ['An AccessRequest by the holder of a released lead', 'An AccessReport that names nobody but the kit, and no value it was not given'], async (kit) => {
    const one = await won(kit);
    const { lead, disclosures = [] } = await askAccess(kit, one);
    meets(disclosures.every(({ nodeId }) => nodeId === kit.identity.nodeId), 'The report tells a holder who else was given something.');
    const known = new Set(textsOf(one.release.lead));
    meets(textsOf(lead).every((text) => known.has(text)), 'The report tells a holder what was withheld from it.');
  }),
  below('offer-deleted', 'LX-152', ['A Reject, then ErasureStatus offer-deleted that quotes it', 'A Receipt'], async (kit) => {
    const one = await getOffer(kit);
    const reject = one.say('Reject', { reason: 'other' });
    expectReceipt(await kit.deliver(reject));
    expectReceipt(await one.send('ErasureStatus', { ...done(kit), outcome: 'offer-deleted' }, quoting(reject)));
  }),
]; // prettier-ignore

/** An answer to what the node under test never asked. */
const unasked = (outcome: ErasureOutcome) => async (kit: Kit) => {
  const one = await getOffer(kit);
  const offer = { messageId: one.header.messageId, digest: one.answer.offerDigest };
  const said = await one.send('ErasureStatus', { ...done(kit), outcome }, quoting(offer));
  expectProblem(said, 'illegal-transition');
  expectReceipt(await one.send('Accept', one.answer));
};

const attacks: readonly Check[] = [
  hostile('erasure-by-a-claimer', 'LX-150', ['An Erasure by a node that was only offered the lead, then an Accept', 'It binds nothing: a Receipt and an Award, or the answer that a person agreed'], async (kit) => {
    const one = await getOffer(kit);
    const { outcome } = await askErasure(kit, one);
    const answer = await one.send('Accept', one.answer);
    if (outcome === 'done') expectProblem(answer, 'erased');
    else {
      expectReceipt(answer);
      await next(kit, one, 'Award');
    }
  }),
  hostile('erasure-beside', 'LX-150', ['An Erasure in one conversation, then the Release in another', 'A Receipt: nothing crosses into another conversation'], async (kit) => {
    const beside = await awarded(kit);
    const talk = await offeredForLater(kit);
    expectReceipt((await talk.send('Erasure', erasure)).answer);
    expectReceipt((await beside.release()).answer);
  }),
  hostile('erasure-answer-to-nothing', 'LX-151', ['ErasureStatus done to a node that asked for no erasure, then an Accept', 'Problem illegal-transition; the conversation goes on'], unasked('done')),
  hostile('offer-deleted-too-early', 'LX-152', ['ErasureStatus offer-deleted that quotes the Offer, then an Accept', 'Problem illegal-transition; the conversation goes on'], unasked('offer-deleted')),
  hostile('access-report-to-nothing', 'LX-144 LX-154', ['An AccessReport to a node that asked for none', 'Problem illegal-transition'], async (kit) => {
    const talk = await offeredForLater(kit);
    const report = await talk.send('AccessReport', {}, quoting({ messageId: makeMessageId(kit.now()), digest: talk.offerDigest }));
    expectProblem(report.answer, 'illegal-transition');
  }),
]; // prettier-ignore

/** Level Privacy (section 11): what binds, what is a request, and what is neither. */
export const privacyChecks: readonly Check[] = [...erasing, ...asked, ...attacks];
