import { ApiError, makeApiClient, type ApiClient } from '../api-client.ts';
import type { DemoPerson } from './session.ts';

interface InboxEntry {
  recipientId: string;
  leadId: string;
  state: string;
  opensAt?: string;
}
interface LeadPage {
  state: string;
  events: { event: string }[];
  document: { interest?: { opportunitySize?: { amount: string; currency: string } } };
}

const lossReasons = ['price', 'competitor', 'no-budget', 'not-reachable', 'timing'];
const rejectReasons = ['no-capacity', 'not-a-fit', 'out-of-territory'];

export interface Played {
  url: string;
  people: readonly DemoPerson[];
  random: () => number;
  signal: AbortSignal;
  /** Pause between two looks of one person, milliseconds. */
  paceMilliseconds: number;
}

/** The offers a person decided not to answer: they expire, as in life. */
type Ignored = Set<string>;

/** An answer that crossed somebody else's is no failure: that is what races are. */
async function unlessTooLate(act: Promise<unknown>): Promise<void> {
  await act.catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status >= 500 || error.status === 401) throw error;
  });
}

async function answerOne(
  api: ApiClient,
  { recipientId }: InboxEntry,
  random: () => number,
  ignored: Ignored,
): Promise<void> {
  const mood = random();
  if (mood < 0.1) ignored.add(recipientId);
  else if (mood < 0.25) {
    const reason = rejectReasons[Math.floor(random() * rejectReasons.length)];
    await unlessTooLate(api.send('POST', `/api/offers/${recipientId}/reject`, { reason }));
  } else await unlessTooLate(api.send('POST', `/api/offers/${recipientId}/accept`));
}

function nextStep(lead: LeadPage, random: () => number): Record<string, unknown> | undefined {
  const may = new Set(lead.events.map(({ event }) => event));
  if (lead.state === 'assigned' && may.has('contact')) return { event: 'contact' };
  if (lead.state === 'contacted' && may.has('work')) return { event: 'work' };
  if (lead.state !== 'working') return undefined;
  if (random() < 0.55) {
    const amount = lead.document.interest?.opportunitySize ?? {
      amount: `${String(5 + Math.floor(random() * 90))}00.00`,
      currency: 'EUR',
    };
    return { event: 'win', amount, orderReference: `PO-${String(10_000 + Math.floor(random() * 90_000))}` };
  }
  return { event: 'lose', reason: lossReasons[Math.floor(random() * lossReasons.length)] };
}

/** A lead that was taken back since the inbox was read is nobody's work any more. */
async function workOne(api: ApiClient, leadId: string, random: () => number): Promise<void> {
  await unlessTooLate(
    api.get<LeadPage>(`/api/leads/${leadId}`).then(async (lead) => {
      const step = nextStep(lead, random);
      if (step) await api.send('POST', `/api/leads/${leadId}/changes`, step);
    }),
  );
}

async function look(api: ApiClient, played: Played, ignored: Ignored): Promise<void> {
  const { random } = played;
  const open = await api.get<{ items: InboxEntry[] }>('/api/inbox?state=open&limit=100');
  for (const entry of open.items) if (!ignored.has(entry.recipientId)) await answerOne(api, entry, random, ignored);
  const mine = await api.get<{ items: InboxEntry[] }>('/api/inbox?state=mine&limit=100');
  for (const entry of mine.items) if (random() < 0.6) await workOne(api, entry.leadId, random);
}

async function playOne(person: DemoPerson, played: Played): Promise<void> {
  const api = makeApiClient(played.url, person.token);
  const ignored: Ignored = new Set();
  while (!played.signal.aborted) {
    await look(api, played, ignored).catch((error: unknown) => {
      // A node that stops or restarts under our hands is looked at again later.
      if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
    });
    await new Promise((resolve) => setTimeout(resolve, played.paceMilliseconds * (0.5 + played.random())));
  }
}

/** Plays representatives: they accept, reject, let expire, work, win and lose, through the API a person's page uses. */
export async function playPeople(played: Played): Promise<void> {
  await Promise.all(played.people.map((person) => playOne(person, played)));
}
