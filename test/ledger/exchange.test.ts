import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { sealCapabilities } from '../../node/federation/peers/capabilities.ts';
import { replayMessage } from '../../node/federation/sending/replay-message.ts';
import { readCheckpoint } from '../../node/ledger/checkpoint.ts';
import { writeLeaf } from '../../node/ledger/leaf.ts';
import { readNoteKey } from '../../node/ledger/signed-note.ts';
import { findNewestCheckpoint } from '../../node/ledger/store/checkpoints.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { listTraces } from '../../node/routing/store/traces.ts';
import { groupValue, leadFields, makeCommitments, open, type Bodies } from '../../protocol/index.ts';
import { onEachDatabase } from '../support/databases.ts';
import { canary, openFederation, sampleLead, type Call, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post } from '../support/foreign-peer.ts';
import { leavesOf, sequence } from './log.ts';

const sha256 = (text: string) => hash('sha256', text, 'base64');

/** The lines of a leaf by their names. */
const linesOf = (leaf: string) =>
  Object.fromEntries(leaf.split('\n').slice(1, -1).map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])); // prettier-ignore

async function leaves({ ctx }: FederationNode, ...kinds: readonly string[]) {
  await sequence(ctx);
  return (await leavesOf(ctx, ...kinds)).map(linesOf);
}

/** A message as the peer that got it reads it. */
function readCall(call: Call | undefined, sender: FederationNode) {
  const { message, digest } = open(Buffer.from(call?.xml ?? ''), () => sender.ctx.keys.signing);
  return { header: message.header, body: message.body, digest };
}

async function openPair(plan: Omit<Parameters<typeof openFederation>[0], 'nodes'> = {}) {
  const federation = await openFederation({ nodes: ['vendor', 'reseller'], ...plan });
  await federation.introduce('vendor', 'reseller');
  const [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const ann = await reseller.user('Ann');
  await vendor.offerAllTo([await vendor.partnerBox('reseller')]);
  await reseller.offerAllTo([ann.boxId]);
  return Object.assign(federation, { vendor, reseller, ann });
}

onEachDatabase((database) => {
  it('an exchanged lead leaves evidence on both sides: what was shown when, and what was received', async () => {
    const places = [await database.makePlace(), await database.makePlace()];
    await using world = await openPair({ place: (name) => places[name === 'vendor' ? 0 : 1]! });
    const { vendor, reseller, ann, wire } = world;
    const leadId = await vendor.receive();
    await world.settle();
    const [offered] = await reseller.leads();
    await reseller.accept(offered!.id, ann.id);
    await world.settle();

    const [offer, , award, release] = wire.calls.map((call) => readCall(call, call.from === 'vendor' ? vendor : reseller)); // prettier-ignore
    const told = await leaves(vendor, 'disclosure');
    const body = offer!.body as Bodies['Offer'];
    // Of the policies that decided.
    const digest = told[0]?.['policy'];
    expect(digest).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    // Why this partner: the decision as it is kept.
    const [trace] = await listTraces(vendor.ctx, leadId, { limit: 1 });
    const rule = trace!.steps.flatMap((step) => (step.kind === 'rule' ? [step.ruleId] : []))[0]!;
    const why = { rule, trace: trace!.digest! };
    expect(why).toEqual({ rule: expect.stringMatching(/^rule_/) as string, trace: expect.stringMatching(/^.{43}=$/) as string }); // prettier-ignore
    expect(told).toEqual([
      {
        ...{ recipient: 'peer:reseller.localhost', lead: leadId, conversation: offer!.header.conversation },
        ...{ round: '1', seq: '1', message: offer!.header.messageId, digest: offer!.digest },
        policy: digest,
        ...why,
        ...{ stage: 'offered', mode: 'grab', shown: 'contact.address.city contact.address.country account.name interest.products' }, // prettier-ignore
        ...{ withheld: body.withheldFields!.join(' ') },
        commitments: body.commitments!.map(({ group, value }) => `${group}=${value}`).join(' '),
      },
      {
        ...{ recipient: 'peer:reseller.localhost', lead: leadId, 'offer-digest': offer!.digest },
        ...{ conversation: offer!.header.conversation, round: '1', seq: '3' },
        ...{ message: release!.header.messageId, digest: release!.digest, stage: 'released', policy: digest, ...why },
        shown: expect.stringContaining('contact.emails contact.phones') as string,
      },
    ]);
    expect(told[0]!['withheld']).toContain('contact.phones');

    // The commitments in the ledger are opened by what was released.
    const { openings } = release!.body as Bodies['Release'];
    expect(openings).toHaveLength(told[0]!['commitments']!.split(' ').length);
    expect(groupValue(sampleLead, 'phone')).toContain('+491705550123');

    const answers = wire.calls.map(({ answer = '' }) => sha256(answer));
    const got = await leaves(vendor, 'receipt-got');
    expect(got.map(({ type, message, answer }) => [type, message, answer])).toEqual([
      ['Offer', offer!.header.messageId, answers[0]],
      ['Award', award!.header.messageId, answers[2]],
      ['Release', release!.header.messageId, answers[3]],
    ]);
    const given = await leaves(reseller, 'receipt-given');
    expect(given.map(({ peer, digest, kid, answer }) => [peer, digest, kid, answer])).toEqual(
      [offer, award, release].map((one, at) => [
        ...['vendor.localhost', one!.digest, vendor.ctx.keys.signing.kid],
        got[at]!['answer'],
      ]),
    );
    const seen = await leaves(reseller, 'disclosure');
    expect(seen).toMatchObject([{ recipient: `user:${ann.id}`, lead: offered!.id, stage: 'released' }]);
    expect(seen[0]!['shown']).toContain('contact.phones');

    for (const { ctx } of [vendor, reseller]) {
      const text = JSON.stringify(await listLeaves(ctx, 0, 1_000));
      // As words: three letters in a row are in every other digest.
      expect(text).not.toMatch(new RegExp(`\\b(${canary}|Acme|Ulm|491705550123|Ann|Pump)\\b`, 'i'));
      expect(await verifyLedger(ctx)).toMatchObject({ isWhole: true, waiting: 0 });
    }
    for (const place of places) await place.remove();
  });
});

describe('the ledger', () => {
  it('has the disclosure before anything is sent, and once more when it is sent anew', async () => {
    await using world = await openPair();
    const { vendor, wire } = world;
    let known: unknown;
    wire.fault = () => ((known ??= vendor.ctx.db.selectFrom('ledgerPending').select('text').execute()), 'lost');
    await vendor.receive();
    await world.settle();
    expect(JSON.stringify(await known)).toContain('stage: offered');
    expect(await leaves(vendor, 'disclosure')).toHaveLength(1);

    await world.advance('2h');
    for (let days = 0; days < 15; days++) await world.advance('24h');
    expect(await leaves(vendor, 'disclosure', 'receipt-got')).toHaveLength(1);
  });

  it('goes out with every receipt as far as it was signed, and partners witness it in theirs', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    await vendor.receive();
    await world.settle();
    const answered = () => open(Buffer.from(wire.calls.at(-1)!.answer!), () => reseller.ctx.keys.signing).message;
    expect(answered().header.log).toBeUndefined();
    await leaves(reseller);
    const signed = (await findNewestCheckpoint(reseller.ctx))!;

    await vendor.receive();
    await world.settle();
    const { from, log } = answered().header;
    expect(`${from}\n${log!.size}\n${log!.root}\n\n— ${from} ${log!.noteSignature}\n`).toBe(signed.note);
    const greeting = open(Buffer.from(await sealCapabilities(reseller.ctx)), () => reseller.ctx.keys.signing).message;
    const { logKey } = greeting.body as Bodies['Capabilities'];
    expect(readCheckpoint(signed.note).isSignedBy(readNoteKey(logKey!))).toBe(true);
    const witnessed = (await leaves(vendor, 'receipt-got')).map((leaf) => leaf['log']);
    expect(witnessed).toEqual([undefined, `${signed.size} ${log!.root}`]);
  });

  it('tells of refusals on both sides, once for each message, and of what was sent anew', async () => {
    await using world = await openPair();
    const { vendor, reseller, wire } = world;
    const rogue = makeForeignPeer('rogue.localhost', world.clock.now);
    await rogue.introduceTo(reseller);
    const said = rogue.say(reseller.nodeId, 'Award', { leaseUntil: new Date(world.clock.now() + 60_000).toISOString() }); // prettier-ignore
    await post(reseller, said.xml);
    await post(reseller, said.xml);
    expect(await leaves(reseller, 'problem-given')).toMatchObject([
      { peer: 'rogue.localhost', type: 'Award', digest: said.digest, code: 'illegal-transition' },
    ]);

    // The reseller takes offers no longer.
    await reseller.write((tx) => tx.db.updateTable('peer').set({ role: 'secondary' }).where('nodeId', '=', vendor.nodeId).execute()); // prettier-ignore
    await vendor.receive();
    await world.settle();
    const [refused] = await leaves(vendor, 'problem-got');
    expect(refused).toMatchObject({ peer: reseller.nodeId, type: 'Offer', code: 'agreement-unknown' });
    expect(refused!['answer']).toBe(sha256(wire.calls[0]!.answer!));
    expect(await leaves(reseller, 'problem-given')).toContainEqual(
      expect.objectContaining({ digest: refused!['digest'], answer: refused!['answer'] }),
    );
  });

  it('tells of a message that nobody answered, and of its content once more when it is replayed', async () => {
    await using world = await openPair();
    const { vendor, reseller, ann, wire } = world;
    await vendor.receive();
    await world.settle();
    wire.fault = ({ type }) => (type === 'Release' ? 'lost' : undefined);
    const [offered] = await reseller.leads();
    await reseller.accept(offered!.id, ann.id);
    await world.settle();
    for (let days = 0; days < 15; days++) await world.advance('24h');
    const [dead] = await leaves(vendor, 'message-dead');
    expect(dead).toMatchObject({ type: 'Release', peer: reseller.nodeId });
    const again = await replayMessage(vendor.ctx, reseller.nodeId, dead!['message']!, 'user_1');
    expect(await leaves(vendor, 'message-replayed')).toEqual([
      { peer: reseller.nodeId, was: dead!['message'], message: again, by: 'user_1' },
    ]);
    const releases = (await leaves(vendor, 'disclosure')).filter(({ stage }) => stage === 'released');
    expect(releases.map(({ message }) => message)).toEqual([dead!['message'], again]);
    expect(releases[0]!['shown']).toBe(releases[1]!['shown']);
  });

  it('has room for a disclosure of every field there is', () => {
    const paths = leadFields.map(({ path }) => path);
    const commitments = makeCommitments({}, { conversation: 'c', round: 1, secret: Buffer.alloc(32) });
    const id = 'x'.repeat(64);
    const text = writeLeaf(
      { kind: 'disclosure', at: 0, id, nodeId: 'n'.repeat(253) },
      {
        ...{ recipient: `peer:${'p'.repeat(253)}`, lead: id, conversation: id, round: 999, seq: 999, message: id },
        ...{ digest: sha256(''), stage: 'offered', mode: 'direct', shown: paths },
        commitments: commitments.map(({ group, value }) => `${group}=${value}`),
      },
    );
    expect(text.length).toBeLessThan(4_096);
  });
});
