import fc from 'fast-check';
import { complexTypes } from '../../protocol/generated.ts';
import type { XmlElement } from '../../protocol/tree.ts';
import { oddTexts } from './arbitraries.ts';

/** Changes one element of a document; undefined when it does not apply there. */
type Mutation = (element: XmlElement, pick: (most: number) => number) => XmlElement | undefined;

const elementNames = Object.values(complexTypes).flatMap((type) => type.elements.map(({ name }) => `l:${name}`));
const attributeNames = [
  ...new Set(Object.values(complexTypes).flatMap((type) => type.attributes.map(({ name }) => name))),
];
const texts = [
  ...oddTexts,
  '',
  ' ',
  '\n\t ',
  '1',
  '01',
  '-1',
  '1.50',
  'true',
  'hot',
  'grab',
  'DE',
  'a@b',
  'https://a.example/',
  '2026-02-30T00:00:00Z',
  '2026-02-28T23:59:60Z',
  '2026-02-28T23:59:59.123Z',
  '2026-02-28T23:59:59+14:59',
  '2026-02-28',
  'a\nb',
  'x'.repeat(101),
  '🙂'.repeat(100),
  '🙂'.repeat(101),
  'ä'.repeat(300),
  'ä'.repeat(301),
  'y'.repeat(4001),
  'z'.repeat(16001),
];

const at = <T>(list: readonly T[], pick: (most: number) => number): T => list[pick(list.length - 1)]!;
const leaf = (name: string, text: string): XmlElement => ({ name, attributes: [], children: [], text });
const withChildren = (element: XmlElement, children: XmlElement[]): XmlElement => ({
  ...element,
  children,
  text: children.length > 0 ? '' : element.text,
});

const mutations: readonly Mutation[] = [
  // drop a child
  (element, pick) => {
    if (element.children.length === 0) return undefined;
    const gone = pick(element.children.length - 1);
    return withChildren(
      element,
      element.children.filter((_, index) => index !== gone),
    );
  },
  // repeat a child, up to very often
  (element, pick) => {
    if (element.children.length === 0) return undefined;
    const place = pick(element.children.length - 1);
    const copies = Array.from({ length: at([1, 2, 5, 30], pick) }, () => element.children[place]!);
    return withChildren(element, element.children.toSpliced(place, 0, ...copies));
  },
  // swap two neighbours
  (element, pick) => {
    if (element.children.length < 2) return undefined;
    const place = pick(element.children.length - 2);
    const [one, other] = [element.children[place]!, element.children[place + 1]!];
    return withChildren(element, element.children.toSpliced(place, 2, other, one));
  },
  // insert a child, known or not, anywhere
  (element, pick) => {
    const name = at([...elementNames, 'l:Unknown', 'l:contact', 'l:Message', 'l:__proto__', 'l:constructor'], pick);
    const child = leaf(name, at(texts, pick));
    return withChildren(element, element.children.toSpliced(pick(element.children.length), 0, child));
  },
  // another name
  (element, pick) => ({ ...element, name: at([...elementNames, 'l:Unknown'], pick) }),
  // another text
  (element, pick) => (element.children.length > 0 ? undefined : { ...element, text: at(texts, pick) }),
  // empty it
  (element) => ({ ...element, children: [], text: '' }),
  // set an attribute
  (element, pick) => {
    const name = at([...attributeNames, 'Unknown', 'kind', 'constructor'], pick);
    const others = element.attributes.filter(([other]) => other !== name);
    return { ...element, attributes: [...others, [name, at(texts, pick)]] };
  },
  // drop an attribute
  (element, pick) => {
    const own = element.attributes.filter(([name]) => !name.startsWith('xmlns'));
    if (own.length === 0) return undefined;
    const gone = at(own, pick);
    return { ...element, attributes: element.attributes.filter((attribute) => attribute !== gone) };
  },
];

function paths(element: XmlElement): number[][] {
  return [[], ...element.children.flatMap((child, index) => paths(child).map((path) => [index, ...path]))];
}

function changeAt(element: XmlElement, path: readonly number[], change: (found: XmlElement) => XmlElement): XmlElement {
  const [index, ...rest] = path;
  if (index === undefined) return change(element);
  const child = changeAt(element.children[index]!, rest, change);
  return { ...element, children: element.children.toSpliced(index, 1, child) };
}

/** The document with one element below the root changed at random; `dice` are numbers from 0 to 1. */
export function mutate(root: XmlElement, dice: readonly number[]): XmlElement {
  let roll = 0;
  const pick = (most: number) => Math.min(most, Math.floor((dice[roll++ % dice.length] ?? 0) * (most + 1)));
  const path = at(paths(root), pick);
  const mutation = at(mutations, pick);
  return changeAt(root, path, (element) => {
    const changed = mutation(element, pick) ?? element;
    return path.length === 0 ? { ...changed, name: root.name } : changed;
  });
}

export const anyDice = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), {
  minLength: 8,
  maxLength: 8,
});
