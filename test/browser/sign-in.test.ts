import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import type { TestNode, TestUser } from '../support/network.ts';
import { openScene } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

const linkFor = async (node: TestNode, user: TestUser) =>
  (await node.administrator.api.send<{ url: string }>('POST', `/api/users/${user.id}/sign-in-link`)).url;

it('signs in by a one-time link, which looking at does not use up, and using does', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const url = await linkFor(node, await node.addUser('Vera'));

  // What a mail scanner does: it gets the address, and may even run the page.
  expect((await fetch(url)).status).toBe(200);
  const scanner = await (await browser.visitor()).page();
  await scanner.goto(url);
  await scanner.getByText('Your link signs you in once').waitFor();

  const page = await (await browser.visitor()).page();
  await page.goto(url);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'My inbox' }).waitFor();
  expect(page.url()).toBe(`${node.url}/`);

  await scanner.getByRole('button', { name: 'Sign in' }).click();
  await scanner.getByRole('alert').getByText('used already').waitFor();
  await scanner.getByRole('link', { name: 'Use a password instead' }).click();
  await scanner.getByLabel('E-mail').waitFor();
});

it('keeps two nodes on one host name apart', async () => {
  await using scene = await openScene(browser, 'vendor', 'reseller');
  const [vendor, reseller] = [scene.node('vendor'), scene.node('reseller')];
  const visitor = await browser.visitor({ now: scene.clock.now() });
  const first = await browser.signIn(vendor, await vendor.addUser('Vera'), { visitor });
  const second = await browser.signIn(reseller, await reseller.addUser('Rob'), { visitor });

  await first.reload();
  await first.getByRole('link', { name: /Vera/ }).waitFor();
  await second.getByRole('button', { name: 'Sign out' }).click();
  await second.getByText('Sign in to this node').waitFor();
  await first.reload();
  await first.getByRole('link', { name: /Vera/ }).waitFor();
});

it('sets a password, signs in with it, and says when it is wrong', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  const page = await browser.signIn(node, vera, { path: '/account' });
  const password = 'a long enough password';
  await page.getByLabel('New one', { exact: false }).first().fill(password);
  await page.getByLabel('New one again').fill('something else');
  await page.getByText('The two differ').waitFor();
  await page.getByLabel('New one again').fill(password);
  await page.getByRole('button', { name: 'Set the password' }).click();
  await page.getByText('Your password is set').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();

  await page.getByLabel('E-mail').fill(vera.email);
  await page.getByRole('textbox', { name: 'Password' }).fill('not the password');
  await page.keyboard.press('Enter');
  await page.getByText('do not belong together').waitFor();
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'My inbox' }).waitFor();
});

it('asks to sign in again when the session ended, and goes on where one was', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  const page = await browser.signIn(node, vera, { path: '/leads' });
  await page.getByText('You hold no leads yet').waitFor();
  await node.administrator.api.send('PATCH', `/api/users/${vera.id}`, { active: false });
  await page.getByLabel('Search').fill('anything');
  await page.getByText('Sign in to this node').waitFor();
  expect(await page.title()).toBe('Sign in · Leadmesh');
  expect(new URL(page.url()).pathname).toBe('/leads');
});
