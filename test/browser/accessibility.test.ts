import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBrowser, type TestBrowser, viewports } from '../support/browser.ts';
import { ada, openPartners, takeIn, type Partners } from './scene.ts';

let browser: TestBrowser;
let scene: Partners;
let leadId: string;
beforeAll(async () => {
  browser = await openBrowser();
  scene = await openPartners(browser);
  const { vendor } = scene;
  await takeIn(vendor, {
    ...ada,
    account: { name: 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft'.repeat(2) },
    contact: { fullName: 'محمد بن عبد الله', emails: [{ value: `${'a'.repeat(60)}@${'b'.repeat(60)}.example` }] },
    fields: Array.from({ length: 60 }, (_, at) => ({ name: `Question ${at}`, type: 'text', value: 'x'.repeat(200) })),
  });
  leadId = await takeIn(vendor);
  await scene.settle();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await browser[Symbol.asyncDispose]();
});

const tags = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'];
const resultTypes = ['violations'] as const;

interface Finding {
  id: string;
  nodes: { html: string; failureSummary?: string }[];
}

/** axe's findings. Once it is in a page it is asked again there, which is much quicker than bringing it anew. */
async function findingsOf(page: Page): Promise<Finding[]> {
  const { violations } = (await page.evaluate('typeof axe === "object"'))
    ? await page.evaluate<{ violations: Finding[] }>(`axe.run(${JSON.stringify({ runOnly: tags, resultTypes })})`)
    : await new AxeBuilder({ page })
        .options({ resultTypes: [...resultTypes] })
        .withTags(tags)
        .setLegacyMode(true)
        .analyze();
  return violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map(({ html, failureSummary = '' }) => ({ html, failureSummary })),
  }));
}

/** Only contrast hangs on light and dark. */
async function examineInDark(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.locator('[data-mantine-color-scheme="dark"]').waitFor({ state: 'attached' });
  // A frame later the new colours are those of every element.
  const inNextFrame = (run: string) =>
    `new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(${run}))))`;
  const { violations } = await page.evaluate<{ violations: Finding[] }>(
    inNextFrame("axe.run({ runOnly: ['color-contrast'] })"),
  );
  const found = violations.flatMap(({ nodes }) => nodes.map(({ html, failureSummary }) => ({ html, failureSummary })));
  expect.soft(found, `${page.url()} in the dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Asks axe, and whether anything sticks out to the side, at both widths; and about contrast in the dark. */
async function examine(page: Page): Promise<void> {
  for (const width of ['desktop', 'phone'] as const) {
    await page.setViewportSize(viewports[width]);
    expect.soft(await findingsOf(page), `${page.url()} at ${width} width`).toEqual([]);
    const excess = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(excess, `${page.url()} sticks out at ${width} width`).toBeLessThanOrEqual(0);
  }
  await examineInDark(page);
  expect.soft(await page.getByRole('heading', { level: 1 }).count(), page.url()).toBe(1);
}

/** Goes to another page as a press on a link does, without loading the console again. */
async function goTo(page: Page, path: string): Promise<void> {
  await page.evaluate((address) => {
    window.history.pushState(null, '', address);
    window.dispatchEvent(new PopStateEvent('popstate', { state: null }));
  }, path);
}

it('every page of an administrator passes axe at both widths', async () => {
  const { vendor } = scene;
  const page = await browser.signIn(vendor, vendor.administrator);
  const pages: [path: string, sign: string][] = [
    ['/', 'Nothing to answer'],
    ['/leads', 'Ada Lovelace'],
    ['/team', 'Vera'],
    ['/unrouted', 'Every lead found somebody'],
    ['/questions', 'No question is open'],
    ['/boxes', 'All leads'],
    ['/partners', 'reseller.localhost'],
    ['/partners/reseller.localhost', 'delivered'],
    ['/restoration', 'This node was never restored'],
    ['/policies', 'the defaults hold'],
    ['/users', 'Make a sign-in link'],
    ['/account', 'API tokens'],
    ['/enter', 'What was said'],
    ['/leads/lead_unknown', 'No such lead'],
    ['/nowhere', 'There is no such page'],
  ];
  const titles = new Set<string>();
  for (const [path, sign] of pages) {
    await goTo(page, path);
    await page.locator('main').getByText(sign).first().waitFor();
    // Each page has a title of its own; words of one may stand on the page before as well.
    await page.waitForFunction((known) => !known.includes(document.title), [...titles]);
    titles.add(await page.title());
    await examine(page);
  }
});

it('a lead’s page passes axe in all its parts, open forms included', async () => {
  const { vendor } = scene;
  const page = await browser.signIn(vendor, vendor.administrator, { path: `/leads/${leadId}` });
  await page.getByText('Please call after 5 pm').waitFor();
  await examine(page);
  for (const [tab, sign] of [
    ['History', 'Lead came in'],
    ['Why here', 'Everything'],
    ['Who saw what', 'Withheld until acceptance'],
    ['Privacy', 'No way of contact was forbidden'],
  ] as const) {
    await page.getByRole('tab', { name: tab }).click();
    await page.getByText(sign).first().waitFor();
    if (tab === 'Who saw what') {
      await page.getByLabel('Partner or user').selectOption('reseller');
      await page.getByRole('table').waitFor();
    }
    await examine(page);
  }
  await page.getByRole('button', { name: 'Erase …' }).click();
  await page.getByLabel('by post').check();
  await page.getByRole('button', { name: 'Forbid this contact …' }).click();
  await page.getByRole('button', { name: 'Note a decision …' }).click();
  await examine(page);
  await page.getByRole('tab', { name: 'Lead', exact: true }).click();
  await page.getByRole('button', { name: 'Edit …' }).click();
  await page.getByRole('textbox', { name: 'Country', exact: true }).fill('x');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Country does not fit').waitFor();
  await examine(page);
  await page.getByRole('button', { name: 'Assign …' }).click();
  await examine(page);
});

it('the pages of a representative pass axe, from the door to the taken offer', async () => {
  const { vendor, reseller, vera, rob } = scene;
  const door = await (await browser.visitor()).page();
  await door.goto(vendor.url);
  await door.getByText('Sign in to this node').waitFor();
  await examine(door);

  const page = await browser.signIn(reseller, rob);
  await page.getByText('Withheld: name').first().waitFor();
  await examine(page);
  await page.getByRole('link', { name: 'Analytical Engines GmbH' }).click();
  await page.getByText('Opens when you accept').first().waitFor();
  await examine(page);
  await page.getByRole('button', { name: 'Reject …' }).click();
  await examine(page);
  await page.getByRole('button', { name: 'Back' }).click();
  const other = await browser.signIn(vendor, vera);
  await other.getByRole('link', { name: 'Ada Lovelace · Analytical Engines GmbH' }).click();
  await other.getByRole('button', { name: 'Accept this lead' }).waitFor();

  await page.getByRole('button', { name: 'Accept this lead' }).click();
  await page.getByText('Accepted. Waiting').waitFor();
  await examine(page);
  await scene.settle();
  await page.getByText('What was withheld is open now').waitFor();
  await examine(page);
  await other.locator('.banner-title').getByText('Taken').waitFor();
  await examine(other);
  await page.getByRole('button', { name: 'Menu' }).click();
  await examine(page);
});
