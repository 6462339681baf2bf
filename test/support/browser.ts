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
  page(): Promise<Page>;
}
interface VisitorOptions {
  width?: Width;
  /** What her clock shows, epoch milliseconds; nodes in tests live on a clock of their own. */
  now?: number;
}

/** A real Chromium. Tests of one file share it; each ends with `clear`. */
export interface TestBrowser extends AsyncDisposable {
  visitor(options?: VisitorOptions): Promise<Visitor>;
  /** Signs somebody in by a one-time link, and shows the console at `path`. */
  signIn(node: TestNode, user: TestUser, options?: { path?: string; width?: Width; visitor?: Visitor }): Promise<Page>;
  /** All visitors leave, nothing of them stays. Throws when a page complained: errors, refused styles, broken answers. */
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

/** Empties a context for the next visitor: a new one would start a process and compile the console again. */
async function leave(context: BrowserContext): Promise<void> {
  const [first, ...others] = context.pages();
  await Promise.all(others.map((page) => page.close()));
  await first?.unrouteAll({ behavior: 'ignoreErrors' });
  await first?.goto('about:blank');
  await context.clearCookies();
}

export async function openBrowser(): Promise<TestBrowser> {
  const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
  const browser: Browser = await chromium.launch({ executablePath, args: flags });
  const complaints: string[] = [];
  const free: BrowserContext[] = [];
  const open = async () => {
    const context = await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'UTC', locale: 'en-GB' });
    context.setDefaultTimeout(30_000);
    context.on('page', (page) => {
      watch(page, complaints);
    });
    await context.newPage();
    return context;
  };
  const visitor = async ({ width = 'desktop', now = Date.now() }: VisitorOptions = {}): Promise<Visitor> => {
    const context = free.pop() ?? (await open());
    await context.clock.setFixedTime(now);
    let [unused] = context.pages();
    const page = async () => {
      const opened = unused ?? (await context.newPage());
      unused = undefined;
      await opened.setViewportSize(viewports[width]);
      return opened;
    };
    return { page };
  };
  return {
    visitor,
    async signIn(node, user, { path = '/', width = 'desktop', visitor: given } = {}) {
      const { page: openPage } = given ?? (await visitor({ now: node.ctx.clock.now(), width }));
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
      const used = browser.contexts().filter((context) => !free.includes(context));
      await Promise.all(used.map(leave));
      free.push(...used);
      const told = complaints.splice(0);
      if (told.length > 0) throw new Error(`Pages complained:\n${told.join('\n')}`);
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
