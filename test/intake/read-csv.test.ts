import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodedError } from '../../node/kernel/errors.ts';
import { openCsv, readRows, type CsvOptions } from '../../node/intake/read-csv.ts';
import { writeCsvRow } from '../../node/intake/write-csv.ts';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);

function read(input: string | Uint8Array, options?: CsvOptions) {
  const table = openCsv(typeof input === 'string' ? bytes(input) : input, options);
  const rows = [...readRows(table, table.body)];
  return { table, rows, cells: rows.map((row) => row.cells), faults: rows.map(({ line, fault }) => [line, fault]) };
}
const swap16 = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('how a table is written', () => {
  it.each([
    [',', 'Name,Email\nAda,ada@example.com\n'],
    [';', 'Name;Email\nAda, Countess;ada@example.com\n'],
    ['\t', 'Name\tEmail\nAda; Countess\tada@example.com\n'],
    ['|', 'Name|Email\nAda, Countess|ada@example.com\n'],
    [',', 'Email\nada@example.com\n'],
    [',', 'Kolonne A,Kolonne B\nx;y,1\nz;w,2\n'],
  ])('finds the delimiter %j', (delimiter, text) => {
    expect(read(text).table.delimiter).toBe(delimiter);
  });

  it('takes the hint of a sep= line before what it would find itself', () => {
    const { table, cells } = read('sep=;\r\nName;Email, work\r\nAda;ada@example.com\r\n');
    expect(table).toMatchObject({ delimiter: ';', headerLine: 2, header: ['Name', 'Email, work'] });
    expect(cells).toEqual([['Ada', 'ada@example.com']]);
  });

  it('finds the header below banner rows', () => {
    const { table, cells } = read(
      'Spring fair,,\nStand 12,,\n,,\nFirst Name,Last Name,E-mail\nAda,Lovelace,a@example.com\n',
    );
    expect(table.headerLine).toBe(4);
    expect(cells).toEqual([['Ada', 'Lovelace', 'a@example.com']]);
  });

  it('reads a table without header', () => {
    const { table, cells } = read('Ada Lovelace;ada@example.com;+44 20 7946 0018\nBob;bob@example.com;\n');
    expect(table).toMatchObject({ headerLine: 0, header: ['', '', ''] });
    expect(cells).toHaveLength(2);
  });

  it.each([
    ['utf-8', bytes('Name;Téléphone\nZoë;1\n'), false],
    ['utf-8', bytes('\ufeffName;Téléphone\nZoë;1\n'), true],
    ['utf-16le', bytes('\ufeffName;Téléphone\nZoë;1\n', 'utf16le'), true],
    ['utf-16le', bytes('Name;Téléphone\nZoë;1\n', 'utf16le'), false],
    ['utf-16be', swap16('\ufeffName;Téléphone\nZoë;1\n'), true],
    ['utf-16be', swap16('Name;Téléphone\nZoë;1\n'), false],
    ['windows-1252', bytes('Name;Téléphone\nZoë;1\n', 'latin1'), false],
    ['macintosh', Buffer.from('Name;T\x8el\x8ephone\nZo\x91;1\n', 'latin1'), false],
    ['cp850', Buffer.from('Name;T\x82l\x82phone\nZo\x89;1\n', 'latin1'), false],
  ])('reads %s', (encoding, file, bom) => {
    const { table, cells } = read(file);
    expect(table).toMatchObject({ encoding, bom, header: ['Name', 'Téléphone'] });
    expect(cells).toEqual([['Zoë', '1']]);
  });

  it('decodes windows-1252 where it differs from latin1', () => {
    expect(read(Buffer.from('Name;Email\n\x80 \x93x\x94;a@b.cd\n', 'latin1')).cells[0]?.[0]).toBe('€ “x”');
  });

  it('takes a named encoding at its word', () => {
    const russian = Buffer.from([0xc8, 0xec, 0xff, 0x3b, 0x61, 0x0a, 0xc0, 0x3b, 0x62]);
    expect(read(russian, { encoding: 'windows-1251' }).table.header).toEqual(['Имя', 'a']);
  });

  it.each([
    ['empty-file', bytes('')],
    ['empty-file', bytes('\ufeff\r\n  \n')],
    ['not-a-table', bytes('PK\x03\x04rest')],
    ['not-a-table', bytes('%PDF-1.7')],
    ['not-a-table', Buffer.from('a\0b\0\x01\x02c,d', 'latin1')],
  ])('refuses with %s', (code, file) => {
    expect(() => openCsv(file)).toThrow(expect.objectContaining({ code }));
  });

  it('refuses an encoding that does not exist', () => {
    expect(() => openCsv(bytes('a,b'), { encoding: 'klingon' })).toThrow(
      expect.objectContaining({ code: 'unknown-encoding' }),
    );
  });
});

describe('rows', () => {
  it('reads quotes, delimiters and line ends inside cells, blanks around them, and mixed line ends', () => {
    const text = 'Name,Note,Email\r\n"Doe, ""JJ"" John" , "two\r\nlines" ,a@b.cd\rJane,5\'10" tall,\nBob,,b@b.cd';
    expect(read(text).cells).toEqual([
      ['Doe, "JJ" John', 'two\r\nlines', 'a@b.cd'],
      ['Jane', '5\'10" tall', ''],
      ['Bob', '', 'b@b.cd'],
    ]);
  });

  it('tells the line of every row', () => {
    const { faults } = read('Name,Email\n\n"A\nB",a@b.cd\n\nC,c@b.cd\n');
    expect(faults.map(([line]) => line)).toEqual([3, 6]);
  });

  it.each([
    ['bad-quotes', 'Name,Note,Email\nA,"x" y,a@b.cd\nB,ok,b@b.cd\n'],
    ['open-quote', 'Name,Note,Email\nA,"x,a@b.cd\nB,ok,b@b.cd\n'],
    ['open-quote', 'Name,Note,Email\nA,"x,a@b.cd\nB,ok,b@b.cd\nC,""\n'],
    ['too-many-cells', 'Name,Note,Email\nA,x,a@b.cd,1,2\nB,ok,b@b.cd\n'],
    ['too-few-cells', 'Name,Note,Email\nINVALID\nB,ok,b@b.cd\n'],
  ])('refuses one broken row (%s) and reads the next', (fault, text) => {
    const { rows } = read(text);
    expect(rows[0]).toMatchObject({ line: 2, fault });
    expect(rows.filter((row) => row.cells[0] === 'B' && !row.fault)).toMatchObject([{ line: 3 }]);
  });

  it('gives up on a row that never ends, not on the file', () => {
    const { rows } = read(`Name,Email\nA,"${'x'.repeat(300_000)}\nB,b@b.cd\n`);
    expect(rows.map(({ fault }) => fault)).toEqual(['open-quote', undefined]);
    expect(read(`Name,Email\n${'x'.repeat(300_000)},1\nB,b@b.cd\n`).rows[0]?.fault).toBe('row-too-long');
  });

  it('leaves out blank lines and the header again, and lets rows be shorter or have empty cells more', () => {
    const { cells } = read('Name,Email,City\nA,a@b.cd\n\nName,Email,City\nB,b@b.cd,Rome,,\n');
    expect(cells).toEqual([
      ['A', 'a@b.cd'],
      ['B', 'b@b.cd', 'Rome', '', ''],
    ]);
  });

  it('goes on from any row', () => {
    const { table, rows } = read('Name,Email\n"A\n1",a@b.cd\nB,b@b.cd\nC,c@b.cd\n');
    expect([...readRows(table, rows[0]!.next)]).toEqual(rows.slice(1));
  });
});

describe('any table', () => {
  const cell = fc.oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ maxLength: 12, unit: 'binary' }),
    fc.string({ maxLength: 8, unit: fc.constantFrom(...'",;\t|\n\r =+-@\'a1') }),
    fc.constantFrom('0044123', '=1+1', 'null', 'sep=;', 'Zoë', '日本', '\u202e', ''),
  );
  // Many control characters are the mark of a file that is no text; it has tests of its own.
  const plain = cell.map((text) => text.replace(/[\0-\x08\x0e-\x1f\ufffd]|\p{Cs}/gu, '?').trim());
  const dialect = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    encoding: fc.constantFrom('utf8' as const, 'utf16le' as const, 'utf16be' as const),
    bom: fc.boolean(),
    quoteAll: fc.boolean(),
    lastEnd: fc.boolean(),
  });
  const table = fc.array(fc.tuple(fc.constantFrom('Ada', 'Bob'), plain, plain, plain), { minLength: 1, maxLength: 8 });
  const header = ['First name', 'E-mail', 'City', 'Comments'];

  function write(
    rows: readonly (readonly string[])[],
    d: typeof dialect extends fc.Arbitrary<infer D> ? D : never,
  ): Buffer {
    const quote = (text: string) =>
      d.quoteAll || /[",;\t|\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    const lines = rows.map((row) => row.map(quote).join(d.delimiter)).join(d.lineEnd);
    const text = (d.bom ? '\ufeff' : '') + lines + (d.lastEnd ? d.lineEnd : '');
    return d.encoding === 'utf16be' ? swap16(text) : bytes(text, d.encoding);
  }

  it('reads back the same, whatever its dialect', () => {
    fc.assert(
      fc.property(table, dialect, (rows, d) => {
        const read = openCsv(write([header, ...rows], d));
        expect(read).toMatchObject({ delimiter: d.delimiter, header, headerLine: 1, bom: d.bom });
        expect(
          [...readRows(read, read.body)].map((row) => [row.fault, ...row.cells.map((text) => text.trim())]),
        ).toEqual(rows.map((row) => [undefined, ...row]));
      }),
      { numRuns: 300 },
    );
  });

  it('agrees with an independent reader', () => {
    fc.assert(
      fc.property(table, (rows) => {
        const file = [header, ...rows].map((row) => writeCsvRow(row)).join('');
        const theirs: string[][] = parse(file, { bom: true, relax_column_count: true });
        const ours = openCsv(bytes(file), { delimiter: ',' });
        expect([ours.header, ...[...readRows(ours, ours.body)].map((row) => row.cells)]).toEqual(theirs);
      }),
    );
  });

  it('is refused by a coded error at most, and every row is accounted for', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string({ unit: fc.constantFrom(...'",;\n\rab\t@.x1') }).map((t) => bytes(t)),
        ),
        (file) => {
          try {
            const read = openCsv(file);
            let end = read.body.start;
            for (const row of readRows(read, read.body)) {
              expect(row.start).toBeGreaterThanOrEqual(end);
              expect(read.text.slice(row.start)).toContain(row.raw);
              end = row.next.start;
            }
          } catch (error) {
            expect(error).toBeInstanceOf(CodedError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('writing', () => {
  it('guards what a spreadsheet would take for a formula', () => {
    expect(writeCsvRow(['=1+1', '+49', '-1', '@x', 'a=b', 'say "hi"'])).toBe(
      `"'=1+1","'+49","'-1","'@x","a=b","say ""hi"""\r\n`,
    );
    for (const start of ['\t', '\r', '\n', '＝', '＋', '－', '＠'])
      expect(writeCsvRow([`${start}cmd|' /C calc'!A0`])).toBe(`"'${start}cmd|' /C calc'!A0"\r\n`);
  });
});
