import { CodedError } from '../../kernel/errors.ts';
import { parseJson } from '../../kernel/request-body.ts';
import type { Asked, Command } from '../command.ts';
import type { Door } from '../door.ts';
import { fileBytes } from '../input.ts';
import { table, type Page } from '../output.ts';

interface BoxView {
  readonly id: string;
  readonly kind: string;
  readonly userId?: string;
  readonly peerId?: string;
  readonly version: number;
}

const listBoxes = async (door: Door) => (await door.ask<{ items: BoxView[] }>('GET /api/boxes')).items;

/** A box by its id, `system`, the partner's node id, or the user's id or e-mail address. */
async function findBox(door: Door, boxes: readonly BoxView[], name: string): Promise<BoxView> {
  const userId = name.includes('@') ? (await door.user(name)).id : name;
  const box =
    boxes.find(({ id, userId: of, peerId }) => [id, of, peerId].includes(userId)) ??
    boxes.find(({ kind }) => kind === 'system' && name === kind);
  if (!box) throw new CodedError('unknown-box', 422, `There is no lead box of ${name}.`);
  return box;
}

type Loose = Readonly<Record<string, unknown>>;
const isLoose = (thing: unknown): thing is Loose =>
  typeof thing === 'object' && thing !== null && !Array.isArray(thing);

/** The rule with the ids of boxes in the place of their names; whatever else is wrong with it, the route says. */
async function nameBoxes(door: Door, boxes: readonly BoxView[], rule: unknown): Promise<unknown> {
  const action = isLoose(rule) ? rule['action'] : undefined;
  const assign = isLoose(action) ? action['assign'] : undefined;
  const to = isLoose(assign) ? assign['to'] : undefined;
  if (!isLoose(rule) || !isLoose(action) || !isLoose(assign) || !Array.isArray(to)) return rule;
  const ids: unknown[] = [];
  for (const name of to as unknown[]) ids.push(typeof name === 'string' ? (await findBox(door, boxes, name)).id : name);
  return { ...rule, action: { ...action, assign: { ...assign, to: ids } } };
}

/** What the file holds as rules: a list, whose boxes may be named. */
async function readRules(door: Door, boxes: readonly BoxView[], asked: Asked): Promise<unknown> {
  const given = parseJson(await fileBytes(asked.arg('file'), door.limitOf('PUT /api/boxes/:id/rules'), asked.terminal));
  if (!Array.isArray(given)) return given;
  const rules: unknown[] = [];
  for (const rule of given as unknown[]) rules.push(await nameBoxes(door, boxes, rule));
  return rules;
}

const columns = {
  id: 'id',
  kind: 'kind',
  name: 'name',
  user: 'userId',
  partner: 'peerId',
  rules: 'rules',
  barred: 'barred',
};
const ruleColumns = { id: 'id', name: 'name', enabled: 'enabled', description: 'description' };

export const boxCommands: readonly Command[] = [
  {
    name: 'box list',
    summary: 'List the lead boxes: of the system, of users, teams and partners',
    example: 'leadmesh box list',
    onNode: async (door) => table(await door.ask<Page>('GET /api/boxes'), columns),
  },
  {
    name: 'box rules',
    summary: 'Show the rules of a lead box, or put those of a JSON file (- for standard input) in their place',
    arguments: ['box', '[file]'],
    example: 'leadmesh box rules system rules.json',
    onNode: async (door, asked) => {
      const boxes = await listBoxes(door);
      const { id, version } = await findBox(door, boxes, asked.arg('box'));
      const file = asked.maybeArg('file');
      if (file === undefined)
        return table(await door.ask<Page>('GET /api/boxes/:id/rules', { params: { id } }), ruleColumns);
      const body = { version, rules: await readRules(door, boxes, asked) };
      return table(await door.ask<Page>('PUT /api/boxes/:id/rules', { params: { id }, body }), ruleColumns);
    },
  },
];
