import type { Lead } from '../../../protocol/index.ts';
import { labelsOf, leadLines, oneLine } from '../../delivery/lead-lines.ts';
import { ownPeople, type Disclosed } from './list-disclosed.ts';

/** What a partner said of a lead, and whom it gave it to. */
interface ReportedByPartner {
  readonly partner: { readonly name: string };
  readonly outcome: string;
  readonly heldSince?: string | undefined;
  readonly purposes: readonly string[];
  readonly document?: unknown;
  readonly disclosures: readonly Pick<Disclosed, 'recipient' | 'at' | 'fields' | 'purpose'>[];
}

export interface ReportFacts {
  readonly leadId: string;
  /** Whose report it is. */
  readonly organisation: string;
  /** Epoch milliseconds. */
  readonly madeAt: number;
  readonly heldSince: string;
  /** Where it came from: a partner's or a source's name. */
  readonly from?: string | undefined;
  readonly document: Lead;
  readonly doNotContact: readonly string[];
  readonly erasedAt?: string | undefined;
  readonly disclosures: readonly Disclosed[];
  readonly partners: readonly ReportedByPartner[];
}

const stages: Readonly<Record<string, string>> = {
  offered: 'saw, when it was offered the request',
  released: 'got, when it took the request over',
  updated: 'was told a change of',
  reported: 'got, in a report like this one, for you,',
};
const pad = '  ';
const nothing = [`${pad}Nothing.`];
const orNothing = (lines: readonly string[]) => (lines.length > 0 ? lines : nothing);
const minute = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
const fieldsIn = (lead: Lead) =>
  leadLines(lead).map(({ label, value }) => `${pad}${label}: ${value.replaceAll('\n', `\n${pad}${pad}`)}`);

/** The report for the person a lead is about, as plain text that a person reads: what is held here and elsewhere, who got what when. */
export function writeReport(facts: ReportFacts): string {
  const { leadId, organisation, madeAt, heldSince, from, document, doNotContact, erasedAt } = facts;
  const parts = [
    [`What ${oneLine(organisation)} holds about you`, '', `Made ${minute(new Date(madeAt).toISOString())}; ${leadId}.`],
    [
      `Held since ${minute(heldSince)}${from === undefined ? '' : `, from ${oneLine(from)}`}.`,
      ...(erasedAt === undefined ? [] : [`Erased ${minute(erasedAt)}.`]),
      ...(doNotContact.length === 0 ? [] : [`You are not to be contacted by: ${doNotContact.join(', ')}.`]),
    ],
    ['WHAT IS HELD', ...orNothing(fieldsIn(document))],
    ['WHO GOT WHAT, AND WHEN', ...orNothing(facts.disclosures.map(describeDisclosed))],
    ...facts.partners.map(describePartner),
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function describeDisclosed({ recipient, at, stage, fields, maskedFields, purpose }: Disclosed): string {
  const to = recipient === ownPeople ? 'Our own people' : oneLine(recipient);
  const what = [...labelsOf(fields), ...labelsOf(maskedFields).map((label) => `${label} (in part)`)].join(', ');
  const why = purpose === undefined ? '' : `, for: ${oneLine(purpose)}`;
  return `${pad}${minute(at)}  ${to} ${stages[stage] ?? 'got'}: ${what}${why}`;
}

const outcomes: Readonly<Record<string, string>> = {
  open: 'It was asked, and has not answered yet.',
  unreached: 'It could not be asked: its software does not know how. Ask it yourself.',
};

function describePartner({
  partner,
  outcome,
  heldSince,
  purposes,
  document,
  disclosures,
}: ReportedByPartner): string[] {
  const passed = disclosures.map(
    ({ recipient, at, fields, purpose }) =>
      `${pad}${minute(at)}  ${oneLine(recipient)} got from it: ${labelsOf(fields).join(', ')}` +
      (purpose === undefined ? '' : `, for: ${oneLine(purpose)}`),
  );
  const said = outcomes[outcome];
  return [
    `WHAT ${oneLine(partner.name).toUpperCase()} SAYS THAT IT HOLDS`,
    ...(said === undefined ? [] : [`${pad}${said}`]),
    ...(heldSince === undefined ? [] : [`${pad}Held since ${minute(heldSince)}.`]),
    ...(purposes.length === 0 ? [] : [`${pad}What for: ${purposes.map((each) => oneLine(each)).join('; ')}.`]),
    ...(said === undefined ? orNothing(fieldsIn(document ?? {})) : []),
    ...passed,
  ];
}
