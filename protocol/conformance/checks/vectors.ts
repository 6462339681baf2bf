import { messageTable, messageTypes, problemCodes } from '../../index.ts';
import type { Level, ProblemCode } from '../../index.ts';
import { expectProblem, expectUnderstood } from '../answer.ts';
import { NotRun, type Check } from '../check.ts';
import type { Kit } from '../kit.ts';
import { transplant, type Transplanted } from '../transplant.ts';
import { openVectors, type Vector, type VectorBook } from '../vectors.ts';

const expectations = {
  unauthenticated: 'The constant 401, unsigned',
  valid: 'A signed answer other than Problem schema',
} as const;

/** Every vector that is a message, signed anew by the kit for the node under test. */
export function vectorChecks(book: VectorBook | undefined = openVectors()): readonly Check[] {
  return (book?.vectors ?? []).flatMap((vector) => (isUsed(vector) ? [checkOf(vector, book)] : []));
}

/** Times that are right or wrong by a millisecond are lost on the way; walks have checks of their own. */
function isUsed({ kind, verdict, file, requirement }: Vector): boolean {
  if (kind === 'message') return true;
  if (kind !== 'signed' || requirement === 'LX-052') return false;
  return verdict !== 'valid' || file.startsWith('signed/format-');
}

function checkOf(vector: Vector, book: VectorBook | undefined): Check {
  const { file, requirement, why, verdict, code } = vector;
  return {
    name: file.replace(/\.xml$/, ''),
    role: 'hostile',
    level: book ? levelOf(book.bytesOf(vector)) : 'Core',
    requirements: [requirement],
    sends: `${why.charAt(0).toUpperCase()}${why.slice(1)}`,
    expects: verdict === 'valid' || verdict === 'unauthenticated' ? expectations[verdict] : `Problem ${code ?? ''}`,
    async run(kit) {
      if (!book) throw new NotRun('The vectors are not here.');
      await judge(
        kit,
        vector,
        transplant(book, vector, { identity: kit.identity, to: kit.target.nodeId, now: kit.now() }),
      );
    },
  };
}

function levelOf(bytes: Buffer): Level {
  const type = /<l:Type>(\w+)</.exec(bytes.toString('latin1'))?.[1];
  const known = messageTypes.find((one) => one === type);
  return known ? messageTable[known].level : 'Core';
}

async function judge(kit: Kit, { verdict, code }: Vector, one: Transplanted): Promise<void> {
  const posted = { messageId: one.messageId, digest: one.digest, from: kit.identity.nodeId, to: kit.target.nodeId };
  const answer = await kit.post(one.bytes, {}, posted);
  if (verdict === 'unauthenticated') await kit.expectStranger(answer);
  else if (verdict === 'problem') {
    // Nobody can quote an id that is none.
    if (!one.bytes.includes(one.messageId) && answer.kind === 'unsigned') await kit.expectStranger(answer);
    else expectProblem(answer, codeOf(code));
  } else {
    expectUnderstood(answer);
    if (answer.kind === 'receipt') kit.later(() => end(kit, one));
  }
}

const codeOf = (code: string | undefined): ProblemCode => problemCodes.find((one) => one === code) ?? 'schema';

/** A good Offer among the vectors is a real one for the node under test. */
async function end(kit: Kit, { conversation }: Transplanted): Promise<void> {
  await kit.deliver(kit.say('NoLongerAvailable', { reason: 'recalled' }, { conversation, round: 1, seq: 1_000_000 }));
}
