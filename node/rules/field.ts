import { leadFields } from '../../protocol/index.ts';
import type { Lead, LeadField } from '../../protocol/index.ts';

/** What a condition may look at: the lead document, and a few facts about the lead that are not in the document. */
export interface Subject {
  readonly lead: Lead;
  readonly facts: LeadFacts;
}

/** Facts of the lead row, by the names conditions use. */
export interface LeadFacts {
  readonly 'lead.test'?: boolean;
  readonly 'lead.origin'?: 'local' | 'peer';
  /** Node id of the peer that offered the lead. */
  readonly 'lead.originPeer'?: string;
  /** How often the lead was offered before. */
  readonly 'lead.round'?: number;
}

export type FieldKind = LeadField['kind'] | 'boolean';

/** A field as conditions see it. */
export interface ConditionField {
  readonly path: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly personal: boolean;
  readonly values?: readonly string[] | undefined;
}

const fact = (path: keyof LeadFacts, label: string, kind: FieldKind, values?: readonly string[]): ConditionField => ({
  path,
  label,
  kind,
  personal: false,
  values,
});
const factFields: readonly ConditionField[] = [
  fact('lead.test', 'test lead', 'boolean', ['true', 'false']),
  fact('lead.origin', 'origin', 'enum', ['local', 'peer']),
  fact('lead.originPeer', 'offering partner', 'text'),
  fact('lead.round', 'number of offers before', 'number'),
];

/** Parts of repeated elements that can be asked for by name; the first is what the bare path means. */
const parts: Readonly<Record<string, readonly string[]>> = {
  'contact.emails': ['value', 'kind'],
  'contact.phones': ['value', 'kind'],
  'interest.products': ['name', 'sku', 'quantity'],
  'source.clickIds': ['kind', 'value'],
  consents: ['purpose', 'state'],
  attachments: ['title', 'mediaType', 'url'],
};

/** All fields with a fixed path, for pickers and checks. Custom fields (`fields.<name>`) and consents (`consents.<purpose>`) come on top. */
export const conditionFields: readonly ConditionField[] = [
  ...leadFields.filter((field) => field.path !== 'fields').flatMap(withParts),
  ...factFields,
];
const byPath: ReadonlyMap<string, ConditionField> = new Map(conditionFields.map((field) => [field.path, field]));

function withParts(field: LeadField): ConditionField[] {
  const { path, label, kind, personal, values } = field;
  const whole: ConditionField = { path, label: inSentence(label), kind, personal, values };
  const names = field.repeated ? (parts[path] ?? []).slice(1) : [];
  return [
    whole,
    ...names.map((name): ConditionField => ({
      path: `${path}.${name}`,
      label: `${whole.label} (${name})`,
      kind: name === 'quantity' ? 'number' : 'text',
      personal,
    })),
  ];
}

/** "Company City" as it stands inside a sentence; "UTM source" stays. */
function inSentence(label: string): string {
  return label.replace(/(^|\s)[A-Z](?=-?[a-z])/g, (start) => start.toLowerCase());
}

/** The field of a path, or undefined when no lead can have it. */
export function findField(path: string): ConditionField | undefined {
  const known = byPath.get(path);
  if (known) return known;
  const custom = /^fields\.(.{1,100})$/.exec(path)?.[1];
  if (custom !== undefined) return { path, label: `“${custom}”`, kind: 'text', personal: true };
  const purpose = /^consents\.(.{1,100})$/.exec(path)?.[1];
  if (purpose === undefined) return undefined;
  return { path, label: `consent to “${purpose}”`, kind: 'text', personal: true };
}

/** Reads the texts a path stands for: none when absent, several for repeated elements. */
export type FieldReader = (subject: Subject) => readonly string[];

/** Compiles a path to a reader; the path must be one `findField` knows. */
export function compileField(path: string): FieldReader {
  if (path.startsWith('lead.')) {
    return ({ facts }) => texts(facts[path as keyof LeadFacts]);
  }
  const [first = '', ...rest] = path.split('.');
  if (first === 'fields') return ({ lead }) => named(lead.fields, 'name', 'value', rest.join('.'));
  if (first === 'consents' && rest.length > 0 && rest[0] !== 'state')
    return ({ lead }) => named(lead.consents, 'purpose', 'state', rest.join('.'));
  const { steps, part } = splitPath(path);
  return ({ lead }) => {
    let value: unknown = lead;
    for (const step of steps) value = (value as Record<string, unknown> | undefined)?.[step];
    return texts(value, part);
  };
}

function splitPath(path: string): { steps: string[]; part: string | undefined } {
  const own = parts[path];
  if (own) return { steps: path.split('.'), part: own[0] };
  const list = Object.keys(parts).find((name) => path.startsWith(`${name}.`));
  if (list === undefined) return { steps: path.split('.'), part: undefined };
  return { steps: list.split('.'), part: path.slice(list.length + 1) };
}

const none: readonly string[] = [];

function texts(value: unknown, part?: string): readonly string[] {
  if (typeof value === 'string') return value === '' ? none : [value];
  if (value === undefined || value === null) return none;
  if (Array.isArray(value)) return value.flatMap((entry) => texts(entry, part));
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  const entry = value as Record<string, unknown>;
  if (part !== undefined) return texts(entry[part]);
  return typeof entry['amount'] === 'string' ? [moneyText(entry)] : none;
}

/** Money as conditions write it: "1250.00 EUR". */
const moneyText = (money: Record<string, unknown>) =>
  typeof money['currency'] === 'string' ? `${String(money['amount'])} ${money['currency']}` : String(money['amount']);

function named<E>(entries: readonly E[] | undefined, key: keyof E, value: keyof E, name: string): readonly string[] {
  const wanted = name.toLowerCase();
  return (entries ?? []).filter((entry) => String(entry[key]).toLowerCase() === wanted).flatMap((e) => texts(e[value]));
}
