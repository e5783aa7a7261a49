/** The browser of the machine. */
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, beforeEach, onTestFinished } from 'vitest';

export const EXECUTABLE = '/usr/bin/chromium';
export const FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
];

/** Whether tests may go without it. */
export const isExpected: boolean = existsSync(EXECUTABLE) || process.env['CI'] !== undefined;
export const NO_BROWSER = 'there is no Chromium on this machine, and this is not CI';

/** On a machine that is busy. */
const LAUNCH_MILLIS_MAX = 60_000;

/** Opens a browser, which the caller closes. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: [...FLAGS] });
}

/** Opens a browser, which is closed at the end of the test. */
export async function openBrowser(): Promise<Browser> {
  const browser = await launchBrowser();
  onTestFinished(() => browser.close());
  return browser;
}

/** One browser for all tests of a file, which are skipped where there is none: each page that it opens forgets the others. */
export function sharedBrowser(): () => Browser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    if (isExpected) browser = await launchBrowser();
  }, LAUNCH_MILLIS_MAX);
  afterAll(() => browser?.close());
  beforeEach(({ skip }) => {
    skip(!isExpected, NO_BROWSER);
  });
  return () => {
    if (browser === undefined) throw new Error(NO_BROWSER);
    return browser;
  };
}

/** Opens a browser that keeps what pages store in `folder`, which is closed at the end of the test. */
export async function openProfile(folder: string): Promise<BrowserContext> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: EXECUTABLE,
    args: [...FLAGS],
  });
  onTestFinished(() => context.close());
  return context;
}

/** The line that says how it goes, once it says this. */
export function stateOf(page: Page, text: string | RegExp): Locator {
  return page.locator('#state', { hasText: text });
}
