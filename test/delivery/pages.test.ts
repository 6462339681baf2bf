import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ada } from '../browser/scene.ts';
import { openBrowser, type TestBrowser, viewports } from '../support/browser.ts';
import { linkIn, openOffice, type Office } from './office.ts';

let browser: TestBrowser;
let office: Office;
beforeAll(async () => {
  browser = await openBrowser();
  office = await openOffice({ mode: 'grab', env: { LEADMESH_DEMO: 'true', LEADMESH_NAME: 'Analytical Pumps' } });
  await office.withholdCanaries('offered', office.ben.id);
});
afterAll(async () => {
  await office[Symbol.asyncDispose]();
  await browser[Symbol.asyncDispose]();
});

async function openPage(path: string): Promise<Page> {
  const page = await (await browser.visitor()).page();
  await page.goto(`${office.vendor.url}${path}`);
  return page;
}

const wcag = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];

/**
 * axe's findings, and whether anything sticks out to the side, at both widths. Frames are left out: the frame of a mail runs
 * no script, not even axe.
 */
async function examine(page: Page, tags = [...wcag, 'best-practice']): Promise<void> {
  for (const width of ['desktop', 'phone'] as const) {
    await page.setViewportSize(viewports[width]);
    const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ iframes: false });
    const { violations } = await axe.withTags(tags).analyze();
    const found = violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
    expect.soft(found, `${page.url()} at ${width} width`).toEqual([]);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(excess, `${page.url()} sticks out at ${width} width`).toBeLessThanOrEqual(0);
  }
  expect.soft(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
}

const endless = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(3);

it('shows and answers an offer without scripts, readable for everybody, at both widths', async () => {
  await office.takeIn({
    ...ada,
    account: { name: endless },
    interest: { ...ada.interest, comments: `<b>bold</b>\n${endless}\nمحمد` },
    fields: [{ name: endless.slice(0, 90), type: 'text', value: endless }],
  });
  const [mail] = await office.mails();
  const page = await openPage(linkIn(mail!));
  await examine(page);
  expect(await page.locator('b', { hasText: 'bold' }).count()).toBe(0);
  // At hand without scrolling, whatever the lead holds.
  expect(await page.getByRole('button', { name: 'Accept this lead' }).isVisible()).toBe(true);
  const box = await page.getByRole('button', { name: 'Accept this lead' }).boundingBox();
  expect(box!.y + box!.height).toBeLessThanOrEqual(viewports.phone.height);
  await page.getByText('Pass on this lead').click();
  await page.getByLabel('Because').selectOption('Outside my territory');
  await page.getByLabel('In your own words').fill('Too far');
  await examine(page);
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.getByRole('heading', { name: 'You passed on this lead' }).waitFor();
  await examine(page);
});

it('leads from the mailbox by the mail’s own link to the offer, and by the page to the lead', async () => {
  await office.takeIn({ ...ada, account: { name: 'Second Engines' } });
  const page = await openPage('/demo/mailbox');
  await examine(page);
  await page.getByRole('link', { name: /^New lead: Second Engines/ }).click();
  await examine(page);
  const frame = page.frameLocator('iframe');
  await frame.getByText('Shown after you accept').waitFor();
  await frame.getByRole('link', { name: 'See the lead and answer' }).click();
  await page.getByText('It is up for grabs').waitFor();
  expect(await page.getByText('Lovelace').count()).toBe(0);
  await examine(page);
  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await page.getByText('You were first').waitFor();
  await examine(page);
  expect(await page.getByRole('link', { name: 'Open the lead' }).getAttribute('href')).toMatch(/^\/leads\/lead_/);
});

it('answers a mail in the mailbox', async () => {
  await office.takeIn({ ...ada, account: { name: 'Third Engines' } });
  const page = await openPage('/demo/mailbox');
  await page.getByRole('link', { name: /^New lead: Third Engines/ }).click();
  await page.getByLabel('Answer this mail').fill('Reject: no time');
  await page.getByRole('button', { name: 'Send the answer' }).click();
  await page.getByRole('status').getByText('Noted: you pass on this lead.').waitFor();
  await examine(page);
});

it('tells people by a page when a link does not work', async () => {
  const page = await openPage(`/a/${'0'.repeat(52)}`);
  await page.getByRole('heading', { name: 'This link does not work' }).waitFor();
  await examine(page);
});

it('shows mails that mail programs show well, too: readable at both widths on their own', async () => {
  await office.takeIn({ ...ada, account: { name: 'Fourth Engines' } });
  const { mails } = office;
  const offer = (await mails()).find((mail) => mail.subject?.startsWith('New lead: Fourth'))!;
  const page = await (await browser.visitor()).page();
  await page.setContent(offer.html ?? '');
  await examine(page, wcag);
});
