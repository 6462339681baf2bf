import { listOutbox } from '../../node/federation/store/outbox.ts';
import { replayMessage } from '../../node/federation/sending/replay-message.ts';
import { eraseLead } from '../../node/federation/privacy/erase-lead.ts';
import { transact } from '../../node/kernel/context.ts';
import { CodedError } from '../../node/kernel/errors.ts';
import type { Silence } from './silence.ts';
import type { Desk } from './people.ts';
import { actor } from './rights.ts';
import type { SimNode } from './station.ts';

interface Letters extends Omit<Desk, 'rights'> {
  readonly replays: Silence['replays'];
  /** Ids of nodes. */
  readonly partners: readonly string[];
}

type Errand = readonly [name: string, run: () => Promise<unknown>];

/** An administrator sends again what nobody answered for a fortnight, or some of it, in any order; what was asked is asked anew. */
export async function replayDead(node: SimNode, letters: Letters): Promise<void> {
  if (!node.isUp()) return;
  const { random, replays } = letters;
  const errands = [...(await listDead(node, letters.partners)), ...(await listUnreached(node))];
  while (errands.length > 0) {
    const [errand] = errands.splice(random.int(errands.length), 1);
    if (errand && (replays === 'all' || random.chance(0.4))) await doErrand(node, letters, errand);
  }
}

async function listDead({ ctx }: SimNode, partners: readonly string[]): Promise<Errand[]> {
  const errands: Errand[] = [];
  for (const peerId of partners)
    for (const { messageId, type } of await listOutbox(ctx, { peerId, state: 'dead', limit: 100 }))
      errands.push([`replays ${type} to ${peerId}`, () => replayMessage(ctx, peerId, messageId, 'user_administrator')]);
  return errands;
}

/** Erasures that a partner never heard of. */
async function listUnreached({ ctx }: SimNode): Promise<Errand[]> {
  const requests = await ctx.db.selectFrom('privacyRequest').selectAll().where('ours', '=', 1).where('kind', '=', 'erasure').where('outcome', '=', 'unreached').orderBy('id').execute(); // prettier-ignore
  const leads = [...new Set(requests.map(({ leadId }) => leadId))];
  return leads.map((leadId) => [
    'asks for an erasure anew',
    () => transact(ctx, (tx) => eraseLead(tx, leadId, { reason: 'person-asked', actor })),
  ]);
}

async function doErrand(node: SimNode, { say, onFault }: Letters, [name, run]: Errand): Promise<void> {
  const who = `${node.name} administrator: ${name}`;
  // It died meanwhile: somebody tries again later.
  if (!node.isUp()) return;
  try {
    await run();
    say(who);
  } catch (error) {
    if (!(error instanceof CodedError)) onFault(`${who} threw ${String(error)}`);
    else say(`${who}: ${error.code}`);
  }
}
