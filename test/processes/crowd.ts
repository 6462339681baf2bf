import type { ApiClient, ApiError } from '../../node/cli/api-client.ts';
import { accept, enter, offersTo, type Entry } from './desk.ts';
import type { ClusterUser } from './cluster.ts';

const codeOf = (error: unknown): string => (error as Partial<ApiError>).code ?? String(error);

/** Posts leads through every door of a node at once, some of them through several; answers the ids by name. */
export async function feedAll(
  doors: readonly ((key: string) => ApiClient)[],
  leads: readonly { name: string; campaign: string }[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  const waiting = leads.entries();
  const client = async () => {
    for (const [index, { name, campaign }] of waiting) {
      // Every fourth comes through all doors in the same moment: the key makes it one.
      const through = index % 4 === 0 ? doors : [doors[index % doors.length]!];
      const answers = await Promise.all(through.map((door) => enter(door(name), name, campaign)));
      if (new Set(answers).size !== 1) throw new Error(`${name} became ${answers.join(' and ')}.`);
      ids.set(name, answers[0]!);
    }
  };
  await Promise.all(Array.from({ length: 4 * doors.length }, client));
  return ids;
}

/** What came of the answers of one person, by lead and outcome (or error code). */
export type Outcomes = Map<string, string[]>;

/** Accepts every offer a person gets, through all doors in the same moment, until `signal` fires. */
export async function acceptAll({ doors }: ClusterUser, signal: AbortSignal): Promise<Outcomes> {
  const outcomes: Outcomes = new Map();
  const answer = async (offer: Entry) => {
    const all = await Promise.all(doors.map((door) => accept(door, offer).catch(codeOf)));
    outcomes.set(offer.leadId, [...(outcomes.get(offer.leadId) ?? []), ...all]);
  };
  for (let look = 0; !signal.aborted; look++) {
    const offers = await offersTo(doors[look % doors.length]!);
    await Promise.all(offers.map(answer));
    if (offers.length === 0) await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return outcomes;
}
