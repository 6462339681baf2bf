import { expectProblem, expectReceipt } from '../answer.ts';
import { checksOf, meets, type Check } from '../check.ts';
import { acceptOf, awarded, headerOf, makeTalk, offered, offeredForLater } from '../talk.ts';
import type { Kit } from '../kit.ts';

const check = checksOf('vendor', 'Core');
const asItWas = 'Problem illegal-transition, and nothing changed';

const rounds: readonly Check[] = [
  check(
    'stale-round',
    'LX-092',
    ['An Offer of round 2, then NoLongerAvailable of round 1', 'Problem stale-round'],
    async (kit) => {
      const talk = makeTalk(kit);
      talk.nextRound();
      expectReceipt((await talk.offer()).answer);
      expectProblem((await talk.send('NoLongerAvailable', { reason: 'taken' }, { round: 1 })).answer, 'stale-round');
    },
  ),
  check('same-round-again', 'LX-092', ['Another Offer of the same round', 'Problem stale-round'], async (kit) => {
    expectProblem((await (await offeredForLater(kit)).offer()).answer, 'stale-round');
  }),
  check(
    'round-ahead',
    'LX-092',
    ['NoLongerAvailable of a round that was not offered', 'Problem illegal-transition'],
    async (kit) => {
      const talk = await offeredForLater(kit);
      expectProblem(
        (await talk.send('NoLongerAvailable', { reason: 'taken' }, { round: 2 })).answer,
        'illegal-transition',
      );
    },
  ),
  check('seq-passed', 'LX-093', ['A new message under a Seq that was used', asItWas], async (kit) => {
    const talk = await offeredForLater(kit);
    expectProblem((await talk.send('NoLongerAvailable', { reason: 'taken' }, { seq: 1 })).answer, 'illegal-transition');
    expectReceipt((await talk.close()).answer);
  }),
  check('seq-gap', 'LX-093', ['A message whose Seq left out some', 'A Receipt'], async (kit) => {
    const talk = await offeredForLater(kit);
    expectReceipt((await talk.send('NoLongerAvailable', { reason: 'taken' }, { seq: 40 })).answer);
  }),
  check(
    'next-round-after-the-end',
    'LX-092 LX-100',
    ['NoLongerAvailable, then an Offer of round 2', 'Receipts'],
    async (kit) => {
      const talk = await offeredForLater(kit);
      expectReceipt((await talk.close()).answer);
      talk.nextRound();
      expectReceipt((await talk.offer()).answer);
    },
  ),
];

const states: readonly Check[] = [
  check('award-not-asked', 'LX-100', ['An Award that nobody accepted', asItWas], async (kit) => {
    const talk = await offeredForLater(kit);
    expectProblem((await talk.award()).answer, 'illegal-transition');
    expectReceipt((await talk.close()).answer);
  }),
  check('release-not-awarded', 'LX-100 LX-115', ['A Release without an Award', asItWas], async (kit) => {
    const talk = await offeredForLater(kit);
    expectProblem((await talk.release()).answer, 'illegal-transition');
    expectReceipt((await talk.close()).answer);
  }),
  check('accept-by-the-offering-side', 'LX-100', ['An Accept by the node that offered', asItWas], async (kit) => {
    const talk = await offeredForLater(kit);
    expectProblem((await talk.send('Accept', { offerDigest: talk.offerDigest })).answer, 'illegal-transition');
    expectReceipt((await talk.close()).answer);
  }),
  check('status-by-the-offering-side', 'LX-100', ['A Status by the node that offered', asItWas], async (kit) => {
    const talk = await offeredForLater(kit);
    const body = { revision: 1, disposition: 'won', at: talk.inMs(0) } as const;
    expectProblem((await talk.send('Status', body)).answer, 'illegal-transition');
    expectReceipt((await talk.close()).answer);
  }),
  check(
    'award-in-no-conversation',
    'LX-100',
    ['An Award in a conversation nobody began', 'Problem illegal-transition'],
    async (kit) => {
      expectProblem((await makeTalk(kit).award()).answer, 'illegal-transition');
    },
  ),
  check(
    'no-longer-available',
    'LX-100 LX-112',
    ['NoLongerAvailable, then an Award', 'A Receipt, then Problem illegal-transition'],
    async (kit) => {
      const talk = await offeredForLater(kit);
      expectReceipt((await talk.send('NoLongerAvailable', { reason: 'taken' })).answer);
      expectProblem((await talk.award()).answer, 'illegal-transition');
    },
  ),
];

const claims: readonly Check[] = [
  check(
    'accept',
    'LX-111 LX-092 LX-093',
    ['An Offer that is accepted', 'An Accept with the digest of the Offer, its Conversation and Round'],
    async (kit) => {
      const talk = await offered(kit);
      const delivery = await acceptOf(kit, talk);
      const { round = 0, seq = 0 } = headerOf(delivery);
      meets(round === 1, `The Accept is of round ${round}.`);
      meets(seq >= 1, `The Accept has the Seq ${seq}.`);
      const body = delivery.opened?.message.body;
      const quoted = body && 'offerDigest' in body ? body.offerDigest : undefined;
      meets(quoted === talk.offerDigest, 'The Accept quotes another digest than that of the Offer.');
    },
  ),
  check(
    'accept-quotes-terms',
    'LX-111',
    ['An Offer with TermsDigest that is accepted', 'An Accept with the same TermsDigest'],
    acceptTerms,
  ),
  check(
    'lost',
    'LX-112 LX-100',
    ['NoLongerAvailable after an Accept, then an Award', 'A Receipt, then Problem illegal-transition'],
    async (kit) => {
      const talk = await offered(kit);
      await acceptOf(kit, talk);
      expectReceipt((await talk.send('NoLongerAvailable', { reason: 'taken' })).answer);
      expectProblem((await talk.award()).answer, 'illegal-transition');
    },
  ),
  check(
    'award-and-release',
    'LX-101 LX-114',
    ['Award and Release of a lead that was accepted', 'Receipts'],
    async (kit) => {
      const talk = await awarded(kit);
      expectReceipt((await talk.release()).answer);
    },
  ),
  check(
    'award-after-the-lease',
    'LX-114',
    ['An Award whose LeaseUntil is past, then the Release', 'Receipts: the lease binds who awards'],
    async (kit) => {
      const talk = await offered(kit);
      await acceptOf(kit, talk);
      expectReceipt((await talk.send('Award', { leaseUntil: talk.inMs(-3_600_000) })).answer);
      expectReceipt((await talk.release()).answer);
    },
  ),
  check(
    'openings-of-nothing',
    'LX-121 LX-124',
    ['An Offer without commitments; Award, and a Release with openings', 'Receipts: there is nothing to open'],
    async (kit) => {
      const talk = makeTalk(kit);
      const { commitments: _, withheldFields: _names, ...body } = talk.offerBody();
      expectReceipt((await talk.send('Offer', body)).answer);
      await acceptOf(kit, talk);
      expectReceipt((await talk.award()).answer);
      expectReceipt((await talk.release()).answer);
    },
  ),
  check('release-before-award', 'LX-100 LX-115', ['An Accept answered by a Release', asItWas], async (kit) => {
    const talk = await offered(kit);
    await acceptOf(kit, talk);
    expectProblem((await talk.release()).answer, 'illegal-transition');
    expectReceipt((await talk.award()).answer);
  }),
  check('nothing-after-release', 'LX-100', ['NoLongerAvailable after the Release', asItWas], async (kit) => {
    const talk = await awarded(kit);
    expectReceipt((await talk.release()).answer);
    expectProblem((await talk.close()).answer, 'illegal-transition');
  }),
  check('status', 'LX-117', ['A Release', 'Status with Revision from 1, rising'], firstStatus),
];

async function acceptTerms(kit: Kit): Promise<void> {
  const talk = makeTalk(kit);
  const termsDigest = Buffer.alloc(32, 9).toString('base64');
  expectReceipt((await talk.offer({ termsDigest })).answer);
  const body = (await acceptOf(kit, talk)).opened?.message.body;
  const quoted = body && 'termsDigest' in body ? body.termsDigest : undefined;
  meets(quoted === termsDigest, 'The Accept does not quote the TermsDigest of the Offer.');
}

async function firstStatus(kit: Kit): Promise<void> {
  const talk = await awarded(kit);
  expectReceipt((await talk.release()).answer);
  const { conversation } = talk;
  const status = await kit.arrival({ conversation, type: 'Status' });
  meets(status !== undefined, `No Status came within ${kit.waitMs / 1_000} seconds.`);
  const revisions = kit.listener.deliveries.flatMap(({ opened }) => {
    const { header, body } = opened?.message ?? {};
    const ours = header?.conversation === conversation && header.type === 'Status' && body && 'disposition' in body;
    return ours ? [body.revision] : [];
  });
  meets(revisions[0] === 1, `The first Status has the Revision ${revisions[0] ?? 0}.`);
}

export const conversationChecks: readonly Check[] = [...rounds, ...states, ...claims];
