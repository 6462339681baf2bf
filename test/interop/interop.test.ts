import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  conversationOf,
  foreignLead,
  mediaType,
  openScene,
  post,
  secrets,
  them,
  us,
  withheld,
  type LeadView,
} from './scene.ts';

let scene: Awaited<ReturnType<typeof openScene>>;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

describe('a lead of ours', () => {
  it('is offered with fields withheld, accepted, released whole and won, with the amount back', async () => {
    const { peer, bring, offerToPeer, leadIs } = scene;
    const id = await bring('FR');
    const offer = await offerToPeer();
    const place = { conversation: offer['conversation'] };
    const { xml } = await peer.heard('received', { kind: 'Offer', ...place });
    for (const secret of secrets) expect(xml).not.toContain(secret);
    expect(xml).toContain('<l:City>Köln &amp; &lt;Umgebung&gt;</l:City>');
    expect(offer['withheld']).toEqual(expect.arrayContaining(['contact.familyName', 'contact.emails']));

    await peer.do('accept', conversationOf(offer));
    await peer.heard('award', place);
    // It opened all commitments, or it would have refused with Problem conflict.
    const { lead } = await peer.heard('release', place);
    for (const secret of secrets) expect(lead).toContain(secret);
    await peer.do('status', { ...conversationOf(offer), disposition: 'won', amount: ['62000.00', 'EUR'] });
    const won = await leadIs(id, 'won');
    expect(won).toMatchObject({ holder: { id: them }, won: { amount: { amount: '62000.00', currency: 'EUR' } } });
  });

  it('is lost with a reason', async () => {
    const { api, peer, bring, offerToPeer, leadIs } = scene;
    const id = await bring('FR');
    const offer = await offerToPeer();
    await peer.do('accept', conversationOf(offer));
    await peer.heard('release', { conversation: offer['conversation'] });
    await peer.do('status', { ...conversationOf(offer), disposition: 'lost', reason: 'bought elsewhere' });
    expect(await leadIs(id, 'lost')).toMatchObject({ holder: { id: them } });
    expect(JSON.stringify(await api.get(`/api/leads/${id}/history`))).toContain('bought elsewhere');
  });

  it('is rejected with a reason, and nothing of it is released', async () => {
    const { api, peer, bring, offerToPeer, leadIs } = scene;
    const id = await bring('FR');
    const offer = await offerToPeer();
    await peer.do('reject', { ...conversationOf(offer), reason: 'out-of-territory' });
    await leadIs(id, 'unrouted');
    const { items } = await api.get<{ items: unknown[] }>(`/api/leads/${id}/offers`);
    const recipients = [expect.objectContaining({ peerId: them, state: 'rejected', rejectReason: 'out-of-territory' })];
    expect(items).toMatchObject([{ recipients }]);
    expect(peer.all('release', { conversation: offer['conversation'] })).toEqual([]);
  });

  it('that is up for grabs goes to our user who was first; a claim that crosses the news is told it came too late', async () => {
    const { api, peer, bring, offerToPeer, offerToUser, acceptAsUser } = scene;
    const id = await bring('IT');
    const [offer, ours] = [await offerToPeer(), await offerToUser(id)];
    const place = { conversation: offer['conversation'] };
    expect(offer['mode']).toBe('grab');
    await peer.do('fail', { times: 1 });
    expect(await acceptAsUser(ours)).toBe('won');
    const { xml: first } = await peer.heard('failed', (told) => String(told['xml']).includes('<l:Reason>taken<'));
    await peer.do('accept', conversationOf(offer));
    await peer.heard('delivered', {
      kind: 'Accept',
      id: (await peer.heard('sent', { kind: 'Accept', ...place }))['id'],
    });
    const taken = await peer.heard('nolongeravailable', place);
    expect(taken['reason']).toBe('taken');
    // The same bytes again, after the unsigned 503.
    expect((await peer.heard('received', { kind: 'NoLongerAvailable', ...place }))['xml']).toBe(first);
    expect(peer.all('award', place)).toEqual([]);
    expect(await api.get<LeadView>(`/api/leads/${id}`)).toMatchObject({ state: 'assigned' });
  });

  it('that is up for grabs goes to the peer who was first; our user is told that it is taken', async () => {
    const { peer, bring, offerToPeer, offerToUser, acceptAsUser, leadIs } = scene;
    const id = await bring('IT');
    const [offer, ours] = [await offerToPeer(), await offerToUser(id)];
    await peer.do('accept', conversationOf(offer));
    await peer.heard('release', { conversation: offer['conversation'] });
    expect(await acceptAsUser(ours)).toBe('offer-taken');
    expect(await leadIs(id, 'assigned')).toMatchObject({ holder: { id: them } });
  });

  it('that both grab at once goes to exactly one of them', async () => {
    const { peer, bring, offerToPeer, offerToUser, acceptAsUser, leadIs } = scene;
    const id = await bring('IT');
    const [offer, ours] = [await offerToPeer(), await offerToUser(id)];
    const place = { conversation: offer['conversation'] };
    const [outcome] = await Promise.all([acceptAsUser(ours), peer.do('accept', conversationOf(offer))]);
    const end = outcome === 'won' ? 'nolongeravailable' : 'release';
    await peer.heard(end, place);
    expect(peer.all(end === 'release' ? 'nolongeravailable' : 'release', place)).toEqual([]);
    const { holder } = await leadIs(id, 'assigned');
    expect(holder?.id === them).toBe(outcome !== 'won');
  });
});

describe('a lead of theirs', () => {
  it('is offered to us with fields withheld, awarded and released by them, and won by us with the amount back', async () => {
    const { api, peer, offeredByPeer, acceptAsUser, leadIs } = scene;
    const { conversation, item } = await offeredByPeer('Wide Ltd');
    expect(item.hiddenFields.map(({ path }) => path)).toEqual(expect.arrayContaining(withheld));
    const before = JSON.stringify(await api.get(`/api/offers/${item.recipientId}`));
    for (const secret of ['Zoë', 'Łukasiewicz', 'zoe@wide.example', 'three']) expect(before).not.toContain(secret);

    await acceptAsUser(item);
    const lead = await leadIs(item.leadId, 'assigned');
    expect(lead.document).toMatchObject({
      contact: { givenName: 'Zoë', familyName: 'Łukasiewicz', emails: [{ kind: 'work', value: 'zoe@wide.example' }] },
      interest: { comments: 'one & two <three>' },
    });
    await peer.heard('status', { conversation, disposition: 'assigned' });
    const win = { event: 'win', amount: { amount: '125.50', currency: 'EUR' } };
    await api.send('POST', `/api/leads/${item.leadId}/changes`, win);
    const { amount } = await peer.heard('status', { conversation, disposition: 'won' });
    expect(amount).toEqual(['125.50', 'EUR']);
  });

  it('is rejected by us with a reason', async () => {
    const { api, peer, offeredByPeer } = scene;
    const { conversation, item } = await offeredByPeer('Narrow Ltd');
    await api.send('POST', `/api/offers/${item.recipientId}/reject`, { reason: 'no-capacity' });
    expect(await peer.heard('reject', { conversation })).toMatchObject({ reason: 'no-capacity' });
  });

  it('that is up for grabs is gone when their own people were first', async () => {
    const { peer, offeredByPeer, acceptAsUser } = scene;
    const { lead, conversation, item } = await offeredByPeer('Quick Ltd', { mode: 'grab' });
    expect(await peer.do('claim', { lead })).toBe(true);
    await peer.heard('delivered', { kind: 'NoLongerAvailable' });
    expect(await acceptAsUser(item)).toBe('offer-taken');
    expect(await peer.do('look', { partner: us, conversation })).toMatchObject({ state: 'closed' });
  });
});

const elementOf = (xml: string, name: string) => new RegExp(`<l:${name}>([^<]*)</l:${name}>`).exec(xml)?.[1];
const reject = '<l:Reject><l:Reason>other</l:Reason></l:Reject>';
interface Signed {
  xml: string;
  digest: string;
}
const sign = (to: string, facts: Record<string, unknown> = {}) =>
  scene.peer.do<Signed>('sign', {
    kind: 'Reject',
    to,
    body: reject,
    place: { conversation: 'none', round: 1, seq: 1 },
    ...facts,
  });
/** A Problem counts if it quotes the message. */
function expectProblem(answer: Awaited<ReturnType<typeof post>>, status: number, code: string, asked: Signed) {
  expect([answer.status, answer.type]).toEqual([status, mediaType]);
  expect(elementOf(answer.text, 'Code')).toBe(code);
  expect(elementOf(answer.text, 'Digest')).toBe(asked.digest);
  expect(answer.text).toContain(`<l:MessageId>${elementOf(asked.xml, 'MessageId')}</l:MessageId><l:Digest>`);
}

describe('what is repeated', () => {
  it('gets the first receipt, byte for byte, from both, and has no effect again', async () => {
    const { peer, bring, offerToPeer, leadIs, toNode } = scene;
    const id = await bring('FR');
    const offer = await offerToPeer();
    const place = { conversation: offer['conversation'] };
    const { xml: offered } = await peer.heard('received', { kind: 'Offer', ...place });
    const theirs = [await post(peer.endpoint, String(offered)), await post(peer.endpoint, String(offered))];
    expect(theirs[0]).toEqual({ status: 200, type: mediaType, text: expect.stringContaining('<l:Receipt>') });
    expect(theirs[1]).toEqual(theirs[0]);
    expect(peer.all('offer', place)).toHaveLength(1);

    const message = await peer.do('accept', conversationOf(offer));
    const { answer } = await peer.heard('delivered', { id: message });
    await peer.heard('release', place);
    const { xml: accepted } = await peer.heard('sent', { id: message });
    const again = await toNode(String(accepted));
    expect([again.status, again.text]).toEqual([200, answer]);
    // Formatted otherwise it is the same message: equality is judged by the digest.
    const closed = String(accepted).replace(/<(ds:\w+)((?: \w+="[^"]*")+)\/>/g, '<$1$2></$1>');
    expect(closed).not.toBe(accepted);
    expect(await toNode(closed)).toMatchObject({ status: 200, text: answer });
    await leadIs(id, 'assigned');
    expect(peer.all('award', place)).toHaveLength(1);
    expect(peer.all('release', place)).toHaveLength(1);
  });

  it('with other content under the same id is a conflict', async () => {
    const { peer, bring, offerToPeer, toNode } = scene;
    const [, told] = [await bring('FR'), await offerToPeer()];
    const message = await peer.do('reject', { ...conversationOf(told), reason: 'not-a-fit' });
    await peer.heard('delivered', { id: message });
    const other = await sign(us, { id: message });
    expectProblem(await toNode(other.xml), 409, 'conflict', other);
  });

  it('after a retryable Problem is delivered in the end, the same bytes', async () => {
    const { api, peer, bring, offerToPeer } = scene;
    const [, told] = [await bring('FR'), await offerToPeer()];
    await api.send('POST', `/api/peers/${them}/suspend`);
    const message = await peer.do('reject', { ...conversationOf(told), reason: 'unclear' });
    expect(await peer.heard('waiting', { id: message })).toMatchObject({ status: 503, code: 'overloaded', attempt: 1 });
    await api.send('POST', `/api/peers/${them}/resume`);
    await peer.do('hurry');
    expect(await peer.heard('delivered', { id: message })).toMatchObject({ status: 200 });
  });
});

describe('what is not right', () => {
  it('in the signature gets the one answer to strangers, from both', async () => {
    const { peer, toNode } = scene;
    const good = await sign(us);
    const stranger = await toNode('<html/>');
    expect(stranger.status).toBe(401);
    const tampered = [
      good.xml.replace('>other<', '>unclear<'),
      good.xml.replace(good.digest, 'A'.repeat(43) + '='),
      good.xml.replace(`<l:From>${them}`, `<l:From>${us}`),
      good.xml.replace(
        /(<ds:SignatureValue>)(.)/,
        (_, tag: string, first: string) => tag + (first === 'A' ? 'B' : 'A'),
      ),
      good.xml.replace('<l:Body>', '<!-- a comment --><l:Body>'),
    ];
    for (const xml of tampered) {
      expect(xml).not.toBe(good.xml);
      expect(await toNode(xml)).toEqual(stranger);
    }
    expect(await toNode(good.xml, { 'content-type': 'text/xml' })).toEqual(stranger);
    const { xml } = peer.all('received', { kind: 'Offer' })[0]!;
    const ours = await post(peer.endpoint, String(xml).replace('<l:Mode>direct', '<l:Mode>grab'));
    expect(ours).toEqual(await post(peer.endpoint, '<html/>'));
    expect(ours.status).toBe(401);
  });

  it('in the audience, the times, the state or the level gets a signed Problem with its code', async () => {
    const { toNode } = scene;
    const refused: [status: number, code: string, signed: Signed][] = [
      [422, 'audience', await sign('somebody.else')],
      [410, 'expired', await sign(us, { place: { conversation: 'c', round: 1, seq: 1, expires: 1_000_000_000 } })],
      [409, 'illegal-transition', await sign(us)],
      [400, 'schema', await sign(us, { body: '<l:Reject><l:Reason>no such reason</l:Reason></l:Reject>' })],
      [400, 'schema', await sign(us, { place: {} })],
    ];
    for (const [status, code, signed] of refused) expectProblem(await toNode(signed.xml), status, code, signed);
  });

  it('in a Release, another lead than the offered one, is a conflict and opens nothing', async () => {
    const { api, peer, offeredByPeer, acceptAsUser } = scene;
    const { lead, conversation, item } = await offeredByPeer('Fraud Ltd');
    await peer.do('swap', { lead, document: foreignLead('Fraud Ltd').replace('Zoë', 'Eve') });
    const claimed = acceptAsUser(item);
    expect(await peer.heard('refused', { kind: 'Release', conversation })).toMatchObject({
      status: 409,
      code: 'conflict',
    });
    await claimed;
    expect(JSON.stringify(await api.get(`/api/offers/${item.recipientId}`).catch(String))).not.toContain('Eve');
  });
});

it('announces itself, signed with the key of its invitation', async () => {
  const { peer, node, ourKey } = scene;
  const told = await peer.do<Record<string, string[]>>('capabilities', { partner: us });
  expect(told['Level']).toEqual(expect.arrayContaining(['Core', 'Withhold']));
  expect(told['Endpoint']).toEqual([`${node.url}/lead-exchange`]);
  expect(told['Key']).toEqual([ourKey]);
});
