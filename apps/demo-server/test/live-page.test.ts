/** The live page in a browser. */
import { existsSync } from 'node:fs';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { chromium, type Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { start } from './program.ts';
import { RawClient } from './raw-client.ts';

const EXECUTABLE = '/usr/bin/chromium';

/** Whether tests may go without a browser. */
const isExpected = existsSync(EXECUTABLE) || process.env['CI'] !== undefined;

/** A page, and what went wrong in it. */
async function openPage(url: string): Promise<{ readonly page: Page; readonly faults: string[] }> {
  const browser = await chromium.launch({
    executablePath: EXECUTABLE,
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  const faults: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  page.on('pageerror', ({ message }) => void faults.push(message));
  await page.goto(url);
  return { page, faults };
}

test.skipIf(!isExpected)(
  'it shows exports and clients by what they are called, whatever that is, and can be stopped by the keyboard',
  { timeout: 60_000 },
  async () => {
    const name = '<h1>bold<svg onload>';
    const args = ['--listen', 'nbd://127.0.0.1:0', '--metrics', '0', '--log-format', 'json'];
    const program = start([...args, '--export', `${name}=memory:1M`]);
    const [uri = ''] = await program.listening();
    const client = await RawClient.connect(uri);
    await client.go('');
    client.askToRead(0, 65_536);
    await client.take(SIMPLE_REPLY_BYTES + 65_536);
    const url = /"url":"(http:[^"]+)"/.exec(program.stderr)?.[1] ?? '';

    const { page, faults } = await openPage(url);
    await page.locator('#state', { hasText: 'ready: 1 connections, 1 in all' }).waitFor();
    expect(await page.locator('#exports th').allTextContents()).toEqual([name]);
    expect(await page.locator('#clients tr').count()).toBe(1);
    expect(await page.locator('#clients').textContent()).toContain('64.0 KiB');
    expect(await page.locator('svg').count()).toBe(0);
    const [wide, width] = await page.evaluate<[number, number]>(
      '[document.documentElement.scrollWidth, innerWidth]',
    );
    expect(wide).toBeLessThanOrEqual(width);

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.locator('#pause').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Enter');
    expect(faults).toEqual([]);

    program.signal('SIGTERM');
    await program.ended;
    await page.locator('#state', { hasText: 'no answer from the server' }).waitFor();
  },
);
