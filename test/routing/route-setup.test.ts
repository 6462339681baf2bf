import { describe, expect, it } from 'vitest';
import { deletePolicy, upsertPolicy } from '../../node/disclosure/store.ts';
import { transact, type Tx } from '../../node/kernel/context.ts';
import { updateUserRow } from '../../node/people/store.ts';
import { addTeam, editBox, removeTeam } from '../../node/routing/change-box.ts';
import { suspendPartnerBox } from '../../node/routing/open-box.ts';
import { readRouteSetup, type RouteSetup } from '../../node/routing/route-setup.ts';
import { systemBoxId } from '../../node/routing/store/boxes.ts';
import { onEachDatabase } from '../support/databases.ts';
import { acme, makeWorld } from './world.ts';

/** All that a setup says, as one text. */
const tell = (setup: RouteSetup): string =>
  JSON.stringify([
    [...setup.boxes.local],
    [...setup.boxes.peer],
    [...setup.rules].map(([boxId, rules]) => [boxId, rules.map(({ rule }) => rule)]),
    setup.discloseTo({ kind: 'user', id: 'user_any' }, 'direct').plan(acme),
  ]);

onEachDatabase((database) => {
  describe('the setup that a process keeps in memory', () => {
    it('changes with every change that another process makes', async () => {
      await database.withStore(async ({ ctx }, { open }) => {
        const other = (await open()).ctx;
        const world = makeWorld(other);
        const [ann, partner] = [await world.user('Ann'), await world.partner('reseller.example')];
        const change = (work: (tx: Tx) => Promise<unknown>) => () => world.write(work);
        let teamId = '';
        const policy = { recipientKind: 'user', target: 'group:email', stage: 'offered' } as const;
        const changes: Record<string, () => Promise<unknown>> = {
          team: async () => (teamId = (await world.write((tx) => addTeam(tx, { name: 'North', parentId: systemBoxId }))).id),
          rules: () => world.rules(systemBoxId, { to: [ann.boxId] }),
          renamed: change((tx) => editBox(tx, teamId, { name: 'South' })),
          removed: change((tx) => removeTeam(tx, teamId)),
          absent: change((tx) => updateUserRow(tx, ann.id, { availability: 'absent' })),
          deactivated: change((tx) => updateUserRow(tx, ann.id, { active: false })),
          suspended: change((tx) => suspendPartnerBox(tx, partner.peerId, true)),
          resumed: change((tx) => suspendPartnerBox(tx, partner.peerId, false)),
          withheld: change((tx) => upsertPolicy(tx, { ...policy, action: 'withhold' })),
          shown: change((tx) => deletePolicy(tx, policy)),
          joined: () => world.user('Ben'),
        }; // prettier-ignore
        const read = () => transact(ctx, readRouteSetup);
        let kept = await read();
        for (const [name, act] of Object.entries(changes)) {
          await act();
          const seen = await read();
          expect(tell(seen), name).not.toBe(tell(kept));
          expect(tell(seen), name).toBe(tell(await transact({ ...ctx, memory: (make) => make() }, readRouteSetup)));
          // Nobody changed anything since: it is not made again.
          expect(await read(), name).toBe(seen);
          kept = seen;
        }
      });
    });

    it('is not kept when the transaction that read it fails', async () => {
      await database.withStore(async ({ ctx }) => {
        const world = makeWorld(ctx);
        const before = await transact(ctx, readRouteSetup);
        const failing = world.write(async (tx) => {
          await addTeam(tx, { name: 'North', parentId: systemBoxId });
          expect(tell(await readRouteSetup(tx))).toContain('North');
          throw new Error('rolled back');
        });
        await expect(failing).rejects.toThrow('rolled back');
        expect(tell(await transact(ctx, readRouteSetup))).toBe(tell(before));
      });
    });
  });
});
