import type { ProblemCode } from '../../index.ts';
import { expectReceipt, type Answer } from '../answer.ts';
import { checksOf, meets, type Check } from '../check.ts';
import { getOffer, next, type Offered } from '../held.ts';
import type { Kit } from '../kit.ts';
import { makeTalk } from '../talk.ts';

const check = checksOf('hostile', 'Core');

const offersClaimed = 2;
const acceptsEach = 12;

/** What may become of a claim among many: too many came, or a later one overtook it. */
const fair: ReadonlySet<ProblemCode> = new Set(['rate', 'overloaded', 'illegal-transition', 'stale-round']);

/** Signed, and of now: a node that is asked too much says so, to each. */
function expectFair({ kind, code, status, retryable, retryAfter = 0, reason = '' }: Answer): void {
  meets(kind !== 'unsigned', `A claim got ${status} without a signed answer (${reason}).`);
  const refused = kind === 'problem' && code !== undefined;
  meets(!refused || fair.has(code), `A claim got Problem ${code ?? ''}.`);
  meets(!refused || retryable === (code === 'rate' || code === 'overloaded'), `Problem ${code ?? ''} came with Retryable ${String(retryable)}.`); // prettier-ignore
  meets(code !== 'rate' || retryAfter > 0, 'Problem rate came without RetryAfter.');
}

const awardsIn = (kit: Kit, { conversation }: Offered): number =>
  new Set(
    kit.listener.deliveries.flatMap(({ opened }) => {
      const { header } = opened?.message ?? {};
      return opened && header?.conversation === conversation && header.type === 'Award' ? [opened.digest] : [];
    }),
  ).size;

/** Somebody else's message, while all that goes on: an Offer that nobody accepts yet. */
async function offerMeanwhile(kit: Kit): Promise<Answer> {
  const talk = makeTalk(kit);
  return kit.deliver(talk.say('Offer', talk.offerBody({ opensAt: talk.inMs(1_800_000) })));
}

const claimFlood = check(
  'claim-flood',
  'LX-110 LX-130 LX-137',
  [
    `${acceptsEach} Accepts at once for each of ${offersClaimed} offers, all of them new messages, and an Offer among them`,
    'To each a Receipt, or a signed Problem: rate, or that a later one came before; one Award for each offer; a Receipt for the Offer',
  ],
  async (kit) => {
    const claimed: Offered[] = [];
    while (claimed.length < offersClaimed) claimed.push(await getOffer(kit));
    const accepts = claimed.flatMap((one) => Array.from({ length: acceptsEach }, () => one.say('Accept', one.answer)));
    const claims = Promise.all(accepts.map((sealed) => kit.postOnce(sealed.xml, {}, sealed)));
    const [answers, meanwhile] = await Promise.all([claims, offerMeanwhile(kit)]);
    answers.forEach(expectFair);
    expectReceipt(meanwhile);
    for (const one of claimed) {
      const own = answers.slice(claimed.indexOf(one) * acceptsEach).slice(0, acceptsEach);
      if (own.every(({ kind }) => kind === 'problem')) continue;
      await next(kit, one, 'Award');
      await next(kit, one, 'Release');
      meets(awardsIn(kit, one) === 1, `${awardsIn(kit, one)} Awards came for one offer.`);
    }
  },
);

/** No Award of the conversation is receipted while the check runs, however often it comes. */
function sitOn(kit: Kit, { conversation }: Offered): void {
  let sits = true;
  kit.later(() => Promise.resolve((sits = false)));
  const plan = () =>
    kit.listener.answerNext('Award', conversation, (opened) => {
      if (!sits) return kit.listener.receipt(opened);
      plan();
      return { status: 500, body: 'busy' };
    });
  plan();
}

const claimAndSit = check(
  'claim-and-sit',
  'LX-114 LX-115 LX-137',
  [
    'An Accept for each of two offers; to the Awards 500 without a signature; an Offer meanwhile; then a Reject each',
    'No Release; a Receipt for the Offer; Receipts: what was only claimed can be let go',
  ],
  async (kit) => {
    const claimed = [await getOffer(kit), await getOffer(kit)];
    for (const one of claimed) {
      sitOn(kit, one);
      expectReceipt(await one.send('Accept', one.answer));
    }
    for (const one of claimed) await next(kit, one, 'Award');
    expectReceipt(await offerMeanwhile(kit));
    for (const one of claimed) {
      const released = kit.listener.find({ type: 'Release', conversation: one.conversation });
      meets(released === undefined, 'The Release left before the Award was receipted.');
      expectReceipt(await one.send('Reject', { reason: 'no-capacity' }));
    }
  },
);

/** A partner that claims more than it means (security considerations: harvesting, back-pressure). */
export const floodChecks: readonly Check[] = [claimFlood, claimAndSit];
