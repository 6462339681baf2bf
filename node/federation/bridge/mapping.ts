import { z } from 'zod';
import { consentStates, contactChannels, dispositions, leadFields, rejectReasons } from '../../../protocol/index.ts';
import { CodedError } from '../../kernel/errors.ts';
import { check } from '../../kernel/routes.ts';

/** What a webhook can tell beside the fields of the lead. */
export const factNames = [
  'lead', 'event', 'mode', 'opensAt', 'closesAt', 'withheld', 'masked', 'reason', 'test', 'changed', 'answerBy', 'text',
  'doNotContact',
] as const; // prettier-ignore

const scalar = z.union([z.string().max(1_000), z.number(), z.boolean(), z.null()]);
const keyPath = z
  .string()
  .max(200)
  .regex(/^[\w-]{1,64}(\.[\w-]{1,64}){0,9}$/, 'is a key, or keys set apart by points');

const field = z
  .strictObject({
    /** Where in their document; points lead into objects. */
    to: keyPath,
    /** A path of the lead (`contact.emails.0.value`), or a fact (`$lead`). */
    from: z.string().min(1).max(200).optional(),
    /** The same in every webhook. */
    constant: scalar.optional(),
    /** Our values in their words; without `otherwise`, a value that is not here goes as it is. */
    values: z.record(z.string().max(1_000), scalar).optional(),
    otherwise: scalar.optional(),
  })
  .refine(({ from, constant }) => (from === undefined) !== (constant === undefined), 'has either from or constant')
  .refine(({ from, values }) => from !== undefined || values === undefined, 'has values for a constant')
  .refine(({ values, otherwise }) => values !== undefined || otherwise === undefined, 'has otherwise without values');

const meaning = z.union([
  z.strictObject({ answer: z.enum(['accept', 'agree', 'refuse', 'erased']) }),
  z.strictObject({ answer: z.literal('reject'), reason: z.enum(rejectReasons).default('other') }),
  z.strictObject({
    answer: z.literal('do-not-contact'),
    /** Where the report names none. */
    channels: z.array(z.enum(contactChannels)).min(1).max(5).optional(),
  }),
  z.strictObject({
    answer: z.literal('consent'),
    /** Where the report says nothing else. */
    purpose: z.string().trim().min(1).max(100).optional(),
    state: z.enum(consentStates).optional(),
  }),
  z.strictObject({ disposition: z.enum(dispositions), reason: z.string().min(1).max(64).optional() }),
  z.strictObject({ ignore: z.literal(true) }),
]);
/** What a word of theirs means to us. */
export type Meaning = z.output<typeof meaning>;

const report = z.strictObject({
  lead: keyPath.default('lead'),
  status: keyPath.default('status'),
  amount: keyPath.default('amount'),
  currency: keyPath.default('currency'),
  reason: keyPath.default('reason'),
  note: keyPath.default('note'),
  assignedTo: keyPath.default('assignedTo'),
  until: keyPath.default('until'),
  channels: keyPath.default('channels'),
  purpose: keyPath.default('purpose'),
  consent: keyPath.default('consent'),
});

const mappingSchema = z.strictObject({
  /** Whether what they get lies in `{type, timestamp, data}`, or is the whole body. */
  wrap: z.boolean().default(true),
  /** Absent: everything under our own names. */
  fields: z.array(field).min(1).max(200).optional(),
  /** Where in their reports things stand. */
  report: report.default(report.parse({})),
  /** Of amounts that come without one. */
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'is a currency such as EUR')
    .optional(),
  /** Their words, in whatever case. Absent: our own. */
  statuses: z
    .record(z.string().min(1).max(100), meaning)
    .refine((words) => Object.keys(words).length <= 200, 'are too many')
    .optional(),
});
/** How leads look to other software, and what its reports mean; see docs/bridge.md. */
export type Mapping = z.output<typeof mappingSchema>;
export type MappedField = z.output<typeof field>;

/** Checks a mapping as people write it. Throws `invalid`, `mapping-invalid`; both name the place. */
export function checkMapping(input: unknown): Mapping {
  const mapping = check(mappingSchema, input, 'mapping');
  const { fields } = mapping;
  if (!fields) return mapping;
  for (const [index, { from }] of fields.entries())
    if (from !== undefined && !isKnown(from))
      throw wrong(`mapping.fields[${index}].from`, `“${from}” is no field of a lead and no fact.`);
  fields.forEach(({ to }, index) => {
    const clash = fields.find((other, place) => place !== index && (other.to === to || other.to.startsWith(`${to}.`)));
    if (clash) throw wrong(`mapping.fields[${index}].to`, `“${to}” and “${clash.to}” want the same place.`);
  });
  if (!fields.some(({ from }) => from === '$lead'))
    throw wrong('mapping.fields', 'No field holds $lead: reports could not say which lead they are about.');
  return mapping;
}

const wrong = (path: string, message: string) => new CodedError('mapping-invalid', 422, message, { path });

const kinds: ReadonlyMap<string, string> = new Map(leadFields.map(({ path, kind }) => [path, kind]));
/** Of lists and amounts a part can be named, too. */
const hasParts = (kind: string | undefined) => kind === 'list' || kind === 'money';

function isKnown(from: string): boolean {
  if (from.startsWith('$')) return factNames.some((name) => from === `$${name}`);
  return kinds.has(from) || hasParts(kinds.get(leadPathOf(from)));
}

/** The field of the lead that a path is, or leads into. */
export function leadPathOf(from: string): string {
  const steps = from.split('.');
  while (steps.length > 0 && !kinds.has(steps.join('.'))) steps.pop();
  return steps.join('.');
}
