import { readDiscloseTo } from '../disclosure/disclose-to.ts';
import type { DiscloseTo } from '../disclosure/disclose-to.ts';
import type { Context } from '../kernel/context.ts';
import { madeOfSetup } from '../kernel/setup.ts';
import { listUsers } from '../people/store.ts';
import { listOffered, type PartnerPerson } from '../people/store/partner-people.ts';
import type { User } from '../people/store.ts';
import { compileRule } from '../rules/index.ts';
import type { CompiledRule } from '../rules/index.ts';
import type { RouteBox } from './decide-route.ts';
import { listBoxes } from './store/boxes.ts';
import type { Box } from './store/boxes.ts';
import { listAllRules } from './store/rules.ts';

/** What decisions about all leads have in common. */
export interface RouteSetup {
  /** The tree, as it is for leads of our own and for those of a peer that are not ours yet. */
  readonly boxes: Readonly<Record<'local' | 'peer', ReadonlyMap<string, RouteBox>>>;
  /** By box, in their order. */
  readonly rules: ReadonlyMap<string, readonly CompiledRule[]>;
  /** By peer, who is asked there when it has no node. */
  readonly peopleOf: ReadonlyMap<string, readonly PartnerPerson[]>;
  /** What a recipient is shown of leads that are offered in this mode. */
  readonly discloseTo: DiscloseTo;
}

/** The setup as it is in this transaction: read once, and again when somebody changed it. */
export const readRouteSetup = madeOfSetup(async (ctx): Promise<RouteSetup> => {
  const rules = (await listAllRules(ctx)).map(compileRule);
  return {
    boxes: { local: await listRouteBoxes(ctx, false), peer: await listRouteBoxes(ctx, true) },
    rules: Map.groupBy(rules, ({ rule }) => rule.boxId),
    peopleOf: Map.groupBy(await listOffered(ctx), ({ peerId }) => peerId),
    discloseTo: await readDiscloseTo(ctx),
  };
});

/** The tree as routing sees it. A lead that a partner has not released to us is not passed on. */
export async function listRouteBoxes(ctx: Context, fromPeer: boolean): Promise<Map<string, RouteBox>> {
  const boxes = await listBoxes(ctx);
  const userIds = boxes.flatMap((box) => box.userId ?? []);
  const users = new Map((await listUsers(ctx, { ids: userIds, limit: userIds.length })).map((user) => [user.id, user]));
  return new Map(
    boxes.map((box) => {
      const user = box.userId === undefined ? undefined : users.get(box.userId);
      const barred = whyBarred(box, user, fromPeer);
      return [box.id, { ...box, name: user?.name ?? box.name, barred }];
    }),
  );
}

function whyBarred(box: Box, user: User | undefined, fromPeer: boolean): string | undefined {
  if (box.closedAt !== undefined) return box.kind === 'partner' ? 'the partner is suspended' : 'the box is closed';
  if (box.kind === 'partner') return fromPeer ? 'a lead of a partner is not passed on before it is ours' : undefined;
  if (box.kind !== 'user') return undefined;
  if (!user?.active) return 'no longer active';
  if (user.role === 'auditor') return 'auditors take no leads';
  return user.availability === 'available' ? undefined : 'absent; keeps the turn';
}
