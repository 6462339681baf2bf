import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { findFreePort } from '../../node/cli/demo/processes.ts';
import { openCommandNode } from './leadmesh.ts';

vi.setConfig({ testTimeout: 60_000 });

const idOf = (entry: string) => (JSON.parse(entry) as { id: string }).id;

it('adds partners without a node, their people, and what their software is sent', async () => {
  await using node = openCommandNode('vendor', await findFreePort());
  await (await node.start()).stop();
  const agency = idOf(await node.ok(['partner', 'add', 'Harbour Resellers', '--kind', 'people', '--json']));
  const pat = idOf(await node.ok(['person', 'add', agency, 'Pat@Harbour.example', 'Pat Miller', '--json']));
  expect(await node.ok(['person', 'list', agency])).toMatch(/pat@harbour\.example +Pat Miller +yes +yes/);
  await node.ok(['person', 'deactivate', agency, pat]);
  expect(await node.ok(['person', 'list', agency])).toMatch(/Pat Miller +no/);

  const url = 'https://crm.harbour.example/hooks/leads';
  const added = JSON.parse(
    await node.ok(['partner', 'add', 'Harbour CRM', '--kind', 'webhook', '--url', url, '--json']),
  ) as { id: string; webhook: { secret: string } };
  expect(added.webhook.secret).toMatch(/^whsec_/);
  const [lead, mapping] = [join(node.folder, 'lead.json'), join(node.folder, 'mapping.json')];
  writeFileSync(lead, JSON.stringify({ contact: { familyName: 'Lovelace' }, account: { name: 'Acme' } }));
  const leadId = idOf(await node.ok(['lead', 'add', lead, '--json']));
  const fields = [{ to: 'id', from: '$lead' }, { to: 'who', from: 'contact.familyName' }, { to: 'company', from: 'account.name' }]; // prettier-ignore
  writeFileSync(mapping, JSON.stringify({ fields, wrap: false }));
  const preview = async (...more: string[]) =>
    JSON.parse(await node.ok(['partner', 'preview', added.id, leadId, '--json', ...more])) as Record<string, string>;
  const tried = await preview('--mapping', mapping);
  expect(JSON.parse(tried['offered'] ?? '')).toEqual({ id: 'recipient_PREVIEW', company: 'Acme' });
  expect((await preview())['released']).toContain('"document"');
  await node.ok(['partner', 'mapping', added.id, mapping]);
  expect(JSON.parse((await preview())['released'] ?? '')).toMatchObject({ who: 'Lovelace' });
  const renewed = JSON.parse(await node.ok(['partner', 'secrets', added.id, '--json'])) as { secret: string };
  expect(renewed.secret).not.toBe(added.webhook.secret);
});
