import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointPath, mediaType, type Offer } from '../../protocol/index.ts';
import { makeForeignPeer, post } from '../support/foreign-peer.ts';
import { openScene, type Scene } from './door-scene.ts';

/**
 * Bad input at every door of a whole node: a coded refusal, and every table stays as it was. One room's own refusals in all
 * their forms: kernel/http.test.ts (bodies, sizes, types), kernel/http-every-route.test.ts (unknown properties at every
 * route), federation/refusals.test.ts (messages), intake/*.test.ts (lists, mails, forms), protocol/*.test.ts (documents).
 */
let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
}
type Case = readonly [of: string, ask: () => Promise<Answer>, status: number, code?: string];

type Who = keyof Scene['tokens'] | undefined;
type Body = string | Buffer | object | undefined;

/** One request to the API as somebody; objects are sent as JSON. */
async function ask(who: Who, request: string, body?: Body, headers: Record<string, string> = {}): Promise<Answer> {
  const [method = '', path = ''] = request.split(' ');
  const raw = typeof body === 'string' || Buffer.isBuffer(body);
  const bearer = who && { authorization: `Bearer ${scene.tokens[who]}` };
  const response = await fetch(scene.node.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...bearer, ...headers },
    ...(body !== undefined && { body: raw ? new Uint8Array(Buffer.from(body as string)) : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  return { status: response.status, code: isProblem ? (JSON.parse(text) as { code: string }).code : undefined };
}

const key = (value: string) => ({ 'idempotency-key': value });
const asCsv = { 'content-type': 'text/csv' };
const asMail = { 'content-type': 'message/rfc822' };
const asForm = { 'content-type': 'application/x-www-form-urlencoded' };
const latin1 = Buffer.from('{"lead":{"account":{"name":"M\u00fcller"}}}', 'latin1');

const doorOfLeads: Case[] = [
  ['an unknown field', () => ask('ann', 'POST /api/leads', { lead: { shoeSize: 44 } }), 422, 'schema'],
  ['a wrong type', () => ask('ann', 'POST /api/leads', { lead: { contact: { fullName: 7 } } }), 422, 'schema'],
  ['no lead at all', () => ask('ann', 'POST /api/leads', { lead: 'Ada' }), 422, 'invalid'],
  ['an unknown property', () => ask('ann', 'POST /api/leads', { lead: {}, boxId: 'box_1' }), 422, 'invalid'],
  ['JSON that breaks off', () => ask('ann', 'POST /api/leads', '{"lead":{'), 400, 'malformed-json'],
  ['bytes that are no UTF-8', () => ask('ann', 'POST /api/leads', latin1), 400, 'malformed-json'],
  ['a NUL character', () => ask('ann', 'POST /api/leads', '{"lead":{"account":{"name":"a\\u0000"}}}'), 400, 'malformed-json'],
  ['half a surrogate pair', () => ask('ann', 'POST /api/leads', '{"lead":{"account":{"name":"\\ud800"}}}'), 422, 'schema'],
  ['more than 256 KiB', () => ask('ann', 'POST /api/leads', 'x'.repeat(256 * 1024 + 1)), 413, 'too-large'],
  ['a lead too long for any message', () => ask('ann', 'POST /api/leads', { lead: hugeLead }), 422, 'schema'],
  ['another media type', () => ask('ann', 'POST /api/leads', '<lead/>', { 'content-type': 'text/xml' }), 415, 'unsupported-media-type'],
  ['compression', () => ask('ann', 'POST /api/leads', gzipSync('{}'), { 'content-encoding': 'gzip' }), 415, 'unsupported-media-type'],
  ['a key with a blank', () => ask('ann', 'POST /api/leads', { lead: {} }, key('a b')), 422, 'invalid'],
  ['nobody', () => ask(undefined, 'POST /api/leads', { lead: {} }), 401, 'sign-in-needed'],
  ['a forged token', () => ask(undefined, 'POST /api/leads', { lead: {} }, { authorization: 'Bearer lm_forged' }), 401, 'token-refused'],
  ['a role that may only look', () => ask('auditor', 'POST /api/leads', { lead: {} }), 403, 'forbidden'],
]; // prettier-ignore

const hugeLead = {
  fields: Array.from({ length: 100 }, (_, n) => ({ name: `f${n}`, type: 'text', value: '&'.repeat(2_000) })),
};

const bring = (query: string, body: Body) => ask('administrator', `POST /api/lists?${query}`, body, asCsv);
const doorOfLists: Case[] = [
  ['no provider', () => bring('', 'Name\nA'), 422, 'invalid'],
  ['nothing', () => bring('provider=x', Buffer.alloc(0)), 422, 'empty-file'],
  ['a picture', () => bring('provider=x', Buffer.from('89504e470d0a1a0a', 'hex')), 422, 'not-a-table'],
  ['an unknown encoding', () => bring('provider=x&encoding=klingon', 'Name\nA'), 422, 'unknown-encoding'],
  ['a mapping of unknown columns', () => bring('provider=x&map=%7B%22Nope%22%3Anull%7D', 'Name\nA'), 422, 'unknown-column'],
  ['a representative', () => ask('ann', 'POST /api/lists?provider=x', 'Name\nA', asCsv), 403, 'forbidden'],
]; // prettier-ignore

const doorsOfTexts: Case[] = [
  ['an empty mail', () => ask('administrator', 'POST /api/mail', Buffer.alloc(0), asMail), 422, 'empty-mail'],
  ['a picture as mail', () => ask('administrator', 'POST /api/mail', 'x', { 'content-type': 'image/png' }), 415, 'unsupported-media-type'],
  ['a form that is not there', () => ask(undefined, 'POST /forms/nothing', 'mail=a', asForm), 404, 'not-found'],
  ['a form without its page', () => ask(undefined, 'POST /forms/contact', 'mail=a%40b.example', asForm), 422],
  ['a form in JSON', () => ask(undefined, 'POST /forms/contact', { mail: 'a@b.example' }), 415, 'unsupported-media-type'],
]; // prettier-ignore

const doorOfOffers: Case[] = [
  ['an offer somebody else took', () => ask('ben', `POST /api/offers/${scene.leads.taken.ben}/accept`), 409, 'offer-taken'],
  ['an offer that expired', () => ask('ann', `POST /api/offers/${scene.leads.expired.ann}/accept`), 409, 'offer-expired'],
  ['an offer to somebody else', () => ask('ben', `POST /api/offers/${scene.leads.open.ann}/accept`), 404, 'not-found'],
  ['an offer that never was', () => ask('ben', 'POST /api/offers/rcpt_nothing/accept'), 404, 'not-found'],
  ['an acceptance with conditions', () => ask('ben', `POST /api/offers/${scene.leads.open.ben}/accept`, { price: 1 }), 422, 'invalid'],
  ['a reason nobody knows', () => ask('ben', `POST /api/offers/${scene.leads.open.ben}/reject`, { reason: 'mood' }), 422, 'invalid'],
  ['declining what one took', () => ask('ann', `POST /api/offers/${scene.leads.taken.ann}/reject`, { reason: 'other' }), 409, 'offer-closed'],
  ['declining what expired', () => ask('ann', `POST /api/offers/${scene.leads.expired.ann}/reject`, { reason: 'other' }), 409, 'offer-closed'],
]; // prettier-ignore

const change = (who: Who, id: string, body: object) => ask(who, `POST /api/leads/${id}/changes`, body);
const doorsOfWork: Case[] = [
  ['an unknown event', () => change('ann', scene.leads.taken.id, { event: 'explode' }), 422, 'invalid'],
  ['sleep without end', () => change('ann', scene.leads.taken.id, { event: 'sleep' }), 422, 'fact-missing'],
  ['an amount in words', () => change('ann', scene.leads.taken.id, { event: 'win', amount: { amount: 'much', currency: 'EUR' } }), 422, 'invalid'],
  ['work on a lead nobody has', () => change('administrator', scene.leads.open.id, { event: 'contact' }), 409, 'illegal-change'],
  ['work on somebody else\u2019s lead', () => change('ben', scene.leads.taken.id, { event: 'contact' }), 404, 'not-found'],
  ['a version that was overtaken', () => change('ann', scene.leads.taken.id, { event: 'contact', version: 1 }), 409, 'lead-changed'],
]; // prettier-ignore

const putRules = (change: object, condition?: object) =>
  ask('administrator', `PUT ${scene.rules.path}`, {
    version: scene.rules.version,
    rules: [{ ...scene.rules.all, ...(condition && { condition }) }],
    ...change,
  });
const doorsOfSettings: Case[] = [
  ['rules for an older box', () => putRules({ version: scene.rules.staleVersion }), 409, 'box-changed'],
  ['a condition on no field', () => putRules({}, { field: 'contact.shoeSize', op: 'equals', value: '44' }), 422, 'invalid-condition'],
  ['an operator nobody knows', () => putRules({}, { field: 'account.name', op: 'smells-like', value: 'x' }), 422, 'invalid-condition'],
  ['a user twice', () => ask('administrator', 'POST /api/users', { name: 'Ann', email: 'ann@vendor.example', role: 'representative' }), 409, 'email-taken'],
  ['a role nobody knows', () => ask('administrator', 'POST /api/users', { name: 'X', email: 'x@vendor.example', role: 'king' }), 422, 'invalid'],
  ['a policy for no field', () => ask('administrator', 'PUT /api/field-policies', { policies: [{ recipientKind: 'user', target: 'group:shoes', stage: 'offered', action: 'mask' }] }), 422, 'unknown-field'],
  ['an invitation that is none', () => ask('administrator', 'POST /api/peers/invitations/accept', { invitation: '{}', role: 'both' }), 422, 'invitation-invalid'],
  ['words that differ', () => ask('administrator', 'POST /api/peers/reseller.localhost/confirm', { fingerprint: 'not these words' }), 409, 'peer-not-pending'],
]; // prettier-ignore

const minute = 60_000;
const iso = (milliseconds: number) => new Date(scene.clock.now() + milliseconds).toISOString();
const offer = (more: Partial<Offer> = {}): Offer => ({
  mode: 'grab',
  closesAt: iso(60 * minute),
  lead: { account: { name: 'Acme' } },
  ...more,
});
const say = (header: object = {}, body = offer()) => scene.rogue.say(scene.node.nodeId, 'Offer', body, header);
const stranger = () => makeForeignPeer('stranger.localhost', scene.clock.now);
const messages: Case[] = [
  ['what is not well-formed', () => post(scene.node, say().xml.slice(0, -3)), 401],
  ['an unknown peer', () => post(scene.node, stranger().say(scene.node.nodeId, 'Offer', offer()).xml), 401],
  ['a bad signature', () => post(scene.node, say().xml.replace('Acme', 'Acmf')), 401],
  ['JSON', () => ask(undefined, `POST ${endpointPath}`, '{}', { 'content-type': mediaType }), 401],
  ['a message to another node', () => post(scene.node, scene.rogue.say('x.localhost', 'Offer', offer()).xml), 422, 'audience'],
  ['an offer that has closed', () => post(scene.node, say({}, offer({ closesAt: iso(-1) })).xml), 410, 'expired'],
  ['a claim on nothing', () => post(scene.node, scene.rogue.say(scene.node.nodeId, 'Accept', { offerDigest: `${'A'.repeat(43)}=` }).xml), 409, 'illegal-transition'],
]; // prettier-ignore

const named = (cases: readonly Case[]) => cases.map(([of, askNow, status, code]) => ({ of, askNow, status, code }));

describe.each([
  ['leads', doorOfLeads],
  ['lists', doorOfLists],
  ['mails and forms', doorsOfTexts],
  ['offers', doorOfOffers],
  ['work on leads', doorsOfWork],
  ['settings', doorsOfSettings],
  ['messages of partners', messages],
] as const)('at the door for %s', (_, cases) => {
  it.each(named(cases))('$of is refused and changes nothing', async ({ askNow, status, code }) => {
    const before = scene.books();
    expect(await askNow()).toMatchObject({ status, code });
    await scene.node.settle();
    expect(scene.books()).toEqual(before);
  });
});

describe('what is said again', () => {
  const enter = (name: string) => ask('ann', 'POST /api/leads', { lead: { account: { name } } }, key('k1'));

  it.each([
    ['the acceptance of what one has', () => ask('ann', `POST /api/offers/${scene.leads.taken.ann}/accept`), 200],
    ['a lead under its key', () => enter('Twice'), 201],
  ] as const)('%s is answered the same and changes nothing', async (_, askNow, status) => {
    expect(await askNow()).toMatchObject({ status });
    await scene.node.settle();
    const before = scene.books();
    expect(await askNow()).toMatchObject({ status });
    await scene.node.settle();
    expect(scene.books()).toEqual(before);
  });

  it('another lead under a used key is refused', async () => {
    const before = scene.books();
    expect(await enter('Other')).toEqual({ status: 409, code: 'idempotency-conflict' });
    expect(scene.books()).toEqual(before);
  });

  it('a message gets its first receipt, also when its conversation went on', async () => {
    const { xml } = say({ conversation: 'twice' });
    const first = await post(scene.node, xml);
    await scene.node.settle();
    const before = scene.books();
    expect(await post(scene.node, xml)).toMatchObject({ status: 200, text: first.text });
    await scene.node.settle();
    expect(scene.books()).toEqual(before);
  });
});
