import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resumePeer, suspendPeer } from '../../node/federation/peers/pause.ts';
import { findConversation } from '../../node/federation/store/conversations.ts';
import { settleAttempt } from '../../node/federation/sending/settle-attempt.ts';
import { findInbox } from '../../node/federation/store/inbox.ts';
import { findOutbox, listOutbox, type OutboxMessage } from '../../node/federation/store/outbox.ts';
import { listSecurityEvents, updateKey } from '../../node/federation/store/peers.ts';
import { makeCommitments, makeMessageId, makeOpenings, type Lead, type Offer } from '../../protocol/index.ts';
import { scan } from '../../protocol/scan.ts';
import { signDocument } from '../../protocol/signed-document.ts';
import { reforge } from '../protocol/forge.ts';
import { leavesOf, sequence } from '../ledger/log.ts';
import { openFederation, sampleLead, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post, type ForeignPeer } from '../support/foreign-peer.ts';

const minute = 60_000;
const visible: Lead = { account: { name: 'Acme' } };

let federation: Federation;
let node: FederationNode;
let rogue: ForeignPeer;

const iso = (milliseconds: number) => new Date(federation.clock.now() + milliseconds).toISOString();
const offer = (more: Partial<Offer> = {}): Offer => ({
  mode: 'grab',
  closesAt: iso(60 * minute),
  lead: visible,
  ...more,
});
/** Everything the node stored, as one text. */
const counts = async () => ({
  leads: (await node.leads()).length,
  conversations: await node.ctx.db.selectFrom('conversation').select('conversationId').execute(),
});

beforeAll(async () => {
  federation = await openFederation({ nodes: ['reseller'] });
  node = federation.node('reseller');
  rogue = makeForeignPeer('rogue.localhost', federation.clock.now);
  await rogue.introduceTo(node);
});
afterAll(() => federation[Symbol.asyncDispose]());

/** Says something that must be refused and must not change anything. */
async function refused(xml: string, code: string) {
  const before = await counts();
  const answer = await post(node, xml);
  expect(answer.code).toBe(code);
  expect(await counts()).toEqual(before);
  return answer;
}

describe('strangers', () => {
  const constant = { status: 401, text: 'unauthenticated', message: undefined };

  it.each([
    ['no XML at all', () => 'hello'],
    ['nothing', () => ''],
    ['a document type declaration', () => '<!DOCTYPE x><l:Message/>'],
    [
      'an unknown node',
      () => makeForeignPeer('nobody.localhost', federation.clock.now).say(node.nodeId, 'Offer', offer()).xml,
    ],
    [
      'a known node with another key',
      () => makeForeignPeer('rogue.localhost', federation.clock.now).say(node.nodeId, 'Offer', offer()).xml,
    ],
    ['a changed value', () => rogue.say(node.nodeId, 'Offer', offer()).xml.replace('Acme', 'Acmf')],
    ['more than 256 KiB', () => 'x'.repeat(256 * 1024 + 1)],
  ])('get one constant answer for %s', async (_, bytes) => {
    const before = await counts();
    const answer = await post(node, bytes());
    expect(answer).toMatchObject(constant);
    const told = ({ headers }: typeof answer) =>
      [...headers.keys()].filter((name) => !/connection|keep-alive/.test(name));
    expect(told(answer)).toEqual(told(await post(node, 'hello')));
    expect(await counts()).toEqual(before);
  });

  it('get it for another media type and for compression, too', async () => {
    const { xml } = rogue.say(node.nodeId, 'Offer', offer());
    expect(await post(node, xml, { 'content-type': 'application/xml' })).toMatchObject(constant);
    expect(await post(node, gzipSync(xml), { 'content-encoding': 'gzip' })).toMatchObject(constant);
  });

  it('get it while their fingerprint waits for confirmation', async () => {
    const pending = makeForeignPeer('pending.localhost', federation.clock.now);
    const { acceptInvitation } = await import('../../node/federation/peers/introduce.ts');
    await acceptInvitation(node.ctx, { text: pending.invitation(), role: 'both', allowedAddress: '127.0.0.0/8' });
    expect(await post(node, pending.say(node.nodeId, 'Offer', offer()).xml)).toMatchObject(constant);
  });
});

describe('a known partner is refused, with its code and without any effect, for', () => {
  it('a message to another node', async () => {
    await refused(rogue.say('elsewhere.localhost', 'Offer', offer()).xml, 'audience');
  });

  it('a message whose time is over, and one of tomorrow', async () => {
    const old = { created: iso(-30 * minute), expires: iso(-6 * minute) };
    await refused(rogue.say(node.nodeId, 'Offer', offer(), old).xml, 'expired');
    const tomorrow = { created: iso(6 * minute), expires: iso(60 * minute) };
    const answer = await refused(rogue.say(node.nodeId, 'Offer', offer(), tomorrow).xml, 'from-future');
    expect(answer.message?.body).toMatchObject({ retryable: true });
    const endless = { expires: iso(15 * 24 * 60 * minute) };
    await refused(rogue.say(node.nodeId, 'Offer', offer(), endless).xml, 'expired');
  });

  it('a body that breaks the schema', async () => {
    const { xml } = rogue.say(node.nodeId, 'Offer', offer());
    const unsigned = scan(xml.replace(/<ds:Signature.*<\/ds:Signature>/, '').replace('>grab<', '>raffle<'));
    await refused(signDocument(unsigned, rogue.key).xml, 'schema');
  });

  it('an offer that has closed', async () => {
    await refused(
      rogue.say(node.nodeId, 'Offer', offer({ closesAt: iso(-1) }), { conversation: 'closed' }).xml,
      'expired',
    );
  });

  it('a message without conversation, round or counter', async () => {
    for (const part of [/<l:Conversation>.*<\/l:Conversation>/, /<l:Round>.*<\/l:Round>/, /<l:Seq>.*<\/l:Seq>/]) {
      const { xml } = rogue.say(node.nodeId, 'Offer', offer());
      await refused(
        reforge(xml, rogue.key, (text) => text.replace(part, '')),
        'schema',
      );
    }
  });

  it('what is no request', async () => {
    const inReplyTo = { messageId: makeMessageId(federation.clock.now()), digest: Buffer.alloc(32).toString('base64') };
    const receipt = rogue.say(node.nodeId, 'Receipt', { receivedAt: iso(0) }, { inReplyTo });
    await refused(receipt.xml, 'not-understood');
  });

  it('messages in a conversation that does not exist', async () => {
    const nowhere = { conversation: 'nowhere' };
    await refused(rogue.say(node.nodeId, 'Award', { leaseUntil: iso(minute) }, nowhere).xml, 'illegal-transition');
    await refused(rogue.say(node.nodeId, 'Release', { lead: sampleLead }, nowhere).xml, 'illegal-transition');
    await refused(rogue.say(node.nodeId, 'NoLongerAvailable', { reason: 'taken' }, nowhere).xml, 'illegal-transition');
    await refused(
      rogue.say(node.nodeId, 'Accept', { offerDigest: 'A'.repeat(43) + '=' }, nowhere).xml,
      'illegal-transition',
    );
    const status = { revision: 1, disposition: 'won', at: iso(0) } as const;
    await refused(rogue.say(node.nodeId, 'Status', status, nowhere).xml, 'illegal-transition');
  });

  it('an offer from one that may only be offered leads', async () => {
    const secondary = makeForeignPeer('secondary.localhost', federation.clock.now);
    await secondary.introduceTo(node, 'secondary');
    await refused(secondary.say(node.nodeId, 'Offer', offer(), { conversation: 's1' }).xml, 'agreement-unknown');
  });

  it('a key that was revoked', async () => {
    const stolen = makeForeignPeer('stolen.localhost', federation.clock.now);
    await stolen.introduceTo(node);
    const change = { revokedAt: federation.clock.now() };
    await node.write((tx) => updateKey(tx, { nodeId: stolen.nodeId, kid: stolen.key.kid }, change));
    await refused(stolen.say(node.nodeId, 'Offer', offer(), { conversation: 'k1' }).xml, 'key-revoked');
    expect(await listSecurityEvents(node.ctx, stolen.nodeId, 5)).toMatchObject([{ code: 'revoked-key-used' }]);
  });

  it('anything while it is suspended; afterwards the same message is taken', async () => {
    const paused = makeForeignPeer('paused.localhost', federation.clock.now);
    await paused.introduceTo(node);
    await suspendPeer(node.ctx, paused.nodeId);
    const { xml } = paused.say(node.nodeId, 'Offer', offer(), { conversation: 'p1' });
    const answer = await refused(xml, 'overloaded');
    expect(answer.headers.get('retry-after')).toBe('3600');
    expect(answer.message?.body).toMatchObject({ retryable: true, retryAfter: 3600 });
    await resumePeer(node.ctx, paused.nodeId);
    expect((await post(node, xml)).status).toBe(200);
  });
});

describe('twice is once', () => {
  it('answers a repetition with the first receipt, byte for byte, whatever happened meanwhile', async () => {
    const sealed = rogue.say(node.nodeId, 'Offer', offer(), { conversation: 'twice' });
    const first = await post(node, sealed.xml);
    expect(first).toMatchObject({ status: 200, message: { body: { receivedAt: iso(0) } } });
    const before = await counts();
    federation.clock.advance('10m');
    const taken = rogue.say(node.nodeId, 'NoLongerAvailable', { reason: 'taken' }, { conversation: 'twice' });
    expect((await post(node, taken.xml)).status).toBe(200);
    expect((await post(node, sealed.xml)).text).toBe(first.text);
    expect((await counts()).leads).toBe(before.leads);
    const conversation = { peerId: rogue.nodeId, conversationId: 'twice' };
    expect(await findConversation(node.ctx, conversation)).toMatchObject({ state: 'closed' });
  });

  it('gives many repetitions at once one effect and one receipt', async () => {
    const before = (await counts()).leads;
    const { xml } = rogue.say(node.nodeId, 'Offer', offer(), { conversation: 'at-once' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(node, xml)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect((await counts()).leads).toBe(before + 1);
  });

  it('takes two messages under one id for what they are: proof against the sender', async () => {
    const first = rogue.say(node.nodeId, 'Offer', offer(), { conversation: 'forked' });
    await post(node, first.xml);
    const other = offer({ lead: { account: { name: 'Beta' } } });
    const second = rogue.say(node.nodeId, 'Offer', other, { conversation: 'forked', messageId: first.messageId });
    await refused(second.xml, 'conflict');
    const [event] = await listSecurityEvents(node.ctx, rogue.nodeId, 1);
    expect(event).toMatchObject({ code: 'message-id-reused', messageId: first.messageId });
    expect(await findInbox(node.ctx, rogue.nodeId, first.messageId)).toMatchObject({
      digest: first.digest,
      code: null,
    });
  });

  it('answers a refusal the same way when it is repeated', async () => {
    const { xml } = rogue.say(node.nodeId, 'Award', { leaseUntil: iso(minute) }, { conversation: 'no-such' });
    const first = await refused(xml, 'illegal-transition');
    expect((await post(node, xml)).text).toBe(first.text);
  });

  it('refuses a message under a new id whose counter was used', async () => {
    const said = { conversation: 'counter', seq: 7 };
    await post(node, rogue.say(node.nodeId, 'Offer', offer(), said).xml);
    const late = rogue.say(node.nodeId, 'NoLongerAvailable', { reason: 'taken' }, said);
    await refused(late.xml, 'illegal-transition');
    expect((await listSecurityEvents(node.ctx, rogue.nodeId, 1))[0]).toMatchObject({ code: 'chain-broken' });
  });
});

describe('a conversation belongs to one peer', () => {
  it('so that another peer neither sees nor touches it, whatever it says', async () => {
    const conversation = 'mine';
    await post(node, rogue.say(node.nodeId, 'Offer', offer(), { conversation }).xml);
    const mine = { peerId: rogue.nodeId, conversationId: conversation };
    const before = await findConversation(node.ctx, mine);
    const thief = makeForeignPeer('thief.localhost', federation.clock.now);
    await thief.introduceTo(node);
    const lead = { lead: sampleLead };
    for (const { xml } of [
      thief.say(node.nodeId, 'Award', { leaseUntil: iso(minute) }, { conversation }),
      thief.say(node.nodeId, 'Release', lead, { conversation }),
      thief.say(node.nodeId, 'NoLongerAvailable', { reason: 'recalled' }, { conversation }),
      thief.say(node.nodeId, 'Reject', { reason: 'other' }, { conversation }),
      thief.say(node.nodeId, 'Status', { revision: 9, disposition: 'lost', at: iso(0) }, { conversation }),
    ])
      await refused(xml, 'illegal-transition');
    expect(await findConversation(node.ctx, mine)).toEqual(before);
    // Under the same id it may have one of its own.
    expect((await post(node, thief.say(node.nodeId, 'Offer', offer(), { conversation }).xml)).status).toBe(200);
    expect(await findConversation(node.ctx, mine)).toEqual(before);
  });
});

describe('rounds', () => {
  it('refuses what belongs to an older round of the offer', async () => {
    const conversation = 'rounds';
    await post(node, rogue.say(node.nodeId, 'Offer', offer(), { conversation, round: 1 }).xml);
    await refused(rogue.say(node.nodeId, 'Offer', offer(), { conversation, round: 1 }).xml, 'stale-round');
    const gone = rogue.say(node.nodeId, 'NoLongerAvailable', { reason: 'recalled' }, { conversation, round: 1 });
    expect((await post(node, gone.xml)).status).toBe(200);
    expect((await post(node, rogue.say(node.nodeId, 'Offer', offer(), { conversation, round: 2 }).xml)).status).toBe(
      200,
    );
    const late = rogue.say(node.nodeId, 'NoLongerAvailable', { reason: 'recalled' }, { conversation, round: 1 });
    await refused(late.xml, 'stale-round');
    const key = { peerId: rogue.nodeId, conversationId: conversation };
    expect(await findConversation(node.ctx, key)).toMatchObject({ state: 'offered', round: 2 });
  });
});

describe('withheld fields', () => {
  const secret = Buffer.alloc(32, 5);
  const salted = (conversation: string) => ({ conversation, round: 1, secret });

  /** An offer with commitments that a user here accepts, up to the award. */
  async function claimed(conversation: string, ann: { id: string; boxId: string }) {
    await node.offerAllTo([ann.boxId]);
    const commitments = makeCommitments(sampleLead, salted(conversation));
    const body = offer({ commitments, withheldFields: ['contact.emails'] });
    await post(node, rogue.say(node.nodeId, 'Offer', body, { conversation }).xml);
    federation.wire.fault = () => ({ status: 503 });
    await federation.settle();
    const key = { peerId: rogue.nodeId, conversationId: conversation };
    const { leadId } = (await findConversation(node.ctx, key))!;
    await node.accept(leadId, ann.id);
    await federation.settle();
    const award = rogue.say(node.nodeId, 'Award', { leaseUntil: iso(minute) }, { conversation });
    expect((await post(node, award.xml)).status).toBe(200);
    return { leadId, key };
  }

  it('are unmasked only when they are those that were promised', async () => {
    const ann = await node.user('Ann');
    const { leadId, key } = await claimed('bait', ann);
    const openings = makeOpenings(secret);
    const switched = { ...sampleLead, contact: { ...sampleLead.contact, familyName: 'Switched' } };
    const say = (lead: Lead, salts = openings) =>
      rogue.say(node.nodeId, 'Release', { lead, openings: salts }, { conversation: 'bait' }).xml;
    await refused(say(switched), 'conflict');
    await refused(say(sampleLead, makeOpenings(Buffer.alloc(32, 6))), 'conflict');
    await refused(say(sampleLead, openings.slice(1)), 'conflict');
    expect(await node.lead(leadId)).toMatchObject({ state: 'claimed', document: visible });
    expect(await findConversation(node.ctx, key)).toMatchObject({ state: 'awarded' });
    expect(await listSecurityEvents(node.ctx, rogue.nodeId, 3)).toMatchObject(
      Array.from({ length: 3 }, () => ({ code: 'released-lead-differs' })),
    );
    expect((await post(node, say(sampleLead))).status).toBe(200);
    expect(await node.lead(leadId)).toMatchObject({ state: 'assigned', document: sampleLead, hiddenFields: [] });
  });

  it('are not taken before an award', async () => {
    const conversation = 'hasty';
    const commitments = makeCommitments(sampleLead, salted(conversation));
    await post(node, rogue.say(node.nodeId, 'Offer', offer({ commitments }), { conversation }).xml);
    const hasty = rogue.say(
      node.nodeId,
      'Release',
      { lead: sampleLead, openings: makeOpenings(secret) },
      { conversation },
    );
    await refused(hasty.xml, 'illegal-transition');
  });
});

describe('a claim that is refused', () => {
  const conversation = 'refused-claim';
  const key = { peerId: 'rogue.localhost', conversationId: conversation };
  const leadOf = async () => node.lead((await findConversation(node.ctx, key))!.leadId);

  /** Offered and accepted; the Accept waits for an answer. */
  async function claim(bea: { id: string; boxId: string }, round: number) {
    await node.offerAllTo([bea.boxId]);
    federation.wire.fault = () => ({ status: 503 });
    await post(node, rogue.say(node.nodeId, 'Offer', offer(), { conversation, round }).xml);
    await federation.settle();
    await node.accept((await leadOf()).id, bea.id);
    await federation.settle();
    const rows = await listOutbox(node.ctx, { peerId: rogue.nodeId, limit: 1 });
    return (await findOutbox(node.ctx, rows[0]!.messageId))!;
  }
  const refuse = (message: OutboxMessage, code: string) =>
    node.write((tx) =>
      settleAttempt(tx, { message, beganAt: 0 }, { kind: 'problem', text: '', problem: { code, retryable: false } }),
    );

  it('is lost, unless it is of an earlier round, or was awarded in spite of that', async () => {
    const bea = await node.user('Bea');
    const first = await claim(bea, 1);
    const second = await claim(bea, 2);
    await refuse(first, 'stale-round');
    expect(await findConversation(node.ctx, key)).toMatchObject({ state: 'claimed', round: 2 });
    expect(await leadOf()).toMatchObject({ state: 'claimed' });
    await refuse(second, 'illegal-transition');
    expect(await findConversation(node.ctx, key)).toMatchObject({ state: 'closed' });
    expect(await leadOf()).toMatchObject({ state: 'withdrawn' });

    const third = await claim(bea, 3);
    const said = { conversation, round: 3 };
    await post(node, rogue.say(node.nodeId, 'Award', { leaseUntil: iso(minute) }, said).xml);
    await post(node, rogue.say(node.nodeId, 'Release', { lead: visible }, said).xml);
    await refuse(third, 'schema');
    expect(await findConversation(node.ctx, key)).toMatchObject({ state: 'released' });
    expect(await leadOf()).toMatchObject({ state: 'assigned' });
    expect(await findOutbox(node.ctx, third.messageId)).toMatchObject({ state: 'refused', code: 'schema' });
  });
});

describe('refusals that change nothing here', () => {
  const counted = async () => {
    await federation.settle();
    await sequence(node.ctx);
    return (await leavesOf(node.ctx, 'refusals-counted')).map((leaf) => leaf.replace(/since: .*\n/, ''));
  };
  const leaf = (code: string, count: number, peer = rogue.nodeId) =>
    `refusals-counted\n${peer === '' ? '' : `peer: ${peer}\n`}code: ${code}\ncount: ${count}\n`;

  it('are counted in the ledger: of each kind at once, and what comes after that once an hour', async () => {
    federation.clock.advance('2h');
    const before = (await counted()).length;
    const told = async () => (await counted()).slice(before);
    const elsewhere = () => post(node, rogue.say('elsewhere.localhost', 'Offer', offer()).xml);
    await elsewhere();
    for (let each = 0; each < 2; each++) await post(node, 'hello');
    expect(await told()).toEqual([leaf('audience', 1), leaf('unauthenticated', 2, '')]);
    for (let each = 0; each < 3; each++) await elsewhere();
    const tomorrow = { created: iso(6 * minute), expires: iso(60 * minute) };
    await post(node, rogue.say(node.nodeId, 'Offer', offer(), tomorrow).xml);
    const soon = [leaf('audience', 1), leaf('unauthenticated', 2, ''), leaf('from-future', 1)];
    expect(await told()).toEqual(soon);
    federation.clock.advance('61m');
    expect(await told()).toEqual([...soon, leaf('audience', 3)]);
    federation.clock.advance('3h');
    await elsewhere();
    expect(await told()).toEqual([...soon, leaf('audience', 3), leaf('audience', 1)]);
  });
});
