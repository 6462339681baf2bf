import { setImmediate as turn } from 'node:timers/promises';
import type { Lead } from '../../protocol/index.ts';
import { foldName } from './fold-name.ts';
import type { RowOptions } from './map-row.ts';
import { cutIntoChunks, layoutOf, readChunk, type RowReading } from './prepare-list.ts';
import { readList, type ListOptions } from './read-list.ts';
import type { ListLayout } from './store.ts';

export interface PreviewRow {
  readonly line: number;
  /** What the row would become. */
  readonly lead?: Lead;
  readonly refused?: string;
  readonly path?: string;
}

export interface ListPreview {
  readonly layout: ListLayout;
  readonly counts: {
    readonly rows: number;
    readonly accepted: number;
    readonly repeated: number;
    readonly refused: number;
    /** Accepted rows with one e-mail address, phone number or name and company counted once. */
    readonly distinctPeople: number;
    /** Refused rows by code. */
    readonly refusedByCode: Readonly<Record<string, number>>;
  };
  /** The first rows, and the first refused ones. */
  readonly rows: readonly PreviewRow[];
}

const shownRows = 20;

function personKey({ contact, account, source }: Lead): string {
  const [email] = contact?.emails ?? [];
  const [phone] = contact?.phones ?? [];
  const name = contact?.fullName ?? `${contact?.givenName ?? ''}${contact?.familyName ?? ''}`;
  if (email) return email.value.toLowerCase();
  if (phone) return phone.value.replace(/[^\d+]/g, '');
  const company = account?.name ?? account?.domain;
  return company || name ? `${foldName(name)}/${foldName(company ?? '')}` : (source?.externalId ?? '');
}

function shown({ line, outcome }: RowReading): PreviewRow {
  if (outcome.kind === 'lead') return { line, lead: outcome.document };
  return { line, refused: outcome.code, ...(outcome.path !== undefined && { path: outcome.path }) };
}

/** Reads a whole list without writing anything: its layout, what would become of its rows, and samples. Coded errors as `readList`. */
export async function previewList(bytes: Uint8Array, options: ListOptions & RowOptions): Promise<ListPreview> {
  const list = readList(bytes, options);
  const layout = layoutOf(list);
  const digests = new Set<string>();
  const people = new Set<string>();
  const refusedByCode: Record<string, number> = {};
  const counts = { rows: 0, accepted: 0, repeated: 0, refused: 0 };
  const rows: PreviewRow[] = [];
  const count = (reading: RowReading): void => {
    const { outcome, digest } = reading;
    counts.rows++;
    if (counts.rows <= shownRows || (outcome.kind === 'refused' && counts.refused < shownRows))
      rows.push(shown(reading));
    if (outcome.kind === 'refused') {
      counts.refused++;
      refusedByCode[outcome.code] = (refusedByCode[outcome.code] ?? 0) + 1;
    } else if (digests.has(digest)) counts.repeated++;
    else {
      counts.accepted++;
      digests.add(digest);
      people.add(personKey(outcome.document));
    }
  };
  for (const chunk of await cutIntoChunks(list)) {
    readChunk(layout, chunk, options).forEach(count);
    await turn();
  }
  return { layout, counts: { ...counts, distinctPeople: people.size, refusedByCode }, rows };
}
