/** The browser of the machine. */
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from 'playwright-core';

const EXECUTABLE = '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Whether there is a browser to ask. */
export function hasChromium(): boolean {
  return existsSync(EXECUTABLE);
}

/** What a server of one page holds, by path: `/page.js` is the module that the page runs. */
export type Site = Readonly<Record<`/${string}.${'js' | 'json'}`, string>>;

const PAGE =
  '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';

/**
 * Serves a page and `site` to a new browser, and answers the text of the page's body once its title
 * is "done".
 *
 * @throws Error with what the page reported, if it fails before that.
 */
export async function bodyOfPage(site: Site): Promise<string> {
  const files = new Map<string, string>(Object.entries(site));
  const server = createServer(({ url = '' }, response) => {
    const type = url.endsWith('.js') ? 'text/javascript' : 'application/json';
    const content = files.get(url);
    if (url === '/') response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
    else if (content === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': type }).end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const browser = await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  try {
    const page = await browser.newPage();
    const failed = new Promise<never>((_resolve, reject) => {
      page.on('pageerror', reject);
    });
    const done = page
      .goto(`http://127.0.0.1:${port}/`)
      .then(() => page.waitForFunction(() => document.title === 'done'))
      .then(() => page.innerText('body'));
    return await Promise.race([done, failed]);
  } finally {
    await browser.close();
    server.close();
  }
}
