import type { Stretch } from './compare-hashes.ts';

/** What can be wrong with a ledger. */
export type FindingCode =
  | 'leaf-changed'
  | 'leaf-missing'
  | 'leaf-inserted'
  | 'leaf-moved'
  | 'leaf-waits'
  | 'numbering-gap'
  | 'tile-changed'
  | 'head-changed'
  | 'checkpoint-malformed'
  | 'checkpoint-unsigned'
  | 'checkpoint-beyond-log'
  | 'checkpoint-root-differs'
  | 'since-unsigned'
  | 'since-beyond-log'
  | 'since-differs';

export interface Finding {
  readonly code: FindingCode;
  readonly message: string;
  /** Number of the leaf, or of the first of several. */
  readonly position?: number;
  /** Number of the last of several. */
  readonly to?: number;
  /** Where a leaf that was moved stood. */
  readonly from?: number;
  /** Size of the checkpoint. */
  readonly size?: number;
  /** What changed stands after this many leaves, at the earliest. */
  readonly after?: number;
}

/** More of a kind tell nothing new, and a log that was replaced altogether has millions. */
const mostFindings = 1_000;

/** A list of findings that does not grow for ever. */
export function listFindings(): { add(finding: Finding): void; readonly all: readonly Finding[] } {
  const all: Finding[] = [];
  return {
    all,
    add(finding) {
      if (all.length < mostFindings) all.push(finding);
    },
  };
}

/** Differences that are remembered, each with a hash; there are more only when the whole log is another. */
const mostDifferences = 20_000;

/** Gathers how leaves differ from what was logged. */
export interface Differences {
  note(stretch: Stretch): void;
  /** The places of tiles (level 0) in which something differs. */
  positions(): number[];
  findings(): Finding[];
}

interface Difference {
  /** What stands there now. */
  readonly actual: Stretch['actual'][number] | undefined;
  /** What was logged there. */
  readonly expected: Stretch['expected'][number] | undefined;
}

export function gatherDifferences(): Differences {
  const all: Difference[] = [];
  return {
    note({ actual, expected }) {
      for (let at = 0; at < Math.max(actual.length, expected.length) && all.length < mostDifferences; at++)
        all.push({ actual: actual[at], expected: expected[at] });
    },
    positions: () => all.flatMap(({ actual, expected }) => [expected?.position ?? actual?.position ?? 0]),
    findings: () => joinRanges(nameDifferences(all)).slice(0, mostFindings),
  };
}

/** A leaf that is missing in one place and inserted in another was moved. */
function nameDifferences(all: readonly Difference[]): Finding[] {
  const key = (side: Difference['actual']) => side?.hash.toString('base64') ?? '';
  const nowAt = new Map(all.filter(({ actual }) => actual).map(({ actual }) => [key(actual), actual?.position]));
  const wasAt = new Set(all.filter(({ expected }) => expected).map(({ expected }) => key(expected)));
  return all.flatMap(({ actual, expected }): Finding[] => {
    const isLost = expected !== undefined && !nowAt.has(key(expected));
    const isNew = actual !== undefined && !wasAt.has(key(actual));
    if (isLost && isNew) return [leafFinding('leaf-changed', expected.position)];
    const position = expected && nowAt.get(key(expected));
    return [
      ...(position !== undefined ? [{ ...leafFinding('leaf-moved', position), from: expected?.position ?? 0 }] : []),
      ...(isLost ? [leafFinding('leaf-missing', expected.position)] : []),
      ...(isNew ? [leafFinding('leaf-inserted', actual.position)] : []),
    ];
  });
}

const meanings = {
  'leaf-changed': 'Not the leaf that was logged here.',
  'leaf-missing': 'The leaf that was logged here is gone.',
  'leaf-inserted': 'A leaf that was never logged stands here.',
  'leaf-moved': 'This leaf was logged in another place.',
} as const;

const leafFinding = (code: keyof typeof meanings, position: number): Finding => ({
  code,
  message: meanings[code],
  position,
});

/** Neighbours with the same finding become one. */
function joinRanges(findings: readonly Finding[]): Finding[] {
  const joined: Finding[] = [];
  for (const finding of findings) {
    const last = joined.at(-1);
    const next = (last?.to ?? last?.position ?? 0) + 1;
    if (last?.code === finding.code && finding.from === undefined && finding.position === next)
      joined[joined.length - 1] = { ...last, to: next };
    else joined.push(finding);
  }
  return joined;
}
