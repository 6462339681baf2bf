import { expect, it } from 'vitest';
import { checkpointKey } from '../../node/ledger/checkpoint.ts';
import { createApiToken } from '../../node/people/api-tokens.ts';
import { listLeaves } from '../../node/ledger/store/leaves.ts';
import { verifyLedger } from '../../node/ledger/verify-ledger.ts';
import { startNetwork } from '../support/network.ts';
import { leavesOf } from './log.ts';

it('what administrators change is in the ledger, with who did it and without names', async () => {
  await using network = await startNetwork({ nodes: ['vendor'] });
  const { ctx, administrator, settle } = network.node('vendor');
  const { api } = administrator;
  const by = `by: ${administrator.id}\n`;
  const made = await api.send<{ id: string }>('POST', '/api/users', {
    email: 'ada.canary@vendor.example',
    name: 'Ada Canary',
    role: 'representative',
  });
  await api.send('PATCH', `/api/users/${made.id}`, {
    role: 'manager',
    name: 'Eve Canary',
    email: 'eve.canary@x.example',
  });
  await api.send('PATCH', `/api/users/${made.id}`, { availability: 'absent' });
  await api.send('PATCH', `/api/users/${made.id}`, { active: false });
  await expect(api.send('PATCH', `/api/users/${administrator.id}`, { active: false })).rejects.toThrow();

  const box = await api.send<{ id: string }>('POST', '/api/boxes', { kind: 'team', name: 'Canary', parentId: 'box_system' }); // prettier-ignore
  await api.send('PATCH', `/api/boxes/${box.id}`, { name: 'Canary two', closed: true });
  const { version } = await api.get<{ version: number }>('/api/boxes/box_system/rules');
  const rule = { name: 'Canary', condition: { all: [] }, action: { assign: { mode: 'direct', to: [box.id], offerMinutes: 5 } } }; // prettier-ignore
  await api.send('PUT', '/api/boxes/box_system/rules', { version, rules: [rule] });
  const policy = { recipientKind: 'peer', target: 'group:email', stage: 'offered', mode: 'grab', action: 'never' };
  await api.send('PUT', '/api/field-policies', { policies: [policy] });
  const token = await api.send<{ id: string; expiresAt: string }>('POST', '/api/tokens', { name: 'Canary', scopes: ['intake'] }).catch((error: unknown) => error); // prettier-ignore
  // A token makes no tokens: that takes somebody who signed in.
  expect(token).toMatchObject({ code: 'session-needed' });
  const theirs = await createApiToken(ctx, { userId: administrator.id, name: 'Canary', days: 1, scopes: ['intake'], role: 'manager' }); // prettier-ignore
  await api.send('DELETE', `/api/tokens/${theirs.id}`);
  await expect(api.send('DELETE', `/api/tokens/${theirs.id}`)).rejects.toMatchObject({ code: 'not-found' });
  await api.send('POST', `/api/users/${administrator.id}/sign-in-link`);
  const form = { title: 'Canary', fields: [{ name: 'email', label: 'Canary', field: 'contact.emails' }] };
  await api.send('PUT', '/api/forms/canary', { definition: form });
  await api.send('PUT', '/api/forms/canary', { active: false, definition: form });
  await settle();

  expect(await leavesOf(ctx, 'key-introduced')).toEqual([
    expect.stringContaining(`use: messages\nkid: ${ctx.keys.signing.kid}\n`),
    `key-introduced\nuse: checkpoints\nkey: ${checkpointKey(ctx).text}\n`,
  ]);
  expect(await leavesOf(ctx, 'user-created', 'user-changed')).toEqual([
    `user-created\nuser: ${administrator.id}\nrole: administrator\n`,
    `user-created\nuser: ${made.id}\nrole: representative\n${by}`,
    `user-changed\nuser: ${made.id}\nchanged: email role\nrole: manager\nactive: true\n${by}`,
    `user-changed\nuser: ${made.id}\nchanged: active\nrole: manager\nactive: false\n${by}`,
  ]);
  expect(await leavesOf(ctx, 'box-changed')).toEqual([
    `box-changed\nbox: ${box.id}\nchange: added\nparent: box_system\n${by}`,
    `box-changed\nbox: ${box.id}\nchange: name closed\nclosed: true\n${by}`,
  ]);
  expect(await leavesOf(ctx, 'rules-set')).toEqual([
    expect.stringMatching(
      new RegExp(`^rules-set\nbox: box_system\nversion: ${version + 1}\ncount: 1\ndigest: [A-Za-z0-9+/]{43}=\n${by}$`),
    ),
  ]);
  expect(await leavesOf(ctx, 'field-policy-set')).toEqual([
    `field-policy-set\nrecipient: peer:*\ntarget: group:email\nstage: offered\nmode: grab\naction: never\n${by}`,
  ]);
  expect((await leavesOf(ctx, 'token-created', 'token-revoked')).slice(1)).toEqual([
    `token-created\ntoken: ${theirs.id}\nuser: ${administrator.id}\nrole: manager\nscopes: intake\nexpires-at: ${new Date(theirs.expiresAt).toISOString()}\n`,
    `token-revoked\ntoken: ${theirs.id}\nuser: ${administrator.id}\n${by}`,
  ]);
  expect(await leavesOf(ctx, 'sign-in-link-made')).toEqual([`sign-in-link-made\nuser: ${administrator.id}\n${by}`]);
  const [first, second] = await leavesOf(ctx, 'form-saved');
  expect(first).toMatch(new RegExp(`^form-saved\nform: form_\\w+\nversion: 1\nactive: true\ndigest: .{44}\n${by}$`));
  expect(second).toBe(first?.replace('version: 1\nactive: true', 'version: 2\nactive: false'));
  expect(JSON.stringify(await listLeaves(ctx, 0, 1_000))).not.toMatch(/canary/i);
  await network.node('vendor').restart();
  expect(await verifyLedger(network.node('vendor').ctx)).toMatchObject({ isWhole: true, waiting: 0 });
});

it('whom this node trusts with what is in the ledger', async () => {
  await using network = await startNetwork({ nodes: ['vendor', 'reseller'] });
  const [vendor, reseller] = [network.node('vendor'), network.node('reseller')];
  const { api, id } = vendor.administrator;
  const { text: invitation } = await reseller.administrator.api.send<{ text: string }>('POST', '/api/peers/invitations'); // prettier-ignore
  const accepted = { invitation, role: 'secondary', allowedAddress: '127.0.0.0/8' };
  const { fingerprint } = await api.send<{ fingerprint: string }>('POST', '/api/peers/invitations/accept', accepted);
  const peer = `/api/peers/${reseller.nodeId}`;
  await expect(api.send('POST', `${peer}/confirm`, { fingerprint: 'other words' })).rejects.toThrow();
  await api.send('POST', `${peer}/confirm`, { fingerprint });
  await api.send('PATCH', peer, { role: 'both' });
  await api.send('PATCH', peer, { role: 'both' });
  await api.send('PATCH', peer, { requireAgreement: true, agreeReturns: ['duplicate'] });
  await api.send('PATCH', peer, { requireAgreement: false, agreeReturns: [] });
  await api.send('PATCH', peer, { fetches: true });
  await api.send('POST', `${peer}/suspend`);
  await api.send('POST', `${peer}/resume`);
  await vendor.settle();

  const { kid, spki } = reseller.ctx.keys.signing;
  const endpoint = `${reseller.url}/lead-exchange`;
  const trust = (role: string) => `role: ${role}\nendpoint: ${endpoint}\nrange: 127.0.0.0/8\nport: ${new URL(endpoint).port}\nby: ${id}\n`; // prettier-ignore
  const line = (change: string, role: string, key = '') =>
    `peer-changed\npeer: ${reseller.nodeId}\nchange: ${change}\n${trust(role).replace('endpoint', `${key}endpoint`)}`;
  expect(await leavesOf(vendor.ctx, 'peer-changed')).toEqual([
    line('introduced', 'secondary', `kid: ${kid}\nkey: ${spki.toString('base64')}\n`),
    line('fingerprint-differs', 'secondary', `kid: ${kid}\n`),
    line('confirmed', 'secondary', `kid: ${kid}\n`),
    line('role', 'both'),
    `${line('agreeReturns requireAgreement', 'both')}agree-returns: duplicate\nrequire-agreement: true\n`,
    `${line('agreeReturns requireAgreement', 'both')}agree-returns: none\nrequire-agreement: false\n`,
    `${line('fetches', 'both')}fetches: true\n`,
    line('suspended', 'both'),
    line('resumed', 'both'),
  ]);
});
