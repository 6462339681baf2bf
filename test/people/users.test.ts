import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Context, transact } from '../../node/kernel/context.ts';
import { roles } from '../../node/kernel/routes.ts';
import { createUser } from '../../node/people/create-user.ts';
import { makeFirstAdministrator } from '../../node/people/first-administrator.ts';
import { mayUpdateUser } from '../../node/people/may-update-user.ts';
import { findUserByEmail, getUser, listIdsBelow, listUsers, type User } from '../../node/people/store.ts';
import { updateUser } from '../../node/people/update-user.ts';
import { emailInput, nameInput } from '../../node/people/user-input.ts';
import { visibleUserIds } from '../../node/people/visible-users.ts';
import { onEachDatabase } from '../support/databases.ts';

const add = (ctx: Context, name: string, role: User['role'] = 'manager', managerId?: string) =>
  transact(ctx, (tx) => createUser(tx, { email: `${name}@test.localhost`, name, role, managerId }));
const change = (ctx: Context, id: string, to: Parameters<typeof updateUser>[2]) =>
  transact(ctx, (tx) => updateUser(tx, id, to));
const refused = (code: string) => expect.objectContaining({ code }) as Error;

onEachDatabase((database) => {
  it('gives each e-mail address to one user, also when two processes add it at once', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = await open();
      const results = await Promise.allSettled([
        add(ctx, 'ann'),
        add(other.ctx, 'ann'),
        add(ctx, 'ann'),
        add(other.ctx, 'ann'),
      ]);
      expect(results.filter((each) => each.status === 'fulfilled').length).toBe(1);
      for (const each of results)
        if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'email-taken' });
      expect(await findUserByEmail(ctx, 'ANN@test.localhost')).toBeDefined();
    }));

  it('has no cycle in the tree, also when two processes turn it round at once', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = await open();
      const [ann, bob, cid] = [await add(ctx, 'ann'), await add(ctx, 'bob'), await add(ctx, 'cid')];
      await expect(change(ctx, ann.id, { managerId: ann.id })).rejects.toEqual(refused('manager-cycle'));
      for (let round = 0; round < 5; round++) {
        await Promise.allSettled([
          change(ctx, ann.id, { managerId: bob.id }),
          change(other.ctx, bob.id, { managerId: cid.id }),
          change(ctx, cid.id, { managerId: ann.id }),
        ]);
        const parents = new Map(
          (await listUsers(ctx, { ids: 'all', limit: 10 })).map((user) => [user.id, user.managerId]),
        );
        for (const start of parents.keys()) {
          let steps = 0;
          for (let at: string | null = start; at !== null; at = parents.get(at) ?? null)
            expect(++steps).toBeLessThan(5);
        }
        for (const user of [ann, bob, cid]) await change(ctx, user.id, { managerId: null });
      }
    }));

  it('keeps one active administrator, also when two processes remove one each', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = await open();
      const [ann, bob] = [await add(ctx, 'ann', 'administrator'), await add(ctx, 'bob', 'administrator')];
      const results = await Promise.allSettled([
        change(ctx, ann.id, { active: false }),
        change(other.ctx, bob.id, { role: 'auditor' }),
      ]);
      expect(results.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
      expect(results.find((each) => each.status === 'rejected')?.reason).toMatchObject({ code: 'last-administrator' });
    }));

  it('shows managers who is below them, at any depth', () =>
    database.withStore(async ({ ctx }) => {
      const top = await add(ctx, 'top');
      const middle = await add(ctx, 'middle', 'manager', top.id);
      const low = await add(ctx, 'low', 'representative', middle.id);
      const aside = await add(ctx, 'aside', 'representative');
      const seen = async ({ id: userId, role }: User) => {
        const ids = await visibleUserIds(ctx, { userId, role });
        return ids === 'all' ? ids : [...ids].sort();
      };
      expect(await seen(top)).toEqual([top.id, middle.id, low.id].sort());
      expect(await seen(middle)).toEqual([middle.id, low.id].sort());
      expect(await seen(low)).toEqual([low.id]);
      expect(await seen({ ...aside, role: 'auditor' })).toBe('all');
      expect(await seen({ ...aside, role: 'administrator' })).toBe('all');
    }));

  it('makes the first administrator once, and a link until someone used one', () =>
    database.withStore(async ({ ctx }, { open }) => {
      const other = await open();
      const links = await Promise.all([makeFirstAdministrator(ctx), makeFirstAdministrator(other.ctx)]);
      expect(new Set(links).size).toBe(2);
      for (const link of links) expect(link).toMatch(/^http:\/\/test\.localhost\/sign-in#token=[\w-]{43}$/);
      expect((await listUsers(ctx, { ids: 'all', limit: 9 })).map((user) => user.role)).toEqual(['administrator']);
    }));

  it('goes through users page by page', () =>
    database.withStore(async ({ ctx }) => {
      const ids: string[] = [];
      for (const name of ['a', 'b', 'c', 'd']) ids.push((await add(ctx, name)).id);
      const first = await listUsers(ctx, { ids: 'all', limit: 3 });
      const rest = await listUsers(ctx, { ids: 'all', limit: 3, cursor: first.at(-1)?.id });
      expect([...first, ...rest].map((user) => user.id)).toEqual(ids);
      expect(await listUsers(ctx, { ids: [], limit: 3 })).toEqual([]);
    }));

  it('changes what is asked and nothing else', () =>
    database.withStore(async ({ ctx }) => {
      const ann = await add(ctx, 'ann');
      const changed = await change(ctx, ann.id, { availability: 'absent' });
      expect(changed).toEqual({ ...ann, availability: 'absent', updatedAt: changed.updatedAt });
      expect(await change(ctx, ann.id, { email: 'new@test.localhost', active: false })).toMatchObject({
        active: false,
      });
      expect(await getUser(ctx, ann.id)).toMatchObject({ email: 'new@test.localhost', name: 'ann' });
    }));

  it('refuses managers who cannot manage', () =>
    database.withStore(async ({ ctx }) => {
      const rep = await add(ctx, 'rep', 'representative');
      const gone = await add(ctx, 'gone');
      await change(ctx, gone.id, { active: false });
      for (const managerId of [rep.id, gone.id, 'user_nobody']) {
        await expect(add(ctx, 'new', 'representative', managerId)).rejects.toEqual(refused('manager-unfit'));
        await expect(change(ctx, rep.id, { managerId })).rejects.toEqual(refused('manager-unfit'));
      }
      const boss = await add(ctx, 'boss');
      await change(ctx, rep.id, { managerId: boss.id });
      await expect(change(ctx, boss.id, { active: false })).rejects.toEqual(refused('still-manages-others'));
      await expect(change(ctx, boss.id, { role: 'auditor' })).rejects.toEqual(refused('still-manages-others'));
      expect(await listIdsBelow(ctx, boss.id)).toContain(rep.id);
    }));
});

describe('who may change whom', () => {
  const allowed = (role: User['role'], own: boolean) =>
    (['email', 'name', 'role', 'managerId', 'active', 'availability'] as const).filter((field) =>
      mayUpdateUser({ userId: 'me', role }, own ? 'me' : 'other', { [field]: undefined }),
    );

  it.each([
    ['administrator', true, ['email', 'name', 'role', 'managerId', 'active', 'availability']],
    ['administrator', false, ['email', 'name', 'role', 'managerId', 'active', 'availability']],
    ['manager', true, ['name', 'availability']],
    ['manager', false, ['availability']],
    ['representative', true, ['name', 'availability']],
    ['representative', false, []],
    ['auditor', true, ['name', 'availability']],
    ['auditor', false, []],
  ] as const)('%s, own row: %s', (role, own, fields) => {
    expect(allowed(role, own)).toEqual(fields);
    expect(roles).toContain(role);
  });
});

describe('what people type', () => {
  it.each(['Ann@Example.COM', ' ann@example.com ', "o'neil+leads@sub.example.com", 'administrator@localhost'])(
    'takes %s as e-mail address, in lower case',
    (text) => {
      expect(emailInput.parse(text)).toBe(text.trim().toLowerCase());
    },
  );

  it.each([
    'ann',
    '@example.com',
    'ann@',
    'ann@@example.com',
    'ann@exa mple.com',
    'ann@-example.com',
    'ann@example.com\r\nBcc: all@example.com',
    'ann@example.com>',
    '"ann"@example.com',
    'änn@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(64)}.com`,
  ])('refuses %j', (text) => {
    expect(emailInput.safeParse(text).success).toBe(false);
  });

  it('answers at once, whatever is typed', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => typeof emailInput.safeParse(text).success === 'boolean'),
    );
    expect(emailInput.safeParse(`a@${'a-'.repeat(120)}!`).success).toBe(false);
  });

  it('takes names of one line, composed', () => {
    expect(nameInput.parse(' Zoe\u0308 O’Neil ')).toBe('Zoë O’Neil');
    for (const text of ['', '   ', 'a\nb', 'a\u0000b', 'a\u001b[2Jb', 'a\u2028b'])
      expect(nameInput.safeParse(text).success).toBe(false);
  });
});
