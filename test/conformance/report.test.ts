import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XmlDocument } from 'libxml2-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../node/cli/commands/index.ts';
import { parseCommand } from '../../node/cli/parse-command.ts';
import { ownTerminal } from '../../node/cli/terminal.ts';
import { verifyReport } from '../../node/cli/verify-report.ts';
import { open, readInvitation, writeInvitation, type ProtocolError } from '../../protocol/index.ts';
import {
  allChecks,
  checkJunit,
  describeReport,
  readSignedReport,
  writeJunit,
  writeSignedReport,
} from '../../protocol/conformance/index.ts';
import type { Report } from '../../protocol/conformance/index.ts';
import { transplant } from '../../protocol/conformance/transplant.ts';
import { openVectors } from '../../protocol/conformance/vectors.ts';
import { requirementsOf } from '../protocol/specification.ts';
import { fillDocumentation, readDocumentation } from './documentation.ts';
import { mutants } from './mutants.ts';
import { run, startPeerUnderTest } from './peer-under-test.ts';

const folder = mkdtempSync(join(tmpdir(), 'leadmesh-conformance-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Throws when it is not well-formed. */
const expectXml = (xml: string) => XmlDocument.fromString(xml).dispose();

describe('a report', () => {
  let report: Report;
  let tested: Awaited<ReturnType<typeof startPeerUnderTest>>;
  beforeAll(async () => {
    const deaf = mutants.find(([, caughtBy]) => caughtBy === 'audience')?.[2];
    tested = await startPeerUnderTest(deaf);
    report = await run(tested.kit, ['capabilities', 'audience', 'offer', 'answer-never-ends']);
  });
  afterAll(() => tested.stop());

  it('says of each check what came of it, and of each level what that means', () => {
    expect(report.counts).toEqual({ passed: 2, failed: 1, skipped: 1 });
    expect(report.conforms).toBe(false);
    expect(report.levels.slice(0, 3)).toEqual([
      { level: 'Core', verdict: 'failed' },
      { level: 'Withhold', verdict: 'not-checked' },
      { level: 'Update', verdict: 'not-announced' },
    ]);
    const text = describeReport(report);
    expect(text).toContain(
      'audience (LX-051)\n    expected: Problem audience\n    found: Expected Problem audience, got a Receipt.',
    );
    expect(text).toContain('1: This takes more than 20 seconds: wait 30 seconds or more.');
    expect(text).toContain('peer.test: 2 passed, 1 failed, 1 skipped. It does not conform.');
  });

  it('is JSON that is signed by the kit, to the byte', () => {
    const { key } = tested.kit.identity;
    const text = writeSignedReport(report, key);
    expect(readSignedReport(text, key.kid)).toEqual(report);
    const forged = text.replace('"conforms":false', '"conforms":true');
    // JSON alone would read the second report, which nobody signed.
    const beside = text.replace('\n,"signature"', `\n,"report":${forged.split('\n')[1] ?? ''},"signature"`);
    expect((JSON.parse(beside) as { report: Report }).report.conforms).toBe(true);
    for (const one of [forged, beside, JSON.stringify(report)])
      expect(() => readSignedReport(one, key.kid)).toThrow('signature');
    expect(() => readSignedReport(text, 'another')).toThrow('signature');
  });

  it('is JUnit XML, a suite for each role, that is signed by the kit, to the byte', () => {
    const { key } = tested.kit.identity;
    const results = report.results.map((one) => ({ ...one, why: one.why && `<&"\u0000${one.why}` }));
    const xml = writeJunit({ ...report, results }, key);
    expectXml(xml);
    expect(xml.match(/<testcase /g)).toHaveLength(4);
    expect(xml).toContain('<testsuite name="vendor" tests="3" failures="1" errors="0" skipped="0"');
    expect(xml).toContain('<failure type="LX-051"');
    expect(xml.match(/<skipped /g)).toHaveLength(1);
    checkJunit(xml, key.kid);
    const unsigned = xml.replace(/<\?lead-exchange-signature.*\n/, '');
    const failure = /<failure [^>]*>/;
    for (const forged of [
      xml.replace(failure, ''),
      xml.replace('failures="1"', 'failures="0"'),
      `${xml}\n`,
      `${xml}${unsigned}`,
      unsigned,
    ])
      // prettier-ignore
      expect(() => checkJunit(forged, key.kid)).toThrow('signature');
    expect(() => checkJunit(xml, 'another')).toThrow('signature');
  });

  it('skips what its time does not reach', async () => {
    const late = await run(tested.kit, ['offer', 'duplicate'], -1);
    expect(late.results.map(({ outcome }) => outcome)).toEqual(['skipped', 'skipped']);
    expect(late.conforms).toBe(false);
  });
});

describe('the checks', () => {
  const checks = allChecks();

  it('have a name of their own and quote requirements that are there', () => {
    const known = new Set(requirementsOf(readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8')).map(({ number }) => number)); // prettier-ignore
    expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
    for (const { requirements } of checks) for (const number of requirements) expect(known).toContain(number);
    expect(checks.length).toBeGreaterThan(350);
  });

  it('are listed in docs/conformance.md (node test/conformance/programs/write-documentation.ts)', () => {
    expect(fillDocumentation(readDocumentation())).toBe(readDocumentation());
  });
});

describe('a vector that is made over to another node', () => {
  it('is wrong in what it was wrong in, and in nothing else', async () => {
    const tested = await startPeerUnderTest();
    const { identity } = tested.kit;
    const book = openVectors()!;
    const whole = book.vectors.filter(({ kind, key }) => kind === 'message' || (kind === 'signed' && key === 'vendor'));
    const found = whole.map((vector) => {
      const { bytes } = transplant(book, vector, { identity, to: 'peer.test', now: Date.now() });
      try {
        open(bytes, (from, kid) => (from === identity.nodeId && kid === identity.key.kid ? identity.key : undefined));
        return [vector.file, undefined];
      } catch (error) {
        return [vector.file, (error as ProtocolError).code];
      }
    });
    const ofHeader = ['audience', 'expired', 'from-future'];
    expect(found).toEqual(whole.map(({ file, code = '' }) => [file, code === '' || ofHeader.includes(code) ? undefined : code])); // prettier-ignore
    expect(whole.length).toBeGreaterThan(250);
    await tested.stop();
  });
});

/** What the command says of a report, given the invitation of a kit. */
async function verify(report: string, invitation: string): Promise<unknown> {
  const words = ['conformance', 'verify', report, '--invitation', invitation];
  return (await verifyReport(parseCommand(commands, words, { env: {}, terminal: ownTerminal }).asked)).json;
}

describe('leadmesh conformance', () => {
  it('waits until it is known, checks, writes its reports and exits', async () => {
    const tested = await startPeerUnderTest();
    const file = (name: string) => join(folder, name);
    writeFileSync(file('theirs.json'), writeInvitation(tested.peer.invitation));
    const url = new URL(tested.peer.invitation.endpoint).origin;
    const names = '^(offer|audience|duplicate|accept)$';
    const options = ['--invitation', file('theirs.json'), '--own-invitation', file('kit.json'), '--kit-port', '0', '--only', names, '--kit-id', 'other-kit.localhost']; // prettier-ignore
    const reports = ['--json', file('report.json'), '--junit', file('report.xml'), '--on-offer', 'test -n "$LEAD_EXCHANGE_COMPANY"']; // prettier-ignore
    const child = spawn(process.execPath, ['node/cli/main.ts', 'conformance', url, ...options, ...reports]);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        output += data.toString();
        if (!output.includes('Waiting until')) return;
        const { nodeId, spki, endpoint } = readInvitation(readFileSync(file('kit.json'), 'utf8'));
        tested.peer.addPartner({ nodeId, spki: Buffer.from(spki, 'base64'), endpoint });
      });
    const status = await new Promise((resolve) => child.once('exit', resolve));
    await tested.stop();
    expect(output).toContain('peer.test: 5 passed, 0 failed, 0 skipped. Nothing found against it.');
    const { kid, fingerprint } = readInvitation(readFileSync(file('kit.json'), 'utf8'));
    expect(output).toContain(fingerprint);
    expect(readSignedReport(readFileSync(file('report.json'), 'utf8'), kid).counts.passed).toBe(5);
    expectXml(readFileSync(file('report.xml'), 'utf8'));
    expect(status).toBe(0);
    const { nodeId } = readInvitation(readFileSync(file('kit.json'), 'utf8'));
    expect(nodeId).toBe('other-kit.localhost');
    for (const written of ['report.json', 'report.xml']) {
      expect(await verify(file(written), file('kit.json'))).toMatchObject({ nodeId, fingerprint });
      writeFileSync(file('forged'), readFileSync(file(written), 'utf8').replace('audience', 'audiences'));
      await expect(verify(file('forged'), file('kit.json'))).rejects.toMatchObject({ code: 'report-not-signed' });
      await expect(verify(file(written), file('theirs.json'))).rejects.toMatchObject({ code: 'report-not-signed' });
    }
    await expect(verify(file('report.xml'), file('report.xml'))).rejects.toMatchObject({ code: 'invitation-invalid' });
  });
});
