import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { TestNode, TestUser } from './network.ts';

/** Widths the console is made for. */
export const viewports = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;
export type Width = keyof typeof viewports;

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Somebody at a browser of her own: cookies are shared between her pages, with nobody else's. */
export interface Visitor {
  readonly context: BrowserContext;
  /** A page that tells everything that goes wrong in it. */
  page(): Promise<Page>;
}

/** A real Chromium. Tests of one file share it; each ends with `clear`. */
export interface TestBrowser extends AsyncDisposable {
  /** `now`: what the pages' clocks show, epoch milliseconds; nodes in tests live on a clock of their own. */
  visitor(options?: { width?: Width; now?: number }): Promise<Visitor>;
  /** Signs somebody in by a one-time link, and shows the console at `path`. */
  signIn(node: TestNode, user: TestUser, options?: { path?: string; width?: Width; visitor?: Visitor }): Promise<Page>;
  /** Closes all pages. Throws when one complained: errors, refused styles or scripts, broken answers, dialogs. */
  clear(): Promise<void>;
}

/** The browser writes a line for every refused or cut request; what the page makes of it is the tests' business. */
const isRefusal = (text: string) => /^Failed to load resource: (net::ERR|.* a status of 4\d\d)/.test(text);

function watch(page: Page, complaints: string[]): void {
  const complain = (text: string) => complaints.push(`${page.url()}: ${text}`);
  page.on('pageerror', (error) => complain(error.stack ?? error.message));
  page.on('console', (message) => {
    const loud = message.type() === 'error' || message.type() === 'warning';
    if (loud && !isRefusal(message.text())) complain(message.text());
  });
  page.on('dialog', (dialog) => {
    complain(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('response', (response) => {
    if (response.status() >= 500) complain(`${response.status()} from ${response.url()}`);
  });
}

export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const browser: Browser = await chromium.launch({ executablePath, args: flags });
  const complaints: string[] = [];
  const visitor: TestBrowser['visitor'] = async ({ width = 'desktop', now } = {}) => {
    const context = await browser.newContext({
      viewport: viewports[width],
      reducedMotion: 'reduce',
      timezoneId: 'UTC',
    });
    context.setDefaultTimeout(10_000);
    if (now !== undefined) await context.clock.setFixedTime(now);
    const page = async () => {
      const opened = await context.newPage();
      watch(opened, complaints);
      return opened;
    };
    return { context, page };
  };
  return {
    visitor,
    async signIn(node, user, { path = '/', width, visitor: given } = {}) {
      const now = node.ctx.clock.now();
      const { page: openPage } = given ?? (await visitor({ now, ...(width && { width }) }));
      const link = `/api/users/${user.id}/sign-in-link`;
      const { url } = await node.administrator.api.send<{ url: string }>('POST', link);
      const token = url.slice(url.indexOf('#token=') + '#token='.length);
      const page = await openPage();
      await page.request.post(`${node.url}/api/sign-in/link`, { data: { token }, failOnStatusCode: true });
      await page.goto(`${node.url}${path}`);
      await page.getByRole('banner').waitFor();
      return page;
    },
    async clear() {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const told = complaints.splice(0);
      if (told.length > 0) throw new Error(`Pages complained:\n${told.join('\n')}`);
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
