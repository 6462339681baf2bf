import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leadFields } from '../../protocol/generated.ts';
import { checkLead, readLead, writeLead } from '../../protocol/lead.ts';
import { scan } from '../../protocol/scan.ts';
import { writeElement } from '../../protocol/tree.ts';
import { readMessage, writeMessage } from '../../protocol/xml.ts';
import { anyLead, anyMessage } from './arbitraries.ts';
import { canonicalByWitness, schemaFault, withSignature } from './schema-witness.ts';

describe('everything the writer makes', () => {
  it('is a valid lead, canonical, and reads back as it was', () => {
    fc.assert(
      fc.property(anyLead, (lead) => {
        const xml = writeLead(lead);
        expect(schemaFault(xml)).toBeUndefined();
        expect(canonicalByWitness(xml)).toBe(xml);
        expect(readLead(xml)).toEqual(lead);
      }),
      { numRuns: 300 },
    );
  });

  it('is a valid message, canonical, and reads back as it was', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const root = writeMessage(message);
        const xml = writeElement(root);
        expect(schemaFault(withSignature(root))).toBeUndefined();
        expect(canonicalByWitness(xml)).toBe(xml);
        const understood = new Set(message.extensions?.map(({ uri }) => uri));
        expect(readMessage(scan(xml), understood)).toEqual(message);
      }),
      { numRuns: 500 },
    );
  });

  it('passes the check of JSON unchanged', () => {
    fc.assert(
      fc.property(anyLead, (lead) => {
        expect(checkLead(lead)).toEqual(lead);
        expect(checkLead(JSON.parse(JSON.stringify(lead)))).toEqual(lead);
      }),
    );
  });
});

describe('the schemas', () => {
  const files = ['lead.xsd', 'types.xsd', 'exchange.xsd', 'levels.xsd', 'signature.xsd'];
  const text = files.map((file) => readFileSync(new URL(`../../schemas/${file}`, import.meta.url), 'utf8')).join('');

  it('are what the generated file was made of', () => {
    const codegen = new URL('../../protocol/codegen.ts', import.meta.url).pathname;
    expect(() => execFileSync(process.execPath, [codegen, '--check'], { stdio: 'pipe' })).not.toThrow();
  });

  it('give nothing a default, bound every list and every text', () => {
    expect(text).not.toMatch(/ (default|fixed|nillable)=|unbounded|xs:all|xs:token/);
    const simple = [...text.matchAll(/<xs:simpleType.*?<\/xs:simpleType>/gs)].map(([found]) => found);
    expect(simple.length).toBeGreaterThan(40);
    expect(simple.filter((found) => !found.includes('<xs:maxLength '))).toEqual([]);
    expect(text).not.toContain('<xs:any');
  });

  it('name every field one expects of a lead', () => {
    const paths = new Set(leadFields.map((field) => field.path));
    const needed = [
      ...['salutation', 'givenName', 'familyName', 'fullName', 'jobTitle', 'emails', 'phones'].map(
        (leaf) => `contact.${leaf}`,
      ),
      ...['streets', 'city', 'region', 'postalCode', 'country'].map((leaf) => `contact.address.${leaf}`),
      ...['name', 'domain', 'duns', 'industry', 'employees', 'address.city'].map((leaf) => `account.${leaf}`),
      ...['products', 'opportunitySize', 'timeframe', 'comments'].map((leaf) => `interest.${leaf}`),
      ...['interestLevel', 'budget', 'authority', 'need', 'competingProducts'].map((leaf) => `qualification.${leaf}`),
      ...[
        'kind',
        'campaign',
        'medium',
        'keyword',
        'utm.source',
        'utm.content',
        'clickIds',
        'referrer',
        'landingPage',
      ].map((leaf) => `source.${leaf}`),
      ...['createdAt', 'consents', 'attachments', 'fields'],
    ];
    expect(needed.filter((path) => !paths.has(path))).toEqual([]);
  });

  it('annotate what can reach a person as personal', () => {
    const personal = leadFields.filter((field) => field.personal).map((field) => field.path);
    expect(personal).toEqual(
      expect.arrayContaining([
        'contact.familyName',
        'contact.emails',
        'contact.phones',
        'contact.address.streets',
        'fields',
      ]),
    );
    expect(personal).not.toContain('account.address.streets');
    expect(leadFields.every((field) => field.label !== '' && field.example !== '')).toBe(true);
    expect(new Set(leadFields.map((field) => field.label)).size).toBe(leadFields.length);
  });
});
