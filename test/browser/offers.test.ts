import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser } from '../support/browser.ts';
import { ada, offerAllTo, openPartners, openScene, pass, takeIn } from './scene.ts';

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser[Symbol.asyncDispose]());

it('shows an offer as soon as it arrives, counts it, and lets go of it when it closes', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  await offerAllTo(node, [vera], { mode: 'direct', minutes: 10 });
  const page = await browser.signIn(node, vera);
  await page.getByText('Nothing to answer').waitFor();
  expect(await page.title()).toBe('My inbox · vendor');

  await takeIn(node);
  await node.settle();
  const line = page.getByRole('link', { name: 'Ada Lovelace · Analytical Engines GmbH' });
  await line.getByText('10 min 0 s left').waitFor();
  await line.getByText('2 × Difference engine · 125 000.00 EUR').waitFor();
  await page.getByRole('link', { name: 'My inbox 1 to answer' }).waitFor();
  expect(await page.title()).toBe('(1) My inbox · vendor');

  await pass(scene, '9m', page);
  await line.getByText('1 min 0 s left').waitFor();
  await pass(scene, '2m', page);
  await line.waitFor({ state: 'detached' });
  await page.getByText('closed before it was answered').waitFor();
  await page.getByRole('tab', { name: 'Missed' }).click();
  await line.getByText('expired').waitFor();
});

it('opens the withheld fields when an offer from a partner is accepted, and marks them', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, rob } = scene;
  await takeIn(vendor);
  await scene.settle();
  const page = await browser.signIn(reseller, rob, { width: 'phone' });
  await page.getByRole('link', { name: 'Analytical Engines GmbH' }).click();
  await page.getByText('Opens when you accept').first().waitFor();
  expect(await page.locator('[data-withheld="contact.emails"]').isVisible()).toBe(true);
  expect(await page.content()).not.toContain('ada@engines.example');

  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await page.getByText('Accepted. Waiting for vendor').waitFor();
  expect(await page.content()).not.toContain('ada@engines.example');

  await scene.settle();
  const email = page.locator('.fact-opened', { has: page.locator('[data-field="contact.emails"]') });
  await email.getByText('ada@engines.example').waitFor();
  await email.getByText('now open').waitFor();
  await page.getByText('This lead is yours. What was withheld is open now').waitFor();
  expect(await page.locator('[data-field="account.name"]').textContent()).toBe('Analytical Engines GmbH');
  expect(await page.locator('.fact-opened', { hasText: 'Company name' }).count()).toBe(0);
  expect(await page.locator('[data-withheld]').count()).toBe(0);
});

it('lets one of two win a grab between two nodes; the other’s open page turns to taken', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, vera, rob } = scene;
  await takeIn(vendor);
  await scene.settle();
  const [veraPage, robPage] = [await browser.signIn(vendor, vera), await browser.signIn(reseller, rob)];
  for (const page of [veraPage, robPage]) await page.getByRole('link', { name: /Analytical Engines/ }).click();
  const accept = { name: 'Accept this lead' };
  await robPage.getByRole('button', accept).waitFor();
  await veraPage.getByText('up for grabs: first to accept wins').waitFor();

  await veraPage.getByRole('button', accept).click();
  await veraPage.getByText('This lead is yours').waitFor();
  await scene.settle();
  await robPage.locator('.banner-title').getByText('Taken').waitFor();
  expect(await robPage.getByRole('button', accept).count()).toBe(0);
  await robPage.getByRole('link', { name: 'To my inbox' }).click();
  await robPage.getByRole('tab', { name: 'Missed' }).click();
  await robPage.getByRole('link').getByText('taken').waitFor();
});

it('tells who accepted a partner’s lead too late that it was taken after all', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, vera, rob } = scene;
  const leadId = await takeIn(vendor);
  await scene.settle();
  const [veraPage, robPage] = [await browser.signIn(vendor, vera), await browser.signIn(reseller, rob)];
  for (const page of [veraPage, robPage]) await page.getByRole('link', { name: /Analytical Engines/ }).click();
  const accept = { name: 'Accept this lead' };
  await robPage.getByRole('button', accept).waitFor();

  await veraPage.getByRole('button', accept).click();
  await veraPage.getByText('This lead is yours').waitFor();
  await robPage.getByRole('button', accept).click();
  await robPage.getByText('Accepted. Waiting for vendor').waitFor();
  await scene.settle();
  await robPage.getByText('somebody else was faster').waitFor();
  const { items } = await reseller.administrator.api.get<{ items: { state: string }[] }>('/api/leads');
  expect(items.map(({ state }) => state)).toEqual(['withdrawn']);
  expect(await vendor.administrator.api.get(`/api/leads/${leadId}`)).toMatchObject({ holder: { id: vera.id } });
});

it('tells an open page at once that its offer was taken, and the list of another', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const [vera, bob, eve] = [await node.addUser('Vera'), await node.addUser('Bob'), await node.addUser('Eve')];
  await offerAllTo(node, [vera, bob, eve]);
  await takeIn(node);
  await node.settle();
  const [quick, slow] = [await browser.signIn(node, vera), await browser.signIn(node, bob)];
  const list = await browser.signIn(node, eve);
  await list.getByText('up for grabs, 2 others asked').waitFor();
  for (const page of [quick, slow]) await page.getByRole('link', { name: /Analytical Engines/ }).click();
  await slow.getByRole('button', { name: 'Accept this lead' }).waitFor();

  await quick.getByRole('button', { name: 'Accept this lead' }).click();
  await slow.getByText('Somebody else was first').waitFor();
  expect(await slow.getByRole('button', { name: 'Accept this lead' }).count()).toBe(0);
  expect(await slow.content()).not.toContain('ada@engines.example');
  await list.getByText('was taken: somebody else was first').waitFor();
  await list.getByText('Nothing to answer').waitFor();
  await list.getByRole('button', { name: 'Close this notice' }).click();
  await list.getByText('was taken').waitFor({ state: 'detached' });
});

it('passes on a lead with a reason, which the lead’s page then shows', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  await offerAllTo(node, [vera], { mode: 'direct' });
  const leadId = await takeIn(node);
  await node.settle();
  const page = await browser.signIn(node, vera);
  await page.getByRole('link', { name: /Analytical Engines/ }).click();
  await page.getByRole('button', { name: 'Reject …' }).click();
  await page.getByRole('button', { name: 'Reject', exact: true }).click();
  expect(await page.getByLabel('Why?').evaluate((element) => element === document.activeElement)).toBe(true);
  await page.getByLabel('Why?').selectOption('Outside my territory');
  await page.getByLabel('In your own words').fill('I do the North');
  await page.getByRole('button', { name: 'Reject', exact: true }).click();
  await page.getByText('Nothing to answer').waitFor();
  await node.settle();

  const boss = await browser.signIn(node, node.administrator, { path: '/unrouted' });
  await boss.getByRole('link', { name: /Analytical Engines/ }).click();
  await boss.getByRole('tab', { name: 'Who saw what' }).click();
  await boss.getByText('Out of territory · “I do the North”').waitFor();
  expect(boss.url()).toBe(`${node.url}/leads/${leadId}`);
});

it('is answered by the keyboard alone', async () => {
  await using scene = await openScene(browser, 'vendor');
  const node = scene.node('vendor');
  const vera = await node.addUser('Vera');
  await offerAllTo(node, [vera], { mode: 'direct' });
  await takeIn(node);
  await node.settle();
  const page = await browser.signIn(node, vera);
  await page.getByRole('link', { name: /Analytical Engines/ }).waitFor();
  /** The words of what has the focus; of a link, a button or a heading, not of everything around. */
  const focused = () =>
    page.evaluate(() => document.querySelector<HTMLElement>(':is(a, button, h1):focus')?.innerText ?? '');
  const tabTo = async (name: string) => {
    for (let presses = 0; presses < 20; presses++) {
      if ((await focused()).includes(name)) return;
      await page.keyboard.press('Tab');
    }
    throw new Error(`${name} is not reached; the focus is on “${await focused()}”`);
  };
  await page.keyboard.press('Tab');
  expect(await focused()).toBe('Skip to the content');
  await page.keyboard.press('Enter');
  await tabTo('Analytical Engines');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /Analytical Engines/ }).waitFor();
  await expect.poll(focused).toContain('Analytical Engines');
  await tabTo('Reject …');
  await page.keyboard.press('Enter');
  await page.getByLabel('Why?').waitFor();
  await page.keyboard.press('Escape');
  await tabTo('Accept this lead');
  await page.keyboard.press('Enter');
  await page.getByText('This lead is yours').waitFor();
  await expect.poll(focused).toContain('Analytical Engines');
});

it('never runs what strangers wrote', async () => {
  await using scene = await openPartners(browser);
  const { vendor, reseller, rob } = scene;
  const attack = '"><img src=x onerror=alert(1)><script>alert(2)</script>';
  // Fields of the vendor's own leave only when somebody decided so.
  const openFields = {
    recipientKind: 'peer',
    recipientId: reseller.nodeId,
    target: 'group:custom',
    stage: 'released',
    action: 'show',
  };
  await vendor.administrator.api.send('PUT', '/api/field-policies', { policies: [openFields] });
  await takeIn(vendor, {
    ...ada,
    contact: { ...ada.contact, familyName: attack, emails: [{ value: 'a"onmouseover=alert(3)@engines.example' }] },
    account: { name: attack },
    interest: {
      comments: `javascript:alert(4) ${attack}`,
      products: [{ name: '{{constructor.constructor("alert(5)")()}}' }],
    },
    fields: [
      { name: attack, type: 'url', value: 'javascript:alert(6)' },
      { name: 'Turned', type: 'text', value: 'invoice\u202egpj.exe\u2066' },
    ],
  });
  await scene.settle();
  const page = await browser.signIn(reseller, rob);
  await page.getByRole('link', { name: attack }).click();
  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await scene.settle();
  await page.locator('[data-field="interest.comments"]').getByText(attack).waitFor();
  await page.getByText('invoicegpj.exe', { exact: true }).waitFor();
  expect(await page.locator('body').innerText()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  await page.getByRole('tab', { name: 'History' }).click();
  await page.getByText('Rob was first to accept').waitFor();
  expect(await page.locator('a[href^="javascript"], img[src="x"], main script').count()).toBe(0);

  const boss = await browser.signIn(vendor, vendor.administrator, { path: '/leads' });
  await boss.getByRole('link', { name: attack }).click();
  await boss.getByRole('tab', { name: 'Who saw what' }).click();
  await boss.getByText('Withheld until acceptance').waitFor();
});
