import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { routes as disclosureRoutes } from '../../node/disclosure/routes.ts';
import type { Role } from '../../node/kernel/routes.ts';
import { roles } from '../../node/kernel/routes.ts';
import { routes as leadRoutes } from '../../node/leads/routes.ts';
import { setFieldPolicy } from '../../node/disclosure/set-field-policy.ts';
import type { User } from '../../node/people/store.ts';
import { findBoxOf, systemBoxId } from '../../node/routing/store/boxes.ts';
import { routes } from '../../node/routing/routes.ts';
import { openPeople } from '../support/people.ts';
import type { PeopleNode } from '../support/people.ts';
import { makeWorld } from './world.ts';
import type { World } from './world.ts';

type Verb = 'get' | 'post' | 'put' | 'patch' | 'delete';
interface Person extends User {
  boxId: string;
  call(verb: Verb, path: string, body?: object): request.Test;
}

let node: PeopleNode;
let world: World;
beforeEach(async () => {
  node = await openPeople({ routes: [...leadRoutes, ...disclosureRoutes, ...routes] });
  world = makeWorld(node.ctx, node.clock);
});
afterEach(() => node[Symbol.asyncDispose]());

async function person(name: string, role: Role = 'representative', managerId?: string): Promise<Person> {
  const user = await node.add(name, role, managerId);
  await world.settle();
  const bearer = await node.bearer(user);
  const boxId = (await findBoxOf(node.ctx, { userId: user.id }))?.id ?? '';
  return {
    ...user,
    boxId,
    call(verb, path, body) {
      const sent = request(node.app)[verb](path).set('authorization', bearer);
      return body === undefined ? sent : sent.send(body);
    },
  };
}
/** The body of a successful answer. */
async function bodyOf<T>(sent: request.Test, status = 200): Promise<T> {
  return (await sent.expect(status)).body as T;
}
interface Page<Item> {
  items: Item[];
  nextCursor?: string;
}
interface Entry {
  leadId: string;
  recipientId: string;
  hiddenFields: { path: string; label: string }[];
}
interface RuleSet {
  version: number;
  mayEdit: boolean;
  items: { id: string; position: number; description: string }[];
}
interface BoxLine {
  id: string;
  version: number;
}
const assign = (to: string[], mode = 'direct') => ({
  name: 'Rule',
  condition: { all: [] },
  action: { assign: { mode, to, offerMinutes: 60 } },
});
async function putRules(who: Person, boxId: string, rules: object[]) {
  const { version } = await bodyOf<RuleSet>(who.call('get', `/api/boxes/${boxId}/rules`));
  return who.call('put', `/api/boxes/${boxId}/rules`, { version, rules });
}

describe('every route', () => {
  it('refuses whoever is not signed in, and roles it is not for', async () => {
    const people = await Promise.all(roles.map(async (role) => [role, await person(`${role}-x`, role)] as const));
    for (const { method, path, access } of routes) {
      const verb = method.toLowerCase() as Verb;
      const url = path.replaceAll(/:\w+/g, 'x');
      expect((await request(node.app)[verb](url)).body.code).toBe('sign-in-needed');
      for (const [role, who] of people)
        if (Array.isArray(access) && !access.includes(role))
          expect((await who.call(verb, url)).body.code, `${role} ${method} ${path}`).toBe('forbidden');
    }
  });
});

describe('an inbox', () => {
  it('shows an offer as far as it may be seen, takes it, and then shows the lead', async () => {
    const ann = await person('ann');
    const bob = await person('bob');
    await world.rules(systemBoxId, { mode: 'grab', to: [ann.boxId, bob.boxId] });
    await world.write((tx) =>
      setFieldPolicy(tx, { recipientKind: 'user', target: 'group:person', stage: 'offered', action: 'withhold' }),
    );
    const leadId = await world.receive({
      origin: 'peer',
      originPeer: 'vendor.example',
      originName: 'Vendor',
      originClosesAt: node.clock.now() + 600_000,
      hiddenFields: ['contact.emails'],
    });
    await world.settle();

    const { items } = await bodyOf<Page<Entry>>(ann.call('get', '/api/inbox'));
    expect(items).toMatchObject([
      {
        leadId,
        state: 'offered',
        mode: 'grab',
        title: 'Acme',
        company: 'Acme',
        city: 'Ulm',
        others: 1,
        peer: { peerId: 'vendor.example', name: 'Vendor' },
        closesAt: new Date(node.clock.now() + 600_000).toISOString(),
      },
    ]);
    const labels = items[0]!.hiddenFields.map((field) => field.label);
    expect(labels).toEqual(expect.arrayContaining(['Last name', 'E-mail']));
    expect(JSON.stringify(items)).not.toContain('Lovelace');

    const { recipientId } = items[0]!;
    const offer = (await ann.call('get', `/api/offers/${recipientId}`).expect(200)).body;
    expect(offer.document.account.name).toBe('Acme');
    expect(JSON.stringify(offer)).not.toContain('Lovelace');
    await bob.call('get', `/api/offers/${recipientId}`).expect(404);
    await bob.call('post', `/api/offers/${recipientId}/accept`).expect(404);

    const accept = () => ann.call('post', `/api/offers/${recipientId}/accept`).expect(200);
    expect((await accept()).body).toEqual({ outcome: 'won', leadId });
    expect((await accept()).body).toEqual({ outcome: 'already-yours', leadId });
    expect((await ann.call('get', '/api/inbox').expect(200)).body.items).toEqual([]);
    expect((await ann.call('get', '/api/inbox?state=mine').expect(200)).body.items).toMatchObject([
      { leadId, state: 'claimed', peer: { peerId: 'vendor.example' } },
    ]);
    const missed = (await bodyOf<Page<Entry>>(bob.call('get', '/api/inbox?state=missed'))).items;
    expect(missed).toMatchObject([{ leadId, state: 'lost' }]);
    const late = await bob.call('post', `/api/offers/${missed[0]!.recipientId}/accept`).expect(409);
    expect(late.body.code).toBe('offer-taken');
    expect((await bob.call('get', `/api/offers/${missed[0]!.recipientId}`).expect(200)).body).not.toHaveProperty(
      'document',
    );
  });

  it('declines with a reason; a second answer is told apart', async () => {
    const ann = await person('ann');
    await world.rules(systemBoxId, { to: [ann.boxId] });
    await world.receive();
    await world.settle();
    const [{ recipientId }] = (await ann.call('get', '/api/inbox')).body.items;
    const reject = (body: object) => ann.call('post', `/api/offers/${recipientId}/reject`, body);
    await reject({ reason: 'bored' }).expect(422);
    await reject({ reason: 'no-capacity', text: 'On leave' }).expect(200);
    expect((await reject({ reason: 'other' }).expect(200)).body).toEqual({ outcome: 'already-rejected' });
    expect((await ann.call('post', `/api/offers/${recipientId}/accept`).expect(409)).body.code).toBe(
      'already-rejected',
    );
  });

  it('of others is seen from above only', async () => {
    const boss = await person('boss', 'manager');
    const other = await person('other', 'manager');
    const ann = await person('ann', 'representative', boss.id);
    const root = await person('root', 'administrator');
    await world.rules(systemBoxId, { to: [ann.boxId] });
    await world.receive();
    await world.settle();
    for (const who of [boss, root, ann])
      expect((await who.call('get', `/api/inbox?user=${ann.id}`).expect(200)).body.items).toHaveLength(1);
    await other.call('get', `/api/inbox?user=${ann.id}`).expect(404);
    await ann.call('get', `/api/inbox?user=${boss.id}`).expect(404);
    const counts = (await boss.call('get', '/api/inboxes').expect(200)).body.items;
    expect(counts).toEqual([
      { userId: boss.id, name: 'boss', waiting: 0, held: 0 },
      { userId: ann.id, name: 'ann', waiting: 1, held: 0 },
    ]);
    // Nobody answers for somebody else.
    const [{ recipientId }] = (await ann.call('get', '/api/inbox')).body.items;
    await boss.call('post', `/api/offers/${recipientId}/accept`).expect(404);
  });

  it('comes in pages', async () => {
    const ann = await person('ann');
    await world.rules(systemBoxId, { to: [ann.boxId] });
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push(await world.receive());
    await world.settle();
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await bodyOf<Page<Entry>>(ann.call('get', `/api/inbox?limit=2${cursor && `&cursor=${cursor}`}`));
      seen.push(...page.items.map((entry) => entry.leadId));
      cursor = page.nextCursor ?? '';
    } while (cursor);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });
});

describe('the tree of boxes', () => {
  it('is built by administrators', async () => {
    const root = await person('root', 'administrator');
    const boss = await person('boss', 'manager');
    const post = (body: object) => root.call('post', '/api/boxes', body);
    const team = await bodyOf<BoxLine>(
      post({ kind: 'team', name: 'North', parentId: systemBoxId, ownerId: boss.id }),
      201,
    );
    const inner = await bodyOf<BoxLine>(post({ kind: 'team', name: 'Hamburg', parentId: team.id }), 201);
    const ann = await person('ann', 'representative', boss.id);
    const find = async (id: string) =>
      (await bodyOf<Page<BoxLine>>(root.call('get', '/api/boxes'))).items.find((box) => box.id === id);
    expect(await find(ann.boxId)).toMatchObject({ kind: 'user', name: 'ann', parentId: team.id, closed: false });

    const patch = (id: string, body: object) => root.call('patch', `/api/boxes/${id}`, body);
    expect((await patch(team.id, { parentId: inner.id }).expect(422)).body.code).toBe('box-cycle');
    expect((await patch(team.id, { parentId: ann.boxId }).expect(422)).body.code).toBe('not-a-team');
    expect((await patch(systemBoxId, { closed: true }).expect(409)).body.code).toBe('box-fixed');
    expect((await patch(ann.boxId, { name: 'Ann' }).expect(409)).body.code).toBe('box-fixed');
    expect((await patch(team.id, { ownerId: 'user_x' }).expect(422)).body.code).toBe('unknown-user');
    await patch('box_x', { name: 'X' }).expect(404);
    await patch(ann.boxId, { parentId: inner.id, closed: true }).expect(200);
    expect(await find(ann.boxId)).toMatchObject({ parentId: inner.id, closed: true, barred: 'the box is closed' });

    await putRules(root, systemBoxId, [assign([team.id])]);
    const refused = await root.call('delete', `/api/boxes/${team.id}`).expect(409);
    expect(refused.body).toMatchObject({ code: 'box-in-use', details: { children: true, rules: [{ name: 'Rule' }] } });
    await patch(ann.boxId, { parentId: systemBoxId }).expect(200);
    await root.call('delete', `/api/boxes/${inner.id}`).expect(204);
    expect((await root.call('delete', `/api/boxes/${ann.boxId}`).expect(409)).body.code).toBe('box-fixed');
  });
});

describe('the rules of a box', () => {
  it('are replaced as a whole, described in English, and keep their rotation', async () => {
    const root = await person('root', 'administrator');
    const ann = await person('ann');
    const bob = await person('bob');
    const first = (await putRules(root, systemBoxId, [assign([ann.boxId, bob.boxId], 'round-robin')])).body as RuleSet;
    expect(first.items).toMatchObject([
      { position: 0, enabled: true, description: 'Always offer the lead in turn to ann and bob for 1 hour.' },
    ]);
    await world.receive();
    await world.settle();
    const kept = { ...assign([ann.boxId, bob.boxId], 'round-robin'), id: first.items[0]!.id };
    const second = (await putRules(root, systemBoxId, [assign([bob.boxId]), { ...kept, name: 'Kept' }]))
      .body as RuleSet;
    expect(second.items[1]?.id).toBe(first.items[0]!.id);
    await putRules(root, systemBoxId, [kept]);
    await world.receive();
    await world.settle();
    expect((await bob.call('get', '/api/inbox')).body.items).toHaveLength(1);
    const stale = await root.call('put', `/api/boxes/${systemBoxId}/rules`, { version: first.version, rules: [] });
    expect(stale.body.code).toBe('box-changed');
  });

  it('are kept by the owner of the box, and of the boxes above, within her own boxes', async () => {
    const root = await person('root', 'administrator');
    const boss = await person('boss', 'manager');
    const { id: north } = await bodyOf<BoxLine>(
      root.call('post', '/api/boxes', { kind: 'team', name: 'North', parentId: systemBoxId, ownerId: boss.id }),
      201,
    );
    const ann = await person('ann', 'representative', boss.id);
    const bob = await person('bob');
    expect((await putRules(boss, north, [assign([ann.boxId])])).status).toBe(200);
    const outside = await putRules(boss, north, [assign([bob.boxId])]);
    expect(outside.body).toMatchObject({ code: 'forbidden-target', details: { path: 'rules[0].action.assign.to[0]' } });
    expect((await putRules(root, north, [assign([systemBoxId])])).body.code).toBe('target-above');
    expect((await putRules(boss, ann.boxId, [])).status).toBe(200);
    expect((await boss.call('put', `/api/boxes/${systemBoxId}/rules`, { version: 1, rules: [] })).status).toBe(404);
    const { version } = await bodyOf<RuleSet>(root.call('get', `/api/boxes/${systemBoxId}/rules`));
    expect((await boss.call('put', `/api/boxes/${systemBoxId}/rules`, { version, rules: [] })).status).toBe(404);
    await bob.call('get', `/api/boxes/${north}/rules`).expect(404);
    expect((await bob.call('get', `/api/boxes/${bob.boxId}/rules`).expect(200)).body.mayEdit).toBe(true);
  });

  it('are refused when they make no sense, and then nothing changes', async () => {
    const root = await person('root', 'administrator');
    await putRules(root, systemBoxId, [assign([root.boxId])]);
    const before = await bodyOf<RuleSet>(root.call('get', `/api/boxes/${systemBoxId}/rules`));
    const deep = (levels: number) =>
      `${'{"not":'.repeat(levels)}{"field":"account.name","op":"exists"}${'}'.repeat(levels)}`;
    const nested = (levels: number) => {
      const rule = `{"name":"r","condition":${deep(levels)},"action":{"assign":{"mode":"grab","to":["${root.boxId}"],"offerMinutes":5}}}`;
      const sent = root.call('put', `/api/boxes/${systemBoxId}/rules`).set('content-type', 'application/json');
      return sent.send(`{"version":${before.version},"rules":[${rule}]}`);
    };
    for (const levels of [20_000, 100, 10]) {
      const answer = await nested(levels);
      expect([400, 422]).toContain(answer.status);
      expect(answer.body.code).toMatch(levels === 10 ? /^invalid-condition$/ : /./);
    }
    const bad: [object, string][] = [
      [{ ...assign([root.boxId]), condition: { field: 'x', op: 'exists' } }, 'invalid-condition'],
      [assign(['box_x']), 'unknown-box'],
      [{ ...assign([root.boxId]), id: 'rule_x' }, 'unknown-rule'],
      [{ ...assign([root.boxId]), extra: 1 }, 'invalid'],
      [assign([root.boxId], 'auction'), 'invalid'],
    ];
    for (const [rule, code] of bad) {
      const answer = await putRules(root, systemBoxId, [rule]);
      expect([answer.status, answer.body.code]).toEqual([422, code]);
    }
    const twice = before.items.map(({ id }) => ({ ...assign([root.boxId]), id }));
    expect((await putRules(root, systemBoxId, [...twice, ...twice])).body.code).toBe('unknown-rule');
    expect((await root.call('get', `/api/boxes/${systemBoxId}/rules`)).body).toEqual(before);
  });

  it('can be tried in words', async () => {
    const ann = await person('ann');
    const condition = { field: 'contact.address.country', op: 'in', value: ['DE', 'AT'] };
    const answer = await ann.call('post', '/api/conditions/describe', { condition }).expect(200);
    expect(answer.body).toEqual({ description: 'country is DE or AT' });
    const known = (await ann.call('get', '/api/conditions/fields').expect(200)).body;
    expect(known.operators).toContain('between');
    expect(known.items).toContainEqual({
      path: 'lead.test',
      label: 'test lead',
      kind: 'boolean',
      values: ['true', 'false'],
    });
    const refused = await ann.call('post', '/api/conditions/describe', { condition: { field: 'x' } }).expect(422);
    expect(refused.body).toMatchObject({ code: 'invalid-condition', details: { path: 'condition' } });
  });
});

describe('a lead', () => {
  it('tells why it went where it went, and who was shown what', async () => {
    const root = await person('root', 'administrator');
    const ann = await person('ann');
    const partner = await world.partner('reseller.example');
    await world.rules(
      systemBoxId,
      { name: 'French', when: { field: 'contact.address.country', op: 'equals', value: 'FR' }, to: [root.boxId] },
      { name: 'Rest', mode: 'grab', to: [ann.boxId, partner.boxId] },
    );
    const leadId = await world.receive();
    await world.settle();
    interface TraceLine {
      outcome: string;
      steps: { sentence: string }[];
    }
    const traces = await bodyOf<Page<TraceLine>>(root.call('get', `/api/leads/${leadId}/traces`));
    const trace = traces.items[0]!;
    expect(trace.outcome).toBe('offered');
    expect(trace.steps.map((step) => step.sentence)).toEqual([
      'In the box “All leads”:',
      'Rule “French” does not apply: country is not FR (it is “DE”).',
      'Rule “Rest” applies: every lead matches.',
      'Offered to “ann”, “reseller.example”: up for grabs: the first to accept gets it.',
    ]);
    interface OfferLine {
      recipients: { kind: string; withheld: object[]; shown: object[] }[];
    }
    const offers = await bodyOf<Page<OfferLine>>(root.call('get', `/api/leads/${leadId}/offers`));
    const offer = offers.items[0]!;
    expect(offer).toMatchObject({ round: 1, mode: 'grab', state: 'open', box: { name: 'All leads' } });
    const shown = offer.recipients.find((one) => one.kind === 'peer')!;
    expect(shown.withheld).toContainEqual({ path: 'contact.emails', label: 'E-mail' });
    expect(shown.shown).toContainEqual({ path: 'account.name', label: 'Company name' });
    await ann.call('get', `/api/leads/${leadId}/traces`).expect(404);
    // Who may not see every field of the lead does not read them in the reasons either.
    await root.call('post', `/api/leads/${leadId}/assign`, { userId: ann.id }).expect(200);
    const told = async () => (await ann.call('get', `/api/leads/${leadId}/traces`).expect(200)).text;
    expect(await told()).toContain('it is “DE”');
    const hide = {
      recipientKind: 'user',
      target: 'contact.address.country',
      stage: 'released',
      action: 'never',
    } as const;
    await world.write((tx) => setFieldPolicy(tx, hide));
    expect(await told()).not.toContain('DE');
  });

  it('is routed again, recalled and assigned by managers, within their people', async () => {
    const root = await person('root', 'administrator');
    const boss = await person('boss', 'manager');
    const ann = await person('ann', 'representative', boss.id);
    const bob = await person('bob');
    const leadId = await world.receive();
    await world.settle();
    expect((await boss.call('get', '/api/unrouted').expect(200)).body.items).toMatchObject([{ id: leadId }]);
    await world.rules(systemBoxId, { to: [ann.boxId] });
    await boss.call('post', `/api/leads/${leadId}/reroute`, { reason: 'rules changed' }).expect(200);
    await world.settle();
    expect((await root.call('post', `/api/leads/${leadId}/recall`).expect(200)).body).toEqual({ state: 'unrouted' });
    expect((await root.call('post', `/api/leads/${leadId}/recall`).expect(409)).body.code).toBe('offer-closed');
    await boss.call('post', `/api/leads/${leadId}/assign`, { userId: bob.id }).expect(422);
    const assigned = await boss.call('post', `/api/leads/${leadId}/assign`, { userId: ann.id, reason: 'knows them' });
    expect(assigned.body).toEqual({ state: 'assigned' });
    await ann.call('get', `/api/leads/${leadId}`).expect(200);
    const history = (await bodyOf<Page<object>>(ann.call('get', `/api/leads/${leadId}/history`))).items;
    expect(history.at(-1)).toMatchObject({ kind: 'assign', actor: { name: 'boss' } });
    await bob.call('post', `/api/leads/${leadId}/reroute`, {}).expect(403);
  });
});
