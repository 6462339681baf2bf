import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { makeInvitation, makeSigningKey, writeInvitation } from '../../protocol/index.ts';
import { openCommandNode, type CommandNode } from './leadmesh.ts';

vi.setConfig({ testTimeout: 60_000 });

const guide = readFileSync(new URL('../../docs/policies.md', import.meta.url), 'utf8');
const shownLead = 'lead_01J8ZQ4X7M3N5P6R7S8T9V0W1X';

/** The commands of the guide's shell blocks, each with the text that stands below its block. */
function readExamples() {
  const blocks = [...guide.matchAll(/^```(sh|text)\n([^]*?)\n```$/gm)].map(([, kind, text = '']) => ({ kind, text }));
  return blocks.flatMap(({ kind, text }, at) => {
    const lines = kind === 'sh' ? text.split('\n') : [];
    const below = blocks[at + 1];
    return lines.map((line, n) => ({
      args: [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '').slice(1),
      answer: n === lines.length - 1 && below?.kind === 'text' ? below.text : undefined,
    }));
  });
}

async function prepare(node: CommandNode): Promise<string> {
  await (await node.start()).stop();
  const key = makeSigningKey();
  const who = { nodeId: 'reseller.example', name: 'Reseller', endpoint: 'https://reseller.example/lead-exchange' };
  const [invitation, lead] = [join(node.folder, 'invitation.json'), join(node.folder, 'lead.json')];
  writeFileSync(invitation, writeInvitation(makeInvitation({ ...who, key, createdAt: 0 })));
  await node.ok(['peer', 'accept', invitation, '--role', 'both']);
  const document = {
    contact: { givenName: 'Ada', phones: [{ value: '+44 20 7946 0958' }] },
    account: { name: 'Acme' },
    interest: { opportunitySize: { amount: '125000.00', currency: 'EUR' } },
    fields: [{ name: 'Roof area', type: 'text', value: '120' }, { name: 'Budget code', type: 'text', value: 'B-7' }], // prettier-ignore
  };
  writeFileSync(lead, JSON.stringify(document));
  return node.ok(['lead', 'add', lead]);
}

it('the guide’s commands do what it says', async () => {
  await using node = openCommandNode('vendor', await findFreePort());
  const leadId = await prepare(node);
  const examples = readExamples();
  expect(examples.length).toBeGreaterThan(7);
  let preview = '';
  for (const { args, answer } of examples) {
    const out = await node.ok(args.map((word) => (word === shownLead ? leadId : word)));
    if (answer !== undefined) expect(out).toBe(answer);
    if (args[1] === 'preview') preview = out;
  }
  const [, offered = '', released = ''] = /In the offer\n(.*)\n\nAfter the award\n(.*)\n/.exec(preview) ?? [];
  expect(offered).toContain('<l:Phone>+44 20</l:Phone>');
  expect(offered).toMatch(/Acme.*>100000<.*Roof area/s);
  expect(offered).not.toMatch(/Ada|Budget|125000/);
  expect(released).toMatch(/Ada.*7946.*125000\.00/s);
  expect(released).not.toContain('Budget');
  expect(await node.json(['policy', 'feedback', 'reseller.example'])).toMatchObject({
    tell: { amount: 'band', note: false, dispositions: ['won', 'lost'] },
    keep: { assignedTo: false, dispositions: ['won', 'lost'] },
    bands: { EUR: [1_000, 5_000, 25_000] },
  });

  const refused = async (args: string[]) => (await node.run(['policy', ...args])).err;
  expect(await refused(['set', 'contact.shoeSize', 'show'])).toContain('unknown-field');
  expect(await refused(['set', 'interest.comments', 'mask'])).toContain('not-maskable');
  expect(await refused(['set', 'account.name', 'hide'])).toContain('action');
  expect(await refused(['set', 'account.name', 'show', '--when', '{'])).toContain('malformed');
  expect(await refused(['set', 'account.name', 'show', '--partner', 'a.example', '--user', '*'])).toContain('usage');
  expect(await refused(['feedback', 'reseller.example', '--tell', 'note'])).toContain('usage');
  expect(await refused(['feedback', 'reseller.example', '--tell', 'shoes=yes'])).toContain('shoes');
  expect(await refused(['feedback', 'reseller.example', '--bands', 'EUR=5+x'])).toContain('usage');
  expect(await refused(['feedback', 'reseller.example', '--bands', 'EUR=5+1'])).toContain('bands');
  expect(await refused(['feedback', 'nobody.example'])).toContain('not-found');
});
