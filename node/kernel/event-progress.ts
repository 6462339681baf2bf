import { earliestId } from './ids.ts';

/** A transaction is over this long after it wrote its first event. */
const longestCommitMilliseconds = 10_000;

/**
 * How far a page has read the live events. Several processes may commit them in another order than that of their ids, so
 * that an older one appears after younger ones were sent.
 */
export interface Progress {
  /** Nothing up to this one is sent. */
  readonly start: string;
  /** The newest that was sent. */
  newest: string;
  /** Those sent lately. */
  readonly sent: Set<string>;
  /** Where to look from, when something came late. */
  from?: string | undefined;
}

export const startAt = (id: string): Progress => ({ start: id, newest: id, sent: new Set() });

/** An event of this id was written, now or lately. */
export function lookFrom(progress: Progress, id: string): void {
  if (progress.from === undefined || id < progress.from) progress.from = id;
}

/** Without a hint for `milliseconds`: looks again at what any transaction can have added since. */
export function lookBack(progress: Progress, now: number, milliseconds: number): void {
  lookFrom(progress, oldestChange(now, milliseconds));
}

/** Forgets what no look reaches any more, as long as one comes every `milliseconds`. */
export function forget({ sent }: Progress, now: number, milliseconds: number): void {
  const oldest = oldestChange(now, milliseconds);
  for (const id of sent) {
    // About in the order of their ids: a late one waits for those sent before it.
    if (id >= oldest) return;
    sent.delete(id);
  }
}

/** What a transaction may have added within `milliseconds` has this id or a later one. */
const oldestChange = (now: number, milliseconds: number) =>
  earliestId('event', Math.max(0, now - milliseconds - longestCommitMilliseconds));

/** The id after which to read now. */
export function takeLook(progress: Progress): string {
  const { start, newest, from = newest } = progress;
  progress.from = undefined;
  // The late one itself is wanted too: what its id begins with comes before it.
  const afterId = from < newest ? from.slice(0, -1) : newest;
  return afterId < start ? start : afterId;
}

/** Notes that an event is sent; false when it was before. */
export function noteSent(progress: Progress, id: string): boolean {
  if (progress.sent.has(id)) return false;
  progress.sent.add(id);
  if (id > progress.newest) progress.newest = id;
  return true;
}
