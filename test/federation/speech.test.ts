import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capabilitiesPath, makeHeader, makeSigningKey, mediaType, seal } from '../../protocol/index.ts';
import type { Capabilities } from '../../protocol/index.ts';
import { sealGreeting } from '../../node/federation/peers/capabilities.ts';
import { findSpoken, speaks } from '../../node/federation/peers/find-spoken.ts';
import { getPeerView } from '../../node/federation/peers/describe-peer.ts';
import { makeSpeechWorker } from '../../node/federation/peers/learn-speech.ts';
import { findSpeech } from '../../node/federation/store/speech.ts';
import type { Context } from '../../node/kernel/context.ts';
import { openFederation, type Federation, type FederationNode } from '../support/federation.ts';
import { post } from '../support/foreign-peer.ts';

let federation: Federation;
let vendor: FederationNode;
let reseller: FederationNode;
/** What the network answers instead of the reseller; undefined: the truth. */
let lie: ((url: string) => Response | undefined) | undefined;
let asked = 0;
let ctx: Context;

beforeAll(async () => {
  federation = await openFederation({ nodes: ['vendor', 'reseller'] });
  await federation.introduce('vendor', 'reseller');
  [vendor, reseller] = [federation.node('vendor'), federation.node('reseller')];
  const fetch = (async (url: string, init: RequestInit) => {
    if (url.endsWith(capabilitiesPath)) asked++;
    return lie?.(url) ?? vendor.ctx.fetch(url, init);
  }) as typeof globalThis.fetch;
  ctx = { ...vendor.ctx, fetch };
});
afterAll(() => federation[Symbol.asyncDispose]());

const worker = makeSpeechWorker();
const look = () => worker.runDue(ctx);
const view = async () => (await getPeerView(ctx, reseller.nodeId)).speaks;

/** Capabilities as somebody with this key would sign them. */
function forge(key = makeSigningKey(), { now = federation.clock.now(), to = '*' } = {}) {
  const header = makeHeader({ type: 'Capabilities', from: reseller.nodeId, to, now, lifeMs: 48 * 3_600_000 });
  const { kid, algorithm, spki } = key;
  const keys = [{ kid, algorithm, spki: spki.toString('base64') }];
  const body = { name: 'x', endpoint: 'https://thief.example/lx', versions: ['1'], levels: ['Core'], keys };
  return seal({ header, body: { ...body, maxMessageBytes: 9 } }, key).xml;
}
const answer = (xml: string) => () => new Response(xml, { headers: { 'content-type': mediaType } });

describe('what a partner speaks', () => {
  it('is asked once it is confirmed, and shown', async () => {
    expect(await speaks(ctx, reseller.nodeId, 'Batch')).toBe(false);
    expect(await look()).toBe(1);
    expect(await speaks(ctx, reseller.nodeId, 'Batch')).toBe(true);
    expect(await view()).toMatchObject({
      versions: ['1'],
      maxBatchMessages: 100,
      messagesPerMinute: 6000,
      error: null,
    });
  });

  it('comes with its limits and the digests of the schemas it checks with', async () => {
    const said = (await findSpeech(ctx, reseller.nodeId))?.capabilities ?? '{}';
    const { bytesInFlight, schemas = [] } = JSON.parse(said) as Capabilities;
    expect(bytesInFlight).toBe(4_194_304);
    const digestOf = (file: string) => createHash('sha256').update(readFileSync(new URL(`../../schemas/${file}`, import.meta.url))).digest('base64'); // prettier-ignore
    expect(schemas).toHaveLength(5);
    expect(schemas).toEqual(schemas.map(({ name }) => ({ name, digest: digestOf(name) })));
  });

  it('is asked again after a day, not before', async () => {
    const before = asked;
    expect(await look()).toBe(0);
    federation.clock.advance('23h');
    await look();
    expect(asked).toBe(before);
    federation.clock.advance('1h');
    expect(await worker.nextDueAt(ctx)).toBeLessThanOrEqual(federation.clock.now());
    await look();
    expect(asked).toBe(before + 1);
  });

  it('is never learned from what another key signed, is for somebody else, or too old; asked again in an hour', async () => {
    const key = reseller.ctx.keys.signing;
    const lies: [string, string][] = [
      [forge(), 'unknown-key'],
      [forge(key, { to: 'other.localhost' }), 'audience'],
      [forge(key, { now: federation.clock.now() - 60 * 3_600_000 }), 'expired'],
    ];
    for (const [xml, code] of lies) {
      federation.clock.advance(code === 'unknown-key' ? '24h' : '1h');
      lie = answer(xml);
      expect(await look()).toBe(1);
      expect(await view()).toMatchObject({ error: code });
      expect((await view()).levels).toContain('Batch');
      expect(await look()).toBe(0);
    }
    const [peer] = await ctx.db.selectFrom('peer').selectAll().execute();
    expect(peer?.endpoint).toBe(`${reseller.url}/lead-exchange`);
    expect(await ctx.db.selectFrom('peerKey').selectAll().execute()).toHaveLength(1);
  });

  it('is believed for two days, then it speaks Core alone until it is heard again', async () => {
    federation.clock.advance('25h');
    await look();
    expect([...(await findSpoken(ctx, reseller.nodeId)).levels]).toEqual(['Core']);
    lie = undefined;
    const { xml } = await sealGreeting(reseller.ctx, vendor.nodeId);
    expect((await post(vendor, xml)).status).toBe(200);
    expect(await speaks(ctx, reseller.nodeId, 'Batch')).toBe(true);
    expect(await view()).toMatchObject({ error: null });
  });

  it('is not taken back by older words that come again', async () => {
    const old = forge(reseller.ctx.keys.signing, { now: federation.clock.now() - 3_600_000, to: vendor.nodeId });
    expect((await post(vendor, old)).status).toBe(200);
    expect(await speaks(ctx, reseller.nodeId, 'Batch')).toBe(true);
  });

  it('moves no messages elsewhere: the endpoint stays that of the invitation, whatever the right key signs', async () => {
    federation.clock.advance('25h');
    lie = answer(forge(reseller.ctx.keys.signing));
    expect(await look()).toBe(1);
    expect(await view()).toMatchObject({ levels: ['Core'], error: null });
    const [peer] = await ctx.db.selectFrom('peer').selectAll().execute();
    expect(peer?.endpoint).toBe(`${reseller.url}/lead-exchange`);
  });
});
