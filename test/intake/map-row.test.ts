import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countKnown, fieldOfName, mapHeaders, remarkColumns } from '../../node/intake/map-headers.ts';
import { mapRow, namedCells, type RowOptions } from '../../node/intake/map-row.ts';
import { readList } from '../../node/intake/read-list.ts';
import { readRows } from '../../node/intake/read-csv.ts';
import { checkLead, type Lead } from '../../protocol/index.ts';

/** Every row of a CSV text as lead or refusal. */
function rowsOf(text: string, options: RowOptions & { map?: Record<string, string | null> } = {}) {
  const list = readList(Buffer.from(text), options);
  const { defaultCountry, guessedCountry, dateOrder } = list;
  return [...readRows(list.table, list.table.body)].map((row) =>
    mapRow(list.mapping, row.cells, { ...options, defaultCountry, guessedCountry, dateOrder }),
  );
}
function leadOf(text: string, options?: RowOptions & { map?: Record<string, string | null> }): Lead {
  const [outcome] = rowsOf(text, options);
  if (outcome?.kind !== 'lead') throw new Error(JSON.stringify(outcome));
  return outcome.document;
}
const codesOf = (text: string, options?: RowOptions) =>
  rowsOf(text, options).map((outcome) => (outcome.kind === 'lead' ? 'lead' : outcome.code));
const mapOf = (header: string[], ...sample: string[][]) => mapHeaders(header, sample).map(({ field }) => field);

describe('names of columns', () => {
  it.each([
    ['E-Mail', 'contact.emails'],
    ['EMAIL_ADDRESS', 'contact.emails'],
    ['Correo electrónico', 'contact.emails'],
    ['Lead Email', 'contact.emails'],
    ['E-mail 2 Address', 'contact.emails'],
    ['Téléphone', 'contact.phones'],
    ['Customer Phone Number', 'contact.phones'],
    ['Handy', 'contact.phones#mobile'],
    ['Business Fax', 'contact.phones#fax'],
    ['firstName', 'contact.givenName'],
    ['Nachname', 'contact.familyName'],
    ['姓名', 'contact.fullName'],
    ['Company / Organization', 'account.name'],
    ['Straße', 'contact.address.streets'],
    ['State/Province', 'contact.address.region'],
    ['ZIP', 'contact.address.postalCode'],
    ['PLZ', 'contact.address.postalCode'],
    ['Country/Region', 'contact.address.country'],
    ['created_time', 'createdAt'],
    ['LeadCreationDateTime', 'createdAt'],
    ['campaign_name', 'source.campaign'],
    ['utm_campaign', 'source.utm.campaign'],
    ['gcl_id', 'source.clickIds#gclid'],
    ['emailOptOut', 'consents#e-mail!'],
    ['Record ID', 'source.externalId'],
  ])('%s is %s', (header, field) => {
    expect(fieldOfName(header)).toBe(field);
  });

  it.each([
    'Contact owner',
    'Sales Rep',
    'Lead Owner',
    'Agent Email',
    'Spouse Name',
    'Cell No. IInd Appl',
    'Last contact',
    'ad_name',
    'form_name',
    'constructor',
    '',
  ])('takes %s for nothing of the contact', (header) => {
    expect(fieldOfName(header)).toBeUndefined();
  });

  it('counts what it knows once', () => {
    expect(countKnown(['Email', 'E-Mail', 'Phone', 'Roof area'])).toBe(2);
  });
});

describe('mapping of columns', () => {
  it('looks at the values where the name alone says too little', () => {
    expect(mapOf(['Contact'], ['+49 30 901820'])).toEqual(['contact.phones']);
    expect(mapOf(['Contact'], ['ada@example.com'])).toEqual(['contact.emails']);
    expect(mapOf(['Contact'], ['Ada Lovelace'])).toEqual(['contact.fullName']);
    expect(mapOf(['Title'], ['Mr.'], ['Dr.'])).toEqual(['contact.salutation']);
    expect(mapOf(['Title'], ['Engineer'])).toEqual(['contact.jobTitle']);
    expect(mapOf(['What is your best e-mail?'], ['ada@example.com'])).toEqual(['contact.emails']);
    expect(mapOf(['', ''], ['ada@example.com', '+49 30 901820'])).toEqual(['contact.emails', 'contact.phones']);
  });

  it('reads the plain word for a name as the half that is missing', () => {
    expect(mapOf(['Vorname', 'Name'])).toEqual(['contact.givenName', 'contact.familyName']);
    expect(mapOf(['Nombre', 'Apellidos'])).toEqual(['contact.givenName', 'contact.familyName']);
    expect(mapOf(['First name', 'Last name', 'Name'])).toEqual([
      'contact.givenName',
      'contact.familyName',
      'contact.fullName',
    ]);
  });

  it('names columns without name and doubles apart, and ignores empty ones', () => {
    const mapping = mapHeaders(['Roof', 'Roof', '', ''], [['1', '2', 'x', '']]);
    expect(mapping.map(({ header, empty }) => [header, empty])).toEqual([
      ['Roof', undefined],
      ['Roof (2)', undefined],
      ['Column 3', undefined],
      ['Column 4', true],
    ]);
  });

  it('ignores the remarks of a file of refused rows', () => {
    expect(mapHeaders([...remarkColumns], [['4', 'no-contact', 'x', '']]).every(({ empty }) => empty)).toBe(true);
  });

  it('takes corrections, and refuses ones that fit nothing', () => {
    const text = 'Name,Email,Roof\nAda,a@b.cd,tiles\n';
    expect(leadOf(text, { map: { Roof: 'interest.products' } }).interest).toEqual({ products: [{ name: 'tiles' }] });
    expect(leadOf(text, { map: { Name: null } }).fields).toContainEqual({ name: 'Name', type: 'text', value: 'Ada' });
    expect(() => leadOf(text, { map: { Nope: null } })).toThrow(expect.objectContaining({ code: 'unknown-column' }));
    expect(() => leadOf(text, { map: { Roof: 'roof' } })).toThrow(expect.objectContaining({ code: 'unknown-field' }));
    expect(() => leadOf(text, { map: { Roof: 'toString' } })).toThrow(
      expect.objectContaining({ code: 'unknown-field' }),
    );
  });
});

describe('a row', () => {
  it('becomes a lead document, with what has no place as custom fields', () => {
    const text = `id,created_time,First Name,Last Name,E-mail,Phone,Company,Job title,Street,City,ZIP,Country,Product,Qty,Budget,Newsletter,emailOptOut,doNotCall,Website,Employees,Roof
0044123,2026-03-15 09:12:00,Ada,Lovelace,Ada@Example.com,020 7946 0018,Engines Ltd,Owner,1 High St,London,SW1A 1AA,England,Engine,2,50k,yes,0,1,https://www.engines.example/about,11-50,0049`;
    expect(leadOf(text, { provider: 'Fair', campaign: 'Spring' })).toEqual({
      createdAt: '2026-03-15T09:12:00Z',
      contact: {
        givenName: 'Ada',
        familyName: 'Lovelace',
        jobTitle: 'Owner',
        emails: [{ value: 'ada@example.com' }],
        phones: [{ value: '+442079460018' }],
        address: { streets: ['1 High St'], city: 'London', postalCode: 'SW1A 1AA', country: 'GB' },
      },
      account: { name: 'Engines Ltd', domain: 'engines.example', employees: '11-50' },
      interest: { products: [{ name: 'Engine', quantity: '2' }] },
      qualification: { budget: '50k' },
      consents: [
        { purpose: 'e-mail', state: 'granted' },
        { purpose: 'phone', state: 'refused' },
      ],
      source: { kind: 'list', name: 'Fair', campaign: 'Spring', externalId: '0044123' },
      fields: [{ name: 'Roof', type: 'text', value: '0049' }],
    });
  });

  it('keeps what does not fit its place as it stands', () => {
    const lead = leadOf(
      'Name,Phone,Email,Date,Country,Revenue\nAda,+44 20 7946 0018,ada@ex ample.com,soon,Narnia,lots\n',
    );
    expect(lead.contact).toEqual({ fullName: 'Ada', phones: [{ value: '+442079460018' }] });
    expect(lead.fields?.map(({ name, value }) => [name, value])).toEqual([
      ['Email', 'ada@ex ample.com'],
      ['Date', 'soon'],
      ['Country', 'Narnia'],
      ['Revenue', 'lots'],
    ]);
  });

  it('strips the prefixes of lead ads from numbers and codes, not from ids', () => {
    const lead = leadOf('id,full_name,phone_number,zip,platform\nl:12,Ada,p:+442079460018,z:0123,ig\n');
    expect(lead.contact).toEqual({
      fullName: 'Ada',
      phones: [{ value: '+442079460018' }],
      address: { postalCode: '0123' },
    });
    expect(lead.source).toEqual({ kind: 'list', name: 'ig', externalId: 'l:12' });
  });

  it('takes one address, not a mixture of two', () => {
    const lead = leadOf('Name,Email,Business City,Home Street,Home City\nAda,a@b.cd,London,5 Low St,Bath\n');
    expect(lead.contact?.address).toEqual({ city: 'London' });
    expect(lead.fields?.map(({ name }) => name)).toEqual(['Home Street', 'Home City']);
  });

  it('puts several addresses of a cell apart and leaves out repetitions', () => {
    const lead = leadOf('Name,Email,Email 2\nAda,"a@b.cd; c@d.ef",A@b.cd\n');
    expect(lead.contact?.emails).toEqual([{ value: 'a@b.cd' }, { value: 'c@d.ef' }]);
  });

  it('reads the country of numbers from the country column, and mobile ones from the other numbers', () => {
    expect(leadOf('Name,Phone,Country\nAda,030 901820,Germany\n').contact?.phones).toEqual([{ value: '+4930901820' }]);
    const rows = rowsOf('Name,Phone\nA,+55 19 99000-0096\nB,11940000754\nC,11 2345\n');
    expect(rows.map((row) => (row.kind === 'lead' ? row.document.contact?.phones?.[0]?.value : row.code))).toEqual([
      '+5519990000096',
      '+5511940000754',
      'no-contact',
    ]);
  });

  it('reads dates in the order their column shows, and keeps unclear ones as text', () => {
    const dates = (text: string) =>
      rowsOf(text).map((row) =>
        row.kind === 'lead' ? (row.document.createdAt?.slice(0, 10) ?? row.document.fields?.[0]?.value) : '',
      );
    expect(dates('Email,Date\na@b.cd,03/04/2026\nb@b.cd,25/04/2026\n')).toEqual(['2026-04-03', '2026-04-25']);
    expect(dates('Email,Date\na@b.cd,03/04/2026\nb@b.cd,04/25/2026\n')).toEqual(['2026-03-04', '2026-04-25']);
    expect(dates('Email,Date\na@b.cd,03/04/2026\n')).toEqual(['03/04/2026']);
  });

  it.each([
    ['empty-row', ',,'],
    ['no-contact', 'Ada Lovelace,,'],
    ['no-contact', ',,x'],
    ['placeholder', 'IN-Stock,,'],
    ['placeholder', 'n/a,,x'],
    ['test-lead', '<test lead: dummy data for full_name>,test@meta.com,'],
    ['test-lead', 'Ada,test@fb.com,'],
    ['schema', `${'x'.repeat(10)},a@b.cd,"bad\u0001character"`],
    ['schema', `Ada,a@b.cd,${'long '.repeat(1000)}`],
    ['lead', 'n/a,a@b.cd,'],
    ['lead', ',a@b.cd,'],
  ])('is refused with %s, or not: %s', (code, row) => {
    expect(codesOf(`Name,Email,Roof\n${row}\n`)).toEqual([code]);
  });

  it('says which field the schema refuses', () => {
    expect(rowsOf('Name,Email,Roof\nAda,a@b.cd,"\u0001"\n')).toEqual([
      { kind: 'refused', code: 'schema', path: 'fields[0].value' },
    ]);
  });

  it('is enough with a company, a profile or an address to find the person by', () => {
    expect(codesOf('Name,Company\nAda,Engines Ltd\n')).toEqual(['lead']);
    expect(codesOf('Name,URL\nAda,https://www.linkedin.com/in/ada\n')).toEqual(['lead']);
    expect(codesOf('Name,Street,City\nAda,1 High St,London\n')).toEqual(['lead']);
  });

  it('puts what is beyond a hundred custom fields into the last one', () => {
    const names = Array.from({ length: 130 }, (_, at) => `Extra ${at}`);
    const lead = leadOf(`Email,${names.join(',')}\na@b.cd,${names.map((_, at) => `v${at}`).join(',')}\n`);
    expect(lead.fields).toHaveLength(100);
    expect(lead.fields?.at(-1)?.value).toContain('Extra 129: v129');
  });

  it('is the same row whatever the order of its columns and the form of its letters', () => {
    const a = mapHeaders(['Name', 'Email', 'Empty', ''], []);
    const b = mapHeaders(['Email', 'Name'], []);
    expect(namedCells(a, ['Zoe\u0308', ' a@b.cd', '', ''])).toEqual(namedCells(b, ['a@b.cd', 'Zoë']));
  });

  it('makes a valid document of any cells or refuses them', () => {
    const header = [
      'Name',
      'Email',
      'Phone',
      'Company',
      'Country',
      'Date',
      'Comments',
      'Budget',
      'Website',
      'ZIP',
      'consent',
      'amount',
      'language',
      'qty',
      'Roof',
      'gclid',
      'landing page',
    ];
    const mapping = mapHeaders(header, []);
    const value = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.string({ maxLength: 40, unit: 'binary' }),
      fc.constantFrom(
        '0044123',
        '=cmd|x',
        'a@b.cd',
        '+49 30 901820',
        'null',
        'true',
        'NaN',
        '💥',
        '\u202ereversed',
        'http://[',
        'Ｆｕｌｌ',
        'x'.repeat(400),
      ),
    );
    fc.assert(
      fc.property(fc.array(value, { maxLength: header.length }), (cells) => {
        const outcome = mapRow(mapping, cells);
        if (outcome.kind === 'lead') expect(checkLead(outcome.document)).toEqual(outcome.document);
      }),
      { numRuns: 500 },
    );
  });
});
