import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createInvitation } from '../../node/federation/peers/introduce.ts';
import { listPeerKeys } from '../../node/federation/store/peers.ts';
import {
  capabilitiesPath,
  makeInvitation,
  makeSigningKey,
  readCapabilities,
  writeInvitation,
} from '../../protocol/index.ts';
import { startNetwork, type TestNetwork, type TestNode } from '../support/network.ts';

interface PeerView {
  id: string;
  state: string;
  role: string;
  fingerprint: string;
  allowedAddress: string | null;
  keys: { kid: string }[];
  securityEvents: { code: string }[];
  outbox: Record<string, number>;
  health: Record<string, unknown>;
}

let network: TestNetwork;
let vendor: TestNode;
let reseller: TestNode;

beforeAll(async () => {
  network = await startNetwork({ nodes: ['vendor', 'reseller', 'vend0r'] });
  vendor = network.node('vendor');
  reseller = network.node('reseller');
});
afterAll(() => network[Symbol.asyncDispose]());

const api = (node: TestNode) => node.administrator.api;
const take = (node: TestNode, invitation: string, more: object = {}) =>
  api(node).send<{ id: string; state: string; fingerprint: string }>('POST', '/api/peers/invitations/accept', {
    invitation,
    role: 'secondary',
    allowedAddress: '127.0.0.0/8',
    ...more,
  });
const peer = (node: TestNode, id: string) => api(node).get<PeerView>(`/api/peers/${id}`);
const refusedWith = (code: string) => expect.objectContaining({ code }) as Error;

describe('getting to know a partner', () => {
  it('takes an invitation, ten words that match, and an administrator', async () => {
    const { text, fingerprint } = await createInvitation(reseller.ctx);
    const invited = await take(vendor, text);
    expect(invited).toEqual({ id: reseller.nodeId, name: 'reseller', state: 'pending', fingerprint });
    expect(invited.fingerprint.split(' ')).toHaveLength(10);
    // Taken again while it waits: corrects what the administrator chose.
    await take(vendor, text, { role: 'both' });

    const confirm = (words: string) =>
      api(vendor).send<PeerView>('POST', `/api/peers/${reseller.nodeId}/confirm`, { fingerprint: words });
    const wrong = fingerprint.split(' ').reverse().join(' ');
    await expect(confirm(wrong)).rejects.toThrow(refusedWith('fingerprint-differs'));
    expect(await peer(vendor, reseller.nodeId)).toMatchObject({
      state: 'pending',
      role: 'both',
      securityEvents: [{ code: 'fingerprint-differs' }],
    });
    const typed = ` ${fingerprint.toUpperCase().replaceAll(' ', '  ')}\n`;
    expect(await confirm(typed)).toMatchObject({ state: 'active', outbox: { waiting: 0 }, health: { reach: 'good' } });
    await expect(confirm(typed)).rejects.toThrow(refusedWith('peer-not-pending'));
    await expect(take(vendor, text)).rejects.toThrow(refusedWith('peer-known'));

    const { items } = await api(vendor).get<{ items: { kind: string; peerId?: string }[] }>('/api/boxes');
    expect(items).toContainEqual(expect.objectContaining({ kind: 'partner', peerId: reseller.nodeId }));
  });

  it('refuses the same node under another key', async () => {
    const key = makeSigningKey();
    const { nodeId, url } = reseller;
    const forged = makeInvitation({ nodeId, name: 'reseller', endpoint: `${url}/lead-exchange`, key, createdAt: 0 });
    await expect(take(vendor, writeInvitation(forged))).rejects.toThrow(refusedWith('peer-key-differs'));
    expect(await listPeerKeys(vendor.ctx, nodeId)).toMatchObject([{ kid: reseller.ctx.keys.signing.kid }]);
  });

  it('warns of an id that looks like a known one', async () => {
    const { text } = await createInvitation(network.node('vend0r').ctx);
    await expect(take(vendor, text)).rejects.toThrow(refusedWith('peer-look-alike'));
    expect(await take(vendor, text, { despiteLookAlike: true })).toMatchObject({ state: 'pending' });
  });

  it('refuses what is no invitation, its own, and an address that is not allowed', async () => {
    await expect(take(vendor, '{}')).rejects.toThrow(refusedWith('invitation-invalid'));
    await expect(take(vendor, (await createInvitation(vendor.ctx)).text)).rejects.toThrow(
      refusedWith('own-invitation'),
    );
    const { text } = await createInvitation(vendor.ctx);
    const here = network.node('vend0r');
    await expect(take(here, text, { allowedAddress: undefined })).rejects.toThrow(refusedWith('endpoint-insecure'));
    await expect(take(here, text, { allowedAddress: '0.0.0.0/0' })).rejects.toThrow(
      refusedWith('address-range-invalid'),
    );
    await expect(take(here, text, { role: 'king' })).rejects.toThrow(refusedWith('invalid'));
    await expect(take(here, text, { surprise: 1 })).rejects.toThrow(refusedWith('invalid'));
    await expect(peer(here, vendor.nodeId)).rejects.toThrow(refusedWith('not-found'));
  });

  it('is for administrators only; a representative sees who the partners are', async () => {
    const rep = await vendor.addUser('Rep');
    const { text } = await createInvitation(network.node('vend0r').ctx);
    await expect(rep.api.send('POST', '/api/peers/invitations')).rejects.toThrow(refusedWith('forbidden'));
    const body = { invitation: text, role: 'both' };
    await expect(rep.api.send('POST', '/api/peers/invitations/accept', body)).rejects.toThrow(refusedWith('forbidden'));
    for (const verb of ['suspend', 'resume', 'confirm'])
      await expect(
        rep.api.send(
          'POST',
          `/api/peers/${reseller.nodeId}/${verb}`,
          verb === 'confirm' ? { fingerprint: 'x' } : undefined,
        ),
      ).rejects.toThrow(refusedWith('forbidden'));
    await expect(rep.api.get(`/api/peers/${reseller.nodeId}/messages`)).rejects.toThrow(refusedWith('forbidden'));
    const { items } = await rep.api.get<{ items: PeerView[] }>('/api/peers');
    expect(items.map(({ id }) => id)).toContain(reseller.nodeId);
  });
});

describe('a known partner', () => {
  it('is suspended, resumed and changed', async () => {
    const path = `/api/peers/${reseller.nodeId}`;
    expect(await api(vendor).send('POST', `${path}/suspend`)).toMatchObject({ state: 'suspended' });
    await expect(api(vendor).send('POST', `${path}/suspend`)).rejects.toThrow(refusedWith('peer-not-active'));
    expect(await api(vendor).send('POST', `${path}/resume`)).toMatchObject({ state: 'active' });
    await expect(api(vendor).send('POST', `${path}/resume`)).rejects.toThrow(refusedWith('peer-not-suspended'));
    const changed = await api(vendor).send('PATCH', path, { role: 'secondary' });
    expect(changed).toMatchObject({
      role: 'secondary',
      allowedAddress: '127.0.0.0/8',
    });
    // Without its exception, a plain http address is none for a partner.
    await expect(api(vendor).send('PATCH', path, { allowedAddress: null })).rejects.toThrow(
      refusedWith('endpoint-insecure'),
    );
    await expect(api(vendor).send('PATCH', path, { endpoint: 'ftp://x' })).rejects.toThrow(
      refusedWith('endpoint-insecure'),
    );
    await expect(api(vendor).send('PATCH', '/api/peers/nobody', {})).rejects.toThrow(refusedWith('not-found'));
  });
});

describe('what a node speaks', () => {
  it('is told to everyone, signed', async () => {
    const response = await fetch(vendor.url + capabilitiesPath);
    const opened = await readCapabilities(response, () => vendor.ctx.keys.signing);
    expect(opened.message.header).toMatchObject({ from: 'vendor.localhost', to: '*' });
    expect(opened.message.body).toMatchObject({
      endpoint: `${vendor.url}/lead-exchange`,
      levels: expect.arrayContaining(['Core', 'Withhold', 'Batch']) as string[],
      keys: [{ kid: vendor.ctx.keys.signing.kid }],
      maxMessageBytes: 262_144,
    });
  });
});
