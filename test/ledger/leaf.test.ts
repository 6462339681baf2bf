import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitMembers, leafLines, readMembers, writeLeaf, type LeafKind } from '../../node/ledger/leaf.ts';

const head = { kind: 'user-changed', at: Date.UTC(2026, 0, 2), id: 'leaf_1', nodeId: 'node.example' } as const;

describe('a leaf', () => {
  it('is lines in a fixed order', () => {
    const facts = { by: 'user_2', role: 'manager', user: 'user_1', active: true, changed: ['role', 'active'] };
    expect(writeLeaf(head, facts)).toBe(
      [
        'leadmesh-leaf: 1',
        'kind: user-changed',
        'at: 2026-01-02T00:00:00.000Z',
        'id: leaf_1',
        'node: node.example',
        'user: user_1',
        'changed: role active',
        'role: manager',
        'active: true',
        'by: user_2',
        '',
      ].join('\n'),
    );
  });

  it('has as many lines as it has facts, whatever they are made of', () => {
    const kinds = Object.keys(leafLines) as LeafKind[];
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.integer(), fc.constant(undefined));
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.array(value, { minLength: 8, maxLength: 8 }), (kind, values) => {
        const names: readonly string[] = leafLines[kind];
        const facts = Object.fromEntries(names.map((name, at) => [name, values[at]]));
        const text = writeLeaf({ ...head, kind }, facts);
        expect(text).toMatch(/^([a-z-]+: [\x20-\x7e]*\n)+$/);
        const present = names.filter((name) => facts[name] !== undefined);
        const lines = text.split('\n').slice(5, -1);
        expect(lines.map((line) => line.slice(0, line.indexOf(':')))).toEqual(present);
        const told = lines.map((line) => decodeURIComponent(line.slice(line.indexOf(':') + 2)));
        const meant = present.map((name) => Buffer.from(String(facts[name])).toString());
        expect(told).toEqual(meant);
      }),
    );
  });

  it('gives the members of a list back, of a long one as many as have room', () => {
    const purposes = ['Sales of pumps', 'Größe 50 %', ''];
    const text = writeLeaf({ ...head, kind: 'disclosure' }, { purposes });
    const line = /^purposes: (.*)$/m.exec(text)?.[1] ?? '';
    expect(readMembers(line)).toEqual(purposes);
    expect(fitMembers(purposes, line.length)).toEqual(purposes);
    expect(fitMembers(purposes, line.length - 1)).toEqual(purposes.slice(0, 2));
    expect(fitMembers(['x'.repeat(9), 'y'], 8)).toEqual([]);
  });

  it('has a limit', () => {
    const refuse = () => writeLeaf(head, { changed: Array.from({ length: 500 }, () => 'x'.repeat(10)) });
    expect(refuse).toThrow(expect.objectContaining({ code: 'leaf-too-long' }) as Error);
  });
});
