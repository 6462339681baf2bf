import type { Asked, Option } from '../command.ts';
import { misuse } from '../command.ts';

export const flag = (meaning: string): Option => ({ type: 'boolean', meaning });
export const value = (name: string, meaning: string): Option => ({ type: 'string', value: name, meaning });

/** Options of every list. */
export const pageOptions = {
  limit: value('number', 'How many at most; default 50.'),
  cursor: value('cursor', 'Go on where the page before ended.'),
};

const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Options under the names the API has for them; those not given are undefined. */
export const given = (asked: Asked, ...names: readonly string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [camel(name), asked.text(name)]));

/** A whole number. Throws `usage`. */
export function wholeNumber(asked: Asked, option: string): number | undefined {
  const text = asked.text(option);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw misuse(`--${option} is a whole number.`);
  return Number(text);
}

/** Throws `usage` when it was left out. */
export function needed(asked: Asked, option: string): string {
  const text = asked.text(option);
  if (text === undefined) throw misuse(`--${option} is needed.`);
  return text;
}
