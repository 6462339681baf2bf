import { leadFields } from '../../protocol/index.ts';
import type { HistoryEntry, HistoryFacts, HistoryKind, Holder, LeadActor } from './history.ts';

type Told = Pick<HistoryEntry, 'actor' | 'facts'>;

const labels = new Map(leadFields.map((field) => [field.path, field.label]));

/** The name of a field as people know it. */
export const fieldLabel = (path: string): string =>
  labels.get(path) ?? (path.startsWith('fields.') ? path.slice('fields.'.length) : path);

const sentences: { readonly [Kind in HistoryKind]: (told: Told) => string } = {
  receive: ({ facts }) => `${facts.test ? 'Test lead' : 'Lead'} came in${origin(facts)}${hidden(facts)}`,
  place: ({ facts }) => `Placed in ${box(facts)}${byRule(facts)}`,
  offer: ({ facts }) =>
    `${facts.mode === 'grab' ? 'Put up for grabs' : 'Offered'} to ${recipients(facts)}${inBox(facts)}` +
    `${facts.closesAt === undefined ? '' : ` until ${time(facts.closesAt)}`}${byRule(facts)}${hidden(facts)}`,
  reject: ({ facts }) => `${name(facts.recipient)} declined${because(facts)}`,
  expire: ({ facts }) => `The offer${toRecipient(facts)} ended without an answer`,
  late: ({ facts }) => `${name(facts.recipient)} accepted too late${because(facts)}`,
  claim: ({ facts }) => `${name(facts.holder)} was first to accept`,
  award: ({ facts }) => `Awarded to ${name(facts.recipient ?? facts.holder)}`,
  lapse: ({ facts }) => `The award${toRecipient(facts)} was not confirmed in time: offered anew`,
  disclose: ({ facts }) => `Shown to ${name(facts.recipient)}: ${fieldList(facts.fields ?? [])}${hidden(facts)}`,
  assign: ({ facts }) => `Assigned to ${name(facts.holder)}${inBox(facts)}${byRule(facts)}`,
  release: ({ facts }) => `Released to us in full${facts.fields?.length ? `: ${fieldList(facts.fields)}` : ''}`,
  unroute: ({ facts }) => `Nobody took it${because(facts)}: waiting for a decision`,
  reroute: ({ actor, facts }) => `${who(actor)} sent it back to be routed again${because(facts)}`,
  withdraw: ({ facts }) => `No longer ours${because(facts)}`,
  erase: ({ actor, facts }) => `${who(actor)} erased it${because(facts)}: nothing of it is left here`,
  'ask-erasure': ({ actor, facts }) => `${who(actor)} asked ${toOrUs(facts)} to erase it${because(facts)}${by(facts)}`,
  'answer-erasure': ({ actor, facts }) =>
    `${who(actor)}${facts.recipient ? ` heard from ${name(facts.recipient)}` : ''} on its erasure: ` +
    `${facts.outcome ?? 'no answer'}${until(facts)}`,
  hold: ({ actor, facts }) =>
    facts.until === undefined
      ? `${who(actor)} ended the legal hold`
      : `${who(actor)} put it under legal hold${until(facts)}`,
  consent: ({ actor, facts }) =>
    `${who(actor)} told of a change of consent` +
    (facts.channels?.length ? `: no contact (${facts.channels.join(', ')})` : ''),
  untold: ({ facts }) => `${name(facts.recipient)} could not be told of a change of consent${because(facts)}`,
  doubt: ({ facts }) => `${name(facts.recipient)} may have its details, or not${because(facts)}: ask them`,
  report: ({ actor, facts }) =>
    facts.recipient
      ? `${who(actor)} asked ${name(facts.recipient)} what it holds`
      : `${who(actor)} had a report made of what is held`,
  forget: ({ facts }) => `Personal data deleted${facts.fields?.length ? `: ${fieldList(facts.fields)}` : ''}`,
  contact: ({ actor }) => `${who(actor)} contacted the customer`,
  work: ({ actor }) => `${who(actor)} is working on it`,
  sleep: ({ actor, facts }) =>
    `${who(actor)} put it to sleep${facts.until === undefined ? '' : ` until ${time(facts.until)}`}`,
  wake: ({ actor }) => (actor.kind === 'system' ? 'Woke up: time to go on' : `${who(actor)} woke it up`),
  win: ({ actor, facts }) =>
    `${who(actor)} won it${facts.amount ? `: ${facts.amount.amount} ${facts.amount.currency}` : ''}` +
    (facts.orderReference ? `, order ${facts.orderReference}` : ''),
  lose: ({ actor, facts }) => `${who(actor)} lost it${because(facts)}`,
  reopen: ({ actor }) => `${who(actor)} opened it again`,
  note: ({ actor }) => `${who(actor)} wrote a note`,
  edit: ({ actor, facts }) => `${who(actor)} changed ${fieldList(facts.fields ?? [])}${because(facts)}`,
  'ask-recall': ({ actor, facts }) =>
    `${who(actor)} asked ${toOrUs(facts)} to give it back${because(facts)}${by(facts)}`,
  'ask-return': ({ actor, facts }) =>
    `${who(actor)} asked ${toOrUs(facts)} to take it back${because(facts)}${by(facts)}`,
  suggest: ({ actor, facts }) => `${who(actor)} suggested other values: ${fieldList(facts.fields ?? [])}`,
  agree: ({ actor }) => `${who(actor)} agreed`,
  refuse: ({ actor }) => `${who(actor)} refused`,
  unanswered: ({ facts }) => `${name(facts.recipient)} has not answered in time: it stays with ${name(facts.holder)}`,
  unheard: ({ facts }) => `The question could not be put to ${name(facts.recipient)}${because(facts)}`,
  'give-back': ({ actor, facts }) => `${who(actor)} gave it back to ${name(facts.recipient)}${because(facts)}`,
  free: ({ actor, facts }) => `${who(actor)} took it from ${name(facts.recipient)} without an answer${because(facts)}`,
  'take-back': ({ facts }) => `It came back from ${name(facts.recipient)}${because(facts)}`,
};

/** One English sentence for an entry of a lead's history. */
export function describeHistory(entry: Pick<HistoryEntry, 'kind' | 'actor' | 'facts'>): string {
  const tell = sentences[entry.kind] as ((told: Told) => string) | undefined;
  return `${tell ? tell(entry) : entry.kind}.`.replace(/^someone\b/, 'Someone');
}

const name = (holder: Holder | undefined): string => holder?.name ?? holder?.id ?? 'someone';
const who = (actor: LeadActor): string => actor.name ?? actor.id ?? 'Leadmesh';
const words = (code: string): string => code.replaceAll('-', ' ');
/** `2026-01-31 14:05 UTC`. */
const time = (at: number): string => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const fieldList = (paths: readonly string[]): string => paths.map(fieldLabel).join(', ') || 'nothing';

const because = (facts: HistoryFacts): string => (facts.reason ? ` (${words(facts.reason)})` : '');
const toOrUs = (facts: HistoryFacts): string => (facts.recipient ? name(facts.recipient) : 'us');
const by = (facts: HistoryFacts): string => (facts.until === undefined ? '' : `, by ${time(facts.until)}`);
const until = (facts: HistoryFacts): string => (facts.until === undefined ? '' : ` until ${time(facts.until)}`);
const byRule = (facts: HistoryFacts): string => (facts.ruleName ? `, by rule “${facts.ruleName}”` : '');
const box = (facts: HistoryFacts): string => (facts.boxName ? `the box “${facts.boxName}”` : 'a box');
const inBox = (facts: HistoryFacts): string => (facts.boxName ? ` in the box “${facts.boxName}”` : '');
const toRecipient = (facts: HistoryFacts): string => (facts.recipient ? ` to ${name(facts.recipient)}` : '');

function origin(facts: HistoryFacts): string {
  if (facts.origin === 'peer') return ` from ${facts.originName ?? 'a partner'}`;
  return facts.sourceKind ? ` (${words(facts.sourceKind)})` : '';
}

function recipients(facts: HistoryFacts): string {
  if (facts.recipient) return name(facts.recipient);
  return facts.recipients === undefined || facts.recipients === 1 ? 'one recipient' : `${facts.recipients} recipients`;
}

function hidden(facts: HistoryFacts): string {
  const parts = [
    facts.withheldFields?.length ? `withheld: ${fieldList(facts.withheldFields)}` : '',
    facts.maskedFields?.length ? `shown in part: ${fieldList(facts.maskedFields)}` : '',
  ].filter((part) => part !== '');
  return parts.length > 0 ? ` (${parts.join('; ')})` : '';
}
