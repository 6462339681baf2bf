import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { boxOf as bridgeBox, offerTo as bridgeTo } from '../bridge/scene.ts';
import { offerAllTo, openPartners, openScene, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

/** Notes what the person decided without a mouse, and changes it; what is wrong is said, and the focus stays where it is needed. */
async function decideByKeyboard(boss: Page): Promise<void> {
  const section = boss.getByRole('region', { name: 'Consents' });
  const type = (text: string) => boss.keyboard.type(text);
  const press = async (...keys: string[]) => {
    for (const key of keys) await boss.keyboard.press(key);
  };
  await section.getByText('No decision is known').waitFor();
  const opener = section.getByRole('button', { name: 'Note a decision …' });
  await opener.press('Enter');
  await section.getByRole('form', { name: 'What the person decided' }).waitFor();
  await press('Escape');
  await opener.and(boss.locator(':focus')).press('Enter');
  await type('marketing');
  await press('Tab');
  await type('granted');
  // The time is an input of several parts.
  await section.getByLabel('The words the person saw').focus();
  await type('We write once a month.');
  await press('Tab');
  // No address that a browser opens.
  await type('ftp://proofs.example/1');
  await press('Enter');
  const sure = section.getByRole('form', { name: 'Note marketing as granted?' });
  await sure.getByRole('button', { name: 'Note it as granted' }).and(boss.locator(':focus')).press('Enter');
  await sure.getByRole('alert').waitFor();
  await sure.locator('button:focus').waitFor();
  await press('Escape');
  await section.getByLabel('Web address of the proof').fill('https://proofs.example/1');
  await press('Enter');
  await sure.getByRole('button', { name: 'Note it as granted' }).press('Enter');
  await section.getByText('We write once a month.').waitFor();
  expect(await section.getByRole('link').getAttribute('href')).toBe('https://proofs.example/1');

  await section.getByRole('button', { name: 'Change: marketing' }).press('Enter');
  await boss.locator('select:focus').selectOption('withdrawn');
  await section.getByRole('button', { name: 'Go on …' }).press('Enter');
  const change = section.getByRole('form', { name: 'Note marketing as withdrawn?' });
  await change.getByText('So far it is granted').waitFor();
  await change.getByRole('button', { name: 'Note it as withdrawn' }).click();
  await section.getByText('withdrawn', { exact: true }).waitFor();
  await section.getByText('We write once a month.').waitFor({ state: 'detached' });
}

it('wins a partner’s lead that the vendor corrects, then neither may call any more, and the vendor erases it everywhere', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, rob } = scene;
  const leadId = await takeIn(vendor);
  await scene.settle();
  const boss = await browser.signIn(vendor, vendor.administrator, { path: `/leads/${leadId}` });
  const page = await browser.signIn(reseller, rob);
  await page.getByRole('link', { name: 'Analytical Engines GmbH' }).click();
  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await page.getByText('Accepted. Waiting for vendor').waitFor();
  await scene.settle();
  await boss.getByText('with reseller').waitFor();

  await boss.getByRole('button', { name: 'Edit …' }).click();
  const edit = boss.getByRole('form', { name: 'Edit this lead' });
  await edit.getByText('reseller shares this lead').waitFor();
  await edit.getByRole('textbox', { name: 'Country', exact: true }).fill('Germany');
  await edit.getByRole('button', { name: 'Add: E-mail' }).click();
  await edit.getByRole('textbox', { name: 'E-mail 2' }).fill('Ada@Office.example');
  await edit.getByRole('button', { name: 'Save' }).click();
  const country = edit.getByRole('textbox', { name: 'Country', exact: true });
  await edit.getByRole('alert').waitFor();
  expect(await country.getAttribute('aria-invalid')).toBe('true');
  expect(await country.evaluate((input) => input === document.activeElement)).toBe(true);
  await country.fill('AT');
  await edit.getByRole('button', { name: 'Save' }).click();
  await boss.getByText('Saved.').waitFor();
  await scene.settle();
  await page.getByText('ada@office.example').waitFor();

  await page.getByRole('button', { name: 'Contacted' }).click();
  await page.locator('.page-head').getByText('contacted').waitFor();
  await page.getByRole('button', { name: 'Note' }).click();
  await page.getByRole('textbox', { name: 'Note' }).fill('Wants a\nsecond engine');
  await page.getByRole('button', { name: 'Save the note' }).click();
  await page.getByRole('button', { name: 'Won' }).click();
  await page.getByLabel('Amount').fill('1250,50');
  await page.getByLabel('Order number').fill('PO-7');
  await page.getByRole('button', { name: 'Save as won' }).click();
  await page.getByText('1 250.50 EUR · order PO-7').waitFor();
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('Wants a second engine').waitFor();

  await scene.settle();
  await boss.getByText('1 250.50 EUR').waitFor();
  await boss.locator('.page-head').getByText('won').waitFor();

  await page.getByRole('tab', { name: 'Privacy' }).click();
  await page.getByLabel('by phone').check();
  await page.getByRole('button', { name: 'Forbid this contact …' }).click();
  await page.getByRole('form', { name: 'Forbid contact by phone?' }).getByRole('button', { name: 'Forbid it' }).click();
  await page.locator('.page-head').getByText('no contact by phone').waitFor();
  await scene.settle();
  await boss.locator('.page-head').getByText('no contact by phone').waitFor();
  await boss.getByRole('link', { name: 'Leads' }).first().click();
  await boss.getByRole('link', { name: /no contact by phone/ }).click();
  await boss.getByRole('tab', { name: 'Privacy' }).click();
  await decideByKeyboard(boss);
  await scene.settle();
  await page.getByRole('region', { name: 'Consents' }).getByText('withdrawn', { exact: true }).waitFor();

  await boss.getByLabel('Until').fill('2100-01-01T00:00');
  await boss.getByLabel('Which duty?').fill('Tax law');
  await boss.getByRole('button', { name: 'Keep it' }).click();
  await boss.getByText('nobody can erase it before').waitFor();
  await boss.getByRole('button', { name: 'End the hold' }).click();
  await boss.getByRole('button', { name: 'Ask every partner that got it' }).click();
  await scene.settle();
  await boss.getByRole('region', { name: 'The report' }).getByText('reseller: done').waitFor();
  await boss.getByRole('button', { name: 'Erase …' }).click();
  const erase = boss.getByRole('form', { name: 'Erase this lead for good' });
  await erase.getByText('reseller got it and must delete it too').waitFor();
  await erase.getByLabel('nobody can bring it back').check();
  await erase.getByRole('button', { name: 'Erase for good' }).click();
  await boss.locator('.page-head').getByText('erased').waitFor();
  await scene.settle();
  await boss.locator('.request').filter({ hasText: 'asked to erase it' }).getByText('done').waitFor();
  await page.getByText('Wants a second engine').waitFor({ state: 'detached' });
});

it('lets an administrator take an offer back, and a manager assign the lead', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const mia = await node.addUser('Mia', 'manager');
  const vera = await node.addUser('Vera', 'representative', mia.id);
  const bob = await node.addUser('Bob', 'representative', mia.id);
  await node.addUser('Zoe');
  await offerAllTo(node, [vera], { mode: 'direct' });
  const leadId = await takeIn(node);
  await node.settle();

  const boss = await browser.signIn(node, node.administrator, { path: '/team' });
  await boss.getByRole('link', { name: /^Vera.*1 to answer/ }).click();
  await boss.getByRole('link', { name: /Analytical Engines/ }).click();
  await boss.getByText('Only Vera can answer this offer').waitFor();
  expect(await boss.getByRole('button', { name: 'Accept this lead' }).count()).toBe(0);
  await boss.getByRole('link', { name: 'Open the lead' }).click();
  await boss.getByRole('button', { name: 'Take the offer back …' }).click();
  await boss.getByRole('button', { name: 'Take it back', exact: true }).click();
  await boss.getByText('nobody took it').waitFor();

  const page = await browser.signIn(node, mia, { path: '/team' });
  await page.getByRole('link', { name: /^Vera.*0 to answer/ }).waitFor();
  expect(await page.getByRole('link', { name: /^Zoe/ }).count()).toBe(0);
  await page.getByRole('link', { name: 'Nobody took' }).click();
  await page.getByRole('link', { name: /Analytical Engines/ }).click();
  await page.getByRole('button', { name: 'Assign …' }).click();
  const whom = page.getByLabel('To whom?');
  await whom.getByText('Bob').waitFor({ state: 'attached' });
  expect(await whom.locator('option').allTextContents()).toEqual(['Choose somebody', 'Mia', 'Vera', 'Bob']);
  await whom.selectOption('Bob');
  await page.getByRole('textbox', { name: /^Why/ }).fill('Knows the customer');
  await page.getByRole('button', { name: 'Assign', exact: true }).click();
  await page.getByText('with Bob').waitFor();
  await boss.getByText('with Bob').waitFor();
  expect(await bob.api.get(`/api/leads/${leadId}`)).toMatchObject({ state: 'assigned', holder: { id: bob.id } });
});

it('notes what somebody without a node says on the phone about an erasure', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const { api } = node.administrator;
  const { id } = await api.send<{ id: string }>('POST', '/api/partners', { kind: 'people', name: 'Harbour Resellers' });
  await api.send('POST', `/api/partners/${id}/people`, { email: 'pat@harbour.example', name: 'Pat Miller' });
  await bridgeTo(node, [await bridgeBox(node, id)]);
  const leadId = await takeIn(node);
  await node.settle();
  await api.send('POST', `/api/leads/${leadId}/erase`, { reason: 'person-asked', confirm: leadId });
  const page = await browser.signIn(node, node.administrator, { path: `/leads/${leadId}`, width: 'phone' });
  await page.getByRole('tab', { name: 'Privacy' }).click();
  await page.getByRole('button', { name: 'They deleted it …' }).click();
  await page.getByLabel('Who said so, and how?').fill('Pat Miller, by phone');
  await page.getByRole('button', { name: 'Note it as done' }).click();
  await page.getByText('“Pat Miller, by phone”').waitFor();
  expect(await page.getByRole('button', { name: 'They deleted it …' }).count()).toBe(0);
});

it('lets whoever sees the person of a lead note what they decide, also what is withheld from them; nobody else', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const { api } = node.administrator;
  const vera = await node.addUser('Vera');
  const audrey = await node.addUser('Audrey', 'auditor');
  await offerAllTo(node, [vera], { mode: 'direct' });
  const leadId = await takeIn(node);
  await node.settle();
  await api.send('POST', `/api/leads/${leadId}/assign`, { userId: vera.id });
  await api.send('POST', `/api/leads/${leadId}/consents`, { purpose: 'marketing', state: 'granted' });
  const withhold = (...targets: string[]) => {
    const from = { recipientKind: 'user', recipientId: vera.id, stage: 'released', action: 'never' };
    return api.send('PUT', '/api/field-policies', { policies: targets.map((target) => ({ ...from, target })) });
  };
  const path = `/leads/${leadId}`;
  const page = await browser.signIn(node, vera, { path, width: 'phone' });
  const section = page.getByRole('region', { name: 'Consents' });
  const open = async () => {
    await page.goto(node.url + path);
    await page.getByRole('tab', { name: 'Privacy' }).click();
  };
  await withhold('consents');
  await open();
  await section.getByText('They are withheld from you.').waitFor();
  await section.getByRole('button', { name: 'Note a decision …' }).click();
  await section.getByLabel('Purpose').fill('marketing');
  await section.getByLabel('Decision').selectOption('withdrawn');
  await section.getByRole('button', { name: 'Go on …' }).click();
  await section.getByRole('button', { name: 'Note it as withdrawn' }).click();
  await section.getByRole('button', { name: 'Note a decision …' }).waitFor();
  const consents = [{ purpose: 'marketing', state: 'withdrawn' }];
  expect(await api.get(`/api${path}`)).toMatchObject({ document: { consents } });

  await withhold('group:person', 'group:email', 'group:phone');
  await open();
  await section.getByText('The person is withheld from you').waitFor();
  expect(await section.getByRole('button').count()).toBe(0);
  const granted = { purpose: 'marketing', state: 'granted' };
  await expect(vera.api.send('POST', `/api${path}/consents`, granted)).rejects.toMatchObject({ code: 'forbidden' });
  const others = await browser.signIn(node, audrey, { path });
  await others.getByRole('tab', { name: 'Privacy' }).click();
  await others.getByRole('region', { name: 'Consents' }).getByText('withdrawn', { exact: true }).waitFor();
  expect(await others.getByRole('region', { name: 'Consents' }).getByRole('button').count()).toBe(0);
  expect(await api.get(`/api${path}`)).toMatchObject({ document: { consents } });
});

it('tells of a change somebody else made meanwhile, instead of overwriting it', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  await offerAllTo(node, [vera], { mode: 'direct' });
  const leadId = await takeIn(node);
  await node.settle();
  await node.administrator.api.send('POST', `/api/leads/${leadId}/assign`, { userId: vera.id });
  const page = await browser.signIn(node, vera, { path: `/leads/${leadId}` });
  await page.getByRole('button', { name: 'Lost' }).click();
  await page.getByLabel('Why was it lost?').selectOption('Price');
  // The page cannot hear of the change below, as when the line is cut.
  await page.route('**/api/events*', (route) => route.abort());
  await page.route('**/api/leads/*', (route) => route.abort());
  await vera.api.send('POST', `/api/leads/${leadId}/changes`, { event: 'win' });
  await page.unroute('**/api/leads/*');
  await page.getByRole('button', { name: 'Save as lost' }).click();
  await page.getByRole('alert').waitFor();
  expect(await vera.api.get(`/api/leads/${leadId}`)).toMatchObject({ state: 'won' });
});
