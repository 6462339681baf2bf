import { hash } from 'node:crypto';
import type { Tx } from '../kernel/context.ts';
import { CodedError, conflict, notFound } from '../kernel/errors.ts';
import type { Actor } from '../kernel/routes.ts';
import { appendLeaf } from '../ledger/append-leaf.ts';
import { readCondition } from '../rules/index.ts';
import type { Rule, RuleInput } from '../rules/index.ts';
import { mayKeepBox, pathOf } from './may-keep-box.ts';
import { listBoxes, updateBox } from './store/boxes.ts';
import type { Box } from './store/boxes.ts';
import { listRules, replaceRules } from './store/rules.ts';
import { deleteTurns } from './store/turns.ts';

interface RuleSet {
  readonly boxId: string;
  /** The version of the box that was edited; another one is refused. */
  readonly version: number;
  readonly rules: readonly RuleInput[];
}

/**
 * Puts these rules in the place of the box's rules; a rule that keeps its id keeps its rotation. Throws `box-changed`,
 * `invalid-condition`, `unknown-rule`, `unknown-box`, `target-above`, `forbidden-target`, and `not-found` for who may not.
 */
export async function setRules(tx: Tx, actor: Pick<Actor, 'userId' | 'role'>, set: RuleSet): Promise<void> {
  const { boxId, version } = set;
  if (!(await updateBox(tx, boxId, { version }))) await refuseVersion(tx, actor, boxId);
  const boxes = new Map((await listBoxes(tx)).map((box) => [box.id, box]));
  if (!mayKeepBox(actor, boxes, boxId)) throw notFound('lead box');
  const before = await listRules(tx, boxId);
  const known = new Set(before.map((rule) => rule.id));
  const rules = set.rules.map((input, position): Rule => {
    checkTargets(actor, boxes, boxId, { input, path: `rules[${position}]` });
    const condition = readCondition(input.condition, `rules[${position}].condition`);
    const id = knownId(input, known, `rules[${position}].id`) ?? tx.ids.make('rule');
    return { ...input, id, boxId, position, condition };
  });
  const kept = new Set(rules.map((rule) => rule.id));
  await deleteTurns(tx, before.map((rule) => rule.id).filter((id) => !kept.has(id))); // prettier-ignore
  await replaceRules(tx, boxId, rules);
  const digest = hash('sha256', JSON.stringify(rules), 'base64');
  await appendLeaf(tx, 'rules-set', {
    box: boxId,
    version: version + 1,
    count: rules.length,
    digest,
    by: actor.userId,
  });
}

/** Whoever may not write the rules of a box does not learn whether it exists. */
async function refuseVersion(tx: Tx, actor: Pick<Actor, 'userId' | 'role'>, boxId: string): Promise<never> {
  const boxes = new Map((await listBoxes(tx)).map((box) => [box.id, box]));
  if (!boxes.has(boxId) || !mayKeepBox(actor, boxes, boxId)) throw notFound('lead box');
  throw conflict('box-changed', 'Someone changed this box meanwhile; look again.');
}

const refuse = (code: string, message: string, path: string) => new CodedError(code, 422, message, { path });

/** The id a rule had before; each once. */
function knownId({ id }: RuleInput, known: Set<string>, path: string): string | undefined {
  if (id !== undefined && !known.delete(id)) throw refuse('unknown-rule', 'This box has no such rule.', path);
  return id;
}

function checkTargets(
  actor: Pick<Actor, 'userId' | 'role'>,
  boxes: ReadonlyMap<string, Box>,
  boxId: string,
  { input, path }: { input: RuleInput; path: string },
): void {
  const above = new Set(pathOf(boxes, boxId).slice(1).map((box) => box.id)); // prettier-ignore
  input.action.assign.to.forEach((target, index) => {
    const where = `${path}.action.assign.to[${index}]`;
    if (!boxes.has(target)) throw refuse('unknown-box', 'There is no such lead box.', where);
    if (above.has(target)) throw refuse('target-above', 'A lead comes from the boxes above; name boxes below.', where);
    if (!mayKeepBox(actor, boxes, target))
      throw refuse('forbidden-target', 'Only an administrator may send leads to boxes outside your own.', where);
  });
}
