import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { makeSigningKey, readInvitation, writeInvitation } from '../../protocol/index.ts';
import { allChecks, runChecks, startKit, type Kit } from '../../protocol/conformance/index.ts';
import { startPythonPeer, type PythonPeer } from './python-peer.ts';
import { foreignLead, them, withheld } from './scene.ts';

const kitId = 'kit.localhost';
let peer: PythonPeer;
let kit: Kit;
let leads = 0;

/** The people of the peer: they take what the kit offers, and offer it leads, every second one for grabs. */
const acts = {
  async offer({ conversation }: { readonly conversation: string }) {
    await peer.do('accept', { partner: kitId, conversation });
  },
  async lead() {
    const mode = ++leads % 2 ? 'direct' : 'grab';
    await peer.do('offer', { partners: [kitId], lead: foreignLead(`Conformance ${leads}`), withheld, mode });
  },
};

beforeAll(async () => {
  peer = await startPythonPeer(them, await findFreePort());
  const identity = { nodeId: kitId, key: makeSigningKey() };
  const target = readInvitation(readFileSync(peer.invitation.file, 'utf8'));
  kit = await startKit({ target, identity, port: 0, waitMs: 5_000, acts });
  const text = writeInvitation(kit.invitation);
  await peer.do('introduce', { text, words: kit.invitation.fingerprint, role: 'both' });
  await peer.do('haste');
});
afterAll(async () => {
  await kit.stop();
  await peer[Symbol.asyncDispose]();
});

describe('the peer that was written from the specification alone', () => {
  // The checks made of vectors ask for the verdicts that vectors.test.ts asks this peer for, without the network.
  it('reaches Core and Withhold in the conformance kit, as a vendor and as a reseller, grabs included', async () => {
    const checks = allChecks().filter(({ name }) => !name.includes('/'));
    const { results, conforms } = await runChecks(kit, { checks, deadlineMs: 280_000 });
    const own = results.filter(({ level }) => level === 'Core' || level === 'Withhold');
    expect(own.filter(({ outcome }) => outcome === 'failed').map(({ name, why }) => [name, why])).toEqual([]);
    expect(own.filter(({ outcome }) => outcome === 'skipped').map(({ name }) => name)).toEqual(['answer-never-ends']);
    expect(new Set(own.map(({ role }) => role))).toEqual(new Set(['vendor', 'reseller', 'hostile']));
    expect([...kit.announced].toSorted()).toEqual(['Core', 'Withhold']);
    expect(conforms).toBe(true);
    const modes = peer.all('sent', { kind: 'Offer' }).map(({ xml }) => /<l:Mode>(.*?)</.exec(String(xml))?.[1]);
    expect(new Set(modes)).toEqual(new Set(['direct', 'grab']));
  }, 300_000);
});
