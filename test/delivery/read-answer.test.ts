import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAnswer } from '../../node/delivery/read-answer.ts';
import { readAnswerMail } from '../../node/delivery/read-answer-mail.ts';

const accepts = [
  'ACCEPT',
  'Accept.',
  '  accepted!  \n\nAnn',
  'Yes',
  'yes, I will call them tomorrow',
  'Yes – today',
  'I accept.',
  'we accept',
  'Accept! Can you send me the drawings?',
  'Hi,\n\naccept\n\nAnn',
  'Hallo Herr Meier,\nJa',
  'Annehmen',
  'angenommen, danke',
  'Ja!',
  'Accepté',
  "J'accepte",
  'J’accepte.',
  'Oui, merci',
  'Acepto',
  'Sí',
  'Si, gracias',
  '*ACCEPT*',
  'ACCEPT\n\nOn Mon, 4 May 2026 at 09:00, Vendor <leads@vendor.example> wrote:\n> REJECT and a reason',
  'On Mon, 4 May 2026 at 09:00, Vendor <leads@vendor.example>\nwrote:\n> A lead\n\naccept',
  'Am 4. Mai schrieb Vendor:\n> REJECT\n> more\n\nannehmen',
  'accept\r\n\r\n-----Original Message-----\r\nFrom: Vendor\r\n\r\nReject',
];

const rejects: readonly (readonly [text: string, reason: string, words?: string])[] = [
  ['REJECT', 'other'],
  ['Reject: no time this month', 'no-capacity', 'no time this month'],
  ['reject, we already have this', 'duplicate', 'we already have this'],
  ['Declined - outside my territory', 'out-of-territory', 'outside my territory'],
  ['No', 'other'],
  ['No, not for me', 'not-a-fit', 'not for me'],
  ['rejected. Already a good customer of ours', 'already-customer', 'Already a good customer of ours'],
  ['Reject profit margin too low', 'other', 'profit margin too low'],
  ['Ablehnen: keine Zeit', 'no-capacity', 'keine Zeit'],
  ['Abgelehnt, überlastet', 'no-capacity', 'überlastet'],
  ['Nein', 'other'],
  ['Refusé : pas le temps', 'no-capacity', 'pas le temps'],
  ['Non.', 'other'],
  ['Rechazo', 'other'],
  ['Rechazado: sin tiempo', 'no-capacity', 'sin tiempo'],
];

const unclear = [
  '',
  '   \n\n',
  'What is this about?',
  'Accept?',
  'Accept or reject?',
  'ACCEPT / REJECT',
  'Yes I reject',
  'No problem, I will take it',
  'No, wait, I accept',
  'Yes, no',
  'No time right now',
  'Yesterday I called them',
  'Nobody is here',
  'I accept that this is not for me',
  "I don't accept",
  'Not accepted',
  'Inform me',
  'Si no te importa, llama tú',
  'Ja, nein',
  'Acceptance pending',
  'Maybe',
  '> ACCEPT',
  'On Mon, Vendor wrote:\n> ACCEPT\n> me',
  '> a very long line of a customer that some program\nACCEPT wrapped',
  'I am out of the office until Monday. I accept no mail.',
  '-----Original Message-----\nFrom: Vendor\n\nOr answer this mail with ACCEPT',
  'Hi, reject',
];

describe('the answer of a person', () => {
  it.each(accepts)('accepts: %j', (text) => {
    expect(readAnswer(text)).toEqual({ kind: 'accept' });
  });
  const refusals = rejects.map(([text, reason, words]) => ({ text, reason, words }));
  it.each(refusals)('rejects: $text as $reason', ({ text, reason, words }) => {
    expect(readAnswer(text)).toEqual({ kind: 'reject', reason, text: words });
  });
  it.each(unclear)('is not clear: %j', (text) => {
    expect(readAnswer(text)).toEqual({ kind: 'unclear' });
  });

  it('is read from any text at all, and quickly', () => {
    const piece = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('\n', '>', ':', ' ', 'accept', 'no', '😀'));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const answer = readAnswer(pieces.join(''));
        expect(['accept', 'reject', 'unclear']).toContain(answer.kind);
        if (answer.kind === 'reject') expect((answer.text ?? '').length).toBeLessThanOrEqual(500);
      }),
    );
    const started = performance.now();
    for (const long of ['no '.repeat(200_000), 'already '.repeat(100_000), '>\n:\n'.repeat(100_000), '\n'.repeat(1e6)])
      readAnswer(long);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

const token = '01kqs3efm0fa8tvw9zvc5ct4gh486pa51cbqqlqv9ofqo3fdh8ps';
const to = `reply+${token}@vendor.example`;
const mail = (headers: readonly string[], body = 'ACCEPT') => Buffer.from([...headers, '', body].join('\r\n'));
const from = 'From: Ann <Ann@Shop.example>';

describe('a mail that may be an answer', () => {
  it('has one author and the token of the address it went to', async () => {
    const read = await readAnswerMail(mail([from, `To: Vendor <${to.toUpperCase()}>`, 'Message-ID: <a@b>']));
    expect(read).toMatchObject({ automatic: false, from: 'ann@shop.example', tokens: [token] });
    expect(read.text.trim()).toBe('ACCEPT');
  });

  it.each([
    ['two From headers', [from, 'From: eve@evil.example']],
    ['two authors', ['From: eve@evil.example, Ann <ann@shop.example>']],
    ['no author', ['To: x@y.example']],
  ])('has no author with %s', async (_what, headers) => {
    expect((await readAnswerMail(mail([...headers, `To: ${to}`]))).from).toBeUndefined();
  });

  it('takes the author of the address, not of the name beside it', async () => {
    const read = await readAnswerMail(mail(['From: "ann@shop.example" <eve@evil.example>', `To: ${to}`]));
    expect(read.from).toBe('eve@evil.example');
  });

  it.each([
    [`Cc: ${to}`],
    [`Delivered-To: ${to}`],
    [`X-Original-To: <${to}>`],
    [`Envelope-To: ${to}`],
    [`To: undisclosed: ${to};`],
  ])('finds the token in %s', async (header) => {
    expect((await readAnswerMail(mail([from, header]))).tokens).toEqual([token]);
  });

  it.each([
    'Auto-Submitted: auto-replied',
    'Auto-Submitted: auto-generated (vacation)',
    'Precedence: bulk',
    'Precedence: auto_reply',
    'X-Autoreply: yes',
    'X-Autorespond: out',
    'List-Id: <reps.shop.example>',
    'Return-Path: <>',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=x',
    'Subject: Automatic reply: New lead',
    'Subject: Abwesenheitsnotiz: Lead',
    'Subject: Undelivered Mail Returned to Sender',
  ])('is automatic with %s', async (header) => {
    expect((await readAnswerMail(mail([from, `To: ${to}`, header]))).automatic).toBe(true);
  });

  it.each([
    'Auto-Submitted: no',
    'Precedence: first-class',
    'Subject: Re: Automatic reply',
    'Return-Path: <ann@shop.example>',
  ])('is not automatic with %s', async (header) => {
    expect((await readAnswerMail(mail([from, `To: ${to}`, header]))).automatic).toBe(false);
  });

  it('is read from HTML when there is no text, without what it quotes', async () => {
    const html = (body: string) => mail([from, `To: ${to}`, 'Content-Type: text/html; charset=utf-8'], body);
    const told = async (body: string) => readAnswer((await readAnswerMail(html(body))).text);
    const quote = '<blockquote><p>REJECT</p></blockquote>';
    expect(await told(`<style>p{}</style><div>Accept&nbsp;!</div><div>Ann</div>${quote}`)).toEqual({ kind: 'accept' });
    expect(await told(`<p>Ablehnen:<b> keine Zeit</b></p>${quote}`)).toMatchObject({ reason: 'no-capacity' });
    expect(await told(quote.replace('REJECT', 'ACCEPT'))).toEqual({ kind: 'unclear' });
    expect(await told('<div class="gmail_quote">Accept</div>')).toEqual({ kind: 'unclear' });
  });

  it('is the same mail by its Message-ID, else by its bytes', async () => {
    const keyOf = async (headers: readonly string[], body?: string) =>
      (await readAnswerMail(mail([from, `To: ${to}`, ...headers], body))).key;
    expect(await keyOf(['Message-ID: <a@b>', 'Received: one'])).toBe(
      await keyOf(['Message-ID: <a@b>', 'Received: two']),
    );
    expect(await keyOf(['Message-ID: <a@b>'])).not.toBe(await keyOf(['Message-ID: <c@b>']));
    expect(await keyOf([], 'ACCEPT')).not.toBe(await keyOf([], 'REJECT'));
  });

  it('is read from any bytes, and however large in bounded time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect((await readAnswerMail(bytes)).tokens).toEqual([]);
      }),
    );
    const large = [
      mail([from], '\n'.repeat(5_000_000)),
      mail([`To: ${'a@b.example,'.repeat(400_000)}`]),
      mail([`To: ${'('.repeat(2_000_000)}`]),
      mail([from, 'Content-Type: text/html'], '<'.repeat(2_000_000)),
      mail([from, 'Content-Type: text/html'], '<style'.repeat(300_000)),
    ];
    for (const [index, bytes] of large.entries()) {
      const started = performance.now();
      await readAnswerMail(bytes);
      expect(performance.now() - started, `the mail ${index}`).toBeLessThan(3_000);
    }
  });
});
