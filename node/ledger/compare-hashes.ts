/** Hashes that come page by page, in order; `queue` holds those that were read and not taken yet. */
export interface Source {
  readonly queue: { readonly hash: Buffer; readonly position: number }[];
  /** Reads until the queue has `lookahead` hashes, or all that are left. */
  fill(): Promise<void>;
}

/** A stretch of both sequences: what stands in only one of them, and what stands in both. */
export interface Stretch {
  readonly kind: 'same' | 'changed' | 'inserted' | 'missing';
  /** Of the first: empty when something is missing there. */
  readonly actual: Source['queue'];
  readonly expected: Source['queue'];
}

/** How far a leaf that was moved, or one after others that were inserted or deleted, is looked for. */
const lookahead = 512;

/** A queue over pages. An empty page is the end. */
export function makeSource(readPage: () => Promise<Source['queue']>): Source {
  const queue: Source['queue'] = [];
  let ended = false;
  return {
    queue,
    async fill() {
      while (!ended && queue.length < lookahead) {
        const page = await readPage();
        if (page.length === 0) ended = true;
        for (const each of page) queue.push(each);
      }
    },
  };
}

/** Lays two sequences side by side, stretch by stretch, however long they are. No hash comes twice in an honest one. */
export async function* compareHashes(actual: Source, expected: Source): AsyncGenerator<Stretch> {
  for (;;) {
    await actual.fill();
    await expected.fill();
    if (actual.queue.length === 0 && expected.queue.length === 0) return;
    const { kind, ofActual, ofExpected } = decideStretch(actual.queue, expected.queue);
    yield { kind, actual: actual.queue.splice(0, ofActual), expected: expected.queue.splice(0, ofExpected) };
  }
}

function decideStretch(actual: Source['queue'], expected: Source['queue']) {
  const stretch = (kind: Stretch['kind'], ofActual: number, ofExpected: number) => ({ kind, ofActual, ofExpected });
  const same = countSame(actual, expected);
  if (same > 0) return stretch('same', same, same);
  const [first, wanted] = [actual[0], expected[0]];
  if (!first) return stretch('missing', 0, expected.length);
  if (!wanted) return stretch('inserted', actual.length, 0);
  const before = expected.findIndex(({ hash }) => hash.equals(first.hash));
  const ahead = actual.findIndex(({ hash }) => hash.equals(wanted.hash));
  if (before > 0 && (ahead < 0 || before < ahead)) return stretch('missing', 0, before);
  if (ahead > 0 && (before < 0 || ahead < before)) return stretch('inserted', ahead, 0);
  return stretch('changed', 1, 1);
}

function countSame(actual: Source['queue'], expected: Source['queue']): number {
  const most = Math.min(actual.length, expected.length);
  for (let at = 0; at < most; at++) if (!actual[at]?.hash.equals(expected[at]?.hash as Buffer)) return at;
  return most;
}
