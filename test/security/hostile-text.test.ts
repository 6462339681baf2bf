import vm from 'node:vm';
import { describe, expect, it } from 'vitest';
import { canonicalPhone } from '../../node/cleansing/phone.ts';
import { readLeadJson } from '../../node/intake/enter-lead.ts';
import { fieldAliases } from '../../node/intake/field-aliases.ts';
import { isPlace } from '../../node/intake/lead-draft.ts';
import { formDefinition } from '../../node/intake/form.ts';
import { readFormPost } from '../../node/intake/read-form-post.ts';
import { readMail } from '../../node/intake/read-mail.ts';
import { readList } from '../../node/intake/read-list.ts';
import { previewList } from '../../node/intake/preview-list.ts';
import { promoteFields, searchTerms, searchTokens } from '../../node/leads/promote-fields.ts';

/** A text of this length costs a linear reader about a millisecond, a quadratic one half a second and more. */
const length = 20_000;
const longestMilliseconds = 250;

/** What hostile texts repeat, after a beginning that lets a pattern get going and before an end that makes it fail. */
const repeated = [
  ' ',
  '\n',
  '\t',
  ' \n',
  '\u00a0',
  '/',
  '.',
  ',',
  '|',
  '1',
  'a',
  'Aa',
  'L ',
  '(',
  '<',
  '"',
  '@',
  'a@',
  'a.',
  '-',
  '1a',
  'é',
  ':',
  '=',
  '%',
  '#',
  '\0',
  '&',
  '1.',
];
const beginnings = ['', '12345'];
const endings = ['!', '\nx'];

const texts = beginnings.flatMap((beginning) =>
  repeated.flatMap((pump) =>
    endings.map((ending) => beginning + pump.repeat(Math.ceil(length / pump.length)) + ending),
  ),
);

/** Processor time of this thread in milliseconds: the machine may be busy with other things. */
const processorTime = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

/** Whether `work` takes long; breaks off what would hold up the test run for ever. */
function takesLong(work: () => unknown): boolean {
  const sandbox = {
    work() {
      try {
        work();
      } catch {
        // A coded refusal is as good as an answer.
      }
    },
  };
  const startedAt = processorTime();
  try {
    vm.runInNewContext('work()', sandbox, { timeout: 20_000 });
  } catch {
    return true;
  }
  return processorTime() - startedAt > longestMilliseconds;
}

/** Half of them, for readers that take their time for every text. */
const fewerTexts = texts.filter((_, at) => at % 2 === 0);

const show = (text: string) => JSON.stringify(`${text.slice(0, 8)}…${text.slice(-3)}`);

describe('a hostile text holds nobody up', () => {
  it('as a phone number of any shape, up to the length that is read', () => {
    const shapes = ['a', 'ab', 'ab-', 'ab ', '1', '1-', '(', ' ', '12345;', '.'];
    const numbers = shapes.flatMap((shape) =>
      ['', '123', '1-800-'].flatMap((start) =>
        ['!', '1', ''].map((end) => start + shape.repeat(99).slice(0, 90) + end),
      ),
    );
    for (const number of numbers)
      expect(
        takesLong(() => canonicalPhone(number, { stated: 'DE' })),
        number,
      ).toBe(false);
  });

  it('in any field of a hosted form', () => {
    const places = Object.keys(fieldAliases).filter((place) => isPlace(place) && !place.includes('#'));
    const checked = ['contact.emails', 'contact.phones'];
    // A form with an error goes no further: the fields that are checked at once are tried each by itself.
    for (const fields of [places.filter((place) => !checked.includes(place)), ...checked.map((place) => [place])]) {
      const named = fields.map((field, at) => ({ name: `v${at}`, label: 'L', field }));
      const definition = formDefinition.parse({ title: 'Contact', fields: named });
      for (const text of texts) {
        const values = new Map(named.map(({ name }) => [name, text]));
        const post = () => readFormPost(definition, values, '2026-05-04T09:00:00Z');
        expect(takesLong(post), show(text)).toBe(false);
      }
    }
  }, 30_000);

  it('in any place of a lead that comes through the API', () => {
    for (const text of texts) {
      const lead = { contact: { fullName: text, phones: [{ value: text }], emails: [{ value: text }] } };
      const fields = [{ name: text.slice(0, 200), value: text }];
      expect(
        takesLong(() => readLeadJson({ ...lead, fields, interest: { comments: text } })),
        show(text),
      ).toBe(false);
    }
  });

  it('as words to search for and by', () => {
    for (const text of texts) {
      const lead = { contact: { fullName: text }, account: { name: text } };
      expect(
        takesLong(() => searchTokens(promoteFields(lead))),
        show(text),
      ).toBe(false);
      expect(
        takesLong(() => searchTerms(text)),
        show(text),
      ).toBe(false);
    }
  });

  it('as a list: in its cells, its names of columns, and as the whole file', () => {
    for (const text of fewerTexts) {
      for (const file of [text, `Name,"${text}",Email\nA,"${text}",a@b.example`])
        expect(
          takesLong(() => readList(Buffer.from(file))),
          show(text),
        ).toBe(false);
    }
  });

  it('as a list with more columns than any table has', async () => {
    const columns = Array.from({ length: 20_000 }, (_, column) => `column ${column}`).join(',');
    const row = `${'v,'.repeat(20_000)}a@b.example\n`;
    await expect(previewList(Buffer.from(`${columns},Email\n${row}`), { provider: 'P' })).rejects.toMatchObject({
      code: 'too-many-columns',
    });
  });

  it('as a mail: in its subject, its lines and its markup', async () => {
    const heads = ['Content-Type: text/plain', 'Content-Type: text/html'];
    for (const text of fewerTexts) {
      // How many lines a mail may have is bounded elsewhere: the parser takes its time for each.
      if (text.split('\n').length > 5_000) continue;
      for (const head of heads) {
        const mail = `From: a@b.example\nSubject: ${text.replaceAll('\n', ' ')}\n${head}\n\nName: ${text}\nName ${text.slice(0, 380)}\n${text}\n`;
        const startedAt = processorTime();
        await readMail(Buffer.from(mail), {});
        expect(processorTime() - startedAt, show(text)).toBeLessThan(longestMilliseconds * 2);
      }
    }
  }, 30_000);
});
