import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { offerAllTo, openPartners, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

it('asks for a lead back, is refused with a word, and takes it back from the list of questions when the holder gives it', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, rob } = scene;
  await offerAllTo(vendor, [reseller], { mode: 'direct' });
  const leadId = await takeIn(vendor);
  await scene.settle();
  const page = await browser.signIn(reseller, rob, { width: 'phone' });
  await page.getByRole('link', { name: 'Analytical Engines GmbH' }).click();
  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await page.getByText('Accepted. Waiting for vendor').waitFor();
  await scene.settle();

  const boss = await browser.signIn(vendor, vendor.administrator, { path: `/leads/${leadId}` });
  await boss.getByRole('button', { name: 'Ask for it back …' }).click();
  await boss.getByLabel('Why?').selectOption('duplicate');
  await boss.getByLabel('In your own words').fill('Carl knows them.');
  await boss.getByRole('button', { name: 'Ask', exact: true }).click();
  await boss.getByText('You asked reseller to give this lead back (duplicate).').waitFor();
  await boss.getByRole('button', { name: 'Ask for it back …' }).waitFor({ state: 'detached' });
  await scene.settle();

  await page.getByText('vendor asks for this lead back (duplicate).').waitFor();
  await page.getByText('Carl knows them.').waitFor();
  await page.getByRole('button', { name: 'Keep it …' }).click();
  await page.getByLabel('Why not?').fill('We meet tomorrow.');
  await page.getByRole('button', { name: 'Keep it', exact: true }).click();
  await page.getByRole('button', { name: 'Give it back …' }).waitFor();
  await scene.settle();
  await boss.getByRole('button', { name: 'Ask for it back …' }).waitFor();
  await boss.getByRole('tab', { name: 'History' }).click();
  await boss.getByText('We meet tomorrow.').waitFor();

  await page.getByRole('button', { name: 'Give it back …' }).click();
  await page.getByLabel('Why?').selectOption('not-a-fit');
  await page.getByLabel('Where what shows it lies').fill('https://files.example/calls/17\nhttps://files.example/mail');
  await page.getByRole('button', { name: 'Give it back', exact: true }).click();
  await page.getByText('You asked vendor to take this lead back (not a fit).').waitFor();
  await scene.settle();
  await boss.getByText('reseller asks you to take this lead back (not a fit).').waitFor();
  // To be read, not to be clicked.
  const proofs = boss.getByRole('list', { name: 'Proofs' });
  expect(await proofs.getByRole('listitem').allTextContents()).toEqual([
    'https://files.example/calls/17',
    'https://files.example/mail',
  ]);
  expect(await proofs.getByRole('link').count()).toBe(0);
  await boss.getByRole('link', { name: 'Open questions 1 to answer' }).click();
  await boss.getByRole('heading', { name: 'Waiting for an answer from here' }).waitFor();
  await boss.getByRole('button', { name: 'Take it back …' }).click();
  await boss.getByRole('button', { name: 'Take it back', exact: true }).click();
  await boss.getByText('No question is open').waitFor();
  await boss.getByRole('link', { name: 'Open questions', exact: true }).waitFor();
  await scene.settle();
  await boss.goto(`${vendor.url}/leads/${leadId}`);
  await boss.locator('.page-head').getByText('nobody took').waitFor();
});

it('takes a lead from a partner that is gone, with a reason, and sends it through the rules again', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, rob } = scene;
  await offerAllTo(vendor, [reseller], { mode: 'direct' });
  const leadId = await takeIn(vendor);
  await scene.settle();
  const page = await browser.signIn(reseller, rob, { width: 'phone' });
  await page.getByRole('link', { name: 'Analytical Engines GmbH' }).click();
  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await page.getByText('Accepted. Waiting for vendor').waitFor();
  await scene.settle();
  const boss = await browser.signIn(vendor, vendor.administrator, { path: `/leads/${leadId}` });
  await boss.getByRole('button', { name: 'Take it without an answer …' }).click();
  await boss.getByLabel('Why?').fill('Out of business since May.');
  await boss.getByRole('button', { name: 'Take it', exact: true }).click();
  await boss.getByRole('tab', { name: 'History' }).click();
  await boss.getByText('Out of business since May.').waitFor();
  await boss.getByRole('button', { name: 'Take it without an answer …' }).waitFor({ state: 'detached' });
  await scene.settle();
  await boss.goto(`${vendor.url}/leads/${leadId}`);
  await boss.locator('.page-head').getByText('nobody took').waitFor();
});
