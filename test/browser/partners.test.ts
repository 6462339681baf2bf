import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { beginRestoration } from '../../node/federation/restoration/begin-restoration.ts';
import { witnessCheckpoint } from '../../node/federation/witness/witness-checkpoint.ts';
import { transact } from '../../node/kernel/context.ts';
import { insertRestoration } from '../../node/kernel/restoration.ts';
import type { TestNode } from '../support/network.ts';
import { offerAllTo, openScene, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

/** Shows the node's invitation; what an administrator sends and reads out. */
async function invitationOf(page: Page): Promise<{ text: string; tenWords: string }> {
  await page.getByRole('button', { name: 'Show my invitation' }).click();
  const mine = page.getByRole('group', { name: 'My invitation' });
  const advice = (await mine.getByText('My ten words').textContent()) ?? '';
  return { text: (await mine.locator('pre').textContent()) ?? '', tenWords: advice.slice(advice.indexOf(':') + 2) };
}

async function take(
  page: Page,
  { text, tenWords }: { text: string; tenWords: string },
  guest: TestNode,
): Promise<void> {
  await page.getByLabel('The partner’s invitation').fill(text);
  await page.getByLabel('Private address range').fill('127.0.0.0/8');
  await page.getByRole('button', { name: 'Take this invitation' }).click();
  await page.getByRole('heading', { name: 'Confirm this partner' }).waitFor();
  expect(page.url()).toContain(guest.nodeId);
  await page.getByLabel('The ten words you hear').fill('these are not the ten words that anybody read out');
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel('The ten words you hear').fill(tenWords.toUpperCase());
  await page.getByRole('button', { name: 'Confirm' }).click();
  await page.getByRole('heading', { name: 'Messages' }).waitFor();
  await page.getByRole('heading', { name: 'Confirm this partner' }).waitFor({ state: 'detached' });
}

it('gets to know a partner by pasted invitations and ten words, and shows how it fares', async () => {
  await using scene = await openScene(browser, 'vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  const [host, guest] = [
    await browser.signIn(vendor, vendor.administrator, { path: '/partners' }),
    await browser.signIn(reseller, reseller.administrator, { path: '/partners' }),
  ];
  await host.getByText('No partners yet').waitFor();
  await host.getByLabel('The partner’s invitation').fill('not an invitation');
  await host.getByRole('button', { name: 'Take this invitation' }).click();
  await host.getByRole('alert').waitFor();

  const [fromVendor, fromReseller] = [await invitationOf(host), await invitationOf(guest)];
  await take(host, fromReseller, reseller);
  await take(guest, fromVendor, vendor);

  await host.getByRole('button', { name: 'Suspend this partner' }).click();
  await host.locator('.page-head').getByText('suspended').waitFor();
  await host.getByRole('button', { name: 'Resume' }).click();
  await host.locator('.page-head').getByText('good').waitFor();
  await host.getByRole('link', { name: 'Partners' }).first().click();
  await host.getByRole('link', { name: /^reseller.*good/ }).waitFor();
});

it('shows on the open page that a partner’s log contradicts itself, that it cannot be reached, and whom a restored node waits for', async () => {
  await using scene = await openScene(browser, 'vendor', 'reseller');
  await scene.introduce('vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  await vendor.settle();
  await offerAllTo(vendor, [reseller]);
  const page = await browser.signIn(vendor, vendor.administrator, { path: '/partners/reseller.localhost' });
  await page.locator('.page-head').getByText('good').waitFor();
  await page.getByRole('switch', { name: /without an agreement in force/ }).click();
  await page.getByRole('switch', { checked: true }).waitFor();
  expect(await vendor.administrator.api.get('/api/peers/reseller.localhost')).toMatchObject({ requireAgreement: true });
  await page.getByRole('switch', { name: /without an agreement in force/ }).click();
  await page.getByRole('switch', { checked: false }).waitFor();

  // A state of its log that the reseller never signed, told by a machine in between.
  const log = { size: 99, root: Buffer.alloc(32).toString('base64'), noteSignature: 'AAAA' };
  const said = { log, epoch: 0, saidAt: scene.clock.now() };
  await transact(vendor.ctx, (tx) => witnessCheckpoint(tx, reseller.nodeId, said));
  await page.getByRole('alert').getByText('a state of its log that its key never signed').waitFor();
  await reseller.stop();
  for (let lead = 0; lead < 6; lead++) await takeIn(vendor);
  await vendor.settle();
  await page.locator('.page-head').getByText('unreachable').waitFor();
  await page.getByText('Last failure').waitFor();

  await transact(vendor.ctx, (tx) => insertRestoration(tx, 7));
  await beginRestoration(vendor.ctx);
  await page.reload();
  await page.getByText('1 of 1 have not yet').waitFor();
  await page.getByRole('link', { name: 'Who has answered' }).click();
  await page.getByText('has not answered', { exact: true }).waitFor();
  await page.getByLabel('Why can it not wait?').fill('The reseller is on holiday.');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('without waiting any longer: The reseller is on holiday.').waitFor();
  await page.getByText('This node was restored from a backup').waitFor({ state: 'detached' });
  await reseller.restart();
});
