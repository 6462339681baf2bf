import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { allChecks } from '../../protocol/conformance/index.ts';
import { batchLimits, batchMediaType } from '../../protocol/batch.ts';
import { capabilitiesPath, endpointPath, mediaType } from '../../protocol/client.ts';
import { limits, xmlDeclaration } from '../../protocol/gate.ts';
import { conversationStates } from '../../protocol/conversation.ts';
import { levels, messageTable } from '../../protocol/message-table.ts';
import { messageTypes } from '../../protocol/generated.ts';
import { furtherChecks, requirementChecks } from './requirement-checks.ts';
import { fillSpecification, requirementsOf } from './specification.ts';
import type { Vector } from './vectors/vector.ts';
import { walks } from './vectors/walks.ts';

const near = (path: string) => new URL(`../../${path}`, import.meta.url);
const text = readFileSync(near('docs/protocol.md'), 'utf8');
const requirements = requirementsOf(text);
const { vectors } = JSON.parse(readFileSync(near('schemas/vectors/manifest.json'), 'utf8')) as { vectors: Vector[] };
const shown = new Set([
  ...[...vectors, ...walks].map(({ requirement }) => requirement),
  ...allChecks().flatMap((check) => check.requirements),
]);

describe('the specification', () => {
  it('has its tables, numbers and examples from the code and the vectors (test/protocol/programs/write-specification.ts)', () => {
    expect(text.match(/<!-- (generated|vector): /g)?.length).toBeGreaterThan(11);
    expect(fillSpecification(text)).toBe(text);
  });

  it('fills in nothing it does not know', () => {
    expect(() => fillSpecification('<!-- generated: weather -->\n<!-- end -->')).toThrow('Nothing generates weather.');
  });

  it('numbers each requirement once, in order', () => {
    const numbers = requirements.map(({ number }) => number);
    expect(new Set(numbers).size).toBe(numbers.length);
    expect(numbers).toEqual(numbers.toSorted());
    expect(numbers.length).toBeGreaterThan(110);
  });

  it('has a vector, a check of the conformance kit or a named test for every requirement', () => {
    expect(requirements.filter(({ testable }) => !testable)).toEqual([]);
    const numbers = requirements.map(({ number }) => number);
    expect(numbers.filter((number) => !shown.has(number) && !(number in requirementChecks))).toEqual([]);
  });

  it('is quoted by its numbers: no vector and no check is about a requirement that is not there', () => {
    const known = new Set(requirements.map(({ number }) => number));
    expect(
      [...shown, ...Object.keys(requirementChecks), ...furtherChecks.map(([number]) => number)].filter(
        (number) => !known.has(number),
      ),
    ).toEqual([]);
    const quoted = [...text.matchAll(/LX-\d{3}/g)].map(([number]) => number);
    expect(quoted.filter((number) => !known.has(number))).toEqual([]);
  });

  const named = Object.entries(requirementChecks).map(([number, [file, name]]) => [number, file, name] as const);
  it.each([...named, ...furtherChecks])('%s is checked where the list says', (_, file, name) => {
    const path = near(`test/${file}.test.ts`);
    expect(existsSync(path)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain(name);
  });

  it('says the numbers and names of the code', () => {
    const numbers = [limits.messageBytes, limits.elements, limits.textBytes, batchLimits.bytes];
    for (const number of numbers) expect(text).toContain(number.toLocaleString('en-US'));
    for (const name of [xmlDeclaration, mediaType, batchMediaType, endpointPath, capabilitiesPath])
      expect(text).toContain(name);
    for (const state of conversationStates) expect(text).toContain(`\`${state}\``);
    for (const level of levels)
      expect(text).toMatch(new RegExp(`[Ll]evel ${level}\\b|speaks ${level}\\b|\\| ${level} \\|`));
  });

  it('links to places that are there', () => {
    const anchors = new Set(
      [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
        title
          .toLowerCase()
          .replace(/[^a-z0-9 -]/g, '')
          .replaceAll(' ', '-'),
      ),
    );
    for (const [, target = ''] of text.matchAll(/\]\(#([^)]*)\)/g)) expect(anchors).toContain(target);
    for (const [, target = ''] of text.matchAll(/\]\((\.\.\/[^)#]*)/g))
      expect(existsSync(near(`docs/${target}`))).toBe(true);
  });
});

describe('the table of messages', () => {
  it('knows every message and a level for each', () => {
    expect(Object.keys(messageTable).toSorted()).toEqual([...messageTypes].toSorted());
    for (const { level } of Object.values(messageTable)) expect(levels).toContain(level);
  });

  it('blinds all messages of level Privacy, and chains no answer to nothing', () => {
    for (const [type, rule] of Object.entries(messageTable)) {
      if (rule.level === 'Privacy') expect(rule).toMatchObject({ blind: true, conversation: true });
      if (/Answer$|Report$|ErasureStatus|Receipt|Problem/.test(type)) expect(rule.answers).toBe(true);
      expect(rule.receipt === 'none').toBe(['Receipt', 'Problem'].includes(type));
    }
  });
});
