import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMail } from '../../node/intake/read-mail.ts';
import { looksLikeName, readPhrase } from '../../node/intake/read-phrase.ts';
import { readPairs } from '../../node/intake/read-pairs.ts';
import { checkLead } from '../../protocol/index.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/mail/${name}.eml`, import.meta.url));
const read = (name: string) => readMail(fixture(name));
async function leadOf(name: string) {
  const mail = await read(name);
  expect(mail.unclear).toEqual([]);
  expect(mail.leads).toHaveLength(1);
  return mail.leads[0]!;
}

describe('labelled values', () => {
  const pairsOf = (text: string) => readPairs(text).pairs.map(({ label, value }) => [label, value]);

  it.each([
    ['with a colon', 'Name: Ada Lovelace\nPhone : 1234567'],
    ['in bold', '*Name:* Ada Lovelace\n**Phone**: 1234567'],
    ['as bullets', '- Name: Ada Lovelace\n• Phone: 1234567'],
    ['quoted', '> Name: Ada Lovelace\n> Phone: 1234567'],
    ['on the next line', 'Name:\nAda Lovelace\n\nPhone:\n\n1234567'],
    ['without a colon', 'Name\nAda Lovelace\nPhone\n1234567'],
    ['on one line without a colon', 'Name Ada Lovelace\nPhone 1234567'],
    ['side by side', 'Name: Ada Lovelace | Phone: 1234567'],
    ['in cells', 'Name\tAda Lovelace\nPhone\t1234567'],
    ['below their names', 'Name\tPhone\nAda Lovelace\t1234567'],
  ])('are found %s', (_how, text) => {
    expect(pairsOf(text)).toEqual([
      ['Name', 'Ada Lovelace'],
      ['Phone', '1234567'],
    ]);
  });

  it('end where the footer begins', () => {
    expect(pairsOf('Name: Ada\nUnsubscribe here\nEmail: help@portal.example')).toEqual([['Name', 'Ada']]);
  });

  it('take an empty label for empty', () => {
    expect(pairsOf('Name: Ada\nPhone:\nEmail: a@b.cd')).toEqual([
      ['Name', 'Ada'],
      ['Email', 'a@b.cd'],
    ]);
  });

  it('are no times and no links', () => {
    expect(pairsOf('See https://example.com/x\nat 10:30 sharp')).toEqual([]);
  });
});

describe('sentences', () => {
  it.each([
    [
      'Ann Lee has opened your brochure for 12 Main St',
      { name: 'Ann Lee', event: 'opened brochure', subjectMatter: '12 Main St' },
    ],
    [
      'Ann Lee favorited 12 Main St - Salem',
      { name: 'Ann Lee', event: 'favorited', subjectMatter: '12 Main St - Salem' },
    ],
    ['Fwd: RE: New lead - Ann van der Lee', { name: 'Ann van der Lee' }],
    [
      'New inquiry: Ann Lee 206-555-0133 ann@lee.example.',
      { name: 'Ann Lee', phone: '206-555-0133', email: 'ann@lee.example' },
    ],
    ['Lead claimed: Seller Ann Lee in Salem', { name: 'Ann Lee', kind: 'seller', city: 'Salem' }],
    ['New portal.example lead: 12 Main St, Salem', { subjectMatter: '12 Main St, Salem' }],
    ['Inquiry about Toyota Camry', { subjectMatter: 'Toyota Camry' }],
    ['[Leads] New message from José María Núñez', { name: 'José María Núñez' }],
  ])('%s', (text, phrase) => {
    expect(readPhrase(text)).toEqual(phrase);
  });
  it.each([
    '',
    'Ten tools you will love',
    'New lead',
    'Your weekly report',
    'New lead from Zillow',
    'Request for information',
    'x'.repeat(5000),
  ])('says nothing of anyone: %s', (text) => {
    expect(readPhrase(text)).toBeUndefined();
  });
  it.each(['New Lead', 'ada lovelace', 'Ada', '12 Main', 'Contact Form', 'A B C D E F'])('%s is no name', (text) => {
    expect(looksLikeName(text)).toBe(false);
  });
});

describe('mails', () => {
  it('reads a contact form', async () => {
    const { document, test } = await leadOf('contact-form');
    expect(document).toEqual({
      createdAt: '2026-03-14T09:26:53+01:00',
      contact: {
        fullName: 'Ada Lovelace',
        emails: [{ value: 'ada@engines.example' }],
        phones: [{ value: '+442079460018' }],
        address: { country: 'GB' },
      },
      account: { name: 'Engines & Söhne' },
      interest: { comments: 'I would like a quote.\n\nFor two engines, please.\nPhone me: any time.' },
      source: { kind: 'e-mail', name: 'WordPress' },
      fields: [
        { name: 'Roof area', type: 'text', value: '140' },
        { name: 'subject', type: 'text', value: 'Website contact: "Quote for an engine"' },
      ],
    });
    expect(test).toBe(false);
  });

  it('reads a form whose mail names the visitor in the text only', async () => {
    const { document } = await leadOf('contact-form-7');
    expect(document.contact).toEqual({ fullName: 'Ada Lovelace', emails: [{ value: 'ada@engines.example' }] });
    expect(document.interest?.comments).toBe('How much is it?');
  });

  it('reads another language and encoding', async () => {
    const { document } = await leadOf('german-form');
    expect(document.contact).toEqual({
      salutation: 'Frau',
      givenName: 'Jördis',
      familyName: 'Groß',
      emails: [{ value: 'hj@gross.example' }],
      phones: [{ value: '+4930901820' }],
      address: { country: 'DE' },
    });
  });

  it('reads a table of an HTML mail, and neither agent nor portal for the customer', async () => {
    const { document } = await leadOf('html-labels');
    expect(document.contact).toEqual({
      fullName: 'Grace Hopper',
      emails: [{ value: 'grace@navy.example' }],
      phones: [{ value: '+12065550133' }],
    });
    expect(document.interest).toEqual({
      comments: 'Nanoseconds,\nplease & thanks',
      products: [{ name: '12 High St' }],
    });
  });

  it.each(['labels-without-colon', 'requesting'])('reads %s', async (name) => {
    const { document } = await leadOf(name);
    expect(document.contact).toMatchObject({ fullName: 'Grace Hopper', phones: [{ value: '+12065550133' }] });
    expect(document.interest?.products?.[0]?.name).toMatch(/^12 High St/);
  });

  it('finds who wrote a forwarded message', async () => {
    const { document } = await leadOf('forwarded');
    expect(document.contact).toEqual({ fullName: 'Alan Turing', emails: [{ value: 'alan@bletchley.example' }] });
    expect(document.interest?.comments).toContain('Do they halt?');
  });

  it('marks a test lead', async () => {
    expect((await leadOf('test-lead')).test).toBe(true);
  });

  it('reads an attached ADF document', async () => {
    const { document } = await leadOf('adf-attached');
    expect(document).toMatchObject({
      contact: { familyName: 'Beispiel' },
      source: { kind: 'e-mail', name: 'Motorworld' },
    });
  });

  it('reads an ADF document without a mail around it', async () => {
    const document = readFileSync(new URL('fixtures/adf/broken.xml', import.meta.url));
    const { leads } = await readMail(document, { campaign: 'Spring' });
    expect(leads).toMatchObject([
      { resent: true, document: { source: { kind: 'other', name: 'Old & Co', campaign: 'Spring' } } },
    ]);
    expect((await readMail(Buffer.from('<html>hello</html>'))).unclear).toMatchObject([{ reason: 'no-lead-found' }]);
  });

  it('reads the same prospects in text and HTML once', async () => {
    const { leads } = await read('adf-twice');
    expect(leads.map(({ document }) => document.contact?.fullName)).toEqual(['First One', 'Second One']);
  });

  it.each([
    ['direct', 'no-lead-found', 'Alan Turing'],
    ['newsletter', 'no-lead-found', 'Tool News'],
    ['out-of-office', 'automatic-reply', 'Grace Hopper'],
  ])('leaves %s to a person (%s)', async (name, reason, sender) => {
    const { leads, unclear } = await read(name);
    expect(leads).toEqual([]);
    expect(unclear).toMatchObject([{ reason, draft: { contact: { fullName: sender } } }]);
  });

  it('leaves a lead without any way to reach the person to a person', async () => {
    const mail =
      'From: leads@portal.example\nTo: us@us.example\nSubject: Ann Lee favorited 12 Main St\n\nSomeone likes it.\n';
    const { leads, unclear } = await readMail(Buffer.from(mail));
    expect(leads).toEqual([]);
    expect(unclear).toMatchObject([{ reason: 'incomplete', draft: { contact: { fullName: 'Ann Lee' } } }]);
  });

  it('leaves what the schema refuses to a person, and says which field', async () => {
    const mail = `From: leads@portal.example\nSubject: New lead\n\nName: Ann Lee\nEmail: ann@lee.example\nColour: re\u0001d\n`;
    const { leads, unclear } = await readMail(Buffer.from(mail));
    expect(leads).toEqual([]);
    expect(unclear).toMatchObject([{ reason: 'does-not-fit', path: 'fields[0].value' }]);
  });

  it('reads any bytes, and makes valid documents only', async () => {
    const line = fc.oneof(
      fc.string({ maxLength: 60 }),
      fc.constantFrom(
        'Name: Ada',
        'Email: a@b.cd',
        'Phone: +44 20 7946 0018',
        '<adf><prospect>',
        '</adf>',
        'From: a@b.cd',
        'Content-Type: multipart/mixed; boundary=x',
        '--x',
        'Message:',
        '',
      ),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          fc.array(line, { maxLength: 20 }).map((lines) => Buffer.from(lines.join('\n'))),
        ),
        async (bytes) => {
          const { leads, unclear } = await readMail(bytes);
          expect(leads.length + unclear.length).toBeGreaterThan(0);
          for (const { document } of leads) expect(checkLead(document)).toEqual(document);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is not slowed down by a hostile text', async () => {
    const started = performance.now();
    for (const piece of [
      'a',
      ' ',
      'Name: ',
      'a@',
      '.',
      '1-',
      '(',
      'From: a\n',
      'x\t',
      '"',
      '= ',
      'Name Ada ',
      '> ',
      '-',
    ]) {
      await readMail(
        Buffer.from(`From: a@b.cd\nSubject: ${'a '.repeat(500)}\n\n${piece.repeat(200_000 / piece.length)}`),
      );
    }
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});
