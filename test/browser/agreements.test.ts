import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { openScene } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

it('proposes an agreement by a form, accepts it on the partner’s page, and ends it with a reason', async () => {
  await using scene = await openScene(browser, 'vendor', 'reseller');
  await scene.introduce('vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  const host = await browser.signIn(vendor, vendor.administrator, { path: `/partners/${reseller.nodeId}` });
  const guest = await browser.signIn(reseller, reseller.administrator, {
    path: `/partners/${vendor.nodeId}`,
    width: 'phone',
  });
  await guest.getByText('Nothing is agreed on yet').waitFor();

  await host.getByRole('button', { name: 'Propose an agreement' }).click();
  const form = host.getByRole('form', { name: 'Propose an agreement to reseller' });
  await form.getByLabel('For which purposes').fill('Sales of pumps, Service');
  await form.getByLabel('Leads a day at most').fill('20');
  await form.getByRole('button', { name: 'Propose' }).click();
  await host.getByText('Proposed by us').waitFor();
  await scene.settle();

  await guest.getByText('Proposed by vendor').waitFor();
  await guest.getByText('Sales of pumps, Service').waitFor();
  await guest.getByText('vendor offers leads to us').waitFor();
  await guest.getByText('20 leads a day, 20 of a hundred returned').waitFor();
  expect(await guest.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await guest.getByRole('button', { name: 'Accept' }).click();
  await guest.getByRole('button', { name: 'End', exact: true }).waitFor();
  await scene.settle();

  await host.getByRole('button', { name: 'End', exact: true }).click();
  const panel = host.getByRole('form', { name: 'No new leads will be offered' });
  await panel.getByLabel('Why').fill('We sell no pumps any more.');
  await panel.getByRole('button', { name: 'End', exact: true }).click();
  await host.getByText('ended', { exact: true }).waitFor();
  await scene.settle();
  await guest.getByText('ended', { exact: true }).waitFor();
});
