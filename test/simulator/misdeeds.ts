import {
  makeCommitments,
  makeOpenings,
  type Bodies,
  type Header,
  type Lead,
  type MessageType,
} from '../../protocol/index.ts';
import type { Mallory, Talk } from './mallory.ts';

type Misdeed = (mallory: Mallory) => Promise<void>;

/** One of the things that a partner may not do, or may do but not so. */
export const misbehave = (mallory: Mallory): Promise<void> => mallory.random.pick(misdeeds)(mallory);

/** Says something in a conversation, with the next number, or an old or a later one. */
function say<T extends MessageType>(
  mallory: Mallory,
  talk: Talk,
  ...[type, body, header = {}]: [type: T, body: Bodies[T], header?: Partial<Header>]
): Promise<void> {
  talk.seq++;
  const { conversation, round, seq } = talk;
  const facts = { conversation, round, seq, ...header };
  return mallory.post(talk.peer, [mallory.seal(talk.peer, type, body, facts).xml]);
}

const withTalk =
  (run: (mallory: Mallory, talk: Talk) => Promise<void>): Misdeed =>
  async (mallory) => {
    if (mallory.talks.length > 0) await run(mallory, mallory.random.pick(mallory.talks));
  };

const accept: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'Accept', { offerDigest: talk.offerDigest }));

const acceptAnother: Misdeed = withTalk((mallory, talk) =>
  say(mallory, talk, 'Accept', { offerDigest: mallory.random.bytes(32).toString('base64') }),
);

const acceptTwiceAtOnce: Misdeed = withTalk(async (mallory, talk) => {
  await Promise.all([
    accept(mallory),
    say(mallory, talk, 'Accept', { offerDigest: talk.offerDigest }),
    accept(mallory),
  ]);
});

const acceptStaleRound: Misdeed = withTalk((mallory, talk) =>
  say(
    mallory,
    talk,
    'Accept',
    { offerDigest: talk.offerDigest },
    { round: talk.round + mallory.random.pick([1, 2, 7]) },
  ),
);

const reject: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'Reject', { reason: 'not-a-fit' }));

const lieAboutStatus: Misdeed = withTalk((mallory, talk) =>
  say(mallory, talk, 'Status', {
    revision: mallory.random.pick([1, 2, 3, 900_000]),
    disposition: mallory.random.pick(['won', 'lost', 'returned', 'working'] as const),
    at: new Date(mallory.now()).toISOString(),
  }),
);

const answerWhatNobodyAsked: Misdeed = withTalk((mallory, talk) => {
  const type = mallory.random.pick(['RecallAnswer', 'ReturnAnswer'] as const);
  const inReplyTo = { messageId: mallory.newId(), digest: talk.offerDigest };
  return say(mallory, talk, type, { outcome: 'agreed' }, { inReplyTo });
});

const giveBack: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'Return', { reason: 'not-a-fit' }));

const correct: Misdeed = withTalk((mallory, talk) =>
  say(mallory, talk, 'Update', {
    revision: mallory.random.between(1, 5),
    reason: 'correction',
    changedFields: ['contact.familyName'],
    lead: { contact: { familyName: 'Mallory' } },
  }),
);

/** Whoever was only offered a lead, or holds it, may ask; it binds nobody. */
const wantErased: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'Erasure', { reason: 'person-asked' }));

const claimErased: Misdeed = withTalk((mallory, talk) => {
  const inReplyTo = { messageId: mallory.newId(), digest: talk.offerDigest };
  const at = new Date(mallory.now()).toISOString();
  const outcome = mallory.random.pick(['done', 'partial', 'offer-deleted'] as const);
  return say(mallory, talk, 'ErasureStatus', { outcome, at }, { inReplyTo });
});

const forbidContact: Misdeed = withTalk((mallory, talk) =>
  say(mallory, talk, 'ConsentChange', { at: new Date(mallory.now()).toISOString(), doNotContacts: ['all'] }),
);

const wantReport: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'AccessRequest', {}));

/** What somebody who listens to the wire can do without any key. */
const replay: Misdeed = async (mallory) => {
  if (mallory.recorded.length === 0) return;
  const { to, xml } = mallory.random.pick(mallory.recorded);
  await mallory.post(mallory.random.chance(0.8) ? to : mallory.random.pick(mallory.peers), [xml]);
};

const garble: Misdeed = async (mallory) => {
  if (mallory.recorded.length === 0) return;
  const { to, xml } = mallory.random.pick(mallory.recorded);
  const bytes = Buffer.from(xml);
  bytes.writeUInt8(mallory.random.int(256), mallory.random.int(bytes.length));
  await mallory.post(to, mallory.random.chance(0.5) ? [bytes.toString('utf8')] : [bytes, xml]);
};

const secret = Buffer.alloc(32, 1);
const lead: Lead = { account: { name: 'Bait' } };
const whole: Lead = { ...lead, contact: { familyName: 'Hook' } };

const offer: Misdeed = async (mallory) => {
  const peer = mallory.random.pick(mallory.peers);
  const conversation = mallory.newId();
  const talk = { peer, conversation, offerDigest: mallory.random.bytes(32).toString('base64'), round: 1, seq: 0 };
  mallory.talks.push(talk);
  await say(mallory, talk, 'Offer', {
    mode: 'grab',
    closesAt: new Date(mallory.now() + mallory.random.between(1, 60) * 60_000).toISOString(),
    lead,
    commitments: makeCommitments(whole, { conversation, round: 1, secret }),
  });
};

const offerAgain: Misdeed = withTalk((mallory, talk) => {
  talk.round += mallory.random.pick([0, 1, 5]);
  const closesAt = new Date(mallory.now() + 600_000).toISOString();
  return say(mallory, talk, 'Offer', { mode: 'grab', closesAt, lead });
});

const award: Misdeed = withTalk((mallory, talk) =>
  say(mallory, talk, 'Award', { leaseUntil: new Date(mallory.now() + 3_600_000).toISOString() }),
);

const awardTwice: Misdeed = withTalk(async (mallory, talk) => {
  const body = { leaseUntil: new Date(mallory.now() + 3_600_000).toISOString() };
  await say(mallory, talk, 'Award', body);
  await say(mallory, talk, 'Award', body);
  await release(mallory);
});

const release: Misdeed = withTalk((mallory, talk) =>
  say(mallory, talk, 'Release', {
    lead: mallory.random.chance(0.5) ? whole : { contact: { familyName: 'Other' } },
    openings: makeOpenings(secret),
  }),
);

const end: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'NoLongerAvailable', { reason: 'taken' }));
const recall: Misdeed = withTalk((mallory, talk) => say(mallory, talk, 'Recall', { reason: 'mistake' }));

/** The same id for two stories. */
const contradict: Misdeed = withTalk(async (mallory, talk) => {
  const messageId = mallory.newId();
  await say(mallory, talk, 'Accept', { offerDigest: talk.offerDigest }, { messageId });
  await say(mallory, talk, 'Reject', { reason: 'not-a-fit' }, { messageId });
});

export const flood: Misdeed = async (mallory) => {
  const peer = mallory.random.pick(mallory.peers);
  const talk = {
    peer,
    conversation: mallory.newId(),
    offerDigest: mallory.random.bytes(32).toString('base64'),
    round: 1,
    seq: 0,
  };
  const status = { disposition: 'won', at: new Date(mallory.now()).toISOString() } as const;
  const frame = Array.from(
    { length: 90 },
    (_, revision) =>
      mallory.seal(
        peer,
        'Status',
        { ...status, revision },
        { ...{ conversation: talk.conversation, round: 1 }, seq: revision + 1 },
      ).xml,
  );
  await mallory.post(peer, frame);
};

const misdeeds: readonly Misdeed[] = [
  accept, accept, accept, acceptAnother, acceptTwiceAtOnce, acceptStaleRound, reject, lieAboutStatus,
  answerWhatNobodyAsked, giveBack, correct, replay, replay, replay, garble, offer, offer, offerAgain, award, award,
  awardTwice, release, release, end, recall, contradict, flood, wantErased, claimErased, forbidContact, wantReport,
]; // prettier-ignore
