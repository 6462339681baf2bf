import { levels } from '../index.ts';
import { roles, type Check, type Role } from './check.ts';

const plays: Readonly<Record<Role, string>> = {
  vendor: 'As a vendor, the kit offers leads to the node',
  reseller: 'As a reseller, the kit is offered leads by the node',
  hostile: 'As a hostile peer, the kit sends and answers what nobody should',
};

const cell = (text: string) => text.replaceAll('|', '\\|');
const fromVector = ({ name }: Check) => name.includes('/');

/** All checks as tables for docs/conformance.md: those of the vectors by their number only. */
export function describeChecks(checks: readonly Check[]): string {
  const tables = roles.map((role) => {
    const rows = checks
      .filter((check) => check.role === role && !fromVector(check))
      .map(({ name, level, requirements, sends, expects }) => `| \`${name}\` | ${level} | ${requirements.join(' ')} | ${cell(sends)} | ${cell(expects)} |`); // prettier-ignore
    return [`### ${plays[role]}`, '', '| check | level | requirements | sends | expects |', '| --- | --- | --- | --- | --- |', ...rows].join('\n'); // prettier-ignore
  });
  return [...tables, describeVectors(checks.filter(fromVector)), countsOf(checks)].join('\n\n');
}

function describeVectors(checks: readonly Check[]): string {
  const groups = Map.groupBy(checks, ({ name, expects }) => `${name.split('/')[0] ?? ''}|${expects}`);
  const rows = [...groups].map(([group, own]) => {
    const [folder = '', expects = ''] = group.split('|');
    const numbers = [...new Set(own.flatMap(({ requirements }) => requirements))].toSorted();
    return `| \`${folder}/\` | ${own.length} | ${numbers.join(' ')} | ${cell(expects)} |`;
  });
  return ['### From the vectors, made over to the kit and the node', '', '| schemas/vectors | checks | requirements | expects |', '| --- | --- | --- | --- |', ...rows].join('\n'); // prettier-ignore
}

function countsOf(checks: readonly Check[]): string {
  const count = (level: string) => checks.filter((check) => check.level === level).length;
  const shown = levels.filter((level) => count(level) > 0).map((level) => `${count(level)} ${level}`);
  return `Together ${checks.length} checks: ${shown.join(', ')}.`;
}
