import { makeApiClient, type ApiClient } from '../api-client.ts';
import { followEvents } from './event-source.ts';

interface HistoryEntry {
  id: string;
  at: string;
  kind: string;
  sentence: string;
}
interface Page {
  items: HistoryEntry[];
  nextCursor?: string;
}

export interface Teller {
  /** Short name, printed before each line. */
  name: string;
  colour: number;
  url: string;
  token: string;
  signal: AbortSignal;
  print: (line: string) => void;
  /** Whether happenings of this kind are told. */
  isTold: (kind: string) => boolean;
}

const paint = (text: string, colour: number) => (process.stdout.isTTY ? `\u001b[${colour}m${text}\u001b[0m` : text);
/** What a lead says of itself must not move the terminal's cursor. */
const safe = (text: string) => text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, ' ');

/** A terminal line names three fields; the page names them all. */
const shorten = (sentence: string) =>
  sentence.replace(
    /(withheld|shown in part|deleted|Shown to [^:]+|in full): ([^();:]*[^();:\s])/g,
    (whole, what: string, list: string) => {
      const fields = list.split(', ');
      return fields.length <= 4
        ? whole
        : `${what}: ${fields.slice(0, 3).join(', ')} and ${String(fields.length - 3)} more`;
    },
  );

async function titleOf(api: ApiClient, leadId: string): Promise<string> {
  const lead = await api.get<{ title: string; city?: string }>(`/api/leads/${leadId}`).catch(() => undefined);
  return lead ? ` ${paint([lead.title, lead.city].filter(Boolean).join(', '), 1)}` : '';
}

/** Prints a node's leads as they go, in the words of their own histories, until `signal` fires. */
export async function tellStory({ name, colour, url, token, signal, print, isTold }: Teller): Promise<void> {
  const api = makeApiClient(url, token);
  const told = new Map<string, string>();
  for await (const { kind: event, leadId } of followEvents(url, token, signal)) {
    if (event !== 'lead-changed' || leadId === null) continue;
    const seen = told.get(leadId);
    const query = seen === undefined ? '' : `?cursor=${seen}`;
    const page = await api.get<Page>(`/api/leads/${leadId}/history${query}`).catch(() => ({ items: [] }));
    for (const { id, at, kind, sentence } of page.items) {
      told.set(leadId, id);
      if (!isTold(kind)) continue;
      const tag = paint(name.padEnd(9), colour);
      const title = seen === undefined && told.get(leadId) === page.items[0]?.id ? await titleOf(api, leadId) : '';
      print(`${at.slice(11, 19)}  ${tag} ${paint(leadId.slice(-5), 2)}  ${safe(shorten(sentence) + title)}`);
    }
  }
}
