import { expect, it } from 'vitest';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { openCommandNode } from './leadmesh.ts';

it('corrects a lead, and says why a partner cannot be asked about one that no partner shares', async () => {
  await using node = openCommandNode('vendor', await findFreePort());
  await node.start();
  const document = { contact: { givenName: 'Ada', phones: [{ kind: 'work', value: '+49 341 5550123' }] } };
  const leadId = await node.ok(['lead', 'add', '-'], JSON.stringify(document));
  const fields = { 'contact.jobTitle': 'Buyer', 'contact.phones': null };
  expect(await node.ok(['lead', 'edit', leadId, '-'], JSON.stringify(fields))).toBe('contact.jobTitle\ncontact.phones');
  const lead = await node.json<{ lead: { document: object } }>(['lead', 'show', leadId]);
  expect(lead.lead.document).toMatchObject({ contact: { givenName: 'Ada', jobTitle: 'Buyer' } });
  const again = await node.run(['lead', 'edit', leadId, '-'], JSON.stringify({ 'contact.jobTitle': 'Buyer' }));
  expect([again.status, again.err]).toEqual([0, expect.stringContaining('Nothing changed.')]);
  expect(await node.json(['lead', 'questions', leadId])).toMatchObject({ items: [], may: { askBack: false } });
  for (const [args, code] of [
    [['edit', leadId, '-'], 'unknown-field'],
    [['ask-back', leadId, '--reason', 'mistake'], 'not-with-partner'],
    [['free', leadId, '--reason', 'They are gone.'], 'not-with-partner'],
    [['give-back', leadId, '--reason', 'not-a-fit', '--proof', 'https://files.example/17'], 'not-from-partner'],
    [['give-back', leadId, '--reason', 'not-a-fit', '--proof', 'ftp://files.example/17'], 'invalid'],
    [['answer', leadId, 'question_1', 'agreed'], 'question-over'],
  ] as const) {
    const { status, err } = await node.run(['lead', ...args], JSON.stringify({ 'contact.shoeSize': 9 }));
    expect([status, err]).toEqual([1, expect.stringContaining(code)]);
  }
});
