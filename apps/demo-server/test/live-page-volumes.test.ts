/** What the live page shows of volumes in buckets. */
import { existsSync } from 'node:fs';
import { SIMPLE_REPLY_BYTES } from '@nbd/codec';
import { createVolume } from '@nbd/driver-object-store';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BUCKET, MemoryBucket } from './memory-bucket.ts';
import { type Program, start } from './program.ts';
import { urlOf } from './program-metrics.ts';
import { RawClient } from './raw-client.ts';

const EXECUTABLE = '/usr/bin/chromium';

/** Whether tests may go without a browser. */
const isExpected = existsSync(EXECUTABLE) || process.env['CI'] !== undefined;

const CHUNK = 64 * 1024;

interface Served {
  readonly program: Program;
  readonly url: string;
  readonly client: RawClient;
}

/** A program that serves a volume `v` of two chunks, and a client of it. */
async function servedVolume(): Promise<Served> {
  const { env, store } = await MemoryBucket.open();
  await createVolume(store, { volume: 'v', size: 2 * CHUNK, chunkBytes: CHUNK });
  const exports = ['--export', `v=s3://${BUCKET}/v`, '--workers', '1', '--metrics', '0'];
  const program = start(['--listen', 'nbd://127.0.0.1:0', ...exports], { env });
  const [uri = ''] = await program.listening();
  const client = await RawClient.connect(uri);
  await client.go('v');
  return { program, url: await urlOf(program), client };
}

/** A chunk is written and in the bucket, and read again. */
async function use(client: RawClient): Promise<void> {
  client.askToWrite(0, new Uint8Array(CHUNK).fill(7));
  await client.take(SIMPLE_REPLY_BYTES);
  client.askToFlush();
  await client.take(SIMPLE_REPLY_BYTES);
  client.askToRead(0, 512);
  await client.take(SIMPLE_REPLY_BYTES + 512);
}

test('status.json has the few figures of each volume', async () => {
  const { url, client } = await servedVolume();
  const status = async (): Promise<unknown> => (await fetch(`${url}status.json`)).json();
  client.askToWrite(0, new Uint8Array(CHUNK).fill(7));
  await client.take(SIMPLE_REPLY_BYTES);
  expect(await status()).toMatchObject({ volumes: { v: { dirtyBytes: CHUNK, commits: 0 } } });
  await use(client);
  await vi.waitFor(async () => {
    expect(await status()).toMatchObject({
      volumes: {
        v: { dirtyBytes: 0, commits: 1, commitFailures: 0, failures: 0, cacheHits: 1 },
      },
    });
  });
});

test.skipIf(!isExpected)(
  'the live page shows a volume, and nothing of volumes where there is none',
  { timeout: 60_000 },
  async () => {
    const browser = await chromium.launch({
      executablePath: EXECUTABLE,
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const faults: string[] = [];
    page.on('pageerror', ({ message }) => void faults.push(message));

    const without = start(['--listen', 'nbd://127.0.0.1:0', '--metrics', '0']);
    await page.goto(await urlOf(without));
    await page.locator('#exports th', { hasText: 'demo' }).waitFor();
    expect(await page.locator('#volumes-section').isVisible()).toBe(false);

    const { url, client } = await servedVolume();
    await use(client);
    await page.goto(url);
    await page.locator('#volumes-section').waitFor();
    const cells = await page.locator('#volumes tr > *').allTextContents();
    expect(cells.toSpliced(2, 1)).toEqual([
      'v',
      '0 B',
      '0',
      expect.stringMatching(/^[\d.]+ ms$/),
      '0',
      '100 %',
      expect.stringMatching(/^0\.\d{4} USD$/),
    ]);
    expect(faults).toEqual([]);
  },
);
