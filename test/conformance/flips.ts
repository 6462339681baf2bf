import { mediaType, problemFor, problemStatus, seal } from '../../protocol/index.ts';
import { runChecks, type Check, type Kit } from '../../protocol/conformance/index.ts';
import type { Answered, Mutation } from './door.ts';
import { opened, receiptAsIf, said, taken } from './mutants.ts';

type Answers = NonNullable<Mutation['answers']>;

/** Says the opposite: takes what is refused, and refuses what is taken. */
const opposite: Answers = (arrived, answered, keys) => {
  if (answered.status === 401) return taken(arrived, keys);
  if (answered.type !== mediaType) return nothing;
  const { header } = said(answered.body, keys);
  if (header.type !== 'Receipt') return { status: 200, type: mediaType, body: receiptAsIf(header, keys) };
  const { message, digest } = opened(arrived.body, keys);
  const { from, to, messageId, created } = message.header;
  const problem = problemFor(
    { from, messageId, digest },
    { code: 'internal' },
    { nodeId: to, now: Date.parse(created) },
  );
  return { status: problemStatus.internal, type: mediaType, body: seal(problem, keys.peer).xml };
};
const nothing: Answered = { status: 503, type: 'text/plain', body: 'busy\n' };

interface Flipped {
  readonly kit: Kit;
  /** What the door does with the answers of the node under test from now on. */
  readonly answers: (rule: Answers | undefined) => void;
}

/**
 * Runs a check once for each answer that it gets, with that one turned around. Gives the answers that made no difference to it,
 * as `name: answer 1`.
 */
export async function unheeded({ kit, answers }: Flipped, check: Check): Promise<string[]> {
  // What is tidied up is no part of it.
  const plain = { ...kit, later: () => undefined };
  const passes = async (rule: Answers) => {
    answers(rule);
    const { results } = await runChecks(plain, { checks: [check], deadlineMs: 60_000 });
    answers(undefined);
    return results[0]?.outcome === 'passed';
  };
  let asked = 0;
  const passed = await passes((_, answered) => {
    asked += 1;
    return answered;
  });
  if (!passed) return [`${check.name}: it does not pass`];
  if (asked === 0) return [`${check.name}: gets no answers`];
  const found: string[] = [];
  for (let place = 1; place <= asked; place++) {
    let at = 0;
    const turned = (rule: Answers): Answers => (...heard) => (++at === place ? rule(...heard) : heard[1]); // prettier-ignore
    if (!(await passes(turned(opposite)))) continue;
    at = 0;
    const deaf = await passes(turned(() => nothing));
    found.push(`${check.name}: answer ${place}${deaf ? ', whatever it is' : ''}`);
  }
  return found;
}
