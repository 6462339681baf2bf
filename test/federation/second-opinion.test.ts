import { afterAll, beforeAll, expect, it } from 'vitest';
import { getPeerView } from '../../node/federation/peers/describe-peer.ts';
import { federationHandlers } from '../../node/federation/handlers.ts';
import { makeJobWorkers } from '../../node/kernel/job-workers.ts';
import { createLogger } from '../../node/kernel/log.ts';
import { settle } from '../../node/kernel/workers.ts';
import { openFederation, type Federation, type FederationNode } from '../support/federation.ts';
import { makeForeignPeer, post, type ForeignPeer } from '../support/foreign-peer.ts';

let federation: Federation;
let node: FederationNode;
let partner: ForeignPeer;

beforeAll(async () => {
  federation = await openFederation({ nodes: ['reseller'] });
  node = federation.node('reseller');
  partner = makeForeignPeer('partner.localhost', federation.clock.now);
  await partner.introduceTo(node);
});
afterAll(() => federation[Symbol.asyncDispose]());

let conversations = 0;

/** An offer that the node takes; its second opinion waits as a job. */
async function offer() {
  const closesAt = new Date(federation.clock.now() + 3_600_000).toISOString();
  const conversation = `second${++conversations}`;
  const body = { mode: 'grab', closesAt, lead: { account: { name: 'Acme' } } } as const;
  const sealed = partner.say(node.nodeId, 'Offer', body, { conversation });
  expect(await post(node, sealed.xml)).toMatchObject({ status: 200 });
  return sealed;
}

/** Carries out what waits; answers what was logged meanwhile. */
async function askAgain(): Promise<object[]> {
  const lines: object[] = [];
  const out = { write: (line: string) => void lines.push(JSON.parse(line) as object) };
  const log = createLogger({ logLevel: 'error', nodeId: node.nodeId }, out);
  await settle(
    { ...node.ctx, log },
    makeJobWorkers(federationHandlers.filter(({ kind }) => kind === 'second-opinion')),
  );
  return lines;
}

const waiting = async () =>
  (await node.ctx.db.selectFrom('job').select('payload').where('kind', '=', 'second-opinion').execute()).map(
    ({ payload }) => (JSON.parse(payload) as { messageId: string }).messageId,
  );
const events = async () => (await getPeerView(node.ctx, partner.nodeId)).securityEvents;
const changeStored = (messageId: string, document: string | null) =>
  node.write((tx) => tx.db.updateTable('inbox').set({ document }).where('messageId', '=', messageId).execute());

it('is asked for after the message was taken, and agrees', async () => {
  const { messageId } = await offer();
  expect(await waiting()).toEqual([messageId]);
  expect(await askAgain()).toEqual([]);
  expect(await waiting()).toEqual([]);
  expect(await events()).toEqual([]);
});

it.each([
  ['the content', 'Acme', 'Acmf'],
  ['the digest', /DigestValue>..../, 'DigestValue>AAAA'],
  ['the signature', /SignatureValue>..../, 'SignatureValue>AAAA'],
])('is logged and shown on the page of the partner when it differs about %s', async (_, part, other) => {
  const before = await events();
  const { messageId, xml } = await offer();
  await changeStored(messageId, xml.replace(part, other));
  const told = { code: 'second-opinion-differs', messageId };
  expect(await askAgain()).toMatchObject([
    { event: told.code, peerId: partner.nodeId, messageId, messageType: 'Offer' },
  ]);
  const after = await events();
  expect(after).toHaveLength(before.length + 1);
  expect(after[0]).toMatchObject(told);
  expect(await waiting()).toEqual([]);
});

it('differs about another document of the sender in the place of the one that was taken', async () => {
  const [one, other] = [await offer(), await offer()];
  await changeStored(one.messageId, other.xml);
  expect(await askAgain()).toMatchObject([{ messageId: one.messageId }]);
});

it('needs the document: what was deleted meanwhile is not asked about', async () => {
  const before = await events();
  const { messageId } = await offer();
  await changeStored(messageId, null);
  expect(await askAgain()).toEqual([]);
  expect(await events()).toEqual(before);
  expect(await waiting()).toEqual([]);
});

it('is not asked for of what was refused, nor for a repetition', async () => {
  const { xml } = await offer();
  await askAgain();
  expect((await post(node, xml)).status).toBe(200);
  expect((await post(node, partner.say('elsewhere.localhost', 'Reject', { reason: 'no-capacity' }).xml)).status).toBe(
    422,
  );
  expect(await waiting()).toEqual([]);
});

it('is asked for as often as configured', async () => {
  const config = node.ctx.config as { secondOpinionEvery: number };
  config.secondOpinionEvery = 0;
  for (let message = 0; message < 5; message++) await offer();
  expect(await waiting()).toEqual([]);
  config.secondOpinionEvery = 4;
  for (let message = 0; message < 60; message++) await offer();
  // Chance: beyond these bounds once in thirty million runs.
  const asked = (await waiting()).length;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(60);
  config.secondOpinionEvery = 1;
  expect(await askAgain()).toEqual([]);
});
