import { beforeAll, describe, expect, it } from 'vitest';
import { verifyByXmlsec1 } from '../interop/xmlsec1.ts';
import { vendor } from '../protocol/messages.ts';
import { judge, type Finding } from './differential.ts';
import { makeMutant } from './mutants.ts';

// Longer runs: node test/security/programs/fuzz-parsers.ts 20000
let findings: Finding[];
beforeAll(() => {
  findings = Array.from({ length: 400 }, (_, seed) => judge(makeMutant(seed), seed % 10 === 0));
});

describe('documents a few changes away from good messages', () => {
  it('are refused at the gates, or read alike by us, libxml2, xmldom and fast-xml-parser', () => {
    expect(findings.filter(({ fault }) => fault !== undefined)).toEqual([]);
    expect(findings.filter(({ refused }) => refused === undefined).length).toBeGreaterThan(80);
    expect(new Set(findings.map(({ refused }) => refused)).size).toBeGreaterThan(6);
  });

  it('are verified by xmlsec1 where we take them, and it signs the text that we read', () => {
    const signed = findings.flatMap((finding) => finding.signed ?? []);
    expect(signed.length).toBeGreaterThan(25);
    const said = verifyByXmlsec1(signed.map(({ xml }) => xml), [vendor.key]); // prettier-ignore
    expect(said).toEqual(signed.map(({ canonical }) => canonical));
  });
});
