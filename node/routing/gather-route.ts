import type { Context } from '../kernel/context.ts';
import type { StoredLead } from '../leads/store.ts';
import { listUsers } from '../people/store.ts';
import type { User } from '../people/store.ts';
import { compileRule } from '../rules/index.ts';
import type { Subject } from '../rules/index.ts';
import type { RouteBox, RouteInput } from './decide-route.ts';
import { listBoxes, systemBoxId } from './store/boxes.ts';
import type { Box } from './store/boxes.ts';
import { listRecipientsOfLead } from './store/recipients.ts';
import type { Recipient } from './store/recipients.ts';
import { listAllRules } from './store/rules.ts';

/** What conditions may look at. `round`: how often the lead was offered. */
function subjectOf(lead: StoredLead, round: number): Subject {
  return {
    lead: lead.document,
    facts: {
      'lead.test': lead.test,
      'lead.origin': lead.origin,
      ...(lead.originPeer !== null && { 'lead.originPeer': lead.originPeer }),
      'lead.round': round,
    },
  };
}

/** Everything `decideRoute` looks at but the turns, as it is now. */
export async function gatherRoute(ctx: Context, lead: StoredLead, round: number): Promise<Omit<RouteInput, 'turns'>> {
  const boxes = await listRouteBoxes(ctx, lead.origin === 'peer');
  const rules = (await listAllRules(ctx)).map(compileRule);
  const startBoxId = lead.boxId !== null && boxes.has(lead.boxId) ? lead.boxId : systemBoxId;
  return {
    subject: subjectOf(lead, round),
    startBoxId,
    boxes,
    rules: Map.groupBy(rules, ({ rule }) => rule.boxId),
    tried: triedBoxes(boxes, await listRecipientsOfLead(ctx, lead.id)),
  };
}

/** The tree as routing sees it. A lead that came from a partner is not passed on to another. */
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
  if (box.kind === 'partner') return fromPeer ? 'a lead of a partner is not passed on to another' : undefined;
  if (box.kind !== 'user') return undefined;
  if (!user?.active) return 'no longer active';
  if (user.role === 'auditor') return 'auditors take no leads';
  return user.availability === 'available' ? undefined : 'absent; keeps the turn';
}

const chances: Readonly<Partial<Record<Recipient['state'], string>>> = {
  rejected: 'declined this lead before',
  expired: 'left this lead unanswered before',
  won: 'had this lead before',
};

/** Who had a chance already. Who merely was not first, or saw the offer recalled, may be asked again. */
function triedBoxes(boxes: ReadonlyMap<string, RouteBox>, asked: readonly Recipient[]): Map<string, string> {
  const keyOf = ({ userId, peerId }: { userId?: string | null | undefined; peerId?: string | null | undefined }) =>
    userId ? `user:${userId}` : `peer:${peerId ?? ''}`;
  const tried = new Map<string, string>();
  for (const recipient of asked) {
    const why = chances[recipient.state];
    if (why !== undefined) tried.set(keyOf(recipient), why);
  }
  const found = [...boxes.values()].flatMap((box): [string, string][] => {
    const why = tried.get(keyOf(box));
    return why === undefined ? [] : [[box.id, why]];
  });
  return new Map(found);
}
