/** What a machine writes to a file in a page, what the page shows of it, and how it is paused. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@nbd/client';
import { expect, onTestFinished, test } from 'vitest';
import { openProfile, sharedBrowser, stateOf } from './browser.ts';
import { CONTENT, lend, startMedia } from './lent-file.ts';

const WORDS = new TextEncoder().encode('written by the machine');

const browser = sharedBrowser();

test('changes in memory are there until it is ejected, and the file stays as it is', async () => {
  const media = await startMedia();
  const { page, uri } = await lend(media, browser(), { changes: 'memory' });
  for (let round = 0; round < 2; round++) {
    const client = await connect(uri);
    if (round === 0) await client.write(WORDS, 5000);
    expect(await client.read(5000, WORDS.length)).toEqual(WORDS);
    expect(await client.read(0, 5000)).toEqual(CONTENT.subarray(0, 5000));
    await client.close();
  }
  await page.locator('#written', { hasText: `${WORDS.length} bytes` }).waitFor();
  await page.click('#eject');
  await stateOf(page, 'Ejected.').waitFor();
  expect(Buffer.compare(await readFile(media.file), CONTENT)).toBe(0);
});

test('changes that are kept are found again by another page, of the same file, until they are discarded', async () => {
  const media = await startMedia();
  const profile = await mkdtemp(join(tmpdir(), 'profile-'));
  onTestFinished(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }));
  const context = await openProfile(profile);
  const first = await lend(media, context, { changes: 'kept' });
  const client = await connect(first.uri);
  await media.program.next('in use');
  await client.write(WORDS, 5000);
  await client.flush();
  await client.write(WORDS, 90_000);
  // A tab that is reloaded says goodbye to nobody: what was not flushed is gone.
  await first.page.reload();
  await media.program.next('free');

  const { page } = first;
  await page.check('input[value=kept]');
  await page.setInputFiles('#file', media.file);
  const again = await connect(await media.program.next('disk'));
  await media.program.next('in use');
  expect(await again.read(5000, WORDS.length)).toEqual(WORDS);
  expect(await again.read(90_000, 3)).toEqual(CONTENT.subarray(90_000, 90_003));
  await again.close();
  await page.click('#eject');
  await stateOf(page, 'Ejected.').waitFor();

  await page.click('#discard');
  await stateOf(page, 'Kept changes are discarded.').waitFor();
  expect(await page.isHidden('#discard')).toBe(true);
});

test('where there is no more room for changes, the machine is told and the page says so', async () => {
  const media = await startMedia();
  const { page, uri } = await lend(media, browser(), { changes: 'kept' });
  const tools = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  await tools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 200_000 });
  const client = await connect(uri);
  await expect(client.write(new Uint8Array(400_000), 0)).rejects.toMatchObject({ code: 'ENOSPC' });
  await stateOf(page, 'What the machine writes to disk.iso cannot be kept.').waitFor();
  expect(await client.read(0, 512)).toEqual(CONTENT.subarray(0, 512));
  await client.close();
});

test('the page shows who uses the disk and where, and while it is paused nobody is answered', async () => {
  const media = await startMedia();
  const { page, uri } = await lend(media, browser());
  const map = page.locator('#map');
  expect(await map.getAttribute('aria-label')).toBe('Nothing was read.');
  const client = await connect(uri);
  await page.locator('#client', { hasText: 'connected' }).waitFor();

  await page.focus('#pause');
  await page.keyboard.press('Space');
  expect(await page.getAttribute('#pause', 'aria-pressed')).toBe('true');
  let isAnswered = false;
  const reading = client.read(0, 400_000).then((bytes) => {
    isAnswered = true;
    return bytes;
  });
  await page.locator('#read', { hasText: '391 KiB' }).waitFor();
  expect(isAnswered).toBe(false);
  await page.keyboard.press('Space');
  expect(Buffer.compare(await reading, CONTENT.subarray(0, 400_000))).toBe(0);

  await page.locator('#share', { hasText: /^4\d % of the disk/ }).waitFor();
  expect(await map.getAttribute('aria-label')).toMatch(/^4\d % of the disk was read/);
  await client.close();
  await page.locator('#client', { hasText: 'none' }).waitFor();
});

test('a machine that is paused is ejected all the same', async () => {
  const media = await startMedia();
  const { page, uri } = await lend(media, browser());
  const client = await connect(uri);
  await page.click('#pause');
  const reading = client.read(0, 512);
  await page.locator('#read', { hasText: '512 bytes' }).waitFor();
  await page.click('#eject');
  expect(await reading).toEqual(CONTENT.subarray(0, 512));
  await stateOf(page, 'Ejected.').waitFor();
});
