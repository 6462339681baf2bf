import { readFileSync } from 'node:fs';
import { allChecks, describeChecks } from '../../protocol/conformance/index.ts';

export const documentation = new URL('../../docs/conformance.md', import.meta.url);
export const readDocumentation = (): string => readFileSync(documentation, 'utf8');

const place = /(<!-- generated: checks -->\n)[^]*?(<!-- end -->)/;

/** The text with the list of checks as the code has it. */
export function fillDocumentation(text: string): string {
  if (!place.test(text)) throw new Error('docs/conformance.md has no place for the checks.');
  return text.replace(place, (_, start: string, end: string) => `${start}\n${describeChecks(allChecks())}\n\n${end}`);
}
