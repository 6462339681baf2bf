import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as protocol from '../../protocol/index.ts';
import type { AnyMessage, Bodies, Lead, MessageType, Opened, Sealed } from '../../protocol/index.ts';
import { simulatedDesk, type Desk, type DeskAnswer } from '../../protocol/reference-peer/desk.ts';
import type { PeerClock } from '../../protocol/reference-peer/peer-lead.ts';
import { startReferencePeer, type ReferencePeer } from '../../protocol/reference-peer/peer.ts';
import { readSettings, settingTable } from '../../protocol/reference-peer/settings.ts';
import { until } from '../support/until.ts';
import { reforge } from './forge.ts';
import { lead, now } from './messages.ts';

/** A clock that stands still until it is told. */
function fakeClock() {
  let time = now;
  const timers = new Set<{ readonly at: number; readonly call: () => void }>();
  const clock: PeerClock = {
    now: () => time,
    after(milliseconds, call) {
      const timer = { at: time + milliseconds, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
  };
  const advance = (milliseconds: number) => {
    const end = time + milliseconds;
    for (;;) {
      const due = [...timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!due) break;
      timers.delete(due);
      time = Math.max(time, due.at);
      due.call();
    }
    time = end;
  };
  return { ...clock, advance, pending: () => timers.size };
}

/** The other side, as a stranger would write it from the same package: it offers, and answers what it gets. */
async function startVendor(clock: PeerClock) {
  const key = protocol.makeSigningKey();
  const arrived: Opened[] = [];
  const waiting: ((opened: Opened) => void)[] = [];
  const bodies: string[] = [];
  let peerKey: protocol.VerificationKey | undefined;
  let answer: (opened: Opened) => { status: number; body: string; type?: string } = receipt;

  function receipt(opened: Opened) {
    return {
      status: 200,
      body: protocol.seal(protocol.receiptFor(opened, { nodeId: 'vendor.test', now: clock.now() }), key).xml,
    };
  }
  const findKey: protocol.FindKey = (from, kid) => (from === 'peer.test' && peerKey?.kid === kid ? peerKey : undefined);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request
      .on('data', (chunk: Buffer) => chunks.push(chunk))
      .on('end', () => {
        const body = Buffer.concat(chunks);
        bodies.push(body.toString());
        const opened = protocol.open(body, findKey);
        const { status, body: text, type = protocol.mediaType } = answer(opened);
        response.writeHead(status, { 'content-type': type }).end(text);
        const next = waiting.shift();
        if (next) next(opened);
        else arrived.push(opened);
      });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    key,
    bodies,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/lead-exchange`,
    receipt,
    findKey,
    answerWith(how: typeof answer) {
      answer = how;
    },
    pin(spki: Uint8Array) {
      peerKey = protocol.verificationKey(spki);
    },
    /** The next message of the peer, whenever it comes. */
    next: () =>
      new Promise<Opened>((done) => {
        const ready = arrived.shift();
        if (ready) done(ready);
        else waiting.push(done);
      }),
    async stop() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const hidden = ['contact.emails', 'contact.phones', 'contact.familyName', 'contact.givenName'];
const secret = Buffer.alloc(32, 7);
let clock: ReturnType<typeof fakeClock>;
let vendor: Awaited<ReturnType<typeof startVendor>>;
let peer: ReferencePeer;
let answers: DeskAnswer[];

beforeEach(async () => {
  clock = fakeClock();
  vendor = await startVendor(clock);
  answers = [];
  const desk: Desk = {
    decide: () => answers.shift() ?? { answer: 'ignore', afterMs: 0 },
    work: () => [
      { disposition: 'received', afterMs: 0 },
      { disposition: 'assigned', assignedTo: 'Mira', afterMs: 1_000 },
      { disposition: 'won', amount: { amount: '10.00', currency: 'EUR' }, afterMs: 1_000 },
    ],
  };
  const partners = [{ nodeId: 'vendor.test', spki: vendor.key.spki, endpoint: vendor.endpoint }];
  peer = await startReferencePeer({
    nodeId: 'peer.test',
    key: protocol.makeSigningKey(),
    port: 0,
    partners,
    desk,
    clock,
  });
  vendor.pin(Buffer.from(peer.invitation.spki, 'base64'));
});
afterEach(async () => {
  await peer.stop();
  await vendor.stop();
});

let seq = 0;
function sealFor<T extends MessageType>(
  type: T,
  body: Bodies[T],
  { round = 1, conversation = 'c-1', to = 'peer.test' } = {},
): Sealed {
  seq += 1;
  const header = protocol.makeHeader({ type, from: 'vendor.test', to, now: clock.now(), conversation, round, seq });
  return protocol.seal({ header, body } as unknown as AnyMessage, vendor.key);
}
function offer(round = 1, extra: Partial<Bodies['Offer']> = {}): Sealed {
  const commitments = protocol.makeCommitments(lead, { conversation: 'c-1', round, secret });
  const closesAt = new Date(clock.now() + 3_600_000).toISOString();
  const visible = protocol.omitFields(lead, hidden);
  return sealFor(
    'Offer',
    { mode: 'grab', closesAt, lead: visible, withheldFields: hidden, commitments, ...extra },
    { round },
  );
}
const release = (of: Lead = lead) => sealFor('Release', { lead: of, openings: protocol.makeOpenings(secret) });
const award = () => sealFor('Award', { leaseUntil: new Date(clock.now() + 60_000).toISOString() });

async function post(xml: string, headers: Record<string, string> = {}) {
  const { url, init } = protocol.deliveryRequest(peer.invitation.endpoint, xml);
  const response = await fetch(url, { ...init, headers: { ...init.headers, ...headers } });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}
async function deliver(sealed: Sealed) {
  const { url, init } = protocol.deliveryRequest(peer.invitation.endpoint, sealed.xml);
  const answer = await protocol.readDeliveryResponse(await fetch(url, init), vendor.findKey, sealed);
  if (answer.kind === 'problem') return answer.opened.message.body.code;
  return answer.kind;
}
const typeOf = ({ message }: Opened) => message.header.type;
const accept: DeskAnswer = { answer: 'accept', afterMs: 500 };

/** Up to the award, with its receipt. */
async function winLead() {
  answers.push(accept);
  expect(await deliver(offer())).toBe('receipt');
  clock.advance(500);
  await vendor.next();
  expect(await deliver(award())).toBe('receipt');
}

describe('the reference peer', () => {
  it('walks a lead from Offer to Won', async () => {
    answers.push(accept);
    const sealed = offer();
    expect(await deliver(sealed)).toBe('receipt');
    expect(peer.leads()[0]?.lead).toEqual(protocol.omitFields(lead, hidden));
    clock.advance(500);
    const claim = await vendor.next();
    expect(claim.message.body).toEqual({ offerDigest: sealed.digest });
    expect(claim.message.header).toMatchObject({
      type: 'Accept',
      conversation: 'c-1',
      round: 1,
      seq: 1,
      to: 'vendor.test',
    });
    expect(await deliver(award())).toBe('receipt');
    expect(peer.leads()[0]?.lead?.contact?.emails).toBeUndefined();
    expect(await deliver(release())).toBe('receipt');
    expect(peer.leads()[0]?.lead).toEqual(lead);
    clock.advance(5_000);
    const statuses = [await vendor.next(), await vendor.next(), await vendor.next()];
    expect(statuses.map(({ message }) => message.header.seq)).toEqual([2, 3, 4]);
    expect(statuses.map(({ message }) => message.body)).toMatchObject([
      { revision: 1, disposition: 'received' },
      { revision: 2, disposition: 'assigned', assignedTo: 'Mira' },
      { revision: 3, disposition: 'won', amount: { amount: '10.00', currency: 'EUR' } },
    ]);
    const key = protocol.verificationKey(Buffer.from(peer.invitation.spki, 'base64'));
    for (const body of vendor.bodies) {
      expect(protocol.openWithXmlCrypto(body, key)).toBe(protocol.open(Buffer.from(body), vendor.findKey).canonical);
    }
  });

  it('rejects with the reason of the desk and forgets what it saw', async () => {
    answers.push({ answer: 'reject', afterMs: 10, reason: 'no-capacity', text: 'Full.' });
    await deliver(offer());
    clock.advance(10);
    expect((await vendor.next()).message.body).toEqual({ reason: 'no-capacity', text: 'Full.' });
    expect(peer.leads()[0]).not.toHaveProperty('lead');
    expect(await deliver(award())).toBe('illegal-transition');
  });

  it('loses a grab: what it saw is deleted, a late award is refused, the next round counts', async () => {
    answers.push(accept, accept);
    await deliver(offer());
    clock.advance(500);
    await vendor.next();
    expect(await deliver(sealFor('NoLongerAvailable', { reason: 'taken' }))).toBe('receipt');
    expect(peer.leads()[0]).toMatchObject({ point: { state: 'closed', round: 1 } });
    expect(peer.leads()[0]).not.toHaveProperty('lead');
    expect(await deliver(award())).toBe('illegal-transition');
    expect(await deliver(offer(2))).toBe('receipt');
    expect(await deliver(award())).toBe('stale-round');
    clock.advance(500);
    expect((await vendor.next()).message.header).toMatchObject({ type: 'Accept', round: 2 });
  });

  it('accepts neither before the offer opens nor after it closes', async () => {
    answers.push(accept);
    await deliver(offer(1, { opensAt: new Date(clock.now() + 60_000).toISOString() }));
    clock.advance(59_999);
    expect(peer.leads()[0]?.point.state).toBe('offered');
    clock.advance(1);
    expect(typeOf(await vendor.next())).toBe('Accept');
    answers.push({ answer: 'accept', afterMs: 3_600_000 });
    const closing = offer(2, { closesAt: new Date(clock.now() + 3_600_000).toISOString() });
    await deliver(closing);
    clock.advance(3_600_000);
    expect(peer.leads()[0]?.point).toEqual({ state: 'offered', round: 2 });
  });

  it('gives the same receipt, byte for byte, to a repeated message, and no second effect', async () => {
    answers.push(accept, accept);
    const sealed = offer();
    const first = await post(sealed.xml);
    clock.advance(500);
    await vendor.next();
    const second = await post(sealed.xml);
    const reformatted = await post(`${sealed.xml}\n`);
    expect(second).toEqual(first);
    expect(reformatted).toEqual(first);
    clock.advance(10_000);
    expect(peer.leads()).toHaveLength(1);
    expect(answers).toHaveLength(1);
  });

  it('takes another content under the same id for a conflict', async () => {
    const sealed = offer();
    await deliver(sealed);
    const header = {
      ...protocol.open(Buffer.from(sealed.xml), () => vendor.key).message.header,
      type: 'Award' as const,
    };
    const other = protocol.seal({ header, body: { leaseUntil: new Date(now).toISOString() } }, vendor.key);
    expect(await deliver(other)).toBe('conflict');
  });

  it('refuses a release that is not what was offered', async () => {
    await winLead();
    expect(
      await deliver(release({ ...lead, contact: { ...lead.contact, emails: [{ value: 'other@example.com' }] } })),
    ).toBe('conflict');
    expect(peer.leads()[0]?.point.state).toBe('awarded');
    expect(peer.leads()[0]?.lead?.contact?.emails).toBeUndefined();
    expect(await deliver(release())).toBe('receipt');
  });

  it('sends the same bytes again until a receipt comes, in order', async () => {
    await winLead();
    const calm = vendor.bodies.length;
    vendor.answerWith(() => ({ status: 503, body: 'busy', type: 'text/plain' }));
    await deliver(release());
    clock.advance(2_000);
    expect(peer.unreceipted()).toBe(3);
    for (const _ of [1, 2, 3]) {
      await vendor.next();
      await until(() => clock.pending() === 1);
      clock.advance(300_000);
    }
    await vendor.next();
    await until(() => clock.pending() === 1);
    expect(vendor.bodies.slice(calm)).toHaveLength(4);
    expect(new Set(vendor.bodies.slice(calm)).size).toBe(1);
    vendor.answerWith(vendor.receipt);
    clock.advance(300_000);
    const arrived = [await vendor.next(), await vendor.next(), await vendor.next()];
    expect(arrived.map(({ message }) => message.body)).toMatchObject([
      { revision: 1 },
      { revision: 2 },
      { revision: 3 },
    ]);
    await until(() => peer.unreceipted() === 0);
  });

  it('stops trying when the partner signs a final problem', async () => {
    vendor.answerWith(({ message, digest }) => {
      const answered = { from: 'peer.test', messageId: message.header.messageId, digest };
      const problem = protocol.problemFor(
        answered,
        { code: 'stale-round' },
        { nodeId: 'vendor.test', now: clock.now() },
      );
      return { status: 409, body: protocol.seal(problem, vendor.key).xml };
    });
    answers.push(accept);
    await deliver(offer());
    clock.advance(500);
    await vendor.next();
    await until(() => peer.unreceipted() === 0);
    expect(peer.leads()[0]?.problem).toBe('stale-round');
  });

  it('answers strangers and broken messages with one constant', async () => {
    const good = offer().xml;
    const constant = { status: 401, type: 'text/plain', text: 'unauthenticated\n' };
    const stranger = protocol.makeSigningKey();
    expect(await post('garbage')).toEqual(constant);
    expect(await post(good.replace('Köln', 'Bonn'))).toEqual(constant);
    expect(await post(good.replace(vendor.key.kid, stranger.kid))).toEqual(constant);
    expect(await post(' '.repeat(300_000))).toEqual(constant);
    expect(await post(good, { 'content-type': 'text/xml' })).toEqual(constant);
    expect(await post(good, { 'content-encoding': 'gzip' })).toEqual(constant);
    expect(peer.leads()).toEqual([]);
  });

  it('refuses what is for others, too late, of the other side or without a conversation', async () => {
    const foreign = sealFor('Award', { leaseUntil: new Date(now).toISOString() }, { to: 'third.test' });
    expect(await deliver({ ...foreign, to: 'peer.test' })).toBe('audience');
    const early = offer();
    clock.advance(15 * 24 * 3_600_000);
    expect(await deliver(early)).toBe('expired');
    expect(await deliver(sealFor('Accept', { offerDigest: early.digest }))).toBe('illegal-transition');
    const loose = sealFor('Award', { leaseUntil: new Date(now).toISOString() });
    const answer = await post(
      reforge(loose.xml, vendor.key, (xml) => xml.replace(/<l:Conversation>.*<\/l:Conversation>/, '')),
    );
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('<l:Code>schema</l:Code>');
  });

  it('refuses what it does not speak, and extensions it must understand', async () => {
    expect(await deliver(sealFor('AccessRequest', {}))).toBe('not-understood');
    const plain = sealFor('Award', { leaseUntil: new Date(now).toISOString() });
    const extension = '<l:Extension MustUnderstand="true" Uri="urn:example:score">7</l:Extension>';
    const answer = await post(
      reforge(plain.xml, vendor.key, (xml) =>
        xml.replace('</l:Body>', `</l:Body><l:Extensions>${extension}</l:Extensions>`),
      ),
    );
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('<l:Code>not-understood</l:Code>');
  });

  it('describes itself, signed and as a page', async () => {
    const { url, init } = protocol.capabilitiesRequest(peer.address);
    const capabilities = await protocol.readCapabilities(await fetch(url, init), vendor.findKey);
    expect(capabilities.message.body.endpoint).toBe(peer.invitation.endpoint);
    await deliver(offer());
    const page = (await (await fetch(peer.address)).json()) as { leads: unknown[]; partners: string[] };
    expect(page.leads).toHaveLength(1);
    expect(page.partners).toEqual(['vendor.test']);
    expect((await fetch(`${peer.address}/other`)).status).toBe(404);
  });
});

describe('the simulated desk', () => {
  it('accepts, rejects, ignores, wins and loses', () => {
    let seed = 1;
    const desk = simulatedDesk(() => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647, 100);
    const seen = {
      partner: 'v',
      conversation: 'c',
      point: { state: 'offered' as const, round: 1 },
      statuses: [],
      seq: 0,
      heardSeq: 0,
    };
    const moods = new Set(Array.from({ length: 100 }, () => desk.decide(seen).answer));
    expect(moods).toEqual(new Set(['accept', 'reject', 'ignore']));
    const ends = new Set(Array.from({ length: 100 }, () => desk.work(seen).at(-1)?.disposition));
    expect(ends).toEqual(new Set(['won', 'lost']));
  });
});

describe('the reference peer as a program', () => {
  it('keeps its key, hands out its invitation, learns partners from a folder and stops on a signal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reference-peer-'));
    const program = new URL('../../protocol/reference-peer/main.ts', import.meta.url).pathname;
    const run = async (during: (address: string, invitation: protocol.Invitation) => Promise<void>) => {
      const env = {
        ...process.env,
        LEADMESH_PEER_DATA: folder,
        LEADMESH_PEER_PORT: '0',
        LEADMESH_PEER_NODE_ID: 'peer.test',
      };
      const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      const exited = once(child, 'exit');
      for await (const line of createInterface({ input: child.stdout })) {
        const event = JSON.parse(line) as { event: string; address: string; invitation: protocol.Invitation };
        if (event.event === 'started') await during(event.address, event.invitation);
        if (event.event === 'partner') child.kill('SIGTERM');
      }
      expect(await exited).toEqual([0, null]);
    };
    const kids: string[] = [];
    try {
      await run(async (address, invitation) => {
        kids.push(invitation.kid);
        expect(protocol.readInvitation(readFileSync(join(folder, 'invitation.json'), 'utf8'))).toEqual(invitation);
        expect(statSync(join(folder, 'key.pem')).mode & 0o777).toBe(0o600);
        expect((await fetch(address)).status).toBe(200);
        const theirs = protocol.makeInvitation({
          nodeId: 'vendor.test',
          name: 'Vendor',
          endpoint: vendor.endpoint,
          key: vendor.key,
          createdAt: now,
        });
        writeFileSync(join(folder, 'partners', 'vendor.json'), protocol.writeInvitation(theirs));
      });
      await run((_, { kid }) => Promise.resolve(void kids.push(kid)));
      expect(kids[1]).toBe(kids[0]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has defaults for all settings and refuses nonsense', () => {
    expect(readSettings({})).toMatchObject({ port: 4103, host: '127.0.0.1', endpoint: undefined });
    expect(readSettings({ LEADMESH_PEER_PORT: '5000', OTHER: 'x' }).port).toBe(5000);
    expect(() => readSettings({ LEADMESH_PEER_PORT: 'x' })).toThrow('LEADMESH_PEER_PORT');
    expect(() => readSettings({ LEADMESH_PEER_PROT: '1' })).toThrow('LEADMESH_PEER_PROT');
    for (const [, , meaning] of settingTable) expect(meaning).toMatch(/\.$/);
  });
});
