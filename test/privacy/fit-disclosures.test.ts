import { describe, expect, it } from 'vitest';
import { fitDisclosures } from '../../node/federation/privacy/fit-disclosures.ts';
import type { AccessDisclosure } from '../../protocol/index.ts';

const at = (minute: number) => new Date(minute * 60_000).toISOString();
const offered = (number: number): AccessDisclosure => ({
  ...{ recipient: `Reseller ${number}`, nodeId: `r${number}.example`, at: at(number) },
  fields: ['account.name'],
});
const released = (number: number): AccessDisclosure => ({
  ...{ ...offered(number), at: at(1_000 + number) },
  fields: ['account.name', 'contact.phones'],
});
const many = (count: number) => Array.from({ length: count }, (_, number) => offered(number));
const namesIn = (report: readonly AccessDisclosure[]) => report.flatMap(({ recipient }) => recipient.split('; '));

describe('who got something of a lead', () => {
  it('is told as it is, while there is room for all', () => {
    const all = [...many(99), released(7)];
    expect(fitDisclosures(all, 100)).toEqual(all);
  });

  it('is told once for each recipient, with all that it got, when it was told too often', () => {
    const report = fitDisclosures([...many(100), released(7)], 100);
    expect(report).toHaveLength(100);
    expect(report[7]).toEqual(released(7));
    expect(report[8]).toEqual(offered(8));
  });

  it.each([101, 500, 900])('is told by name of each of %i', (count) => {
    const report = fitDisclosures([...many(count), released(count - 1)], 100);
    expect(report.length).toBeLessThanOrEqual(100);
    expect(namesIn(report)).toEqual(many(count).map(({ recipient }) => recipient));
    expect(Math.max(...report.map(({ recipient }) => recipient.length))).toBeLessThanOrEqual(300);
    expect(report.at(-1)).toMatchObject({ at: at(1_000 + count - 1), fields: ['account.name', 'contact.phones'] });
  });

  it('is counted at least, where not even the names have room', () => {
    const report = fitDisclosures(many(5_000), 100);
    expect(report).toHaveLength(100);
    const [, left = ''] = /^and (\d+) more/.exec(report.at(-1)?.recipient ?? '') ?? [];
    expect(namesIn(report.slice(0, -1)).length + Number(left)).toBe(5_000);
  });
});
