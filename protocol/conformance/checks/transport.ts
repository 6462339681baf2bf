import {
  batchMediaType,
  longestLifeMs,
  makeHeader,
  makeRolloverProof,
  makeSigningKey,
  open,
  ProtocolError,
  readBatch,
  seal,
  writeBatch,
} from '../../index.ts';
import type { AgreementTerms, Message, Opened, Sealed, SigningKey } from '../../index.ts';
import { expectProblem, expectReceipt, expectSame, type Answer } from '../answer.ts';
import { checksOf, meets, type Check } from '../check.ts';
import type { Kit } from '../kit.ts';
import { makeTalk, offeredForLater } from '../talk.ts';

const batch = checksOf('vendor', 'Batch');
const pull = checksOf('vendor', 'Pull');
const agreement = checksOf('vendor', 'Agreement');
const audit = checksOf('vendor', 'Audit');

const frameHeaders = { 'content-type': batchMediaType };
const postFrame = (kit: Kit, documents: readonly (string | Uint8Array)[]) =>
  kit.post(writeBatch(documents), frameHeaders);

/** The documents of an answer that is a frame, opened; undefined where there are no bytes. */
function readAnswers(kit: Kit, { status, contentType, body }: Answer): (Opened | undefined)[] {
  meets(status === 200 && contentType === batchMediaType, `Expected a frame, got ${status} and ${contentType}.`);
  try {
    return readBatch(body).map((document) => (document.length === 0 ? undefined : open(document, kit.findKey)));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    meets(false, `The frame cannot be read: ${error.detail}`);
  }
}

function meetsReceipt(answer: Opened | undefined, sent: Sealed, place: number): void {
  const { type, inReplyTo } = answer?.message.header ?? {};
  meets(type === 'Receipt', `Expected a Receipt in place ${place}, got ${type ?? 'no bytes'}.`);
  const quotes = inReplyTo?.messageId === sent.messageId && inReplyTo.digest === sent.digest;
  meets(quotes, `The answer in place ${place} is for another message.`);
}

const laterOffer = (kit: Kit) => {
  const talk = makeTalk(kit);
  return talk.say('Offer', talk.offerBody({ opensAt: talk.inMs(1_800_000) }));
};

const batchChecks: readonly Check[] = [
  batch('batch', 'LX-170 LX-172', ['Two Offers in a frame', 'A frame of two Receipts, in order'], async (kit) => {
    const sent = [laterOffer(kit), laterOffer(kit)];
    const answers = readAnswers(kit, await postFrame(kit, sent.map(({ xml }) => xml))); // prettier-ignore
    meets(answers.length === sent.length, `Expected two answers, got ${answers.length}.`);
    for (const [place, each] of sent.entries()) meetsReceipt(answers[place], each, place + 1);
  }),
  batch(
    'batch-one-is-bad',
    'LX-171 LX-172',
    ['What is no document between two Offers', 'A Receipt, no bytes, a Receipt'],
    async (kit) => {
      const [first, last] = [laterOffer(kit), laterOffer(kit)];
      const answers = readAnswers(kit, await postFrame(kit, [first.xml, 'stranger', last.xml]));
      meets(answers.length === 3, `Expected three answers, got ${answers.length}.`);
      meetsReceipt(answers[0], first, 1);
      meets(answers[1] === undefined, 'What is no message got more than no bytes.');
      meetsReceipt(answers[2], last, 3);
    },
  ),
  batch('batch-cut-off', 'LX-171', ['A frame that ends too early', 'The constant 401'], async (kit) => {
    const frame = writeBatch([laterOffer(kit).xml]);
    await kit.expectStranger(await kit.post(frame.subarray(0, -1), frameHeaders));
  }),
];

const ask = (kit: Kit, lifeMs: number) =>
  kit.say('Pull', { maxMessages: 10, maxBytes: 262_144 }, { expires: new Date(kit.now() + lifeMs).toISOString() });

const pullChecks: readonly Check[] = [
  pull(
    'pull',
    'LX-173 LX-174',
    ['A Pull in a frame, twice', 'Its Receipt first; the second time it alone'],
    async (kit) => {
      const sent = ask(kit, 240_000);
      meetsReceipt(readAnswers(kit, await postFrame(kit, [sent.xml]))[0], sent, 1);
      const again = readAnswers(kit, await postFrame(kit, [sent.xml]));
      meetsReceipt(again[0], sent, 1);
      meets(again.length === 1, `A repeated Pull was handed ${again.length - 1} messages.`);
    },
  ),
  pull('pull-lives-too-long', 'LX-174', ['A Pull that lives six minutes', 'Problem expired'], async (kit) => {
    const [answer] = readAnswers(kit, await postFrame(kit, [ask(kit, 360_000).xml]));
    const { type } = answer?.message.header ?? {};
    const code = type === 'Problem' ? (answer?.message as Message<'Problem'>).body.code : type;
    meets(code === 'expired', `Expected Problem expired, got ${code ?? 'no bytes'}.`);
  }),
];

const terms = (kit: Kit): AgreementTerms => ({
  validFrom: new Date(kit.now()).toISOString(),
  offers: 'proposer',
  purposes: ['conformance'],
  deleteShownHours: 24,
  retentionDays: 30,
  feedback: { assignedTo: false, amount: 'none', reason: false, note: false, update: false },
  onward: { to: 'none' },
});
const proposalId = 'conformance';

const agreementChecks: readonly Check[] = [
  agreement(
    'agreement',
    'LX-160 LX-162',
    ['A proposal, then its end, twice the same bytes', 'Receipts, the same for the same bytes'],
    async (kit) => {
      const proposed = kit.say('Agreement', { step: 'propose', agreementId: proposalId, terms: terms(kit) });
      expectReceipt(await kit.deliver(proposed));
      const ended = kit.say('Agreement', { step: 'end', agreementId: proposalId, proposal: proposed.digest });
      const answer = await kit.deliver(ended);
      expectReceipt(answer);
      expectSame(answer, await kit.deliver(ended));
    },
  ),
  agreement(
    'agreement-of-nothing',
    'LX-160',
    ['An acceptance of a proposal that was never made', 'Problem agreement-unknown'],
    async (kit) => {
      const proposal = Buffer.alloc(32, 7).toString('base64');
      const accepted = kit.say('Agreement', { step: 'accept', agreementId: proposalId, proposal });
      expectProblem(await kit.deliver(accepted), 'agreement-unknown');
    },
  ),
  agreement(
    'offer-under-no-agreement',
    'LX-161',
    ['An Offer under an agreement that was never made', 'Problem agreement-unknown'],
    async (kit) => {
      const unknown = { agreement: 'nowhere', agreementDigest: Buffer.alloc(32, 9).toString('base64') };
      expectProblem((await makeTalk(kit).offer({}, unknown)).answer, 'agreement-unknown');
    },
  ),
  agreement(
    'rollover-unconfirmed',
    'LX-165 LX-166',
    ['A KeyRollover, then an Offer signed by the new key', 'A Receipt; no Receipt for what the new key signed'],
    async (kit) => {
      const next = makeSigningKey();
      const times = { validFrom: new Date(kit.now()).toISOString(), oldKeyUntil: inDays(kit, 31) };
      expectReceipt(
        await kit.deliver(kit.say('KeyRollover', { ...newKeyOf(next), proof: proofBy(kit, next), ...times })),
      );
      const sealed = sealOffer(kit, next);
      meets((await kit.deliver(sealed)).kind !== 'receipt', 'A key that nobody confirmed counts.');
    },
  ),
  agreement(
    'rollover-unproven',
    'LX-165',
    ['A KeyRollover with the proof of another key', 'A Problem: nobody showed to have the new key'],
    async (kit) => {
      const [next, other] = [makeSigningKey(), makeSigningKey()];
      const times = { validFrom: new Date(kit.now()).toISOString(), oldKeyUntil: inDays(kit, 31) };
      const unproven = { ...newKeyOf(next), proof: proofBy(kit, other), ...times };
      const answer = await kit.deliver(kit.say('KeyRollover', unproven));
      meets(answer.kind === 'problem', `Expected a Problem, got ${answer.kind}.`);
    },
  ),
];

const newKeyOf = ({ kid, algorithm, spki }: SigningKey) => ({
  newKey: { kid, algorithm, spki: spki.toString('base64') },
});
const proofBy = ({ identity }: Kit, key: SigningKey) =>
  makeRolloverProof(key, { nodeId: identity.nodeId, oldKid: identity.key.kid });
const inDays = (kit: Kit, days: number) => new Date(kit.now() + days * 86_400_000).toISOString();

function sealOffer(kit: Kit, key: SigningKey): Sealed {
  const talk = makeTalk(kit);
  const facts = { type: 'Offer', from: kit.identity.nodeId, to: kit.target.nodeId, now: kit.now() } as const;
  const header = makeHeader({ ...facts, conversation: talk.conversation, round: 1, seq: 1, lifeMs: longestLifeMs });
  return seal({ header, body: talk.offerBody() }, key);
}

/** Each check is a restoration of its own: seconds rise from run to run, and are no longer than an Epoch may be. */
const before2020 = 1_577_836_800;

const auditChecks: readonly Check[] = [
  audit(
    'states',
    'LX-182 LX-184',
    ['An Offer, then one with a higher Epoch', 'States: all parts, the first Offer among the conversations'],
    async (kit) => {
      const { conversation } = await offeredForLater(kit);
      const after = kit.listener.deliveries.length;
      const epoch = Math.floor(kit.now() / 1_000) - before2020 + after;
      expectReceipt((await makeTalk(kit).offer({}, { epoch })).answer);
      const delivery = await kit.arrival({ type: 'States', after });
      meets(delivery?.opened !== undefined, `No States came within ${kit.waitMs / 1_000} seconds.`);
      const { body } = delivery.opened.message as Message<'States'>;
      meets(body.ofEpoch === epoch, `States are of the Epoch ${body.ofEpoch}, asked for was ${epoch}.`);
      const mine = body.states?.find((each) => each.conversation === conversation);
      meets(body.parts > 1 || mine !== undefined, 'The conversation is not among the States.');
      if (mine) meets(mine.side === 'holding' && mine.is === 'offered', `It is ${mine.side} ${mine.is}, not offered.`);
    },
  ),
];

export const transportChecks: readonly Check[] = [...batchChecks, ...pullChecks, ...agreementChecks, ...auditChecks];
