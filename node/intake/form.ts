import { z } from 'zod';
import { isPlace } from './lead-draft.ts';

/** Names that the page itself uses. */
export const trapName = 'homepage';
export const openedName = 'opened';
export const trackedNames = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'gclid',
  'fbclid',
  'msclkid',
  'referrer',
  'landing_page',
] as const;
const reserved = new Set<string>([trapName, openedName, 'thanks', ...trackedNames]);

const line = (longest: number) => z.string().trim().min(1).max(longest);

const formField = z
  .strictObject({
    /** The name it is posted under. */
    name: z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, 'is not a name such as first_name'),
    label: line(100),
    /** Place in the lead document, such as `contact.emails` or `consents#marketing`; absent: a custom field. */
    field: z.string().max(100).refine(isPlace, 'is not a field of a lead').optional(),
    input: z.enum(['text', 'email', 'tel', 'textarea', 'select', 'checkbox']).default('text'),
    required: z.boolean().default(false),
    help: line(300).optional(),
    /** Of a `select`. */
    options: z.array(line(200)).min(1).max(300).optional(),
  })
  .refine(({ input, options }) => (input === 'select') === (options !== undefined), {
    message: 'a select, and only a select, has options',
    path: ['options'],
  })
  .refine(({ name }) => !reserved.has(name), { message: 'is used by the page itself', path: ['name'] });

const webUrl = z.url({ protocol: /^https?$/ }).max(2000);
const origin = z
  .string()
  .regex(/^https?:\/\/[a-z0-9.-]+(?::\d+)?$/, 'is not an origin such as https://www.example.com');

/** A hosted form as it is kept and given through the API. */
export const formDefinition = z.strictObject({
  title: line(100),
  intro: line(1000).optional(),
  fields: z
    .array(formField)
    .min(1)
    .max(40)
    .refine((fields) => new Set(fields.map(({ name }) => name)).size === fields.length, 'two fields have one name'),
  /** Campaign of leads whose visitor brings none along. */
  campaign: line(300).optional(),
  submitLabel: line(40).default('Send'),
  thanks: line(1000).default('Thank you. We have received your request.'),
  /** Pages a visitor may be sent to afterwards; the first one unless the page names another of them. */
  thanksUrls: z.array(webUrl).max(20).default([]),
  /** Sites that may show the form in a frame. */
  embedOn: z.array(origin).max(50).default([]),
  /** ISO 3166-1 alpha-2 assumed for phone numbers without prefix. */
  defaultCountry: z
    .string()
    .regex(/^[A-Z]{2}$/, 'is not a country code such as DE')
    .optional(),
});

export type FormDefinition = z.output<typeof formDefinition>;
export type FormField = FormDefinition['fields'][number];
export const slugPattern = /^[a-z0-9](?:[a-z0-9-]{0,58}[a-z0-9])?$/;
