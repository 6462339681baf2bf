import { describe, expect, it } from 'vitest';
import { describeHistory, fieldLabel } from '../../node/leads/describe-history.ts';
import { toldKinds, type HistoryFacts, type HistoryKind, type LeadActor } from '../../node/leads/history.ts';
import { leadEvents } from '../../node/leads/life-cycle.ts';

const system: LeadActor = { kind: 'system' };
const grace: LeadActor = { kind: 'user', id: 'user_1', name: 'Grace Hopper' };
const reseller = { kind: 'peer', id: 'reseller.example', name: 'Reseller' } as const;
const noon = Date.UTC(2026, 4, 4, 12);

describe('a sentence for every kind', () => {
  it.each<[HistoryKind, LeadActor, HistoryFacts, string]>([
    ['receive', system, { origin: 'local', sourceKind: 'web-form' }, 'Lead came in (web form).'],
    ['receive', system, { origin: 'local', test: true }, 'Test lead came in.'],
    [
      'receive',
      system,
      { origin: 'peer', originName: 'Vendor', withheldFields: ['contact.emails'], maskedFields: ['contact.givenName'] },
      'Lead came in from Vendor (withheld: E-mail; shown in part: First name).',
    ],
    ['place', system, { boxName: 'North', ruleName: 'By region' }, 'Placed in the box “North”, by rule “By region”.'],
    [
      'offer',
      system,
      { mode: 'grab', recipients: 3, boxName: 'North', closesAt: noon },
      'Put up for grabs to 3 recipients in the box “North” until 2026-05-04 12:00 UTC.',
    ],
    ['offer', system, { mode: 'direct', recipients: 1, recipient: reseller }, 'Offered to Reseller.'],
    ['reject', grace, { recipient: reseller, reason: 'not-a-fit' }, 'Reseller declined (not a fit).'],
    ['expire', system, { recipient: reseller }, 'The offer to Reseller ended without an answer.'],
    ['late', system, { recipient: reseller, reason: 'taken' }, 'Reseller accepted too late (taken).'],
    ['claim', grace, { holder: reseller }, 'Reseller was first to accept.'],
    ['award', system, { recipient: reseller }, 'Awarded to Reseller.'],
    ['lapse', system, { recipient: reseller }, 'The award to Reseller was not confirmed in time: offered anew.'],
    [
      'disclose',
      system,
      { recipient: reseller, fields: ['contact.emails', 'fields.Roof area'] },
      'Shown to Reseller: E-mail, Roof area.',
    ],
    ['assign', system, { holder: { kind: 'user', id: 'user_1', name: 'Grace Hopper' } }, 'Assigned to Grace Hopper.'],
    ['release', system, { fields: ['contact.emails'] }, 'Released to us in full: E-mail.'],
    ['unroute', system, { reason: 'nobody-available' }, 'Nobody took it (nobody available): waiting for a decision.'],
    ['reroute', grace, {}, 'Grace Hopper sent it back to be routed again.'],
    ['withdraw', system, { reason: 'taken' }, 'No longer ours (taken).'],
    ['forget', system, { fields: ['contact.emails'] }, 'Personal data deleted: E-mail.'],
    ['contact', grace, {}, 'Grace Hopper contacted the customer.'],
    ['work', { kind: 'peer', id: 'reseller.example' }, {}, 'reseller.example is working on it.'],
    ['sleep', grace, { until: noon }, 'Grace Hopper put it to sleep until 2026-05-04 12:00 UTC.'],
    ['wake', system, {}, 'Woke up: time to go on.'],
    ['wake', grace, {}, 'Grace Hopper woke it up.'],
    [
      'win',
      grace,
      { amount: { amount: '1250.00', currency: 'EUR' }, orderReference: 'A-7' },
      'Grace Hopper won it: 1250.00 EUR, order A-7.',
    ],
    ['lose', grace, { reason: 'no-budget' }, 'Grace Hopper lost it (no budget).'],
    ['reopen', grace, {}, 'Grace Hopper opened it again.'],
    ['note', grace, { noteId: 'note_1' }, 'Grace Hopper wrote a note.'],
    ['edit', grace, { fields: ['contact.emails'], reason: 'correction' }, 'Grace Hopper changed E-mail (correction).'],
    [
      'ask-recall',
      grace,
      { recipient: reseller, reason: 'duplicate', until: noon },
      'Grace Hopper asked Reseller to give it back (duplicate), by 2026-05-04 12:00 UTC.',
    ],
    ['ask-return', reseller, { reason: 'wrong-data' }, 'Reseller asked us to take it back (wrong data).'],
    ['suggest', reseller, { fields: ['contact.phones'] }, 'Reseller suggested other values: Phone.'],
    ['agree', reseller, {}, 'Reseller agreed.'],
    ['refuse', grace, {}, 'Grace Hopper refused.'],
    [
      'unanswered',
      system,
      { recipient: reseller, holder: reseller },
      'Reseller has not answered in time: it stays with Reseller.',
    ],
    [
      'unheard',
      system,
      { recipient: reseller, reason: 'not-reached' },
      'The question could not be put to Reseller (not reached).',
    ],
    [
      'give-back',
      grace,
      { recipient: reseller, reason: 'mistake' },
      'Grace Hopper gave it back to Reseller (mistake).',
    ],
    [
      'answer-erasure',
      grace,
      { recipient: reseller, outcome: 'done' },
      'Grace Hopper heard from Reseller on its erasure: done.',
    ],
    [
      'untold',
      system,
      { recipient: reseller, reason: 'not-reachable' },
      'Reseller could not be told of a change of consent (not reachable).',
    ],
    ['take-back', reseller, { recipient: reseller, reason: 'mistake' }, 'It came back from Reseller (mistake).'],
  ])('%s', (kind, actor, facts, sentence) => {
    expect(describeHistory({ kind, actor, facts })).toBe(sentence);
  });

  it('has one without any facts, too', () => {
    for (const kind of [...leadEvents, ...toldKinds])
      expect(describeHistory({ kind, actor: system, facts: {} })).toMatch(/^[A-Z].{5,}[^.]\.$/);
  });

  it('says at least the kind of what it does not know', () => {
    expect(describeHistory({ kind: 'teleport' as HistoryKind, actor: system, facts: {} })).toBe('teleport.');
  });
});

it('calls fields what people call them', () => {
  expect(fieldLabel('contact.familyName')).toBe('Last name');
  expect(fieldLabel('fields.Roof area')).toBe('Roof area');
  expect(fieldLabel('future.path')).toBe('future.path');
});
