import { levels, type Level } from '../index.ts';
import { greeting } from './checks/offering.ts';
import { NotRun, Unmet, type Check } from './check.ts';
import type { Kit } from './kit.ts';

export const outcomes = ['passed', 'failed', 'skipped'] as const;
export type Outcome = (typeof outcomes)[number];

/** What came of a check; `why` belongs to failed and skipped ones. */
export interface Result extends Omit<Check, 'run'> {
  readonly outcome: Outcome;
  readonly why?: string;
  readonly milliseconds: number;
}

/** `passed`: every check of the level did. `incomplete`: none failed, some were skipped. */
export type Verdict = 'passed' | 'failed' | 'incomplete' | 'not-announced' | 'not-checked';

export interface Report {
  readonly format: 'lead-exchange-conformance-1';
  /** Node id and kid of the node under test, and of the kit. */
  readonly node: { readonly nodeId: string; readonly kid: string; readonly endpoint: string };
  readonly kit: { readonly nodeId: string; readonly kid: string; readonly spki: string };
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Nothing failed, and something passed. */
  readonly conforms: boolean;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly levels: readonly { readonly level: Level; readonly verdict: Verdict }[];
  readonly results: readonly Result[];
}

interface RunOptions {
  readonly checks: readonly Check[];
  /** Checks that have not begun after that many milliseconds are skipped. */
  readonly deadlineMs: number;
  readonly onResult?: (result: Result) => void;
}

/** Whether the node under test knows the kit: it answers a greeting with a signature. */
export async function isIntroduced(kit: Kit): Promise<boolean> {
  try {
    return (await kit.deliver(greeting(kit))).kind !== 'unsigned';
  } catch (error) {
    if (error instanceof Unmet) return false;
    throw error;
  }
}

/** Carries out the checks, one after the other, and judges each level. Never throws because of the node under test. */
export async function runChecks(
  kit: Kit,
  { checks, deadlineMs, onResult = () => undefined }: RunOptions,
): Promise<Report> {
  const begun = performance.now();
  const startedAt = new Date(kit.now()).toISOString();
  const results: Result[] = [];
  for (const check of checks) {
    const late = performance.now() - begun > deadlineMs;
    const result = late ? skipped(check, 'The time for the whole run was over.') : await runOne(kit, check);
    results.push(result);
    onResult(result);
  }
  const { target, identity, announced } = kit;
  const count = (outcome: Outcome) => results.filter((result) => result.outcome === outcome).length;
  const counts = { passed: count('passed'), failed: count('failed'), skipped: count('skipped') };
  return {
    format: 'lead-exchange-conformance-1',
    node: { nodeId: target.nodeId, kid: target.kid, endpoint: target.endpoint },
    kit: { nodeId: identity.nodeId, kid: identity.key.kid, spki: identity.key.spki.toString('base64') },
    startedAt,
    finishedAt: new Date(kit.now()).toISOString(),
    conforms: counts.failed === 0 && counts.passed > 0,
    counts,
    levels: levels.map((level) => ({ level, verdict: verdictOn(level, results, announced) })),
    results,
  };
}

const about = ({ run: _run, ...facts }: Check) => facts;
const skipped = (check: Check, why: string): Result => ({ ...about(check), outcome: 'skipped', why, milliseconds: 0 });

async function runOne(kit: Kit, check: Check): Promise<Result> {
  const { level } = check;
  if (level !== 'Core' && !kit.announced.has(level))
    return skipped(check, `The node does not announce the level ${level}.`);
  const begun = performance.now();
  const ended = (outcome: Outcome, why?: string): Result => {
    const milliseconds = Math.round(performance.now() - begun);
    return { ...about(check), outcome, ...(why !== undefined && { why }), milliseconds };
  };
  try {
    await check.run(kit);
    return ended('passed');
  } catch (error) {
    if (error instanceof Unmet) return ended('failed', error.message);
    if (error instanceof NotRun) return ended('skipped', error.message);
    return ended('failed', `The check broke off: ${String(error)}`);
  } finally {
    await kit.tidyUp().catch(() => undefined);
  }
}

function verdictOn(level: Level, results: readonly Result[], announced: ReadonlySet<string>): Verdict {
  if (level !== 'Core' && !announced.has(level)) return 'not-announced';
  const own = results.filter((result) => result.level === level);
  if (own.length === 0) return 'not-checked';
  if (own.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return own.every(({ outcome }) => outcome === 'passed') ? 'passed' : 'incomplete';
}
