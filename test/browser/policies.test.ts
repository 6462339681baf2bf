import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { openScene, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

it('an administrator sets what partners see and are told, and tries it on a lead', async () => {
  await using scene = await openScene(browser, 'vendor', 'reseller');
  await scene.introduce('vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  await vendor.settle();
  const leadId = await takeIn(vendor);
  const page = await browser.signIn(vendor, vendor.administrator, { path: '/policies' });
  await page.getByText('None: the defaults hold.').waitFor();
  const table = page.getByRole('region', { name: 'What is shown when' });
  const phones = table.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Phone', exact: true }) });
  expect(await phones.first().innerText()).toContain('withheld');
  await table.getByText('nobody decided yet').waitFor();

  await page.getByLabel('Partner', { exact: true }).selectOption(reseller.nodeId);
  await page.getByLabel('What', { exact: true }).selectOption('group:phone');
  await page.getByLabel('Then', { exact: true }).selectOption('mask');
  await page.getByRole('button', { name: 'Save this policy' }).click();
  await page.getByText('Telephone: in the offer show a part of it.').waitFor();
  await phones.first().getByText('in part').waitFor();
  await page.getByLabel('Only leads whose').selectOption('contact.address.country');
  await page.getByLabel('With what').fill('AT');
  await page.getByLabel('Then', { exact: true }).selectOption('never');
  await page.getByRole('button', { name: 'Save this policy' }).click();
  await page.getByText(/Telephone: in the offer never show it, if .*country.*AT/i).waitFor();
  await page.getByRole('button', { name: 'Remove' }).last().click();
  await page.getByText(/never show it, if /).waitFor({ state: 'detached' });
  await page.getByLabel('Only leads whose').selectOption('');
  await page.getByLabel('Then', { exact: true }).selectOption('mask');
  await page.getByLabel('What', { exact: true }).selectOption('interest.comments');
  await page.getByRole('button', { name: 'Save this policy' }).click();
  await page.getByRole('alert').getByText('No part of this field can be shown').waitFor();

  await page.getByLabel('Lead', { exact: true }).selectOption({ index: 1 });
  const seen = page.getByRole('region', { name: 'What would be seen' });
  await seen.getByText('+49 341').first().waitFor();
  await page.getByText('The lead as it would be sent').click();
  expect(await page.getByLabel('In the offer', { exact: true }).innerText()).not.toContain('ada@engines.example');
  await page.getByRole('button', { name: 'Remove' }).click();
  await page.getByText('None: the defaults hold.').waitFor();

  await page.goto(`${vendor.url}/partners/${reseller.nodeId}`);
  const told = page.getByRole('group', { name: /What we tell/ });
  await told.getByLabel('private notes').click();
  await told.getByRole('checkbox', { name: 'private notes', checked: true }).waitFor();
  await told.getByLabel('The value of an order').selectOption('band');
  await told
    .locator('select:enabled')
    .getByText('as a range')
    .and(told.locator('option:checked'))
    .waitFor({ state: 'attached' });
  await page.getByLabel('Ranges of order values begin at').fill('eur 1000 500');
  await page.getByRole('button', { name: 'Save these ranges' }).click();
  await page.getByRole('alert').getByText('must rise').waitFor();
  await page.getByLabel('Ranges of order values begin at').fill('eur 1000 5000, USD 2000');
  const saved = page.waitForResponse(
    (response) => response.url().includes('feedback') && response.request().method() !== 'GET' && response.ok(),
  );
  await page.getByRole('button', { name: 'Save these ranges' }).click();
  await saved;
  await page.reload();
  await told.getByRole('checkbox', { name: 'private notes', checked: true }).waitFor();
  expect(await told.getByLabel('The value of an order').inputValue()).toBe('band');
  expect(await page.getByLabel('Ranges of order values begin at').inputValue()).toBe('EUR 1000 5000, USD 2000');

  await page.getByRole('switch', { name: /without an agreement in force/ }).click();
  await page.getByRole('switch', { checked: true }).waitFor();
  await page.goto(`${vendor.url}/leads/${leadId}`);
  await page.getByRole('tab', { name: 'Who saw what' }).click();
  await page.getByLabel('Partner or user').selectOption(`peer:${reseller.nodeId}`);
  await page.getByText('Nothing is offered to this partner now: an agreement is asked for').waitFor();
});
