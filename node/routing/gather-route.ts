import type { Context } from '../kernel/context.ts';
import type { StoredLead } from '../leads/store.ts';
import type { Subject } from '../rules/index.ts';
import type { RouteBox, RouteInput } from './decide-route.ts';
import type { RouteSetup } from './route-setup.ts';
import { systemBoxId } from './store/boxes.ts';
import { listRecipientsOfLead } from './store/recipients.ts';
import type { Recipient } from './store/recipients.ts';

/** Everything `decideRoute` looks at but the turns, as it is now. `round`: how often the lead was offered. */
export async function gatherRoute(
  ctx: Context,
  setup: RouteSetup,
  lead: StoredLead,
  round: number,
): Promise<Omit<RouteInput, 'turns'>> {
  const boxes = setup.boxes[lead.origin === 'peer' && lead.releasedAt === null ? 'peer' : 'local'];
  const startBoxId = lead.boxId !== null && boxes.has(lead.boxId) ? lead.boxId : systemBoxId;
  const asked = round === 0 ? [] : await listRecipientsOfLead(ctx, lead.id);
  return { subject: subjectOf(lead, round), startBoxId, boxes, rules: setup.rules, tried: triedBoxes(boxes, asked) };
}

/** What conditions may look at. */
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
