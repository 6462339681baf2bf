import { checkOpenings, getField, leadFields, ProtocolError } from '../../index.ts';
import type { Bodies } from '../../index.ts';
import { expectProblem, expectReceipt, expectSame } from '../answer.ts';
import { checksOf, meets, NotRun, Unmet, type Check } from '../check.ts';
import { getOffer, next, won } from '../held.ts';
import type { Kit } from '../kit.ts';

const check = checksOf('reseller', 'Core');
const checkWithheld = checksOf('reseller', 'Withhold');
const seconds = (kit: Kit) => `within ${kit.waitMs / 1_000} seconds`;

const offers: readonly Check[] = [
  check('offers-a-lead', 'LX-091 LX-092 LX-016', ['Nothing: the node offers a lead', 'An Offer of round 1 that closes in the future, in a conversation of its own'], async (kit) => {
    const { header, offer } = await getOffer(kit);
    meets(header.round === 1, `The first Offer is of round ${header.round}.`);
    meets(Date.parse(offer.closesAt) > kit.now(), 'The Offer has closed already.');
    const ids = kit.listener.deliveries.flatMap(({ opened }) => (opened?.message.header.type === 'Offer' ? [opened] : []));
    const own = ids.filter(({ message }) => message.header.conversation === header.conversation);
    meets(new Set(own.map(({ digest }) => digest)).size === 1, 'Two leads share a conversation.');
  }),
  check('awards-and-releases', 'LX-110 LX-114', ['An Accept', 'Award, and after its Receipt the Release'], async (kit) => {
    await won(kit);
  }),
  check('release-waits-for-the-award', 'LX-115 LX-126', ['An Accept; to the Award 500 without a signature', 'The same Award again, and no Release before it is receipted'], releaseWaits),
  check('accept-twice', 'LX-131 LX-110', ['The same Accept twice', 'The same Receipt, one Award'], async (kit) => {
    const one = await getOffer(kit);
    const accept = one.say('Accept', one.answer);
    const first = await kit.deliver(accept);
    expectReceipt(first);
    expectSame(first, await kit.deliver(accept));
    await next(kit, one, 'Release');
    const awards = kit.listener.deliveries.flatMap(({ opened }) => opened && opened.message.header.conversation === one.conversation && opened.message.header.type === 'Award' ? [opened.digest] : []);
    meets(new Set(awards).size === 1, `${awards.length} Awards came.`);
  }),
]; // prettier-ignore

const refusals: readonly Check[] = [
  check('accept-of-another-offer', 'LX-111', ['An Accept with another digest', 'Problem conflict; the right one is then taken'], async (kit) => {
    const one = await getOffer(kit);
    const offerDigest = Buffer.alloc(32).toString('base64');
    expectProblem(await one.send('Accept', { ...one.answer, offerDigest }), 'conflict');
    expectReceipt(await one.send('Accept', one.answer));
  }),
  check('accept-of-a-round-ahead', 'LX-092', ['An Accept of a round that was not offered', 'Problem illegal-transition'], async (kit) => {
    const one = await getOffer(kit);
    expectProblem(await one.send('Accept', one.answer, { round: one.header.round + 1 }), 'illegal-transition');
  }),
  check('award-by-the-holding-side', 'LX-100', ['An Award by the node that was offered the lead', 'Problem illegal-transition'], async (kit) => {
    const one = await getOffer(kit);
    const leaseUntil = new Date(kit.now() + 60_000).toISOString();
    expectProblem(await one.send('Award', { leaseUntil }), 'illegal-transition');
  }),
  check('status-before-release', 'LX-100', ['A Status of a lead that was not released', 'Problem illegal-transition'], async (kit) => {
    const one = await getOffer(kit);
    expectProblem(await one.send('Status', status(kit, 1)), 'illegal-transition');
  }),
  check('reject', 'LX-100', ['A Reject, then an Accept', 'A Receipt, then Problem illegal-transition'], async (kit) => {
    const one = await getOffer(kit);
    expectReceipt(await one.send('Reject', { reason: 'no-capacity' }));
    expectProblem(await one.send('Accept', one.answer), 'illegal-transition', 'stale-round');
  }),
  check('conversation-of-nobody', 'LX-100 LX-091', ['An Accept in a conversation the node does not know', 'Problem illegal-transition'], async (kit) => {
    const accept = kit.say('Accept', { offerDigest: Buffer.alloc(32).toString('base64') }, { conversation: 'kit-nobody', round: 1, seq: 1 });
    expectProblem(await kit.deliver(accept), 'illegal-transition');
  }),
  check('status-reported', 'LX-117 LX-093', ['Status with Revision 1 and 2, then 1 again, then 3 under an old Seq', 'A Receipt each'], async (kit) => {
    const one = await won(kit);
    for (const revision of [1, 2, 1]) expectReceipt(await one.send('Status', status(kit, revision)));
    expectReceipt(await one.send('Status', status(kit, 3), { seq: 2 }));
  }),
  check('reject-after-release', 'LX-100', ['A Reject of a lead that was released', 'Problem illegal-transition'], async (kit) => {
    const one = await won(kit);
    expectProblem(await one.send('Reject', { reason: 'other' }), 'illegal-transition');
  }),
]; // prettier-ignore

const status = (kit: Kit, revision: number): Bodies['Status'] => ({
  revision,
  disposition: 'received',
  at: new Date(kit.now()).toISOString(),
});

async function releaseWaits(kit: Kit): Promise<void> {
  const one = await getOffer(kit);
  const { conversation } = one;
  kit.listener.answerNext('Award', conversation, () => ({ status: 500, body: 'busy' }));
  expectReceipt(await one.send('Accept', one.answer));
  const award = await next(kit, one, 'Award');
  const after = kit.listener.deliveries.indexOf(award) + 1;
  const second = await kit.arrival({ conversation, type: ['Award', 'Release'], after });
  if (!second) throw new Unmet(`The Award did not come again ${seconds(kit)}.`);
  meets(second.opened?.message.header.type === 'Award', 'The Release left before the Award was receipted.');
  meets(second.bytes.equals(award.bytes), 'The Award came again with other bytes.');
  await next(kit, one, 'Release');
}

const withheld: readonly Check[] = [
  checkWithheld('commits-to-every-group', 'LX-121', ['Nothing: the node offers a lead with withheld fields', 'Commitments for all 13 groups, no two of them equal, or none'], async (kit) => {
    const { offer } = await getOffer(kit);
    const commitments = offer.commitments ?? [];
    const values = new Set(commitments.map(({ value }) => value));
    meets(values.size === commitments.length, 'Two commitments are equal: a salt was used twice.');
  }),
  checkWithheld('opens-what-it-committed-to', 'LX-124 LX-125', ['An Accept, and Receipts', 'A Release that opens every commitment and changes no shown field'], async (kit) => {
    const { release, offer, conversation, header } = await won(kit);
    try {
      checkOpenings(release, offer, conversation, header.round);
    } catch (error) {
      if (error instanceof ProtocolError) throw new Unmet(`The Release is not what was offered: ${error.message}`);
      throw error;
    }
  }),
  checkWithheld('withholds-what-it-names', 'LX-120 LX-126', ['An Accept, and Receipts', 'No value of a withheld field before the Release'], async (kit) => {
    const { release, offer, after } = await won(kit);
    const names = new Set<string>(offer.withheldFields ?? []);
    const hidden = leadFields.flatMap(({ path }) => (names.has(path) ? textsOf(getField(release.lead, path)) : []));
    if (hidden.length === 0) throw new NotRun('The offered lead has no withheld value.');
    const before = kit.listener.deliveries.slice(after).filter(({ opened }) => opened?.message.header.type !== 'Release');
    for (const { bytes } of before)
      meets(!hidden.some((text) => bytes.includes(text)), 'A withheld value left before the Release.');
  }),
]; // prettier-ignore

/** Texts long enough not to be found by chance. */
export function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= 5 && !/[&<>"]/.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

export const offeredChecks: readonly Check[] = [...offers, ...refusals, ...withheld];
