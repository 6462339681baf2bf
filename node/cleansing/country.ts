import { countryNames } from './country-names.ts';

const byName: ReadonlyMap<string, string> = new Map(
  countryNames
    .trim()
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([code = '', ...names]) => [code.toLowerCase(), ...names].map((name): [string, string] => [name, code])),
);

/** ISO 3166-1 alpha-2 of a country's name, code or usual short form; undefined when not certain. */
export function countryCode(text: string): string | undefined {
  const folded = text.normalize('NFKD').toLowerCase().replaceAll('ß', 'ss');
  return byName.get(folded.replace(/[^\p{L}\p{N}]/gu, ''));
}
