import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { offerAllTo, openScene, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

it('has a menu on a phone that is out of the way while it is closed', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const page = await browser.signIn(node, node.administrator, { width: 'phone' });
  await page.getByText('Nothing to answer').waitFor();
  const link = page.getByRole('link', { name: 'Partners' });
  expect(await link.isVisible()).toBe(false);
  const menu = page.getByRole('button', { name: 'Menu' });
  await menu.focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.closest('nav') === null)).toBe(true);

  await menu.click();
  await link.waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await link.waitFor({ state: 'hidden' });
  await menu.click();
  await link.click();
  await page.getByRole('heading', { name: 'Partners' }).waitFor();
  await link.waitFor({ state: 'hidden' });
  expect(await page.title()).toBe('Partners · vendor');
});

it('shows what happened while the node was restarted, without being asked', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  await offerAllTo(node, [vera], { mode: 'direct' });
  const page = await browser.signIn(node, vera);
  await page.getByText('Nothing to answer').waitFor();
  await node.restart();
  await takeIn(node);
  await node.settle();
  await page.getByRole('link', { name: /Analytical Engines/ }).waitFor();
});

const look = (page: Page, hidden: boolean) =>
  page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

it('gives its line back while nobody looks, and catches up when somebody does', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  await offerAllTo(node, [vera], { mode: 'direct' });
  const page = await browser.signIn(node, vera);
  await page.getByText('Nothing to answer').waitFor();
  const cut = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/events'));
  await look(page, true);
  await cut;
  await takeIn(node);
  await node.settle();
  await look(page, false);
  await page.getByRole('link', { name: /Analytical Engines/ }).waitFor();
});
