import { createPublicKey, sign, verify } from 'node:crypto';
import { ProtocolError, verificationKey } from '../index.ts';
import type { SigningKey } from '../index.ts';
import { roles } from './check.ts';
import type { Report, Result } from './run.ts';

/** What people read: failures first, then what was skipped and why, then the levels. */
export function describeReport({ node, counts, results, levels, conforms }: Report): string {
  const line = ({ name, requirements, expects, why = '' }: Result) =>
    `  ${name} (${requirements.join(', ')})\n    expected: ${expects}\n    found: ${why}`;
  const failed = results.filter(({ outcome }) => outcome === 'failed').map(line);
  const reasons = Map.groupBy(results.filter(({ outcome }) => outcome === 'skipped'), ({ why = '' }) => why); // prettier-ignore
  const skipped = [...reasons].map(([why, all]) => `  ${all.length}: ${why}`);
  const byRole = roles.map((role) => {
    const own = results.filter((result) => result.role === role);
    return `  ${role}: ${own.filter(({ outcome }) => outcome === 'passed').length} of ${own.length} passed`;
  });
  return [
    ...(failed.length > 0 ? ['Failed:', ...failed, ''] : []),
    ...(skipped.length > 0 ? ['Skipped:', ...skipped, ''] : []),
    ...['As', ...byRole, ''],
    ...['Levels:', ...levels.map(({ level, verdict }) => `  ${level}: ${verdict}`), ''],
    `${node.nodeId}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped. ${conforms ? 'Nothing found against it.' : 'It does not conform.'}`,
  ].join('\n');
}

/** One line of a run under way. */
export const describeResult = ({ outcome, name, role, why }: Result): string =>
  `${{ passed: 'ok     ', failed: 'FAILED ', skipped: 'skipped' }[outcome]} ${role} ${name}${why === undefined ? '' : `: ${why}`}`;

function writeSuites({ results, node, startedAt }: Report): string {
  const suites = roles.map((role) => {
    const own = results.filter((result) => result.role === role);
    const of = (outcome: Result['outcome']) => own.filter((result) => result.outcome === outcome).length;
    const facts = `name="${role}" tests="${own.length}" failures="${of('failed')}" errors="0" skipped="${of('skipped')}" timestamp="${startedAt}" hostname="${escaped(node.nodeId)}"`;
    return `  <testsuite ${facts}>\n${own.map(testCase).join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="Lead Exchange 1">\n${suites.join('')}</testsuites>\n`;
}

function testCase({ name, level, role, milliseconds, outcome, why = '', requirements }: Result): string {
  const facts = `classname="${role}.${level}" name="${escaped(name)}" time="${(milliseconds / 1_000).toFixed(3)}"`;
  if (outcome === 'passed') return `    <testcase ${facts}/>\n`;
  const inner = outcome === 'failed' ? `<failure type="${requirements.join(' ')}" message="${escaped(why)}"/>` : `<skipped message="${escaped(why)}"/>`; // prettier-ignore
  return `    <testcase ${facts}>${inner}</testcase>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escaped = (text: string) =>
  text.replace(/[\0-\x08\x0b-\x1f\ufffe\uffff]/g, '\ufffd').replace(/[&<>"]/g, (one) => entities[one] ?? one);

/** ECDSA P-256 with SHA-256, r ‖ s in base64. */
const signText = (text: string, { privateKey }: SigningKey): string =>
  sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64');

/** Throws `signature` unless the key (SPKI, base64) has this name and signed the text. */
function checkSigned(text: string, { spki, value, kid }: { spki: string; value: string; kid: string }): void {
  const { publicKey, kid: found } = verificationKey(createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' })); // prettier-ignore
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  const good = found === kid && verify('sha256', Buffer.from(text), key, Buffer.from(value, 'base64'));
  if (!good) throw new ProtocolError('signature', 'The report was not signed by this key.');
}

/**
 * JUnit XML, as build servers read it: a suite for each role. Its last line is an instruction that readers skip, with the
 * signature over the UTF-8 bytes of all lines before it.
 */
export function writeJunit(report: Report, key: SigningKey): string {
  const suites = writeSuites(report);
  const facts = `algorithm="ecdsa-sha256" kid="${key.kid}" spki="${report.kit.spki}" value="${signText(suites, key)}"`;
  return `${suites}<?lead-exchange-signature ${facts}?>\n`;
}

const signatureLine =
  /^<\?lead-exchange-signature algorithm="ecdsa-sha256" kid="[^"]*" spki="([^"]*)" value="([^"]*)"\?>\n$/;

/** Throws `signature` unless such a file was signed, whole, by the key whose name the caller knows. */
export function checkJunit(text: string, kid: string): void {
  const at = text.lastIndexOf('\n', text.length - 2) + 1;
  const [, spki, value] = signatureLine.exec(text.slice(at)) ?? [];
  if (spki === undefined || value === undefined) throw new ProtocolError('signature', 'The report is not signed.');
  checkSigned(text.slice(0, at), { spki, value, kid });
}

/**
 * The report as a file of JSON in three lines: the second is the report, and the signature is over the UTF-8 bytes of that
 * line without its line feed.
 */
export function writeSignedReport(report: Report, key: SigningKey): string {
  const line = JSON.stringify(report);
  const signature = { algorithm: 'ecdsa-sha256', kid: key.kid, value: signText(line, key) };
  return `{"report":\n${line}\n,"signature":${JSON.stringify(signature)}}\n`;
}

const threeLines = /^\{"report":\n([^\n]*)\n,"signature":(\{[^\n]*\})\}\n$/;

/** Reads such a file; throws `signature` unless it was signed by the key whose name the caller knows. */
export function readSignedReport(text: string, kid: string): Report {
  const [, line, signature] = threeLines.exec(text) ?? [];
  if (line === undefined || signature === undefined) throw new ProtocolError('signature', 'The report is not signed.');
  // What is read is what was signed: a second `report` beside it would be read in its place by JSON alone.
  const report = JSON.parse(line) as Report;
  const { value } = JSON.parse(signature) as { value: string };
  checkSigned(line, { spki: report.kit.spki, value, kid });
  return report;
}
