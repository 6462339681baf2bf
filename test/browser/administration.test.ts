import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeApiClient } from '../../node/cli/api-client.ts';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { offerAllTo, openPartners, openScene, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

it('adds a user, whose one-time link is shown once and works, and deactivates her', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const page = await browser.signIn(node, node.administrator, { path: '/users' });
  await page.getByRole('button', { name: 'Add a user' }).click();
  await page.getByRole('textbox', { name: 'Name' }).fill('Vera Vendor');
  await page.getByRole('textbox', { name: 'E-mail' }).fill('admin@vendor.example');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('vera@vendor.example');
  await page.getByLabel('Manager').selectOption('Admin');
  await page.getByRole('button', { name: 'Add', exact: true }).click();

  const vera = page.getByRole('listitem').filter({ hasText: 'Vera Vendor' });
  await vera.getByText('below Admin · never signed in').waitFor();
  await vera.getByRole('button', { name: 'Make a sign-in link' }).click();
  const url = (await vera.locator('pre').textContent()) ?? '';
  const hers = await (await browser.visitor({ now: scene.clock.now() })).page();
  await hers.goto(url);
  await hers.getByRole('button', { name: 'Sign in' }).click();
  await hers.getByRole('link', { name: /Vera Vendor/ }).waitFor();

  await page.reload();
  await vera.getByText('signed in').waitFor();
  expect(await page.locator('pre').count()).toBe(0);
  await vera.getByRole('button', { name: 'Deactivate' }).click();
  await vera.getByText('not active').waitFor();
  await hers.reload();
  await hers.getByText('Sign in to this node').waitFor();
});

it('makes an API token that works, and revokes it', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const page = await browser.signIn(node, await node.addUser('Vera'), { path: '/account' });
  await page.getByLabel('What is it for?').fill('My script');
  await page.getByLabel('It may do').selectOption('reading only');
  await page.getByRole('button', { name: 'Make a token' }).click();
  const token = (await page.getByRole('group', { name: 'The new token' }).locator('pre').textContent()) ?? '';
  const client = makeApiClient(node.url, token);
  expect(await client.get('/api/leads')).toEqual({ items: [] });
  await expect(client.send('POST', '/api/leads', { lead: {} })).rejects.toMatchObject({ code: 'scope-missing' });

  await page.getByRole('button', { name: 'Revoke My script' }).click();
  await page.getByText('My script').waitFor({ state: 'detached' });
  await expect(client.get('/api/leads')).rejects.toMatchObject({ status: 401 });
});

it('lets somebody be absent, and says so', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  const page = await browser.signIn(node, vera, { path: '/account' });
  await page.getByRole('switch').click();
  await page.getByText('Absent: no new leads are offered').waitFor();
  await page.getByText('representative · absent').waitFor();
  expect(await vera.api.get('/api/me')).toMatchObject({ user: { availability: 'absent' } });
});

it('enters a lead, once, and says what does not fit', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const page = await browser.signIn(node, await node.addUser('Vera'), { path: '/enter', width: 'phone' });
  await page.getByLabel('Last name').fill('Lovelace');
  await page.getByLabel('Country').fill('Germany, I think');
  await page.getByRole('button', { name: 'Enter the lead' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('Country').fill('de');
  await page.getByLabel('Product').fill('Difference engine');
  await page.getByLabel('Expected value').fill('1250,00');

  // The answer gets lost on its way; the person presses again.
  await page.route('**/api/leads', async (route) => {
    await route.fetch();
    await route.abort();
  });
  await page.getByRole('button', { name: 'Enter the lead' }).click();
  await page.getByText('The node cannot be reached').waitFor();
  await page.unroute('**/api/leads');
  await page.getByRole('button', { name: 'Enter the lead' }).click();
  await page.getByText('The lead is in').waitFor();
  const { items } = await node.administrator.api.get<{ items: { id: string }[] }>('/api/leads');
  expect(items).toHaveLength(1);
  expect(await node.administrator.api.get(`/api/leads/${items[0]!.id}`)).toMatchObject({
    document: {
      contact: { familyName: 'Lovelace', address: { country: 'DE' } },
      interest: { products: [{ name: 'Difference engine' }], opportunitySize: { amount: '1250.00', currency: 'EUR' } },
      source: { kind: 'event' },
    },
  });
});

it('reads the rules of a box in English', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const [vera, bob] = [await node.addUser('Vera'), await node.addUser('Bob')];
  await offerAllTo(node, [vera, bob], { minutes: 90 });
  const page = await browser.signIn(node, node.administrator, { path: '/boxes' });
  await page.getByRole('link', { name: /1 rule/ }).click();
  await page.getByText('Always put the lead up for grabs for Vera and Bob for 90 minutes.').waitFor();
  await page.getByRole('link', { name: 'Boxes and rules' }).first().click();
  await page.getByRole('link', { name: /^Vera/ }).click();
  await page.getByText('No rules of its own').waitFor();
});

it('shows what a partner would see of a lead, and what its software would be sent: before, with the award and after', async () => {
  await using scene = await openPartners(browser);
  const { vendor } = scene;
  const leadId = await takeIn(vendor);
  await scene.settle();
  const page = await browser.signIn(vendor, vendor.administrator, { path: `/leads/${leadId}` });
  await page.getByRole('tab', { name: 'Who saw what' }).click();
  await page.getByText('Withheld until acceptance').waitFor();
  await page.getByLabel('Partner or user').selectOption('reseller');
  const row = page.getByRole('row', { name: /^E-mail/ });
  await row.getByText('withheld').waitFor();
  expect(await row.getByRole('cell').allTextContents()).toEqual([
    ' withheld',
    'ada@engines.example',
    'ada@engines.example',
  ]);
  await page.getByRole('row', { name: 'Company name' }).getByText('Analytical Engines GmbH').first().waitFor();

  const crm = { kind: 'webhook', name: 'A CRM', url: 'https://crm.example/hooks' };
  const { id } = await vendor.administrator.api.send<{ id: string }>('POST', '/api/partners', crm);
  await page.goto(`${vendor.url}/partners/${id}`);
  await page.getByLabel('A lead to try it with').selectOption(leadId);
  await page.getByRole('button', { name: 'Show what would be sent' }).click();
  const offered = page.getByRole('group', { name: 'When it is offered' });
  await offered.getByText('Analytical Engines GmbH').waitFor();
  expect(await offered.textContent()).not.toContain('ada@engines.example');
  expect(await page.getByRole('group', { name: 'When it was accepted' }).textContent()).toContain(
    'ada@engines.example',
  );
  await page.getByLabel('Mapping (JSON)').fill('{');
  await page.getByRole('button', { name: 'Show what would be sent' }).click();
  await page.getByRole('alert').getByText('The mapping is not JSON').waitFor();
});
